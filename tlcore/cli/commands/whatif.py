"""``whatif``: what if there were more or fewer labels? From the runs of an experiment with several label budgets."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from tlcore.cli.output import as_json, json_flag, table

HELP = "how many labels transfer saves, and what more of them would bring"
MORE = 100


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="EXPERIMENT", help="an experiment, as 'runs' lists them")
    parser.add_argument("--labels", metavar="N", help="speak of this label budget only, or of 'all'")
    parser.add_argument("--strategy", metavar="NAME", help="speak of this strategy only")
    parser.add_argument(
        "--more", type=int, default=MORE, metavar="M", help=f"more labels to ask about (default {MORE})"
    )
    parser.add_argument("--price", type=float, metavar="P", help="price of a label, in any currency")
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore import catalog
    from tlcore.charts.labels_saved import answer, needs, record, saved
    from tlcore.cli import resolving
    from tlcore.errors import Unusable
    from tlcore.measure import efficiency
    from tlcore.measure.budgets import finished
    from tlcore.measure.learning_curve import bought
    from tlcore.store import Store

    _sensible(asked)
    store = Store.open()
    experiment = store.experiment(resolving.experiment(store, asked.id))
    runs = store.runs(experiment.id)
    metric = experiment.experiment.metric
    pool = int(experiment.facts["counts"]["target"]["n"])
    curves = efficiency.curves(runs, pool)
    rows = _asked_for(asked, efficiency.saved(curves), experiment.id)
    if asked.labels is not None:
        labels = resolving.budget(asked.labels, finished(runs), experiment)
        rows = rows[rows["labels"] == (pool if labels is None else labels)]
        if rows.empty:
            raise Unusable(f"No strategy that is asked about has finished with --labels {asked.labels}.")
    best = float(catalog.metric(metric).higher_is_better)
    found = {
        (name, labels): bought(curves[name], labels, asked.more, best)
        for name, labels in zip(rows["strategy"], rows["labels"], strict=True)
    }
    if asked.json:
        bring = [
            {"strategy": name, "labels": labels, "more": asked.more, **one._asdict()}
            for (name, labels), one in found.items()
        ]
        told = [record(row, asked.price) for row in rows.to_dict("records")]
        as_json({"experiment": experiment.id, "metric": metric, "labels_saved": told, "more_labels": bring}, asked.json)
        return 0
    if len(rows):
        first = answer(efficiency.surest(rows).to_dict(), asked.price)
        print(first.headline, *first.sentences, sep="\n", end="\n\n")
    columns = ["strategy", "with labels", "saves", "to score as much without transfer needs", "best without transfer",
               f"{asked.more} more labels bring"]  # fmt: skip
    lines = [
        [row["strategy"], f"{row['labels']:,.0f}", saved(row, asked.price), needs(row), row["baseline"],
         _bring(found[row["strategy"], row["labels"]], metric)]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    table(columns, lines, right=["with labels"])
    for problem in dict.fromkeys(one.problem for one in found.values() if one.problem):
        print(problem)
    return 0


def _sensible(asked: Namespace) -> None:
    from tlcore.errors import Unusable

    problems = []
    if asked.more < 1:
        problems.append(f"--more is {asked.more}; it must be a whole number of at least 1.")
    if asked.price is not None and not 0 <= asked.price < float("inf"):
        problems.append(f"--price is {asked.price:g}; it must be a number of at least 0.")
    if problems:
        raise Unusable(*problems)


def _asked_for(asked: Namespace, rows: Any, experiment: str) -> Any:
    """The rows of the strategy that is named, or all. Raises `Unusable` where there are none."""
    from tlcore.errors import Unusable, unknown

    if rows.empty:
        raise Unusable(
            f"Experiment {experiment} has no finished runs both with and without transfer, so nothing is known "
            "of labels saved."
        )
    if asked.strategy is not None:
        if asked.strategy not in set(rows["strategy"]):
            raise unknown("transfer strategy of this experiment", asked.strategy, dict.fromkeys(rows["strategy"]))
        rows = rows[rows["strategy"] == asked.strategy]
    return rows


def _bring(found: Any, metric: str) -> str:
    from tlcore.charts.answers import gain

    if found.problem:
        return ""
    told = gain({"gain": found.gain, "gain_low": found.low, "gain_high": found.high, "metric": metric})
    return f"{told}{', extrapolated' if found.extrapolated else ''}"
