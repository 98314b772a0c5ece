"""Every test case is given the same answer, that of the most frequent class."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.notes import ONE_ANSWER, kind
from tlcore.words import _

TITLE, PLACE = "Everything predicted as one class", 40

RANKING = ("roc_auc", "average_precision")  # judge the order of the cases: one answer for all may still sort them well


def look(seen: Evidence) -> Finding | None:
    told = {one.strategy: one for one in seen.warned if kind(one.note) == ONE_ANSWER and 2 * one.runs > one.of}
    names = [
        name for name in dict.fromkeys([*told, *seen.flagged("collapsed", seen.deciding)]) if name in seen.deciding
    ]
    if not names:
        return None
    ranked = seen.experiment.metric in RANKING
    first = told.get(names[0])
    if first:
        sentence = _(
            "{strategy} gives every test case the same answer, {answer}, in {n} of {of} seeds.",
            strategy=seen.called(names[0]), answer=first.note[1]["answer"], n=first.runs, of=first.of,
        )  # fmt: skip
    else:
        sentence = _("{strategy} always gives the answer of the most frequent class.", strategy=seen.called(names[0]))
    sentence = seen.and_others(sentence, names[1:])
    if ranked:
        sentence += " " + _("The order of the cases, by which it is judged, may be sound all the same.")
    return Finding(
        "one_answer", _(TITLE), tuple(names), not ranked, sentence,
        remedies.offered(
            remedies.class_weights(seen, names),
            remedies.learning_rate(seen, names, 0.3),
            remedies.more_labels(seen),
        ),
        frozenset({ONE_ANSWER}),
    )  # fmt: skip
