"""Strategies that may begin with what a file holds: the file is checked, and belongs to what decides a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tlcore.catalog import Trained
from tlcore.digests import digest_of
from tlcore.errors import Unusable
from tlcore.knobs import knob

if TYPE_CHECKING:
    from tlcore.situation import Situation


@dataclass(frozen=True)
class FromFile(Trained):
    """A strategy whose knob ``reads`` may name a file; empty, it begins without one."""

    reads: ClassVar[str]

    digest: str = knob("", "")  # nobody turns it: what the file held when the run was planned

    @property
    def file(self) -> Path | None:
        """The file, where one is named. Raises `Unusable` where it has changed since the run was planned."""
        named = self._named
        if named is not None and self.digest and named.is_file() and digest_of(named) != self.digest:
            raise Unusable(f"The content of {named.name!r} has changed since this run was planned; plan it anew.")
        return named

    def objection(self, situation: Situation) -> str | None:
        if self._named is not None and not self._named.is_file():
            return f"{self.name}.{self.reads} is {getattr(self, self.reads)!r}, and there is no such file."
        return super().objection(situation)

    def settled(self) -> FromFile:
        named = self._named
        if named is None or not named.is_file():
            return replace(self, digest="")
        return replace(self, **{self.reads: str(named.resolve()), "digest": digest_of(named)})

    @property
    def _named(self) -> Path | None:
        named = getattr(self, self.reads)
        return Path(named).expanduser() if named else None
