"""The share of the label's variance that is explained: 1 is perfect, 0 is no better than the mean, below 0 worse.

NaN where the true numbers are all equal: there is no variance to explain.
"""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined


@defined
def measure(truth: np.ndarray, prediction: np.ndarray) -> float:
    if np.ptp(truth) == 0:
        return float("nan")
    return 1 - ((truth - prediction) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()


METRIC = Metric("R²", frozenset({"regression"}), measure)
