"""``again EXPERIMENT``: what differs from then; every run trained anew; whether it comes out the same."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

import pandas as pd

HELP = "re-run an experiment exactly, and say what differs and whether it comes out the same"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "id", metavar="EXPERIMENT", help="an experiment, as 'runs' lists them, or a scenario: its example"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what differs from then, and start nothing")
    parser.add_argument("--json", metavar="FILE", help="write what differs, and every run beside its repeat, there")


def run(asked: Namespace) -> int:
    from tlcore import again, launch
    from tlcore.cli import INCOMPLETE
    from tlcore.cli.output import as_json
    from tlcore.cli.resolving import experiment
    from tlcore.cli.watching import watch
    from tlcore.errors import Unusable
    from tlcore.measure import rerun
    from tlcore.outcome import State
    from tlcore.plan import out_of_reach
    from tlcore.store import Store

    store = Store.open()
    repeat = again.planned(store, experiment(store, asked.id))
    for sentence in repeat.differs or ["Nothing that was taken down then differs from today."]:
        print(sentence)
    record: dict[str, Any] = {"experiment": repeat.of.id, "differs": repeat.differs}
    if asked.dry_run:
        print(f"{len(repeat.plan.runs)} runs would be trained anew; nothing was started.")
        if asked.json:
            as_json(record, asked.json)
        return 0
    if unreachable := out_of_reach(repeat.plan):
        raise Unusable(unreachable)
    name = store.submit(repeat.plan)
    launch.start(store)
    print(f"Experiment {name}: {len(repeat.plan.runs)} runs of {repeat.of.id}, trained anew.", file=sys.stderr)
    watch(store, name)
    then, now, margin = store.runs(repeat.of.id), store.runs(name), repeat.of.experiment.margin
    rows, moved = rerun.beside(then, now, margin), rerun.verdicts(then, now, margin)
    _show(rows, moved)
    if asked.json:
        told = {"repeat": name, "runs": rows.to_dict("records"), "verdicts": moved.to_dict("records")}
        as_json(record | told, asked.json)
    lacking = now[~now["state"].isin([State.DONE, State.STOPPED])]
    for one in lacking.to_dict("records"):
        print(f"{one['strategy']}, seed {one['seed']}, {one['state']}: {one['failure']}", file=sys.stderr)
    return INCOMPLETE if len(lacking) else 0


def _show(rows: pd.DataFrame, moved: pd.DataFrame) -> None:
    from tlcore.cli.output import table
    from tlcore.measure import rerun

    columns = ["strategy", "labels", "runs", "identical", "within the noise", "different", "mean then", "mean now",
               "largest change"]  # fmt: skip
    cells = [
        [one.strategy, "all" if pd.isna(one.labels) else one.labels, one.runs, one.identical, one.near, one.different,
         *("" if pd.isna(value) else f"{value:.4f}" for value in (one.then, one.now, one.largest))]
        for one in rerun.by_strategy(rows).itertuples()
    ]  # fmt: skip
    table(columns, cells, right=columns[1:])
    print(rerun.answer(rows))
    for one in moved.itertuples():
        budget = "all" if pd.isna(one.labels) else one.labels
        print(f"The verdict on {one.strategy} with {budget} labels was {one.then!r} and is now {one.now!r}.")
    if moved.empty:
        print("No verdict is another.")
