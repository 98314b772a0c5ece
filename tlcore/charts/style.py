"""How things look in every chart and on every page: one colour, dash and shape per strategy, one icon per verdict.

The mid tones keep a contrast of at least 3 to 1 on a white and on a near-black page, so one chart
serves both themes. Colour is never alone: a line has its dash, a verdict its icon and its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2s
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from tlcore import catalog
from tlcore.words import _

SERIES_AT_MOST = 8
POINTS_AT_MOST = 10_000
HEIGHT = 340
LINE = 54  # characters of a note that fit a narrow screen
CLOSING = "。，、：；）"  # never begin a line

COLUMNS = alt.expr("width > 800 ? 3 : width > 560 ? 2 : 1")  # of a legend, by the room there is
Picture = alt.Chart | alt.LayerChart | alt.FacetChart

INK = "#757b87"  # words and rules inside a chart
PALE = "#8d93a0"  # bands and what stays in the background
SOURCE, TARGET = "#0f8f9e", "#d9661f"  # the two domains, wherever both are drawn


class Look(NamedTuple):
    """How one strategy is drawn. ``dash`` is a Vega dash pattern; [1, 0] is a solid line."""

    colour: str
    dash: tuple[int, ...]


class Sign(NamedTuple):
    """How a chart says one verdict: its word, its icon and its colour."""

    word: str
    icon: str
    colour: str


SLATE = "#7787a0"
_COLOURS = ("#3579dc", "#d9661f", "#1f9160", "#9a5fd6", "#d1488f", "#0f8f9e", "#8a7d12", "#a8693f")
_DASHES = (
    (1, 0), (7, 3), (2, 2), (10, 3, 2, 3), (14, 5), (4, 4), (10, 3, 2, 3, 2, 3), (1, 4), (16, 3, 5, 3), (5, 2, 1, 2),
    (20, 6), (3, 2, 8, 2),
)  # fmt: skip
_FIXED = {
    "scratch": Look(SLATE, (1, 0)),
    "frequency_table": Look(SLATE, (2, 3)),
    "logistic_regression": Look(SLATE, (8, 4)),
    "gradient_boosting": Look(SLATE, (10, 3, 2, 3)),
    "fine_tune": Look("#3579dc", (1, 0)),
    "feature_extraction": Look("#1f9160", (7, 3)),
    "dann": Look("#d9661f", (10, 3, 2, 3)),
    "distillation": Look("#9a5fd6", (2, 2)),
    "l2_sp": Look("#0f8f9e", (7, 3)),
    "linear_probe_fine_tune": Look("#d1488f", (10, 3, 2, 3)),
    "deep_coral": Look("#8a7d12", (2, 2)),
    "pooled_boosting": Look("#a8693f", (7, 3)),
    "source_boosting": Look("#3579dc", (2, 2)),
}
_ALL = [Look(colour, dash) for dash in _DASHES for colour in _COLOURS]
_FREE = [free for free in _ALL if free not in _FIXED.values()]


def look(strategy: str) -> Look:
    """The colour and dash of a strategy: the same for this name in every chart, whatever is beside it."""
    return _looks().get(strategy) or _FREE[_place(strategy)]


@cache
def _looks() -> dict[str, Look]:
    """A look of its own for each strategy on offer: by its name, or the next that is free."""
    found, free = dict(_FIXED), set(_FREE)
    for name in catalog.strategies():
        if name not in found:
            preferred = _place(name)
            order = _FREE[preferred:] + _FREE[:preferred]
            found[name] = next((one for one in order if one in free), order[0])
            free.discard(found[name])
    return found


def _place(name: str) -> int:
    return int.from_bytes(blake2s(name.encode(), digest_size=4).digest()) % len(_FREE)


def title(strategy: str) -> str:
    """The name a reader sees. A strategy that is on offer no longer keeps the name it was stored under."""
    offer = catalog.strategies().get(strategy)
    return _(offer.title) if offer else strategy.replace("_", " ").capitalize()


def titles(strategies: Iterable[str]) -> str:
    """Several names as one phrase."""
    return _(", ").join(title(strategy) for strategy in strategies)


def sign(verdict: str) -> Sign:
    """The word, icon and colour of one of the values of the summary's ``verdict``."""
    return {
        "helps": Sign(_("helps"), "▲", "#1f9160"),
        "no practical difference": Sign(_("no practical difference"), "=", SLATE),
        "negative transfer": Sign(_("negative transfer"), "▼", "#d64545"),
        "not enough evidence": Sign(_("not enough evidence"), "?", "#b57400"),
        "baseline": Sign(_("baseline"), "○", INK),
        "ceiling": Sign(_("ceiling"), "◆", INK),
    }[verdict]


