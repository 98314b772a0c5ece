"""A ROC-AUC between 0.5 and 0.6: hardly better than tossing a coin."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.words import _

TITLE, PLACE = "Hardly better than chance", 45


def look(seen: Evidence) -> Finding | None:
    """With transfer, that is: that little is learnt without is what transfer is for."""
    names = seen.flagged("near chance", seen.transfers)
    if not names:
        return None
    areas = {name: seen.mean_test(name, "roc_auc") for name in names}
    names = sorted(names, key=areas.__getitem__)
    sentence = _(
        "{strategy} has a ROC-AUC of {area}, where a coin toss has 0.5.",
        strategy=seen.called(names[0]), area=f"{areas[names[0]]:.3f}",
    )  # fmt: skip
    return Finding(
        "near_chance", _(TITLE), tuple(names), not seen.promising, seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.strategy(seen, "linear_probe_fine_tune", "embedded_regression", "pooled_boosting"),
            remedies.more_labels(seen),
            remedies.longer(seen) if seen.trains(names) else None,
            remedies.network(seen) if seen.trains(names) else None,
        ),
    )  # fmt: skip
