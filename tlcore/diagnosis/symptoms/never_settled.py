"""Too few target labels for the question ever to be settled by more seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.measure.gain import LEAST_SEEDS, OPEN, detectable
from tlcore.words import _

TITLE, PLACE = "Too few labels for a verdict", 80

SEEDS_AT_MOST = 100  # an experiment can have


def look(seen: Evidence) -> Finding | None:
    """Said only where no strategy helps or promises to: else the question is answered by another one."""
    rows = seen.rows[(seen.rows["verdict"] == OPEN) & (seen.rows["pairs"] >= LEAST_SEEDS)]
    never = rows[rows["more_seeds"].isna() | (rows["pairs"] + rows["more_seeds"] > SEEDS_AT_MOST)]
    if seen.promising or never.empty:
        return None
    best = never.sort_values("gain").iloc[-1]
    names = list(never.sort_values("gain", ascending=False)["strategy"])
    sentence = _(
        "{strategy}: more seeds would not settle it. The gain, {gain}, lies too close to what counts as none; {n} "
        "seeds that vary so much show nothing below {smallest}.",
        strategy=seen.called(names[0]), gain=seen.amount(best["gain"]), n=int(best["pairs"]),
        smallest=seen.amount(_smallest(best, len(seen.transfers))).lstrip("+"),
    )  # fmt: skip
    return Finding(
        "never_settled",
        _(TITLE),
        tuple(names),
        False,
        seen.and_others(sentence, names[1:]),
        remedies.offered(remedies.more_labels(seen)),
    )


def _smallest(row: pd.Series, strategies: int) -> float:
    """The smallest gain that would show, from the interval of this one."""
    from scipy.special import stdtrit

    pairs = int(row["pairs"])
    spread = (row["gain_high"] - row["gain"]) / stdtrit(pairs - 1, 0.975) * np.sqrt(pairs)
    return detectable(float(spread), pairs, strategies, float(row["margin"]))
