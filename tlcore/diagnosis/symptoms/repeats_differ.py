"""The same strategy with other labels and other first weights gives another score."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence, percent
from tlcore.diagnosis.finding import Finding
from tlcore.measure.convergence import UNSTABLE
from tlcore.words import _

TITLE, PLACE = "Repeats that differ", 75

FLOOR = "frequency_table"  # no learner


def look(seen: Evidence) -> Finding | None:
    names = [name for name in seen.flagged("unstable", seen.deciding) if seen.enough(name) and name != FLOOR]
    names = [name for name in names if seen.table.loc[name, "spread"] > seen.rows.loc[name, "margin"]]
    if not names:
        return None
    names.sort(key=lambda name: -seen.table.loc[name, "spread"])
    first = seen.table.loc[names[0]]
    relative = first["relative_spread"]
    sentence = _(
        "{strategy}: with other labels and first weights the score differs by more than {limit}. Its standard "
        "deviation is {spread} around {mean} ({share}).",
        limit=percent(UNSTABLE), strategy=seen.called(names[0]), spread=f"{first['spread']:.3g}",
        mean=f"{seen.rows.loc[names[0], 'mean']:.3g}", share=percent(relative) if relative < 1 else f"> {percent(1)}",
    )  # fmt: skip
    return Finding(
        "repeats_differ", _(TITLE), tuple(names), False, seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.more_seeds(seen),
            remedies.more_labels(seen),
            remedies.strategy(seen, "l2_sp", "feature_extraction"),
        ),
    )  # fmt: skip
