"""What was noticed in a person's files: one sentence each, what to do about it, and the setting that does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tlcore.errors import Unusable

Severity = Literal["stop", "warning", "note", "hint"]


@dataclass(frozen=True)
class Fix:
    """A setting of `tlcore.files.Files` that mends a finding: ``entry`` belongs into the list that ``knob`` holds.

    ``Fix("rename", "Alter=age")``. Files are never changed; the setting is applied whenever they are read.
    """

    knob: str
    entry: str


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about the data.

    ``severity``: "stop" means nothing can run, "warning" that the result may mislead, "note" that something was
    mended or is good to know, "hint" what the data means for the choice of a strategy. ``rows`` names some of
    the rows or files concerned ("churn.csv row 17"; row 1 is the first below the header). ``fix`` is there
    where mending is safe.
    """

    severity: Severity
    what: str
    where: str = ""
    remedy: str = ""
    rows: list[str] = field(default_factory=list)
    fix: Fix | None = None

    @property
    def sentence(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class Findings(list[Finding]):
    """The findings of one reading, in the order they were made."""

    SHOWN = 50  # rows named per finding

    def stop(
        self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None, fix: Fix | None = None
    ) -> None:
        self._add("stop", what, where, remedy, rows, fix)

    def warn(
        self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None, fix: Fix | None = None
    ) -> None:
        self._add("warning", what, where, remedy, rows, fix)

    def note(
        self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None, fix: Fix | None = None
    ) -> None:
        self._add("note", what, where, remedy, rows, fix)

    def hint(
        self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None, fix: Fix | None = None
    ) -> None:
        self._add("hint", what, where, remedy, rows, fix)

    def _add(
        self, severity: Severity, what: str, where: str, remedy: str, rows: list[str] | None, fix: Fix | None
    ) -> None:
        self.append(Finding(severity, what, where, remedy, (rows or [])[: self.SHOWN], fix))

    @property
    def stops(self) -> list[Finding]:
        return [finding for finding in self if finding.severity == "stop"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed, one sentence each: what a situation keeps of its reading."""
        return tuple(finding.what for finding in self)

    def refuse(self) -> None:
        """Raise `Unusable` with one sentence per finding that stops, if there is any."""
        if self.stops:
            raise Unusable(*(finding.sentence for finding in self.stops))
