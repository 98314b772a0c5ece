"""The training loss goes on falling while the validation loss rises."""

from __future__ import annotations

import pandas as pd

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.words import _

TITLE, PLACE = "Overfitting", 60

FALLS, RISES = 0.8, 1.1  # from the epoch of the lowest validation loss to the last, times what it was
KNOWS = 3.0  # times the loss of knowing nothing: from above that, a fall is a recovery
MOST = 0.5  # of a strategy's runs


def look(seen: Evidence) -> Finding | None:
    runs = seen.losses[seen.losses["strategy"].isin(seen.deciding)]
    runs = runs[runs["train_lowest"] < KNOWS * seen.ignorance]
    over = (runs["train_last"] < FALLS * runs["train_lowest"]) & (runs["valid_last"] > RISES * runs["valid_lowest"])
    shares = over.groupby(runs["strategy"]).mean().sort_values(ascending=False, kind="stable")
    names = list(shares[shares > MOST].index)
    if not names:
        return None
    mine = runs[runs["strategy"] == names[0]]
    told: pd.Series = mine[over[mine.index]].median(numeric_only=True)
    sentence = _(
        "{strategy}: after epoch {lowest} the training loss went on falling, from {train_then} to {train_now}, while "
        "the validation loss rose from {valid_then} to {valid_now} (medians of {n} of {of} seeds).",
        strategy=seen.called(names[0]), lowest=f"{told['lowest']:.0f}", train_then=f"{told['train_lowest']:.3g}",
        train_now=f"{told['train_last']:.3g}", valid_then=f"{told['valid_lowest']:.3g}",
        valid_now=f"{told['valid_last']:.3g}", n=int(over[mine.index].sum()), of=len(mine),
    )  # fmt: skip
    kept = round(told["kept"])
    sentence += " " + (
        _("Kept is epoch {kept}.", kept=kept) if kept else _("Kept is the network as it was before that training.")
    )
    return Finding(
        "overfitting", _(TITLE), tuple(names), False, seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.augmentation(seen),
            remedies.strategy(seen, "l2_sp", "partial_freeze", "feature_extraction"),
            remedies.dropout(seen),
            remedies.weight_decay(seen),
            remedies.fewer_epochs(seen, told["kept"]),
        ),
    )  # fmt: skip
