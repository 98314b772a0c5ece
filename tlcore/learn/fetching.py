"""One file of published weights: where it is on this machine, else fetched once and checked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import torch
from filelock import FileLock

from tlcore import weights
from tlcore.errors import Unusable
from tlcore.weights import Published

PATIENCE = 30.0  # seconds without a byte


def fetched(published: Published) -> Path:
    """The published file. Raises `Unusable` where it is not here and does not come as it was published.

    It is moved into place whole, once its SHA-256 begins with the digits its name ends with.
    """
    name = Path(urlsplit(published.address).path).name
    place = weights.folder() / name
    if (here := published.here()) is not None:
        return here
    place.parent.mkdir(parents=True, exist_ok=True)
    # Runs that start together wait for one of them to fetch it.
    with FileLock(place.with_suffix(".lock")):
        if (here := published.here()) is not None:
            return here
        digits = place.stem.rpartition("-")[2]
        try:
            with _patience():
                torch.hub.download_url_to_file(published.address, str(place), hash_prefix=digits, progress=False)
        except (URLError, HTTPException, ConnectionError, TimeoutError) as error:
            reason = getattr(error, "reason", None) or error
            raise Unusable(
                f"The weights {name!r} are not on this machine and cannot be fetched from {published.address} "
                f"({reason}): put the file into {str(place.parent)!r}, or let TRANSFERLAB_WEIGHTS name a folder that "
                "holds it."
            ) from error
        except RuntimeError as error:  # how torch says that the digits differ
            raise Unusable(
                f"What {published.address} sent is not the file that was published: its SHA-256 does not begin with "
                f"{digits}; nothing was kept. Try again, or put the file into {str(place.parent)!r} yourself."
            ) from error
    return place


@contextmanager
def _patience() -> Iterator[None]:
    """Torch's download would wait for ever for a host that falls silent."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
