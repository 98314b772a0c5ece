"""An adversary that never learnt: its loss is exactly constant (Ganin et al., 2016, train it against the features)."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.notes import DEAD_CRITIC, kind
from tlcore.words import _

TITLE, PLACE = "A dead adversary", 15


def look(seen: Evidence) -> Finding | None:
    told = [one for one in seen.warned if kind(one.note) == DEAD_CRITIC]
    if not told:
        return None
    names, first = [one.strategy for one in told], told[0]
    sentence = _(
        "{strategy}: in {n} of {of} seeds the critic's loss stood at {loss} throughout. Nothing was adapted, whatever "
        "the score says.",
        strategy=seen.called(names[0]), n=first.runs, of=first.of, loss=f"{first.note[1]['loss']:.3f}",
    )  # fmt: skip
    return Finding(
        "dead_adversary", _(TITLE), tuple(names), True, seen.and_others(sentence, names[1:]),
        remedies.offered(remedies.learning_rate(seen, names, 0.3), remedies.strategy(seen, "deep_coral", "mmd")),
        frozenset({DEAD_CRITIC}),
    )  # fmt: skip
