"""Strategies that are surely worse than the best model without transfer: the verdict says so."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.gain import HURTS
from tlcore.words import _

TITLE, PLACE = "Negative transfer", 30


def look(seen: Evidence) -> Finding | None:
    rows = seen.rows[seen.rows["verdict"] == HURTS].sort_values("gain")
    if rows.empty:
        return None
    worst, names = rows.iloc[0], list(rows["strategy"])
    sentence = _(
        "What the source taught does harm with {strategy}: {gain} against {baseline}.",
        strategy=seen.called(names[0]), gain=seen.amount(worst["gain"]), baseline=seen.called(worst["baseline"]),
    )  # fmt: skip
    return Finding(
        "negative_transfer", _(TITLE), tuple(names), not seen.promising, seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.strategy(seen, "source_selection"),
            remedies.strategy(seen, "score_regression"),
            remedies.strategy(seen, "l2_sp", "embedded_regression"),
            remedies.strategy(seen, "deep_coral", "dann"),
        ),
    )  # fmt: skip
