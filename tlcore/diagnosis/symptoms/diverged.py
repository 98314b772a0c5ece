"""A loss that ran away, or weights that were no longer numbers: the learning rate is too high."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.notes import EXPLODED, NO_NUMBERS, kind
from tlcore.words import _

TITLE, PLACE = "Training that broke off", 10


def look(seen: Evidence) -> Finding | None:
    told = [one for one in seen.warned if kind(one.note) in (EXPLODED, NO_NUMBERS)]
    if not told:
        return None
    told.sort(key=lambda one: -one.runs)
    names = list(dict.fromkeys(one.strategy for one in told))
    sentence = _(
        "{strategy}: in {n} of {of} seeds the loss ran away and training was ended.",
        strategy=seen.called(names[0]), n=told[0].runs, of=told[0].of,
    )  # fmt: skip
    return Finding(
        "diverged", _(TITLE), tuple(names), True, seen.and_others(sentence, names[1:]),
        remedies.offered(remedies.learning_rate(seen, names, 0.1), remedies.weight_decay(seen)),
        frozenset({EXPLODED, NO_NUMBERS}),
    )  # fmt: skip
