"""Did the gap close? A line for each label budget, and what ``--json`` adds to its record."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tlcore import catalog
from tlcore.cli.afterwards import Ended
from tlcore.measure.adaptation import table
from tlcore.measure.statistics import by_budget

PLACE = 2


def show(ended: Ended) -> dict[str, Any]:
    """Print who brought the domains closest and whether it paid; nothing where no run has one network."""
    features = ended.store.features(ended.experiment_id)
    features = features[~features["strategy"].map(lambda name: catalog.is_baseline(name) or catalog.is_ceiling(name))]
    if features.empty:
        return {}
    from tlcore.charts.adaptation import answer  # with the charts, which listing commands is not to wait for

    found = table(features)
    gains = {str(budget): rows for budget, rows in by_budget(ended.summary)}
    for budget, some in by_budget(found):
        said = answer(some, gains[str(budget)])
        labels = "all" if pd.isna(budget) else budget
        print(f"Domain gap with {labels} labels: {' '.join([said.headline, *said.sentences])}")
    return {"adaptation": found.to_dict("records")}
