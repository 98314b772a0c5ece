"""Whether somebody is still at a run. A process is itself only with its creation time: ids are given anew."""

from __future__ import annotations

import os
import platform
import time
from functools import cache

import psutil

from tlcore.outcome import Failure, Outcome, State
from tlcore.store import Active, Store

SILENCE = 60.0  # seconds without a heartbeat after which a run on another machine counts as lost


@cache
def _myself(pid: int) -> tuple[int, float]:
    return pid, psutil.Process(pid).create_time()


def myself() -> tuple[int, float]:
    """This process: its id and when it was created."""
    return _myself(os.getpid())


def alive(process: tuple[int, float] | None) -> bool:
    """Whether this very process still runs on this machine; one that only waits to be buried does not."""
    if process is None:
        return False
    pid, created = process
    try:
        found = psutil.Process(pid)
        return abs(found.create_time() - created) < 2.0 and found.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # gone, or its number belongs to somebody else by now
        return False


def reconcile(store: Store) -> int:
    """Settle runs whose process has vanished while nobody looked; returns how many.

    A run whose keeper (the supervisor, or whoever called `here`) lives is the keeper's to settle: it
    knows how the process ended. An orphan that still works is left to work.
    """
    settled = 0
    for run in store.active():
        if run.host != platform.node():
            gone = time.time() - run.beat > SILENCE
        else:
            gone = not alive(run.keeper) and not alive(run.worker)
        if gone:
            settle(store, run)
            settled += 1
    return settled


def settle(store: Store, run: Active, failure: Failure | None = None) -> None:
    """Write down the end of a run whose process is gone: what was asked for, else ``failure``, else lost."""
    if run.request == "cancel" or (run.request and run.worker is None):
        store.finish(run.key, Outcome(State.CANCELLED))
    elif failure:
        store.finish(run.key, Outcome(State.FAILED, failure=failure))
    elif run.worker is None:
        store.give_back(run.key)
    else:
        sentence = (
            "Its process vanished without a word: the machine was restarted, or it was killed while nothing watched. "
            "Its epochs up to then are kept; retry starts it again."
        )
        store.finish(run.key, Outcome(State.LOST, failure=Failure("killed", sentence, tail(store, run.key))))


def tail(store: Store, run_key: str, lines: int = 40) -> str:
    """The end of a run's log."""
    try:
        return "\n".join(store.log(run_key).splitlines()[-lines:])
    except OSError as error:  # a run must end even where its log cannot be read
        return f"The log cannot be read: {error}"
