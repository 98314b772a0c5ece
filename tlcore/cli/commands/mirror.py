"""``mirror EXPERIMENT``: copy a finished experiment to an MLflow server."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "copy a finished experiment, and a model of it, to an MLflow tracking server"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "id", metavar="EXPERIMENT", help="an experiment, as 'runs' lists them, or a scenario: its example"
    )
    parser.add_argument("--to", metavar="URI", help="the server's address (default: MLFLOW_TRACKING_URI)")
    parser.add_argument("--attach", metavar="FILE", action="append", default=[], help="a file to go with it: a report")
    parser.add_argument("--model", metavar="RUN", help="export this run and register it as a model, ready to be served")


def run(asked: Namespace) -> int:
    from tlcore.cli import INCOMPLETE
    from tlcore.cli.resolving import a_run, experiment
    from tlcore.errors import Unusable
    from tlcore.mirror import Server, mirror, register
    from tlcore.store import Store

    store = Store.open()
    server = Server(asked.to)
    name = experiment(store, asked.id)
    if strange := [file for file in asked.attach if not Path(file).is_file()]:
        raise Unusable(*(f"There is no file {file} to attach." for file in strange))
    model = a_run(store, asked.model) if asked.model else None
    if model and model not in set(store.runs(name)["run"]):
        raise Unusable(f"Run {model} does not belong to experiment {name}; name one of its runs.")

    def tell(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    found = mirror(store, name, server, attach=map(Path, asked.attach), report=tell)
    print(f"{found.written} runs were written to {server.address}; {found.present} were there already.")
    if model:
        version = register(store, name, model, server, report=tell)
        print(
            f"Run {model} is version {version.number} of the model {version.name}: mlflow models serve -m {version.uri}"
        )
    if found.waiting:
        print(f"{found.waiting} runs are not over yet; mirror again when they are.", file=sys.stderr)
    return INCOMPLETE if found.waiting else 0
