"""The label budgets of an experiment, and which of its runs have something to compare."""

from __future__ import annotations

import pandas as pd

from tlcore import catalog
from tlcore.measure.statistics import beside


def finished(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that have a score, those of a ceiling beside every label budget."""
    return beside(runs[runs["state"].isin(["done", "stopped"]) & runs["test_score"].notna()])


def budgets_of(frame: pd.DataFrame) -> list[int | None]:
    """Every label budget in a frame, the smallest first; None, every label there is, comes last."""
    budgets = [None if pd.isna(count) else int(count) for count in frame["labels"].unique()]
    return sorted(budgets, key=lambda count: (count is None, count or 0))


def usual(budgets: list[int | None], scenario: str) -> int | None:
    """The budget to speak of first: the one the scenario's story is about, else the largest."""
    own = catalog.scenarios()[scenario].budget if scenario in catalog.scenarios() else None
    return own if own in budgets else budgets[-1]


def of_budget(table: pd.DataFrame, labels: int | None) -> pd.DataFrame:
    """The rows of one label budget; None is every label there is."""
    return table[table["labels"].isna() if labels is None else table["labels"] == labels]
