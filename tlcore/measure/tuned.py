"""What settings are worth: while they are chosen, by validation labels; once they are, by test labels and fresh seeds.

The best of many trials looks better than it is: luck helped to choose it, the more so the fewer the validation labels.
A trial's value is therefore the mean over several seeds, each with labels of its own, and what won is judged again
where luck has had no say: on the test set, with seeds that no trial has seen, against the settings it has to beat. That
comparison is one, planned in advance, so its interval is Student's of the paired differences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.measure.gain import LEAST_SEEDS, OPEN, band, by_seed, verdict
from tlcore.measure.statistics import standard_error, t_interval

ENDED = ["done", "stopped"]


class Compared(NamedTuple):
    """``gain``: of the settings that won over those as they were, positive is better; in the metric's natural unit."""

    gain: float
    low: float
    high: float
    verdict: str
    pairs: int
    own: float  # mean test score of the settings as they were
    won: float
    metric: str
    margin: float


def value(runs: pd.DataFrame, metric: str) -> tuple[float, float]:
    """What a trial is worth, more is better: mean validation score over seeds, and its standard error.

    NaN where a run has failed, or where more than half of the seeds have no score. Test scores are not looked at.
    """
    scores = runs["valid_score"].to_numpy(dtype=float)
    known = scores[np.isfinite(scores)]
    if not runs["state"].isin(ENDED).all() or 2 * len(known) < len(scores) or not len(known):
        return float("nan"), float("nan")
    error = standard_error(known) if len(known) > 1 else float("nan")
    return catalog.metric(metric).sign * float(known.mean()), error


def compared(own: pd.DataFrame, won: pd.DataFrame, seen: int, metric: str, margin: float) -> Compared:
    """Test scores of the settings that won against those as they were, on the seeds from ``seen`` on.

    ``margin``: the smallest difference that matters, as in `tlcore.measure.gain`.
    """
    first, second = (scores[scores.index >= seen] for scores in (by_seed(own), by_seed(won)))
    gains = catalog.metric(metric).sign * (second - first).dropna().to_numpy()
    gain, low, high = t_interval(gains)
    beyond = band(catalog.metric(metric), margin, float(first.mean()))
    said = OPEN if len(gains) < LEAST_SEEDS else verdict(low, high, beyond)
    return Compared(gain, low, high, said, len(gains), first.mean(), second.mean(), metric, beyond)
