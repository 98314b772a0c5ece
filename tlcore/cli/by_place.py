"""How good each strategy is in each place, where the data tells places apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tlcore import catalog
from tlcore.cli.output import table
from tlcore.measure.places import FEW, over_seeds
from tlcore.measure.statistics import by_budget
from tlcore.plan import Plan
from tlcore.store import Store

SHOWN = 6  # places; more would not fit on a line


def show(plan: Plan, runs: pd.DataFrame, store: Store) -> dict[str, Any]:
    """Print a table for each label budget; returns what ``--json`` adds to its record, nothing without places."""
    if plan.situation.places is None:
        return {}
    metric = catalog.metric(plan.metric)
    predictions = {run: frame for run in runs["run"] if (frame := store.predictions(run)) is not None}
    record = []
    for budget, some in by_budget(runs):
        scores = over_seeds(predictions, some, metric)
        labels = "all" if pd.isna(budget) else budget
        record += [{"labels": labels, **row} for row in scores.to_dict("records")]
        sizes = scores.groupby("place", sort=False)["n"].max()
        print(f"\n{metric.title} by {plan.situation.places}, with {labels} target labels (mean over seeds)")
        means = scores.pivot(index="strategy", columns="place", values="score").reindex(columns=sizes.index[:SHOWN])
        means = means.sort_values(list(means.columns[:1]), ascending=not metric.higher_is_better)
        heads = [f"{place or '(none)'}, n = {sizes[place]}{'*' if sizes[place] < FEW else ''}" for place in means]
        rows = [[name, *("" if pd.isna(mean) else f"{mean:.3f}" for mean in row)] for name, *row in means.itertuples()]
        table(["strategy", *heads], rows, right=heads)
        if (sizes < FEW).any():
            print(f"* Fewer than {FEW} test rows: such a score says little.")
        if len(sizes) > SHOWN:
            print(f"{len(sizes) - SHOWN} smaller places are not shown; --json has them all.")
    return {"places": record}
