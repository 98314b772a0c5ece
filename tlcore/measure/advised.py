"""How the advice given before training fared: was what it named first the best of what was then run?

Paired over seeds, as every verdict (`tlcore.measure.gain`). The best of several looks better than it is, because luck
helped to choose it: it counts as clearly better only where its lead is beyond the margin and the interval of its lead,
at a level shared by all that might have led, lies above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.measure import choices
from tlcore.measure.gain import HELPS, HURTS, LEAST_SEEDS, LEVEL, SAME, by_seed
from tlcore.measure.statistics import by_strategy, t_interval

# Of advice to transfer: how what it named first compares. "within" the margin; "alike": the seeds cannot tell.
BEST, WITHIN, ALIKE, BEATEN = "best", "within", "alike", "beaten"
# Of advice not to transfer.
RIGHT, WRONG = "right", "wrong"
UNTRIED, UNKNOWN = "untried", "unknown"  # nothing it named was run; too few seeds, or nothing settled


class Fared(NamedTuple):
    """How one label budget's advice fared. ``lead`` and its ends are in the unit of the scores, positive is better.

    Advice to transfer: ``tried`` is the first that was named and run, ``best`` the best of all that were run, and
    ``lead`` how far it is ahead of ``tried``. Advice not to transfer: ``best`` is the strategy with transfer that
    gains most, and ``lead`` its gain over the best model without.
    """

    transfer: bool
    named: str
    outcome: str
    metric: str
    tried: str = ""
    best: str = ""
    lead: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")

    @property
    def well(self) -> bool:
        """Whether nobody would have been clearly better off without the advice."""
        return self.outcome in (BEST, WITHIN, ALIKE, RIGHT)


def fared(runs: pd.DataFrame, summary: pd.DataFrame, transfer: bool, named: Sequence[str]) -> Fared | None:
    """From the runs and the summary rows of one label budget; None where nothing was named, or nothing has
    finished that it could be held against.

    ``named`` are the strategies that were recommended, best first. Ceilings are no rivals.
    """
    scores = {
        name: some for name, rows in by_strategy(runs) if not catalog.is_ceiling(name) and len(some := by_seed(rows))
    }
    if not named or not scores:
        return None
    metric = str(runs["metric"].dropna().iloc[0])
    if not transfer:
        return _against(summary, named[0], metric)
    tried = next((name for name in named if name in scores), "")
    if not tried:
        return Fared(True, named[0], UNTRIED, metric)
    sign = catalog.metric(metric).sign
    ahead = {name: sign * (some - scores[tried]).dropna().to_numpy() for name, some in scores.items() if name != tried}
    most = max(map(len, ahead.values()), default=0)
    if not most:
        return None
    ahead = {name: some for name, some in ahead.items() if len(some) and len(some) >= min(LEAST_SEEDS, most)}
    best = max(ahead, key=lambda name: ahead[name].mean(), default=tried)
    if best == tried or ahead[best].mean() <= 0:
        return Fared(True, named[0], BEST if most >= LEAST_SEEDS else UNKNOWN, metric, tried, tried, 0.0)
    lead, low, high = t_interval(ahead[best], 1 - LEVEL / len(ahead))
    outcome = _outcome(lead, low, len(ahead[best]), float(summary["margin"].max()))
    return Fared(True, named[0], outcome, metric, tried, best, lead, low, high)


def _outcome(lead: float, low: float, pairs: int, margin: float) -> str:
    if pairs < LEAST_SEEDS:
        return UNKNOWN
    if lead <= margin:
        return WITHIN
    return BEATEN if low > 0 else ALIKE


def _against(summary: pd.DataFrame, named: str, metric: str) -> Fared:
    """Was it right not to transfer? As the verdicts say; `auto` is no witness, it may have left the source alone."""
    rows = summary[summary["gain"].notna() & (summary["strategy"] != choices.STRATEGY)]
    if rows.empty:
        return Fared(False, named, UNTRIED, metric)
    helping = rows[rows["verdict"] == HELPS]
    top = (helping if len(helping) else rows).sort_values("gain").iloc[-1]
    settled = bool(np.isin(rows["verdict"], [SAME, HURTS]).all())
    outcome = WRONG if len(helping) else RIGHT if settled else UNKNOWN
    lead, low, high = (float(top[end]) for end in ("gain", "gain_low", "gain_high"))
    return Fared(False, named, outcome, metric, best=str(top["strategy"]), lead=lead, low=low, high=high)
