"""On this machine, in processes that outlive whoever asked: a supervisor of its own, started when needed."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from tlcore.launch.detached import free, spawn
from tlcore.launch.slots import gpus, slots
from tlcore.launch.truth import alive
from tlcore.store import Store

LOCK = "supervisor.lock"  # held by the supervisor as long as it lives
CARD = "supervisor.json"  # who it is
LOG = "supervisor.log"
LOOKS = 20


def start(store: Store) -> None:
    """Start a supervisor, unless one lives."""
    # A lock that is held by nobody known belongs to one who is being born, or dying: look again.
    for _ in range(LOOKS):
        if free(store, LOCK):
            # Of several, the first to take the lock stays.
            spawn(store, ["-m", "tlcore.launch.supervisor"], LOG)
            return
        if status(store)["alive"]:
            return
        time.sleep(0.05)


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
