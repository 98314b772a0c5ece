"""On this machine, in processes that outlive whoever asked: a supervisor of its own, started when needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tlcore.launch.slots import gpus, slots
from tlcore.launch.truth import alive
from tlcore.store import Store

LOCK = "supervisor.lock"  # held by the supervisor as long as it lives
CARD = "supervisor.json"  # who it is
LOG = "supervisor.log"
LOOKS = 20

_started: list[subprocess.Popen[bytes]] = []  # kept, so that ended ones are buried


def start(store: Store) -> None:
    """Start a supervisor, unless one lives."""
    _started[:] = [process for process in _started if process.poll() is None]
    # A lock that is held by nobody known belongs to one who is being born, or dying: look again.
    for _ in range(LOOKS):
        if _free(store):
            _spawn(store)  # of several, the first to take the lock stays
            return
        if status(store)["alive"]:
            return
        time.sleep(0.05)


def _free(store: Store) -> bool:
    lock = FileLock(store.home / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    return True


def environment(store: Store) -> dict[str, str]:
    """The environment of a process that works for this store."""
    root = str(Path(__file__).parents[2])
    return {
        **os.environ,
        "TRANSFERLAB_HOME": str(store.home),
        "TRANSFERLAB_DB": store.url,
        "TRANSFERLAB_ARTIFACTS": store.artifacts.url,
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
    }


def _spawn(store: Store) -> None:
    with (store.home / LOG).open("ab") as log:
        _started.append(
            subprocess.Popen(
                [sys.executable, "-m", "tlcore.launch.supervisor"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(store),
                start_new_session=True,
            )
        )


def status(store: Store) -> dict[str, Any]:
    """See `tlcore.launch.status`."""
    card = _card(store)
    kinds = Counter(slot.name.split(":")[0] for slot in slots())
    return {
        "alive": card is not None and alive((card["pid"], card["created"])),
        "pid": card["pid"] if card else None,
        "slots": {"cpu": kinds["cpu"], "cuda": kinds["cuda"]},
        "gpus": list(gpus()),
        "queued": store.waiting(),
        "active": len(store.active()),
    }


def _card(store: Store) -> dict[str, Any] | None:
    try:
        return json.loads((store.home / CARD).read_text())
    except (OSError, ValueError):
        return None
