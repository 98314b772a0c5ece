"""What a report is made of: sections with one message each, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tlcore.charts.style import Picture

EXECUTIVE, TECHNICAL = "executive", "technical"
AUDIENCES = (EXECUTIVE, TECHNICAL)


def width_of(text: str) -> int:
    """How wide a text is, in Latin characters: a Chinese one is as wide as two."""
    return sum(2 if sign >= "\u2e80" else 1 for sign in text)


class Table(NamedTuple):
    """Figures as they are read, in the language of the moment. ``numbers`` are the columns set to the right."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A chart or a table, or a chart with its table: what it shows in one sentence, and how it is to be read.

    ``brief`` is the chart with less in it, for a slide.
    """

    title: str
    chart: Picture | None = None
    table: Table | None = None
    what: str = ""
    brief: Picture | None = None


@dataclass(frozen=True, eq=False)
class Section:
    """One question answered. ``message`` is the answer in a sentence and stands as the title wherever it is written;
    ``sentences`` say more, the most important first. ``notes`` are the method and its limits: small print on a page,
    the speaker's notes of a slide. ``code`` is what to type or to keep, word for word.
    """

    question: str
    message: str
    sentences: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()  # what it is, and the number: few, read at a glance
    exhibits: tuple[Exhibit, ...] = ()
    notes: tuple[str, ...] = ()
    code: tuple[tuple[str, str], ...] = ()  # what it is, and the text
    verdict: str | None = None  # a value of the summary's ``verdict``, where the message has one
    name: str = ""  # of its file

    def in_short(self, room: int = 460) -> list[str]:
        """The sentences that a slide has room for, counted in characters, see `width_of`."""
        left = room - 40 * len(self.figures)
        kept: list[str] = []
        for sentence in self.sentences:
            width = width_of(sentence) + 30  # a line is rarely full
            if width <= left or not kept:
                kept.append(sentence)
                left -= width
        return kept
