"""How the advice that was given when the experiment was submitted fared, for each label budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tlcore.cli.afterwards import Ended
from tlcore.measure.advised import fared
from tlcore.measure.statistics import by_budget

PLACE = 4


def show(ended: Ended) -> dict[str, Any]:
    """Print a line for each label budget; returns what ``--json`` adds to its record."""
    from tlcore.charts.fared import told  # with the charts, which listing commands is not to wait for

    given: list[Mapping[str, Any]] = ended.store.experiment(ended.experiment_id).facts.get("advice", [])
    said = {one["labels"]: one for one in given}
    rows = dict(_keyed(ended.summary))
    record = []
    for budget, some in _keyed(ended.runs):
        advice = said.get(budget)
        if advice is None or budget not in rows:
            continue
        found = fared(some, rows[budget], advice["transfer"], advice["strategies"])
        if found is None:
            continue
        where = f"With {budget or 'all'} target labels: " if len(said) > 1 else ""
        print(f"{where}{told(found, str)}")
        record.append({"labels": budget, "strategies": advice["strategies"], **found._asdict()})
    return {"advice": record}


def _keyed(frame: pd.DataFrame) -> list[tuple[int | None, pd.DataFrame]]:
    return [(None if pd.isna(budget) else int(budget), some) for budget, some in by_budget(frame)]
