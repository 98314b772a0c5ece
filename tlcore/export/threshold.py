"""From which probability on an event is announced, and who decided it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tlcore.measure import value
from tlcore.measure.ladders import Ladder
from tlcore.measure.payoffs import Payoffs

NOBODY = float(np.nextafter(1.0, 2.0))  # above every probability


def chosen(valid: Ladder | None, payoffs: Payoffs, asked: float | None = None) -> dict[str, Any]:
    """``{"value": 0.31, "chosen": "a sentence"}``: as asked, else as `tlcore.measure.value` chooses.

    ``valid`` is the ladder of the validation labels; None where the model learnt from them.
    """
    if asked is not None:
        return {"value": asked, "chosen": "as it was asked for at the export"}
    threshold, by = value.chosen(valid, payoffs)
    figures = ", ".join(f"{name.upper()} {figure:g}" for name, figure in payoffs.figures.items())
    if by == value.VALID and valid is not None:
        why = f"what earns most on {valid.cases} validation labels"
    elif valid is None:
        why = "where these payoffs alone put it; no validation label was kept aside to choose another by"
    else:
        few = min(valid.events, valid.cases - valid.events)
        why = f"where these payoffs alone put it; {few} validation labels of the rarer class are too few to choose by"
    told = f"{why}; payoffs in {payoffs.currency}: {figures}"
    return {"value": float(np.clip(threshold, 0.0, NOBODY)), "chosen": told}
