"""How often a random positive is ranked above a random negative; ties count half. Chance is 0.5.

With more than two classes: the mean over classes of each against the rest, classes absent from the
truth left out. NaN where the truth holds one class only.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from tlcore.catalog import Metric
from tlcore.measure.scores import defined, mean_over_questions


def _area(is_it: np.ndarray, held: np.ndarray) -> float:
    positives, negatives = is_it.sum(), (~is_it).sum()
    return (rankdata(held)[is_it].sum() - positives * (positives + 1) / 2) / (positives * negatives)


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return mean_over_questions(truth, probabilities, _area)


METRIC = Metric("ROC-AUC", frozenset({"binary", "multiclass"}), measure)
