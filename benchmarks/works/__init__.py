"""One published comparison a file; `benchmarks.reproduce` finds them.

Each says its ``TITLE``, its ``PROTOCOL``, and ``lines(asked)``, an iterator of `Line`; it raises
`benchmarks.realdata.Absent` where its data is not here.
"""

from __future__ import annotations

from typing import NamedTuple

DIGIT = 0.05  # how far from a single published figure still counts as the same result


class Band(NamedTuple):
    """What was published, in words, and the ranges it spans: several where sources disagree."""

    words: str
    ranges: tuple[tuple[float, float], ...]

    @classmethod
    def around(cls, figure: float, *more: tuple[float, float]) -> Band:
        """A single figure, `DIGIT` to either side, and what others found."""
        others = "".join(f"; {low:.3f} to {high:.3f}" for low, high in more)
        return cls(f"{figure:.3f}{others}", ((figure - DIGIT, figure + DIGIT), *more))

    def holds(self, figure: float) -> bool:
        return any(low <= figure <= high for low, high in self.ranges)


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
    return Line(
        method, band.words, words, selector, "" if band.holds(ours) else why or "outside, and no reason is known"
    )
