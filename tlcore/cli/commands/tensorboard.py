"""``tensorboard EXPERIMENT --to DIR``: the curves of its runs as event files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "write the curves of an experiment as TensorBoard event files"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "id", metavar="EXPERIMENT", help="an experiment, as 'runs' lists them, or a scenario: its example"
    )
    parser.add_argument("--to", metavar="DIR", required=True, help="a folder that is not there yet")


def run(asked: Namespace) -> int:
    from tlcore import events
    from tlcore.cli.resolving import experiment
    from tlcore.store import Store

    store = Store.open()
    found = events.write(store, experiment(store, asked.id), Path(asked.to))
    print(f"{len(found)} runs are in {asked.to}; 'tensorboard --logdir {asked.to}' shows them.")
    return 0
