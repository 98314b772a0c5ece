"""``log ID``: what a run's process printed, and how it ended."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

HELP = "what a run printed, and why it failed if it did"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a run, as 'runs' lists them")


def run(asked: Namespace) -> int:
    from tlcore.cli.resolving import found
    from tlcore.errors import Unusable
    from tlcore.store import Store

    store = Store.open()
    kind, key = found(store, asked.id)
    if kind == "experiment":
        runs = store.runs(key)
        raise Unusable(f"{key} is an experiment; name one of its {len(runs)} runs, such as {runs['run'].iloc[0]}.")
    text = store.log(key)
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
    one = store.runs().set_index("run").loc[key]
    why = f": {one['failure']}" if one["failure"] else "."
    print(f"Run {key} ({one['strategy']}, seed {one['seed']}) is {one['state']}{why}")
    return 0
