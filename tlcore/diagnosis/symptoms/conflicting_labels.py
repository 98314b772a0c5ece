"""A source whose rule says the opposite of the target's labels: the same name may mean two things."""

from __future__ import annotations

from math import sqrt

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.words import _

TITLE, PLACE = "Label definitions that conflict", 25

SOURCE_ONLY = ("source_regression", "source_boosting", "source_forest")  # look at no target label
SURE = 3.0  # standard errors below chance


def look(seen: Evidence) -> Finding | None:
    areas = {name: seen.mean_test(name, "roc_auc") for name in seen.transfers if name in SOURCE_ONLY}
    wrong = [name for name, area in areas.items() if area < 0.5 - SURE * _chance(seen)]
    if wrong:
        wrong.sort(key=areas.__getitem__)
        sentence = _(
            "{strategy} learnt on the source alone and sorts the target's cases the wrong way round: ROC-AUC {area}, "
            "where chance would be 0.500 (standard error {error}). The label may mean "
            "the opposite here, or another thing.",
            strategy=seen.called(wrong[0]), area=f"{areas[wrong[0]]:.3f}", error=f"{_chance(seen):.3f}",
        )  # fmt: skip
    elif not seen.promising and seen.transfers and seen.known is not None and seen.known.contradicted:
        sentence = _(
            "A linear model of the source contradicts the target's labelled cases: skill {skill}, standard error "
            "{error}, where 0 is to know nothing. The label may mean the opposite here, or another thing.",
            skill=f"{seen.known.source_skill:+.2f}", error=f"{seen.known.doubt:.2f}",
        )  # fmt: skip
    else:
        return None
    return Finding(
        "conflicting_labels", _(TITLE), tuple(wrong), True, seen.and_others(sentence, wrong[1:]),
        remedies.offered(
            remedies.strategy(seen, "score_regression", "score_boosting"),
            remedies.strategy(seen, "embedded_regression"),
            remedies.strategy(seen, "source_selection"),
        ),
    )  # fmt: skip


def _chance(seen: Evidence) -> float:
    """Standard error of the area under the ROC curve of answers that know nothing (Mann and Whitney, 1947).

    Infinite where there are not exactly two classes: then no area is surely below chance.
    """
    sizes = list(seen.stored.get("counts", {}).get("test", {}).get("classes", {}).values())
    if len(sizes) != 2 or not all(sizes):
        return float("inf")
    return sqrt((sum(sizes) + 1) / (12 * sizes[0] * sizes[1]))
