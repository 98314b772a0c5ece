"""``stop ID``: end a run, or all runs of an experiment, and keep the best epoch of each."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

HELP = "end a run, or every run of an experiment; the best epoch is kept"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a run or an experiment, as 'runs' lists them")
    parser.add_argument("--cancel", action="store_true", help="keep nothing")


def run(asked: Namespace) -> int:
    from tlcore import launch
    from tlcore.cli.resolving import found
    from tlcore.outcome import State
    from tlcore.store import Store

    store = Store.open()
    launch.reconcile(store)
    kind, key = found(store, asked.id)
    runs = store.runs(key) if kind == "experiment" else store.runs().query("run == @key")
    open_runs = [name for name, state in zip(runs["run"], runs["state"], strict=True) if not State(state).final]
    for name in open_runs:
        store.ask(name, "cancel" if asked.cancel else "stop")
    if not open_runs:
        print(f"Nothing to stop: {kind} {key} has ended.")
    else:
        fate = "nothing of them is kept" if asked.cancel else "the best epoch of each that had begun is kept"
        print(f"Stopping {len(open_runs)} run{'s' * (len(open_runs) > 1)} of {kind} {key}; {fate}.")
    return 0
