"""Features that gave up the task to confuse the adversary: it tosses a coin while the score falls."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.notes import GAVE_UP, kind
from tlcore.words import _

TITLE, PLACE = "A collapsed adversary", 20


def look(seen: Evidence) -> Finding | None:
    told = [one for one in seen.warned if kind(one.note) == GAVE_UP and 2 * one.runs >= one.of]
    if not told:
        return None
    names, first = [one.strategy for one in told], told[0]
    best, last = (f"{first.note[1][name]:.3f}" for name in ("best", "last"))
    sentence = _(
        "{strategy}: in {n} of {of} seeds the critic could no longer tell the domains apart while the score fell, in "
        "one of them from {best} to {last}. The features gave up what the task needs.",
        strategy=seen.called(names[0]), n=first.runs, of=first.of, best=best, last=last,
    )  # fmt: skip
    return Finding(
        "collapsed_adversary", _(TITLE), tuple(names), True, seen.and_others(sentence, names[1:]),
        remedies.offered(remedies.less_alignment(seen, names), remedies.strategy(seen, "deep_coral", "l2_sp")),
        frozenset({GAVE_UP}),
    )  # fmt: skip
