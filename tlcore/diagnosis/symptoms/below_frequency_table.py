"""Strategies that are surely worse than always giving the target's usual answer."""

from __future__ import annotations

import pandas as pd

from tlcore import catalog
from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.statistics import t_interval
from tlcore.words import _

TITLE, PLACE = "Worse than the frequency table", 35

FLOOR = "frequency_table"


def look(seen: Evidence) -> Finding | None:
    floor = _by_seed(seen, FLOOR)
    sign = catalog.metric(seen.experiment.metric).sign
    below = {}
    for name in seen.flagged("below frequency table", seen.transfers):
        mean, _low, high = t_interval((sign * (_by_seed(seen, name) - floor)).dropna().to_numpy())
        if high < 0 and seen.enough(name):
            below[name] = mean
    if not below:
        return None
    names = sorted(below, key=below.__getitem__)
    sentence = _(
        "{strategy} is worse than always giving the most usual answer: {score} against {floor}.",
        strategy=seen.called(names[0]), score=f"{_by_seed(seen, names[0]).mean():.3f}", floor=f"{floor.mean():.3f}",
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


def _by_seed(seen: Evidence, strategy: str) -> pd.Series:
    some = seen.runs[seen.runs["strategy"] == strategy].drop_duplicates("seed", keep="last")
    return some.set_index("seed")["test_score"].astype(float)
