"""The mean distance between the predicted and the true number, in the label's own unit."""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined


@defined
def measure(truth: np.ndarray, prediction: np.ndarray) -> float:
    return np.abs(truth - prediction).mean()


METRIC = Metric("Mean absolute error", frozenset({"regression"}), measure, higher_is_better=False, unit="label")
