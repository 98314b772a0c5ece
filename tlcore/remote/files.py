"""Single files that somebody publishes: fetched whole or not at all, and only if they are the very file meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tlcore.errors import Unusable
from tlcore.home import home
from tlcore.words import _

PATIENCE = 30.0  # seconds a host may be silent
CHUNK = 1 << 20


@dataclass(frozen=True)
class File:
    """A published file: where it is kept below `folder`, its address, what it must hold, and its size at most.

    ``hash`` names the algorithm and the digest its publisher gives: ``md5:...`` or ``sha256:...``.
    """

    place: str
    url: str
    hash: str
    megabytes: int

    @property
    def path(self) -> Path:
        return folder() / self.place


def folder() -> Path:
    """Where downloaded data sets are kept: ``datasets`` in the home folder."""
    return home() / "datasets"


def mirrored(url: str) -> str:
    """The address to ask: the published one, or ``TRANSFERLAB_MIRROR`` followed by its host and path."""
    mirror = os.environ.get("TRANSFERLAB_MIRROR")
    return f"{mirror.rstrip('/')}/{url.split('://', 1)[1]}" if mirror else url


def fetch(file: File) -> Path:
    """Where the file lies on this machine, downloaded first where it does not.

    Raises `Unusable` where its host cannot be reached or sends something else, and where what lies there is not
    the file. Nothing is kept of a download that did not arrive whole.
    """
    import pooch

    path, url = file.path, mirrored(file.url)
    algorithm, digest = file.hash.split(":")
    if path.exists():
        if pooch.file_hash(str(path), alg=algorithm) != digest:
            raise Unusable(
                _("{path} is not the file that was published: its checksum differs. Delete it, and it is downloaded "
                  "anew.", path=path)
            )  # fmt: skip
        return path
    pooch.get_logger().setLevel("WARNING")
    try:
        pooch.retrieve(url, file.hash, fname=path.name, path=path.parent, downloader=capped(file.megabytes))
    except TooLarge as error:
        raise too_large(path, url, file.megabytes) from error
    except OSError as error:  # first: an address that cannot be asked is also a ValueError
        raise trouble(error, path, url) from error
    except ValueError as error:
        raise not_as_published(path, url) from error
    return path


def capped(megabytes: int) -> Callable[[str, str, Any], None]:
    """A downloader as pooch wants one, which takes no more than this. Raises `TooLarge` where more arrives."""
    import pooch

    download = pooch.HTTPDownloader(chunk_size=CHUNK, timeout=PATIENCE)

    def fill(url: str, output: str, pooch: Any) -> None:
        with open(output, "wb") as opened:
            download(url, _Capped(opened, megabytes), pooch)

    return fill


def trouble(error: Exception, path: Path, url: str) -> Unusable:
    """What a failed download comes down to: the host's answer, this machine's disk, or no connection."""
    answer = getattr(error, "response", None)
    status = getattr(answer, "status_code", None) or getattr(error, "code", None)
    told = {"name": path.name, "host": urlsplit(url).netloc, "path": path}
    if status is not None:
        return Unusable(
            _("{name} could not be downloaded: {host} answered with status {status}. Try again later, or put the file "
              "at {path}.", status=status, **told)
        )  # fmt: skip
    if isinstance(error, OSError) and error.filename is not None:
        return Unusable(_("{name} could not be kept at {path}: {cause}.", cause=error.strerror, **told))
    return Unusable(
        _("{name} could not be downloaded from {host}: no connection. Connect once, or put the file at {path}.", **told)
    )


def not_as_published(path: Path, url: str) -> Unusable:
    return Unusable(
        _("{name} was not kept: what {host} sent is not the file that was published, its checksum differs. Try again "
          "later, or put the file at {path}.", name=path.name, host=urlsplit(url).netloc, path=path)
    )  # fmt: skip


def too_large(path: Path, url: str, megabytes: int) -> Unusable:
    return Unusable(
        _("{name} was not kept: {host} sent more than the {megabytes} MB it should have. Try again later, or put the "
          "file at {path}.", name=path.name, host=urlsplit(url).netloc, megabytes=megabytes, path=path)
    )  # fmt: skip


class TooLarge(Exception):
    """More arrived than the file should hold."""


class _Capped:
    """A file that takes only so much: a checksum alone would be looked at when the disk is full."""

    def __init__(self, opened: IO[bytes], megabytes: int):
        self.opened, self.left = opened, megabytes << 20

    def write(self, chunk: bytes) -> None:
        self.left -= len(chunk)
        if self.left < 0:
            raise TooLarge
        self.opened.write(chunk)

    def flush(self) -> None:
        self.opened.flush()
