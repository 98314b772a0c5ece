"""What is it worth? Every run's profit at the threshold its validation labels choose, read once on the test set.

**The threshold is never chosen on test.** A run's own validation examples choose it, where they hold enough of both
classes (`ENOUGH`); else it follows from the payoffs alone, p* (`tlcore.measure.payoffs`). The best threshold in
hindsight, found on test, is beside it, never in a comparison. Of numbers the same: the shift of the prediction.

**Money is compared as scores are**: paired by seed against the best model without transfer, with Student t intervals,
Holm's procedure over strategies and no margin (`tlcore.measure.gain`). Intervals speak of other samples of labels and
other initial weights on this one test set.

Everything works on ladders of thresholds (`tlcore.measure.rungs`), so nothing here waits for a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tlcore.catalog import Metric
from tlcore.measure.gain import summarise
from tlcore.measure.ladders import Errors, Ladder, Ladders
from tlcore.measure.payoffs import ErrorCosts, Payoffs, Worth
from tlcore.measure.statistics import by_strategy, t_intervals
from tlcore.situation import VALID_SHARE

ENOUGH = 20  # validation examples of either class: with fewer, p* is the better choice (docs/decisions/0060)
VALID, BY_PAYOFFS = "validation", "payoffs"  # who chose a threshold or a shift
MONEY = Metric("Profit per 1,000 cases", frozenset({"binary", "multiclass", "regression"}), lambda *_: np.nan)
GRID = np.unique(np.concatenate([np.linspace(0, 1, 101), np.geomspace(1e-3, 1, 60)]).round(5))
COLUMNS = ["run", "strategy", "labels", "seed", "state", "metric", "seconds", "chosen_by", "threshold", "profit",
           "hindsight", "named", "recall", "precision"]  # fmt: skip


class Flat(NamedTuple):
    """What the test set is worth without any model, per 1,000 cases, and what it holds."""

    all: float
    none: float
    cases: int
    events: int

    @property
    def best(self) -> float:
        return max(self.all, self.none)


def flat(found: Ladders, payoffs: Payoffs) -> Flat:
    """Treat all, and treat none; every run was judged on the same test set. Raises `ValueError` without any run."""
    for parts in found.values():
        test: Ladder = parts["test"]
        size = test.cases, test.events
        return Flat(float(payoffs.profit(*size, *size)), float(payoffs.profit(0, 0, *size)), *size)
    raise ValueError("No run has a ladder of thresholds on the test set.")


def outcomes(found: Ladders, runs: pd.DataFrame, worth: Worth) -> pd.DataFrame:
    """One row per finished run with a ladder, in the order of ``runs``.

    ``run, strategy, labels, seed, state, metric, seconds, chosen_by, threshold, profit, hindsight, named, recall,
    precision``. ``profit`` is money per 1,000 test cases (of numbers: minus the cost of the errors) at the
    ``threshold`` (of numbers: the shift added to every prediction) that ``chosen_by`` names; ``hindsight`` what the
    best one on test would have brought. ``named``: the share of cases named; it, recall and precision are NaN for
    numbers. Raises `ValueError` for payoffs under which nothing is to be decided: their ``objection`` says so.
    """
    if worth.objection:
        raise ValueError(worth.objection)
    done = runs[runs["state"].isin(["done", "stopped"]) & runs["run"].isin(list(found))]
    rows = []
    for told in done[COLUMNS[:7]].itertuples(index=False, name=None):
        parts = found[told[0]]
        seen = _of_classes(parts, worth) if isinstance(worth, Payoffs) else _of_numbers(parts, worth, told[2])
        rows.append((*told, *seen))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"labels": object, "profit": float})


def worth_of(outcomes: pd.DataFrame, margin: float = 0.0) -> pd.DataFrame:
    """The summary frame (`tlcore.measure.gain.summarise`) of money instead of scores.

    ``mean, ci_low, ci_high``: profit per 1,000 cases; ``gain, gain_low, gain_high``: what it is above the best model
    without transfer, paired by seed; ``verdict``: whether that is sure. ``margin``: the smallest sum that matters.
    """
    return summarise(outcomes.assign(test_score=outcomes["profit"]), margin, MONEY)


def against(found: Ladders, runs: pd.DataFrame, worth: Worth) -> pd.DataFrame:
    """`curve` of thresholds, or of numbers `shifted`."""
    return curve(found, runs, worth) if isinstance(worth, Payoffs) else shifted(found, runs, worth)


def curve(found: Ladders, runs: pd.DataFrame, payoffs: Payoffs, thresholds: np.ndarray = GRID) -> pd.DataFrame:
    """Profit per 1,000 test cases at every threshold: ``strategy, threshold, profit, low, high, n``.

    The mean over each strategy's runs with a 95 % t-band, NaN for one run. Pass the runs of one label budget.
    """

    def profit(run: str) -> np.ndarray | float:
        test: Ladder = found[run]["test"]
        return payoffs.profit(*test.at(thresholds), test.cases, test.events)

    return _banded(runs[runs["run"].isin(list(found))], thresholds, profit)


def shifted(found: Ladders, runs: pd.DataFrame, costs: ErrorCosts, steps: int = 61) -> pd.DataFrame:
    """Where a number is predicted: minus the cost per 1,000 cases when all predictions are shifted alike.

    Columns as of `curve`; ``threshold`` is what is added, in the label's unit, over the middle 90 % of the errors.
    """
    kept = runs[runs["run"].isin(list(found))]
    ends = [-np.interp([0.95, 0.05], found[run]["test"].level, found[run]["test"].error) for run in kept["run"]]
    first, last = np.median(ends, axis=0) if ends else (0.0, 0.0)
    added = np.linspace(first, last, steps)
    return _banded(kept, added, lambda run: [-costs.cost(found[run]["test"].error + one) for one in added])


def chosen(valid: Ladder | None, payoffs: Payoffs) -> tuple[float, str]:
    """The threshold, and who chose it: the validation part where it holds `ENOUGH` of both classes, else the payoffs.

    Between the score of the last case worth naming and the next; of equally good ones the nearest to p*.
    """
    if valid is None or min(valid.events, valid.cases - valid.events) < ENOUGH:
        return payoffs.threshold, BY_PAYOFFS
    profit = np.asarray(payoffs.profit(valid.named, valid.hits, valid.cases, valid.events))
    between = np.append((valid.threshold[:-1] + valid.threshold[1:]) / 2, -np.inf)  # the last names everybody
    best = np.flatnonzero(profit >= profit.max() - 1e-9 * np.ptp(profit))
    return float(between[best[np.abs(between[best] - payoffs.threshold).argmin()]]), VALID


def shift(valid: Errors | None, costs: ErrorCosts, labels: object) -> tuple[float, str]:
    """What to add to every prediction so that the validation errors cost least, and who chose it.

    Too few labels to choose by (a share of the budget, fewer than `ENOUGH`), or none kept: no shift.
    """
    few = not pd.isna(labels) and round(VALID_SHARE * int(labels)) < ENOUGH  # type: ignore[call-overload]
    if valid is None or few:
        return 0.0, BY_PAYOFFS
    return -float(np.interp(1 - costs.level, valid.level, valid.error)), VALID


def who_chose(outcomes: pd.DataFrame) -> float:
    """The share of runs whose threshold, or shift, their validation labels chose."""
    return float((outcomes["chosen_by"] == VALID).mean()) if len(outcomes) else np.nan


def _banded(runs: pd.DataFrame, at: np.ndarray, profit: Callable[[str], Any]) -> pd.DataFrame:
    """The profit of each run at the same places, as the mean of its strategy with a 95 % t-band."""
    rows = []
    for strategy, some in by_strategy(runs):
        mean, low, high, n = t_intervals(np.array([profit(run) for run in some["run"]]))
        band = {"profit": mean, "low": low, "high": high, "n": n}
        rows.append(pd.DataFrame({"strategy": strategy, "threshold": at, **band}))
    columns = ["strategy", "threshold", "profit", "low", "high", "n"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _of_classes(parts: Mapping[str, Ladder], payoffs: Payoffs) -> tuple[Any, ...]:
    test = parts["test"]
    threshold, by = chosen(parts.get("valid"), payoffs)
    named, hits = map(float, test.at(threshold))
    profit = payoffs.profit(named, hits, test.cases, test.events)
    best = np.max(payoffs.profit(test.named, test.hits, test.cases, test.events))
    recall, precision = hits / test.events if test.events else np.nan, hits / named if named else np.nan
    return by, threshold, profit, max(best, profit), named / test.cases, recall, precision


def _of_numbers(parts: Mapping[str, Errors], costs: ErrorCosts, labels: object) -> tuple[Any, ...]:
    test = parts["test"]
    added, by = shift(parts.get("valid"), costs, labels)
    best = -np.interp(1 - costs.level, test.level, test.error)
    return by, added, -costs.cost(test.error + added), -costs.cost(test.error + best), np.nan, np.nan, np.nan
