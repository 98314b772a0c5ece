"""How good each strategy is in each place, who gains and who is harmed, where the data tells places apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tlcore import catalog
from tlcore.cli.afterwards import Ended
from tlcore.cli.output import table
from tlcore.measure.gain import summarise
from tlcore.measure.places import FEW, gains, over_seeds
from tlcore.measure.statistics import by_budget

PLACE = 1
SHOWN = 6  # places; more would not fit on a line


def show(ended: Ended) -> dict[str, Any]:
    """Print a table for each label budget; returns what ``--json`` adds to its record, nothing without places."""
    plan, runs, store = ended.plan, ended.runs, ended.store
    if plan.situation.places is None:
        return {}
    metric = catalog.metric(plan.metric)
    predictions = {run: frame for run in runs["run"] if (frame := store.predictions(run)) is not None}
    record, against = [], []
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
            print(f"{len(sizes) - SHOWN} further places are not shown; --json has them all.")
        baseline = summarise(some)["baseline"].iloc[0]
        told = gains(predictions, some, metric, str(baseline))
        against += [{"labels": labels, "baseline": baseline, **row} for row in told.to_dict("records")]
        _say(told, str(baseline), metric)
    return {"places": record, "gains_by_place": against}


def _say(told: pd.DataFrame, baseline: str, metric: catalog.Metric) -> None:
    """One line for each strategy that transfers: where it gains, where it does harm."""
    for strategy, some in told.groupby("strategy", sort=False):
        if catalog.is_baseline(str(strategy)) or catalog.is_ceiling(str(strategy)):
            continue
        parts = [
            f"{word} {', '.join(f'{row.place} ({_signed(row.gain, metric)})' for row in those.itertuples())}"
            for word, those in (
                ("gains in", some[some["said"] == "gains"]),
                ("harmed in", some[some["said"] == "harmed"]),
            )
            if len(those)
        ]
        print(f"{strategy} against {baseline}: {'; '.join(parts) or 'no place is clearly better or worse off'}.")


def _signed(gain: float, metric: catalog.Metric) -> str:
    return f"{100 * gain:+.1f}" if metric.unit == "points" else f"{gain:+.3g}"
