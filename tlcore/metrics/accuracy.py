"""The share of examples whose most probable class is the true one. Misleading when a class is rare."""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return (probabilities.argmax(axis=1) == truth).mean()


METRIC = Metric("Accuracy", frozenset({"binary", "multiclass"}), measure)
