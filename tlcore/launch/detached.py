"""A process of this program that outlives whoever started it, and knows the same store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from tlcore.store import Store


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


def spawn(store: Store, words: list[str], log: str) -> subprocess.Popen[bytes]:
    """Start ``python WORDS`` in a session of its own; what it prints goes to this file in the home folder."""
    with (store.home / log).open("ab") as printed:
        return subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            env=environment(store),
            start_new_session=True,
        )


def free(store: Store, lock: str) -> bool:
    """Whether nobody holds this lock of the home folder. It is taken for a moment to find out."""
    held = FileLock(store.home / lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        return False
    held.release()
    return True
