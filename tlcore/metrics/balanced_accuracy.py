"""The mean recall over the classes the truth holds: every class counts the same, however rare."""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import confusion, defined


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    table = confusion(truth, probabilities.argmax(axis=1), probabilities.shape[1])
    sizes = table.sum(axis=1)
    return (np.diag(table)[sizes > 0] / sizes[sizes > 0]).mean()


METRIC = Metric("Balanced accuracy", frozenset({"binary", "multiclass"}), measure)
