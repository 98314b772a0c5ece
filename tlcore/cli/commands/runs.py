"""``runs``: what waits, what is under way, what has ended."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import pandas as pd

from tlcore.words import told

HELP = "the queue: what waits, what is under way, what has ended"
SHOWN = ["run", "strategy", "labels", "seed", "state", "metric", "test_score", "seconds", "scenario"]


def arguments(parser: ArgumentParser) -> None:
    from tlcore.cli.output import json_flag

    parser.add_argument("id", nargs="?", metavar="EXPERIMENT", help="only the runs of this experiment")
    parser.add_argument("--last", type=int, default=30, metavar="N", help="how many to show (default 30)")
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore import launch
    from tlcore.cli.output import as_json, table
    from tlcore.cli.resolving import found
    from tlcore.errors import Unusable
    from tlcore.store import Store

    if asked.last < 1:
        raise Unusable(f"--last is {asked.last}; it must be at least 1.")
    store = Store.open()
    launch.reconcile(store)
    experiment = None
    if asked.id:
        kind, experiment = found(store, asked.id)
        if kind == "run":
            raise Unusable(f"{experiment} is a run; 'runs' takes an experiment, 'log' a run.")
    frame = store.runs(experiment)
    if asked.json:
        as_json(records(frame), asked.json)
        return 0
    status = launch.status(store)
    if experiment is None:
        experiments = store.experiments().head(asked.last)
        if len(experiments):
            rows = [
                [
                    row.id,
                    row.name or row.scenario,
                    row.done,
                    row.failed,
                    row.cancelled,
                    row.active,
                    f"{row.created:%Y-%m-%d %H:%M}",
                ]
                for row in experiments.itertuples()
            ]
            columns = ["experiment", "name", "done", "failed", "cancelled", "active", "created"]
            table(columns, rows, right=["done", "failed", "cancelled", "active"])
    if len(frame):
        rows = [[_cell(column, value) for column, value in zip(SHOWN, row, strict=True)]
                for row in frame[SHOWN].tail(asked.last).itertuples(index=False)]  # fmt: skip
        table(SHOWN, rows, right=["labels", "seed", "test_score", "seconds"])
    alive = "is at work" if status["alive"] else "rests"
    print(f"{len(frame)} runs; {status['active']} under way, {status['queued']} waiting; the launcher {alive}.")
    return 0


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The runs as the JSON of every command has them; a budget of every label is null."""
    columns = [
        "run", "scenario", "strategy", "labels", "seed", "state", "metric", "test_score", "valid_score", "test",
        "seconds", "epochs", "device", "backbone", "selector", "warnings", "failure_kind", "failure",
    ]  # fmt: skip
    spoken = frame.assign(warnings=[[told(note) for note in notes] for notes in frame["warnings"]])
    return spoken[columns].to_dict("records")  # type: ignore[return-value]


def _cell(column: str, value: object) -> str:
    if column == "labels":
        return "all" if pd.isna(value) else str(value)  # type: ignore[call-overload]
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.3f}" if column == "test_score" else f"{value:.1f}"
    return str(value)
