"""One published comparison a file; `benchmarks.reproduce` finds them.

Each says its ``TITLE``, its ``PROTOCOL``, and ``lines(asked)``, an iterator of `Line`; it raises
`benchmarks.realdata.Absent` where its data is not here.
"""

from __future__ import annotations

from typing import NamedTuple

DIGIT = 0.05  # how far from a single published figure still counts as the same result


class Band(NamedTuple):
    """What was published, in words, and the range it spans."""

    words: str
    low: float
    high: float

    @classmethod
    def around(cls, figure: float, words: str = "") -> Band:
        """A single figure, `DIGIT` to either side."""
        return cls(f"{figure:.3f}{words}", figure - DIGIT, figure + DIGIT)


class Line(NamedTuple):
    """One method of a published comparison beside ours."""

    method: str
    published: str
    ours: str
    selector: str  # what chose the epoch, or that nothing was chosen
    why: str  # why ours is outside the published band, where it is


def line(method: str, band: Band | None, ours: float, words: str, selector: str, why: str = "") -> Line:
    """One row. ``why`` is said where ``ours`` lies outside the band, and only there."""
    if band is None:
        return Line(method, "", words, selector, "")
    inside = band.low <= ours <= band.high
    return Line(method, band.words, words, selector, "" if inside else why or "outside, and no reason is known")
