"""From which probability on an event is announced, and who decided it."""

from __future__ import annotations

from typing import Any

import numpy as np

LEAST = 10  # validation labels of either class: with fewer, the best threshold is the luckiest
EVEN = 0.5


def chosen(truth: np.ndarray | None, chance: np.ndarray | None, asked: float | None = None) -> dict[str, Any]:
    """``{"value": 0.31, "chosen": "a sentence"}``: as asked, else by validation labels, else one half.

    ``truth (N,)`` are the validation labels, 1 for the event, and ``chance (N,)`` what the model says of them; None
    where it learnt from them.
    """
    if asked is not None:
        return {"value": asked, "chosen": "as it was asked for at the export"}
    if truth is None or chance is None:
        return {"value": EVEN, "chosen": f"{_even()}; no validation label was kept aside to choose another by"}
    counts = np.bincount(truth.astype(int), minlength=2)
    if counts.min() < LEAST:
        return {"value": EVEN, "chosen": f"{_even()}; {counts[1]} events among {len(truth)} validation labels are too "
                                         "few to choose another by"}  # fmt: skip
    return {"value": best(truth, chance), "chosen": f"the highest F1 score on {len(truth)} validation labels"}


def best(truth: np.ndarray, chance: np.ndarray) -> float:
    """The threshold of the highest F1 score, midway to the next lower chance; of equal ones the nearest to 0.5."""
    levels = np.unique(chance)[::-1]
    above = chance[None] >= levels[:, None]
    hits = (above & (truth == 1)).sum(1)
    f1 = 2 * hits / (above.sum(1) + (truth == 1).sum())
    middles = (levels + np.append(levels[1:], levels[-1])) / 2
    equal = middles[f1 >= f1.max() - 1e-12]
    return float(equal[np.abs(equal - EVEN).argmin()])


def _even() -> str:
    return "one half: a missed event is taken to cost as much as a false alarm"
