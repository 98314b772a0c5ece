"""The area under the precision-recall curve as a sum of steps, (R_i - R_{i-1}) P_i. Chance is the prevalence.

The trapezoid rule would be optimistic (Davis and Goadrich, 2006). With more than two classes: the mean
over classes of each against the rest, classes absent from the truth left out. NaN where the truth holds
one class only.
"""

from __future__ import annotations

import numpy as np

from tlcore.catalog import Metric
from tlcore.measure.scores import defined, mean_over_questions, precision_recall_steps


def _area(is_it: np.ndarray, held: np.ndarray) -> float:
    precision, recall, _thresholds = precision_recall_steps(is_it, held)
    return (np.diff(recall, prepend=0.0) * precision).sum()


@defined
def measure(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return mean_over_questions(truth, probabilities, _area)


METRIC = Metric("Average precision (PR-AUC)", frozenset({"binary", "multiclass"}), measure)
