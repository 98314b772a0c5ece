"""Who is right where another is wrong? The sentence, from what the seeds of both say together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.charts import style
from tlcore.measure.mistakes import BOTH, NEITHER, ONLY_FIRST, ONLY_SECOND, mcnemar
from tlcore.words import _

SURE = 0.05


def cell(name: str, first: str, second: str) -> str:
    """One of the four cells as a reader calls it."""
    return {
        BOTH: _("Both right"),
        ONLY_FIRST: _("Only {strategy} right", strategy=style.title(first)),
        ONLY_SECOND: _("Only {strategy} right", strategy=style.title(second)),
        NEITHER: _("Both wrong"),
    }[name]


def answer(counts: dict[str, int], first: str, second: str) -> str:
    """Who is right more often where only one is, and whether that may be luck."""
    mine, yours = counts[ONLY_FIRST], counts[ONLY_SECOND]
    names = {"first": style.title(first), "second": style.title(second)}
    told = _("{second} is right and {first} wrong in {yours} cases, the other way round in {mine}", **names,
             mine=f"{mine:,}", yours=f"{yours:,}")  # fmt: skip
    p_value = mcnemar(mine, yours)
    chance = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    if p_value < SURE:
        return _("{told}: more uneven than chance allows (McNemar's exact test, {p}).", told=told, p=chance)
    return _("{told}: no more uneven than chance allows (McNemar's exact test, {p}).", told=told, p=chance)


def closer(both: pd.DataFrame, first: str, second: str) -> str:
    """How often the second is closer where the first is farthest off, from rows of `crossed`."""
    better = int(np.sum(both["off_second"].abs() < both["off_first"].abs()))
    return _("Of the {n} largest errors of {first}, {second} is closer in {better}.", n=len(both),
             first=style.title(first), second=style.title(second), better=better)  # fmt: skip
