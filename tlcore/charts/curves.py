"""A line per strategy with the band of its seeds behind it: what the charts in money share.

A few curves only, as their bands cover each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import altair as alt
import pandas as pd

from tlcore import catalog
from tlcore.charts import style
from tlcore.words import _

CURVES_AT_MOST = 4


def kept(ranked: Iterable[str]) -> tuple[list[str], list[str]]:
    """Whom a chart has room for, and whom not: the first of these, the best without transfer among them."""
    ranked = [name for name in ranked if not catalog.is_ceiling(name)]
    rival = next((name for name in ranked if catalog.is_baseline(name)), None)
    return style.shown(ranked, must=[rival] if rival else [], most=CURVES_AT_MOST)


def named(frame: pd.DataFrame, kept: Iterable[str]) -> Mapping[str, str]:
    """What the legend calls each, with its number of seeds."""
    n = frame.groupby("strategy")["n"].max()
    return {name: _("{strategy} (n = {n})", strategy=style.title(name), n=int(n[name])) for name in kept}


def single(frame: pd.DataFrame, kept: Iterable[str]) -> list[str]:
    """Those of one seed, which gives no band."""
    n = frame.groupby("strategy")["n"].max()
    return [name for name in kept if n[name] == 1]


def lines(
    frame: pd.DataFrame, names: Mapping[str, str], by: str, x: alt.X, y: alt.Y, band: tuple[str, str] | None,
    tooltip: list[alt.Tooltip],
) -> list[alt.Chart]:  # fmt: skip
    """The layers of ``frame`` along its column ``by``, one line for each of ``names``; a ``band`` names its ends."""
    columns = {tip["shorthand"].split(":")[0] for tip in (x, y, *tooltip)} | {by, *(band or ())}
    drawn = frame[frame["strategy"].isin(list(names))]
    drawn = drawn.assign(series=drawn["strategy"].map(names))[sorted(columns | {"series"})]
    colour, *coded = style.encodings(names)
    base = alt.Chart(drawn)
    layers = [
        base.mark_line(strokeWidth=2.3, clip=True).encode(x, y, *coded, alt.Order(f"{by}:Q")),
        base.mark_point(size=120, opacity=0, filled=True, clip=True).encode(x, y, colour, tooltip=tooltip),
    ]
    if band is not None:
        area = base.transform_filter(f"isValid(datum.{band[0]})").mark_area(opacity=0.1, clip=True)
        low = alt.Y(f"{band[0]}:Q", title=y["title"])
        layers.insert(0, area.encode(x, low, alt.Y2(f"{band[1]}:Q"), colour))
    return layers
