"""A single column that predicts the label almost perfectly: it probably holds the answer.

Judged by what a depth-limited tree (numbers) or the mean of each category makes of the column alone, each fifth of
the rows predicted from the other four: area under the ROC curve for classes, R2 for numbers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files import lists
from tlcore.files.checks.after_event import filled_as_event
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import few, frame
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
AUC, R2 = 0.97, 0.9  # the best honest column of all tables tried reaches 0.86 (simulated), 0.75 and 0.51 (public ones)
SLACK = 0.1  # a column so far below, predicted from its own rows, needs no second look
ROWS, LEAST, LEAST_OF_A_CLASS = 3000, 50, 10  # looked at; fewer say nothing
FOLDS, BINS, DEPTH = 5, 64, 6


def check(data: Situation, found: Findings) -> None:
    limit = R2 if data.regression else AUC
    parts = {"source": few(data.source, ROWS), "target": few(data.target, ROWS)}
    for column in frame(data.source).columns:
        figures = {
            role: alone(frame(part)[column], np.asarray(part.labels), data.regression, limit - SLACK)
            for role, part in parts.items()
        }
        known = {role: figure for role, figure in figures.items() if figure is not None}
        if not known or max(known.values()) < limit or column == data.places or filled_as_event(data, column):
            continue
        found.warn(
            _("Column '{column}' alone predicts '{label}' almost perfectly ({measure} {source} in the source, {target} "
              "in the target).", column=column, label=data.label, measure="R2" if data.regression else "ROC AUC",
              **{role: _("too few rows") if value is None else f"{value:.3f}" for role, value in figures.items()}),
            where=str(column),
            remedy=_("It probably holds the answer, or is known only once the answer is; leave it out unless it is "
                     "known when a prediction is needed."),
            fix=Fix("ignore", lists.entry(str(column))),
        )  # fmt: skip


def alone(values: pd.Series, labels: np.ndarray, regression: bool, worth: float = 0.0) -> float | None:
    """How well this column alone predicts the labels, on rows not learnt from; None where there are too few.

    Area under the ROC curve (the mean over classes where there are more than two), or R2. Below ``worth``, judged by
    the rows learnt from, it is that figure.
    """
    truth = _truth(labels, regression)
    if truth is None:
        return None
    numeric = pd.api.types.is_numeric_dtype(values)
    codes = _codes(values, numeric)
    figure = _judged(truth, _means(codes, truth, codes), regression)
    if figure < worth:
        return figure
    fold = np.random.default_rng(0).permutation(len(values)) % FOLDS
    predicted = np.zeros_like(truth)
    filled = values.fillna(values.min() - 1 if values.notna().any() else 0).to_numpy()[:, None] if numeric else None
    for held in range(FOLDS):
        rest, out = fold != held, fold == held
        predicted[out] = (
            _tree(filled[rest], truth[rest], filled[out]) if filled is not None
            else _means(codes[rest], truth[rest], codes[out])
        )  # fmt: skip
    return _judged(truth, predicted, regression)


def _truth(labels: np.ndarray, regression: bool) -> np.ndarray | None:
    """The labels as columns: one number, or one indicator a class (of two classes, one)."""
    if len(labels) < LEAST:
        return None
    if regression:
        numbers = labels.astype(float)
        return numbers[:, None] if numbers.std() else None
    classes, counts = np.unique(labels.astype(str), return_counts=True)
    known = classes[counts >= LEAST_OF_A_CLASS]
    if len(known) < 2:
        return None
    return (labels.astype(str)[:, None] == known[: 1 if len(classes) == 2 else None]).astype(float)


def _codes(values: pd.Series, numeric: bool) -> np.ndarray:
    """A whole number for each value: its category, or the bin of its rank; missing ones have their own."""
    if numeric:
        return np.nan_to_num(values.rank(pct=True).to_numpy() * BINS, nan=BINS + 1.0).astype(int)
    return pd.factorize(values)[0] + 1


def _means(codes: np.ndarray, truth: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The mean of each label column over the rows with the same code; over all rows where the code is new."""
    size = int(max(codes.max(), asked.max())) + 1
    counts = np.bincount(codes, minlength=size)
    sums = np.column_stack([np.bincount(codes, column, minlength=size) for column in truth.T])
    means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], truth.mean(axis=0))
    return means[asked]


def _tree(known: np.ndarray, truth: np.ndarray, asked: np.ndarray) -> np.ndarray:
    from sklearn.tree import DecisionTreeRegressor

    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=3, random_state=0).fit(known, truth)
    return tree.predict(asked).reshape(len(asked), -1)


def _judged(truth: np.ndarray, predicted: np.ndarray, regression: bool) -> float:
    if regression:
        return float(1 - ((truth - predicted) ** 2).mean() / truth.var())
    from scipy.stats import rankdata

    ranks, events = rankdata(predicted, axis=0), truth.sum(axis=0)
    above = (ranks * truth).sum(axis=0) - events * (events + 1) / 2  # pairs of an event and another, the event ahead
    return float((above / (events * (len(truth) - events))).mean())
