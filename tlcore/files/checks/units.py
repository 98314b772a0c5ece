"""Units suspected: the same distribution in source and target, apart from a factor such as 1000, 60 or 3.6."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files import lists
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import frame
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
FACTORS = (3.6, 7, 10, 12, 24, 60, 100, 1000, 3600, 1e4, 1e6)  # speed, time, powers of ten
NEAR = 1.25  # how far from such a factor the ratio of the two places may lie: they differ a little besides
SHAPE = 1.35  # and how far each tenth of the two distributions, once the ratio is taken out
APART = 0.8  # the least largest difference of the two distribution functions: what overlaps has one unit
LEAST, LEAST_DIFFERENT = 30, 10  # values, and different ones


def check(data: Situation, found: Findings) -> None:
    source, target = frame(data.source), frame(data.target)
    for column in source.columns:
        factor = ratio(source[column], target[column])
        if factor is None:
            continue
        shown = f"{factor:g}" if factor >= 1 else f"1/{1 / factor:g}"
        found.warn(
            _("Column '{column}' has a median of {source:.4g} in the source and {target:.4g} in the target, and else "
              "the same shape: the units may differ by {factor}.", column=column, source=source[column].median(),
              target=target[column].median(), factor=shown),
            where=str(column),
            remedy=_("Multiply the target by {factor}, if so.", factor=shown),
            fix=Fix("scale", lists.entry(str(column), f"{factor:g}")),
        )  # fmt: skip


def ratio(source: pd.Series, target: pd.Series) -> float | None:
    """What to multiply the target by to bring it to the unit of the source; None where nothing speaks for one."""
    if not pd.api.types.is_numeric_dtype(source):
        return None
    here, there = (np.sort(values.dropna().to_numpy(dtype=float)) for values in (source, target))
    for values in (here, there):
        if len(values) < LEAST or len(np.unique(values)) < LEAST_DIFFERENT or (values > 0).mean() < 0.95:
            return None
    tenths = np.linspace(0.1, 0.9, 9)
    apart = np.log(np.quantile(here, tenths)) - np.log(np.quantile(there, tenths))
    usual = float(np.median(apart))
    known = min(FACTORS, key=lambda factor: abs(np.log(factor) - abs(usual)))
    if abs(np.log(known) - abs(usual)) > np.log(NEAR) or np.abs(apart - usual).max() > np.log(SHAPE):
        return None
    edges = np.concatenate([here, there])
    overlap = np.searchsorted(here, edges, "right") / len(here) - np.searchsorted(there, edges, "right") / len(there)
    if np.abs(overlap).max() < APART:
        return None
    return known if usual > 0 else 1 / known
