"""Source and target lie so far apart that this may be why nothing helps."""

from __future__ import annotations

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.words import _

TITLE, PLACE = "A shift that may be too large", 50

FAR = 1.0  # proxy A-distance, from 0 (no telling them apart) to 2 (never mistaken)


def look(seen: Evidence) -> Finding | None:
    """Said only where no strategy helps or promises to: a large shift that was bridged is no trouble."""
    if seen.promising or not seen.transfers or seen.known is None:
        return None
    if seen.known.gap != "large" or not seen.known.apart > FAR:
        return None
    sentence = _(
        "No strategy is shown to help, and source and target are easily told apart: proxy A-distance {value} of 2 "
        "(chance alone stays below {floor}).",
        value=f"{seen.known.apart:.2f}", floor=f"{seen.known.by_chance:.2f}",
    )  # fmt: skip
    return Finding(
        "large_shift", _(TITLE), (), False, sentence,
        remedies.offered(
            remedies.strategy(seen, "deep_coral", "optimal_transport"),
            remedies.strategy(seen, "dann", "mmd"),
            remedies.strategy(seen, "source_selection", "importance_weighting"),
            remedies.more_labels(seen),
        ),
    )  # fmt: skip