def shown(ranked: Iterable[str], must: Iterable[str] = (), most: int = SERIES_AT_MOST) -> tuple[list[str], list[str]]:
    """Which strategies a chart draws and which it leaves out: ``must``, then the best of ``ranked``."""
    ranked = list(dict.fromkeys(ranked))
    first = [name for name in dict.fromkeys(must) if name in ranked][:most]
    kept = {*first, *[name for name in ranked if name not in first][: most - len(first)]}
    return [name for name in ranked if name in kept], [name for name in ranked if name not in kept]


def encodings(names: Mapping[str, str]) -> tuple[alt.Color, alt.Color, alt.StrokeDash]:
    """Encodings for a column "series" holding the values of ``names`` (strategy -> label in the legend).

    The first, colour without a legend, is for bands and points; the other two, colour and dash with
    one legend between them, are for the lines.
    """
    looks = [look(strategy) for strategy in names]
    key = alt.Legend(
        title=None, orient="bottom", columns=COLUMNS, labelLimit=300, symbolSize=500, symbolStrokeWidth=2.5
    )
    colours = alt.Scale(domain=[*names.values()], range=[mark.colour for mark in looks])
    dashes = alt.Scale(domain=[*names.values()], range=[[*mark.dash] for mark in looks])
    return (
        alt.Color("series:N", scale=colours, legend=None),
        alt.Color("series:N", scale=colours, legend=key),
        alt.StrokeDash("series:N", scale=dashes, legend=key),
    )


def thinned(frame: pd.DataFrame, by: list[str], most: int = POINTS_AT_MOST) -> pd.DataFrame:
    """Every k-th row of each group, first and last kept, so that a browser draws it at once."""
    if len(frame) <= most:
        return frame
    groups = frame.groupby(by, dropna=False, sort=False)
    place, size = groups.cumcount(), groups[by[0]].transform("size")
    step = -(-len(frame) // max(1, most - 2 * groups.ngroups))
    return frame[(place % step == 0) | (place == size - 1)]


def framed(chart: Any, height: int | alt.Step, description: str, *notes: str) -> Any:
    """The finished chart: as wide as the page, its plot this high, words for who cannot see it, notes below.

    Notes say what a reader must know (what is left out, where one seed gives no band); empty ones are skipped.
    """
    lines = [line for note in notes if note for line in _wrapped(note)]
    below = alt.TitleParams(
        lines, orient="bottom", anchor="start", fontSize=12, fontWeight="normal", color=INK, offset=8
    )
    room = alt.AutoSizeParams(type="fit-x", contains="padding")
    return chart.properties(height=height, description=description, title=below, autosize=room)


def _wrapped(sentence: str) -> list[str]:
    """Lines of at most `LINE` narrow characters; a Chinese one is twice as wide and may stand at any line's end."""
    lines, width = [""], 0
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", sentence):
        wide = len(piece) * (2 if piece >= "\u2e80" else 1)
        if width + wide > LINE and lines[-1] and piece not in CLOSING:
            lines.append("")
            width = 0
        lines[-1] += piece if lines[-1] else piece.lstrip()
        width += wide
    return [line.rstrip() for line in lines if line.strip()]
