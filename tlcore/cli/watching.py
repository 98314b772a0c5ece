"""Waiting for an experiment: a progress bar on standard error while its runs are carried out elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pandas as pd

from tlcore import launch
from tlcore.outcome import State
from tlcore.store import Store

LOOK = 0.2  # seconds between two looks
REVIVE = 5.0  # seconds after which the launcher is made sure of again
TOLD = 10  # lines told where there is no terminal to draw a bar on


def watch(store: Store, *experiments: str) -> bool:
    """Return when every run of these experiments has ended; False where a person pressed Ctrl-C first.

    Ctrl-C stops their runs: what was under way keeps its best epoch. Pressed again, it leaves without
    waiting for them.
    """
    try:
        _until_over(store, experiments)
        return True
    except KeyboardInterrupt:
        for experiment in experiments:
            store.stop_all(experiment)
        print("\nStopping the runs of this experiment; the best epoch of each is kept.", file=sys.stderr)
    _until_over(store, experiments)
    return False


def _until_over(store: Store, experiments: tuple[str, ...]) -> None:
    stamp, runs, revive = [""], pd.DataFrame(), time.monotonic() + REVIVE
    with _bar() as show:
        while True:
            seen = [store.stamp(experiment) for experiment in experiments]
            if seen != stamp:
                stamp, runs = seen, _runs(store, experiments)
                show(runs)
                if all(State(state).final for state in runs["state"]):
                    return
            if time.monotonic() > revive:
                launch.start(store)
                revive = time.monotonic() + REVIVE
            time.sleep(LOOK)


def _runs(store: Store, experiments: tuple[str, ...]) -> pd.DataFrame:
    """Every run of these experiments, each once."""
    found = [store.runs(experiment) for experiment in experiments]
    return found[0] if len(found) == 1 else pd.concat(found, ignore_index=True).drop_duplicates("run")


@contextmanager
def _bar() -> Iterator[Callable[[pd.DataFrame], None]]:
    """A function that draws the state of these runs."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _teller()
        return
    columns = (
        BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, expand=True) as progress:
        task = progress.add_task("", total=None)

        def show(runs: pd.DataFrame) -> None:
            progress.update(task, total=len(runs), completed=_ended(runs), description=_doing(runs))

        yield show


def _teller() -> Callable[[pd.DataFrame], None]:
    """Where there is no terminal: one line for every tenth of the runs."""
    told = -1

    def tell(runs: pd.DataFrame) -> None:
        nonlocal told
        tenth = _ended(runs) * TOLD // max(1, len(runs))
        if tenth > told:
            told = tenth
            print(f"{_ended(runs)} of {len(runs)} runs have ended. {_doing(runs)}".strip(), file=sys.stderr, flush=True)

    return tell


def _ended(runs: pd.DataFrame) -> int:
    return int(sum(State(state).final for state in runs["state"]))


def _doing(runs: pd.DataFrame) -> str:
    """What is under way, in words; empty where nothing is."""
    busy = runs[runs["state"].isin([State.STARTING, State.RUNNING, State.STOPPING])]
    names = []
    for run in busy.head(4).to_dict("records"):
        epoch = f", epoch {run['epochs']:.0f}" if run["epochs"] > 0 else ""
        names.append(f"{run['strategy']} (seed {run['seed']}{epoch})")
    return ", ".join(names)
