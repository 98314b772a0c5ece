"""One file of published weights: where it is on this machine, else fetched once and checked."""

from __future__ import annotations

import os
from hashlib import file_digest
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from tlcore import weights
from tlcore.remote.files import TooLarge, capped, mirrored, not_as_published, too_large, trouble
from tlcore.weights import Published


def fetched(published: Published) -> Path:
    """The published file. Raises `Unusable` where it is not here and does not come as it was published.

    It is moved into place whole, once its SHA-256 begins with the digits its name ends with.
    """
    place = weights.folder() / Path(urlsplit(published.address).path).name
    if (here := published.here()) is not None:
        return here
    place.parent.mkdir(parents=True, exist_ok=True)
    url, most, draft = mirrored(published.address), published.megabytes + 1, place.with_suffix(".draft")
    # Runs that start together wait for one of them to fetch it.
    with FileLock(place.with_suffix(".lock")):
        if (here := published.here()) is not None:
            return here
        try:
            capped(most)(url, str(draft), None)
            with draft.open("rb") as opened:
                digits = file_digest(opened, "sha256").hexdigest()
            if not digits.startswith(place.stem.rpartition("-")[2]):
                raise not_as_published(place, url)
            os.replace(draft, place)
        except TooLarge as error:
            raise too_large(place, url, most) from error
        except OSError as error:
            raise trouble(error, place, url) from error
        finally:
            draft.unlink(missing_ok=True)
    return place
