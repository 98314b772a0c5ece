"""What the metrics have in common: when a score is defined, and scores of one class against the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

import numpy as np

Measure = Callable[[np.ndarray, np.ndarray], float]


def defined(measure: Measure) -> Measure:
    """The same measure, NaN where there is nothing to measure: no example, or a prediction that is no number."""

    @wraps(measure)
    def guarded(truth: np.ndarray, prediction: np.ndarray) -> float:
        truth, prediction = np.asarray(truth), np.asarray(prediction, dtype=np.float64)
        truth = truth.astype(np.float64) if truth.dtype.kind == "f" else truth
        if len(truth) == 0 or not np.isfinite(prediction).all():
            return float("nan")
        return float(measure(truth, prediction))

    return guarded


def one_against_rest(truth: np.ndarray, probabilities: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Per question "is it this class?": who is (N,) bool, and how likely each was held to be (N,).

    Two classes are one question, about the event at position 1. With more, every class that some
    examples have and others have not is a question; about the rest nothing can be said.
    """
    for position in [1] if probabilities.shape[1] == 2 else range(probabilities.shape[1]):
        is_it = truth == position
        if is_it.any() and not is_it.all():
            yield is_it, probabilities[:, position]


def mean_over_questions(truth: np.ndarray, probabilities: np.ndarray, measure: Measure) -> float:
    """The mean of a two-class measure over the questions of `one_against_rest`; NaN where there is none."""
    answers = [measure(is_it, held) for is_it, held in one_against_rest(truth, probabilities)]
    return float(np.mean(answers)) if answers else float("nan")


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """How many of each true class (rows) were taken for each class (columns): (C, C) integers."""
    pairs = np.asarray(truth, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def precision_recall_steps(is_it: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and threshold at every distinct score, from the strictest threshold down, each (K,).

    Examples with equal scores enter together, so their order does not matter. At least one example is positive.
    """
    order = np.argsort(-held, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(held[order])), len(held) - 1)
    found = np.cumsum(is_it[order])[ends]
    return found / (ends + 1), found / is_it.sum(), held[order][ends]
