"""What a run leaves besides rows, a folder each behind an fsspec address: predictions, a picture, weights, a log."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from tlcore.errors import Unusable

PREDICTIONS = "predictions.parquet"
PICTURE = "picture.parquet"
RUNGS = "rungs.parquet"  # of an example, whose predictions are not all kept
WEIGHTS = "weights.safetensors"
LOG = "log.txt"


class Artifacts:
    """Files by run and name. Whoever reads sees a whole file or none."""

    def __init__(self, url: str, home: Path):
        self.url = url
        self._home = home

    def usable(self) -> None:
        """Raise `Unusable` where nothing could be kept, before anybody trains for it."""
        try:
            system, root = self._place
            system.makedirs(root, exist_ok=True)
            self.log_file("writable").unlink(missing_ok=True)
            self.log_file("writable").parent.rmdir()
        except (OSError, ValueError, ImportError) as error:
            raise Unusable(
                f"Nothing can be kept at {self.url!r}: {error}. Let TRANSFERLAB_ARTIFACTS name a folder that can be "
                "written, or an address that fsspec knows."
            ) from error

    def write(self, run: str, name: str, content: bytes) -> None:
        folder = self._folder(run)
        if folder is None:  # object stores show a file when it is complete
            self._system.pipe_file(self._address(run, name), content)
            return
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}.draft"
        try:
            draft.write_bytes(content)
            draft.replace(folder / name)
        finally:
            draft.unlink(missing_ok=True)

    def read(self, run: str, name: str) -> bytes | None:
        """The content, or None where this run has no such file."""
        try:
            folder = self._folder(run)
            return (folder / name).read_bytes() if folder else self._system.cat_file(self._address(run, name))
        except FileNotFoundError:
            return None

    def size(self, run: str, name: str) -> int | None:
        """How many bytes the file has, or None where this run has no such file."""
        try:
            folder = self._folder(run)
            return (folder / name).stat().st_size if folder else int(self._system.size(self._address(run, name)))
        except FileNotFoundError:
            return None

    def clear(self, run: str) -> None:
        """Forget what an earlier attempt of this run left."""
        address = self._address(run, "").rstrip("/")
        if self._system.exists(address):
            self._system.rm(address, recursive=True)
        self._log(run).unlink(missing_ok=True)

    def log_file(self, run: str) -> Path:
        """Where a worker writes while it works: always on its own disk, in a folder that exists."""
        path = self._log(run)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def log(self, run: str) -> bytes:
        """What a worker wrote so far, here or where its log was published; empty where there is nothing."""
        path = self._log(run)
        return (path.read_bytes() if path.exists() else self.read(run, LOG)) or b""

    def note(self, run: str, text: str) -> None:
        """Add to the log what is not printed."""
        with self.log_file(run).open("a", encoding="utf-8", errors="replace") as log:
            log.write(text)

    def publish_log(self, run: str) -> None:
        """Put the log where the other artifacts are, if it is not there already."""
        path = self._log(run)
        if self._folder(run) is None and path.exists():
            self.write(run, LOG, path.read_bytes())

    @cached_property
    def _place(self) -> tuple[Any, str]:
        import fsspec

        return fsspec.core.url_to_fs(self.url)

    @property
    def _system(self) -> Any:
        return self._place[0]

    def _address(self, run: str, name: str) -> str:
        return f"{self._place[1].rstrip('/')}/{run}/{name}"

    def _log(self, run: str) -> Path:
        return (self._folder(run) or self._home / "logs" / run) / LOG

    def _folder(self, run: str) -> Path | None:
        """The run's folder where artifacts are plain files here; None elsewhere."""
        if "://" not in self.url:
            return Path(self.url).absolute() / run
        return Path(self.url.removeprefix("file://")) / run if self.url.startswith("file://") else None
