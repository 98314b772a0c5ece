"""How many labels the recommended strategy saves, where the comparison has several label budgets."""

from __future__ import annotations

from typing import Any

from tlcore.cli.afterwards import Ended
from tlcore.measure.gain import recommended
from tlcore.situation import hold_out

PLACE = 5


def show(ended: Ended) -> dict[str, Any]:
    """Print a sentence about the budget at which most are saved; returns what ``--json`` adds to its record."""
    from tlcore.charts.labels_saved import answer, record
    from tlcore.measure.efficiency import curves, saved, surest

    if len(ended.plan.experiment.labels) < 2:
        return {}
    pool, _test = hold_out(ended.plan.situation)
    rows = saved(curves(ended.runs, len(pool)))
    mine = rows[rows["strategy"] == recommended(ended.summary)]
    if len(mine):
        print(answer(surest(mine).to_dict()).headline)
    return {"labels_saved": [record(row) for row in rows.to_dict("records")]}
