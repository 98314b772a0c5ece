"""Where runs happen.

    launch.start(store)                  see to it that queued runs are carried out, elsewhere
    launch.status(store)                 what carries them out, how much of it, how many wait
    launch.at_once(store, device)        how many runs go on at the same time
    launch.here(store, experiment_id)    carry them out in this process, one after the other
    launch.reconcile(store)              no run says it is under way when nobody is at it

A launcher is a module of this package with ``start`` and ``status``; ``TRANSFERLAB_LAUNCHER`` names it.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from tlcore.errors import unknown
from tlcore.launch.here import here
from tlcore.launch.truth import reconcile
from tlcore.store import Store

__all__ = ["at_once", "here", "reconcile", "start", "status"]

LAUNCHERS = ("local",)


def start(store: Store) -> None:
    """See to it that queued runs are taken up. Returns at once; calling it again does no harm."""
    reconcile(store)
    _launcher().start(store)


def status(store: Store) -> dict[str, Any]:
    """``alive`` (bool), ``slots`` ({"cpu": 2, "cuda": 0}), ``gpus`` (names), ``queued`` and ``active`` (counts)."""
    return _launcher().status(store)


def at_once(store: Store, device: str) -> int:
    """How many runs that ask for this device go on at the same time."""
    slots = status(store)["slots"]
    return int((device != "cpu" and slots["cuda"]) or slots["cpu"] or 1)


def _launcher() -> Any:
    name = os.environ.get("TRANSFERLAB_LAUNCHER") or "local"
    if name not in LAUNCHERS:
        raise unknown("launcher", name, LAUNCHERS)
    return import_module(f"tlcore.launch.{name}")
