"""Does the source's model say anything about the target's labels, and do the inputs themselves, before any training?

A linear model of the source answers about the target's labelled cases; LEEP and NCE say how much its answers tell of
their labels, LogME, H-score and the class separation how much the input features do. Each stands beside what the same
cases show with their labels shuffled. They only rank sources and features on the same data: the scale moves with the
number of examples, features and classes, so a score says nothing by itself, and no score is a gain. None of them minds
which answer means which label: a source that says the opposite tells as much as one that is right.

Where labels follow the inputs, whatever leans on these in any way goes with the labels a little: a source has something
to say only where it tells more than sources whose own labels were shuffled, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.measure import separation, transferability
from tlcore.measure.features import matrix
from tlcore.situation import Examples, Situation, hold_out, split, together

Measure = Callable[[np.ndarray, np.ndarray], float]  # of answers or features, and labels

COLUMNS = ["measure", "of", "value", "floor", "p_value", "n"]
OF_SOURCE, OF_INPUTS = "source", "inputs"
ROWS_AT_MOST, CASES_AT_MOST = 1_000, 500  # of the source, and of the target's labelled cases
SHUFFLES, SOURCES = 199, 99  # of the target's labels, and of the source's, for each of which a model is fitted
QUANTILE = 0.99
OF_ANSWERS: dict[str, Measure] = {
    "leep": transferability.leep, "nce": lambda told, labels: transferability.nce(told.argmax(axis=1), labels),
}  # fmt: skip
OF_NUMBERS: dict[str, Measure] = {"logme": transferability.logme}
OF_CLASSES: dict[str, Measure] = {
    "logme": transferability.logme, "h_score": transferability.h_score, "scatter_ratio": separation.scatter_ratio,
    "silhouette": separation.silhouette, "class_distance": separation.class_distance,
}  # fmt: skip


def relevance(situation: Situation, labels: int, seed: int = 0) -> pd.DataFrame:
    """One row per measure: ``measure, of, value, floor, p_value, n``.

    Of the target so many labels are looked at, or all there are: those that a run with this seed may use. ``of`` is
    "source" where the answers of the source's model are judged, "inputs" where the features are. ``floor`` is what 99
    of 100 shuffles of the target's labels stay below, ``p_value`` the share of them that reach the value; for a source
    the same with its own labels shuffled, whichever is higher. For numbers there is LogME only. What is not defined is
    left out, such as a silhouette with one case of every class, or the source where one class of it is drawn; no rows
    where there are not two labels of each class.

    Raises `Unusable` where the inputs are of different kinds.
    """
    rng = np.random.default_rng(seed)
    pool, _test = hold_out(situation)
    try:
        hand = split(situation, min(labels, len(pool)), seed)
    except Unusable:
        return pd.DataFrame(columns=COLUMNS)
    cases = _few(together(*hand.labelled), CASES_AT_MOST, rng)
    source = _few(situation.source, ROWS_AT_MOST, rng)
    truth = np.asarray(cases.labels, dtype=float if situation.regression else str)
    *here, inputs = matrix(*([source] if len(source) else []), cases, limit=ROWS_AT_MOST, seed=seed)
    rows = []
    named = np.asarray(source.labels, dtype=str)
    if here and not situation.regression and len(np.unique(named)) > 1:
        told = _answers(here[0], named, inputs)
        others = [_answers(here[0], rng.permutation(named), inputs) for _ in range(SOURCES)]
        for name, measure in OF_ANSWERS.items():
            by_source = np.array([measure(one, truth) for one in others])
            rows.append(_row(name, OF_SOURCE, partial(measure, told), truth, rng, by_source))
    for name, measure in (OF_NUMBERS if situation.regression else OF_CLASSES).items():
        rows.append(_row(name, OF_INPUTS, partial(measure, inputs), truth, rng))
    return pd.DataFrame(rows, columns=COLUMNS).dropna(subset="value", ignore_index=True)


def _row(
    name: str,
    of: str,
    measure: Callable[[np.ndarray], float],
    truth: np.ndarray,
    rng: np.random.Generator,
    *others: np.ndarray,
) -> dict[str, Any]:
    """A measure beside what it shows of shuffled labels, and beside ``others``: the highest floor counts."""
    value = measure(truth)
    chances = [np.array([measure(rng.permutation(truth)) for _ in range(SHUFFLES)]), *others]
    p_value = max((1 + (chance >= value - 1e-12).sum()) / (1 + len(chance)) for chance in chances)
    floor = max(float(np.quantile(chance, QUANTILE, method="higher")) for chance in chances)
    return {"measure": name, "of": of, "value": value, "floor": floor, "p_value": float(p_value), "n": len(truth)}


def _answers(source: np.ndarray, labels: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """The source's classes in probabilities, (N, Z)."""
    from sklearn.linear_model import LogisticRegression

    return np.asarray(LogisticRegression(C=0.3, tol=1e-3, max_iter=500).fit(source, labels).predict_proba(inputs))


def _few(examples: Examples, at_most: int, rng: np.random.Generator) -> Examples:
    return examples.take(np.sort(rng.permutation(len(examples))[:at_most]))
