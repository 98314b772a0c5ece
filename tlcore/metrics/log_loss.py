"""The mean of -log of the probability given to the true class, in nats.

Probabilities are held at least 1e-7 from 0 (what a 32-bit softmax resolves), so that one certain mistake
costs 16, not infinity.
"""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined

LEAST = 1e-7


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    given = probabilities[np.arange(len(truth)), truth.astype(np.int64)]
    return -np.log(np.clip(given, LEAST, 1.0)).mean()


METRIC = Metric("Log loss", frozenset({"binary", "multiclass"}), measure, higher_is_better=False)
