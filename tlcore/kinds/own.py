"""A knob may name a file or folder of one's own: it is checked, and its content counts among what decides a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

from tlcore.catalog import Offer
from tlcore.digests import digest_of
from tlcore.errors import Unusable
from tlcore.knobs import knob


@dataclass(frozen=True)
class Own(Offer):
    """An offer whose knob ``reads`` may name something of the kind that it ``takes``; empty, it does without."""

    reads: ClassVar[str]
    takes: ClassVar[str] = "file"  # or "folder"

    digest: str = knob("", "")  # nobody turns it: what was in there when the run was planned

    @property
    def own(self) -> Path | None:
        """Where it lies, where one is named. Raises `Unusable` where it has changed since the run was planned."""
        named = self._named
        if named is not None and self.digest and named.exists() and digest_of(named) != self.digest:
            raise Unusable(f"The content of {named.name!r} has changed since this run was planned; plan it anew.")
        return named

    def misnamed(self) -> str | None:
        """Why what is named cannot be used, in one sentence; None where it can, or where nothing is named."""
        named = self._named
        if named is None or (named.is_dir() if self.takes == "folder" else named.is_file()):
            return None
        told = f"{self.name}.{self.reads} is {getattr(self, self.reads)!r}"
        if not named.exists():
            return f"{told}, and there is no such {self.takes}."
        return f"{told}, a {'file' if named.is_file() else 'folder'}; it must be a {self.takes}."

    def settled(self) -> Self:
        named = self._named
        if named is None or not named.exists():
            return replace(self, digest="")
        return replace(self, **{self.reads: str(named.resolve()), "digest": digest_of(named)})

    @property
    def _named(self) -> Path | None:
        named = getattr(self, self.reads)
        return Path(named).expanduser() if named else None
