"""Strategies that are surely worse than always giving the target's usual answer."""

from __future__ import annotations

import numpy as np

from tlcore import catalog
from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.gain import scores_of
from tlcore.measure.statistics import t_interval
from tlcore.words import _

TITLE, PLACE = "Worse than the frequency table", 35

FLOOR = "frequency_table"


def look(seen: Evidence) -> Finding | None:
    scores = scores_of(seen.runs)
    if FLOOR not in scores:
        return None
    floor = scores[FLOOR]
    sign = catalog.metric(seen.experiment.metric).sign
    below = {}
    for name in seen.flagged("below frequency table", seen.transfers):
        apart = sign * (scores[name] - floor)
        mean, _low, high = t_interval(apart[~np.isnan(apart)])
        if high < 0 and seen.enough(name):
            below[name] = mean
    if not below:
        return None
    names = sorted(below, key=below.__getitem__)
    sentence = _(
        "{strategy} is worse than always giving the most usual answer: {score} against {floor}.",
        strategy=seen.called(names[0]), score=f"{np.nanmean(scores[names[0]]):.3f}", floor=f"{np.nanmean(floor):.3f}",
    )  # fmt: skip
    return Finding(
        "below_frequency_table", _(TITLE), tuple(names), True, seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.strategy(seen, "source_selection"),
            remedies.strategy(seen, "score_regression", "embedded_regression"),
            remedies.learning_rate(seen, names, 0.3),
            remedies.more_labels(seen),
        ),
    )  # fmt: skip
