"""What was noticed while reading a person's files: one sentence each, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tlcore.errors import Unusable

Severity = Literal["stop", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about the data.

    ``severity``: "stop" means nothing can run, "warning" that the result may mislead, "note" that
    something was mended. ``rows`` names some of the rows or images concerned ("churn.csv row 17"; row 1
    is the first below the header).
    """

    severity: Severity
    what: str
    where: str = ""
    remedy: str = ""
    rows: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class Findings(list[Finding]):
    """The findings of one reading, in the order they were made."""

    SHOWN = 20  # rows named per finding

    def stop(self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None) -> None:
        self.append(Finding("stop", what, where, remedy, (rows or [])[: self.SHOWN]))

    def warn(self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None) -> None:
        self.append(Finding("warning", what, where, remedy, (rows or [])[: self.SHOWN]))

    def note(self, what: str, where: str = "", remedy: str = "", rows: list[str] | None = None) -> None:
        self.append(Finding("note", what, where, remedy, (rows or [])[: self.SHOWN]))

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
