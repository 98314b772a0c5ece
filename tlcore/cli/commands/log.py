"""``log ID``: what a run's process printed, and how it ended."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

HELP = "what a run printed, and why it failed if it did"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a run, as 'runs' lists them")


def run(asked: Namespace) -> int:
    from tlcore.cli.resolving import a_run
    from tlcore.store import Store

    store = Store.open()
    key = a_run(store, asked.id)
    text = store.log(key)
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
    one = store.runs().set_index("run").loc[key]
    why = f": {one['failure']}" if one["failure"] else "."
    print(f"Run {key} ({one['strategy']}, seed {one['seed']}) is {one['state']}{why}")
    return 0
