"""The mean squared distance between the probabilities and what came true (Brier, 1950).

Two classes: (p - y)^2 of the event, 0 to 1. More: summed over the classes, 0 to 2.
"""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    came_true = truth[:, None] == np.arange(probabilities.shape[1])
    squares = (probabilities - came_true) ** 2
    return squares[:, 1].mean() if probabilities.shape[1] == 2 else squares.sum(axis=1).mean()


METRIC = Metric("Brier score", frozenset({"binary", "multiclass"}), measure, higher_is_better=False)
