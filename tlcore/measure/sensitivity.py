"""Where does transfer pay, where does it harm? One verdict per condition, and the region in which a verdict holds.

The verdict of a condition is that of `tlcore.measure.gain` on its own runs: each condition is judged by itself, so of
twenty in which nothing is true one may say otherwise by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME, summarise

BEST = ""  # in place of a strategy: whichever the verdict of a condition speaks of
DUE = "not run yet"
COLUMNS = ["strategy", "verdict", "gain", "gain_low", "gain_high", "baseline", "pairs", "margin", "metric"]


def table(
    places: Iterable[Mapping[str, Any]], runs: Iterable[pd.DataFrame], margin: float, strategy: str = BEST
) -> pd.DataFrame:
    """One row per condition: where it lies on each axis, then `COLUMNS`.

    ``places``: where each lies; ``runs``: its runs frame (empty where nothing was asked for yet).
    ``strategy`` is held against the best model without transfer; `BEST`: the one with the largest gain among those
    that help, else among those that are open, else that make no difference, else that harm. ``verdict`` is one of the
    gain's, or `DUE` where no seed has finished both.
    """
    rows = [{**at, "verdict": DUE, **_row(some, margin, strategy)} for at, some in zip(places, runs, strict=True)]
    axes = [name for name in rows[0] if name not in COLUMNS] if rows else []
    return pd.DataFrame(rows, columns=[*axes, *COLUMNS])


def region(rows: pd.DataFrame, axes: Iterable[str], verdict: str) -> dict[str, tuple[Any, Any]] | None:
    """The range of each axis, both ends included, within which this verdict holds, and nowhere else.

    Axes along which it holds everywhere are left out, so {} is everywhere. None where it holds nowhere, or in no such
    rectangle.
    """
    holds = (rows["verdict"] == verdict).to_numpy()
    if not holds.any():
        return None
    inside, ranges = np.ones(len(rows), dtype=bool), {}
    for axis in axes:
        places = rows[axis].map(place).to_numpy()
        low, high = places[holds].min(), places[holds].max()
        inside &= (low <= places) & (places <= high)
        if (low, high) != (places.min(), places.max()):
            ranges[axis] = (rows[axis].to_numpy()[places == low][0], rows[axis].to_numpy()[places == high][0])
    return ranges if (inside == holds).all() else None


def place(value: Any) -> float:
    """Where a value lies on its axis; every label there is lies above any number of them."""
    return float("inf") if value is None or pd.isna(value) else float(value)


def _row(runs: pd.DataFrame, margin: float, strategy: str) -> dict[str, Any]:
    summary = summarise(runs, margin)
    found = summary[summary["gain"].notna()]
    found = found[found["strategy"] == strategy] if strategy else found
    for verdict in (HELPS, OPEN, SAME, HURTS):
        some = found[found["verdict"] == verdict]
        if len(some):
            return some.sort_values("gain").iloc[-1][COLUMNS].to_dict()
    return {}
