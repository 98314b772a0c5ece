"""The root of the mean squared distance to the true number, in the label's own unit; large misses weigh more."""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined


@defined
def measure(truth: np.ndarray, prediction: np.ndarray) -> float:
    return np.sqrt(((truth - prediction) ** 2).mean())


METRIC = Metric("Root mean squared error", frozenset({"regression"}), measure, higher_is_better=False, unit="label")
