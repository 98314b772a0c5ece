"""``value EXPERIMENT``: what transfer is worth in money, at thresholds that never looked at the test set."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tlcore.cli import payoffs
from tlcore.cli.output import as_json, json_flag, table

if TYPE_CHECKING:
    import pandas as pd

    from tlcore.measure.ladders import Ladders
    from tlcore.measure.payoffs import Worth
    from tlcore.store import StoredExperiment

HELP = "what transfer is worth in money: profit, alert budget, price of labels"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="EXPERIMENT", help="an experiment, as 'runs' lists them")
    payoffs.arguments(parser)
    parser.add_argument("--labels", metavar="N", help="the label budget, or 'all' (default: the scenario's own)")
    parser.add_argument("--alerts", metavar="K/N", help="how many of so many cases a day can be looked at: 200/10000")
    parser.add_argument("--label-price", metavar="P", help="what one label costs")
    parser.add_argument("--hour-price", metavar="P", help="what an hour of the machine costs")
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.charts import worth as words
    from tlcore.charts.answers import verdict
    from tlcore.cli import resolving
    from tlcore.errors import Unusable
    from tlcore.measure import imbalance, value
    from tlcore.measure.budgets import finished, of_budget
    from tlcore.measure.gain import summarise
    from tlcore.measure.ladders import ladders
    from tlcore.measure.payoffs import Payoffs
    from tlcore.store import Store

    store = Store.open()
    key = resolving.experiment(store, asked.id)
    experiment = store.experiment(key)
    worth, event = payoffs.worth(asked, experiment), payoffs.event(asked, experiment)
    event = imbalance.event(experiment.facts) if event is None else event
    share, cases = _alerts(asked, worth)
    runs = finished(store.runs(key))
    labels = resolving.budget(asked.labels, runs, experiment)
    found = ladders({run: store.rungs(run, event) for run in dict.fromkeys(runs["run"])})
    some = of_budget(runs, labels)
    if worth.objection:
        if asked.json:
            as_json({"experiment": key, "labels": labels, "currency": worth.currency, "figures": worth.figures,
                     "answer": [worth.objection]}, asked.json)  # fmt: skip
        if asked.json != "-":
            print(worth.objection)
        return 0
    outcomes = value.outcomes(found, some, worth)
    if outcomes.empty:
        raise Unusable(f"No run of {key} at this label budget kept what it would say of every case.")
    summary = value.worth_of(outcomes)
    flat = value.flat(found, worth) if isinstance(worth, Payoffs) else None
    by_score = verdict(summarise(some, experiment.experiment.margin)).verdict
    said = words.answer(summary, outcomes, worth, flat, by_score)
    record: dict[str, Any] = {
        "experiment": key, "labels": labels, "currency": worth.currency, "figures": worth.figures,
        "answer": [said.headline, *said.sentences], "verdict": said.verdict, "strategy": said.strategy,
        "without_model": None if flat is None else {"all": flat.all, "none": flat.none},
        "summary": summary.drop(columns=["metric", "std"]).to_dict("records"),
        "runs": outcomes.drop(columns=["metric", "state", "seconds"]).to_dict("records"),
    }  # fmt: skip
    lines = [said.headline, *said.sentences]
    if isinstance(worth, Payoffs) and flat is not None and share is not None:
        from tlcore.measure.capacity import within

        at = within(found, some, worth, share)
        by = at.groupby("strategy")[["recall", "precision"]].mean()
        budget = value.worth_of(at)
        lines.append(words.at_capacity(budget, by, cases, share, worth, flat))
        record["alerts"] = {"share": share, "summary": budget.drop(columns=["metric", "std"]).to_dict("records"),
                            "found": by.reset_index().to_dict("records")}  # fmt: skip
    if asked.label_price is not None or asked.hour_price is not None:
        costs = _costs(asked, experiment, found, runs, worth, None if flat is None else flat.best)
        lines.append(words.paid(of_budget(costs, labels), said.strategy, worth))
        record["labels_paid"] = costs.to_dict("records")
    if asked.json:
        as_json(record, asked.json)
        if asked.json == "-":
            return 0
    rows = summary.dropna(subset=["mean"]).sort_values("mean", ascending=False)
    columns = ["strategy", f"per 1,000 cases ({worth.currency})", "95 % from", "to", "above no transfer", "verdict"]
    figures = rows[["mean", "ci_low", "ci_high", "gain"]].map(lambda sum_: "" if sum_ != sum_ else f"{sum_:,.2f}")
    cells = zip(rows["strategy"], figures.to_numpy(), rows["verdict"], strict=True)
    table(columns, [[name, *sums, word] for name, sums, word in cells], right=columns[1:5])
    print("\n".join(lines))
    return 0


def _alerts(asked: Namespace, worth: Worth) -> tuple[float | None, float]:
    from tlcore.errors import Unusable
    from tlcore.measure.capacity import capacity
    from tlcore.measure.payoffs import Payoffs

    if asked.alerts is None:
        return None, 0.0
    checks, slash, cases = asked.alerts.partition("/")
    if not slash:
        raise Unusable(f"--alerts is {asked.alerts!r}; write how many of how many cases a day, such as 200/10000.")
    if not isinstance(worth, Payoffs):
        raise Unusable("The answer of this experiment is a number, so no case is named; leave --alerts out.")
    return capacity(checks, cases), float(cases)


def _costs(
    asked: Namespace,
    experiment: StoredExperiment,
    found: Ladders,
    runs: pd.DataFrame,
    worth: Worth,
    without: float | None,
) -> pd.DataFrame:
    from tlcore.measure import value
    from tlcore.measure.label_cost import blind, paid_back, price

    label, hour = price(asked.label_price or 0, "--label-price"), price(asked.hour_price or 0, "--hour-price")
    worths = value.worth_of(value.outcomes(found, runs, worth))
    if without is None:
        without = blind(worths)
    every = experiment.facts.get("counts", {}).get("target", {}).get("n")
    return paid_back(worths, runs, without, label, hour, every)
