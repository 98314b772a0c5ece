"""The mean F1 over classes, each the harmonic mean of its precision and recall.

A class counts when it is true somewhere or predicted somewhere; one that is only ever predicted has F1 0.
"""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import confusion, defined


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    table = confusion(truth, probabilities.argmax(axis=1), probabilities.shape[1])
    true_or_predicted = table.sum(axis=0) + table.sum(axis=1)
    counts = true_or_predicted > 0
    return (2 * np.diag(table)[counts] / true_or_predicted[counts]).mean()


METRIC = Metric("Macro F1", frozenset({"binary", "multiclass"}), measure)
