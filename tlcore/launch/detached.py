"""A process of this program that outlives whoever started it, and knows the same store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from tlcore.store import Store

_children: list[subprocess.Popen[bytes]] = []  # kept, so that ended ones are buried


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


def spawn(store: Store, words: list[str], log: str, given: str | None = None) -> subprocess.Popen[bytes]:
    """Start ``python WORDS`` in a session of its own, with ``given`` on its standard input.

    What it prints goes to this file in the home folder.
    """
    _children[:] = [child for child in _children if child.poll() is None]
    with (store.home / log).open("ab") as printed:
        process = subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=printed,
            stderr=printed,
            env=environment(store),
            start_new_session=True,
        )
    _children.append(process)
    if process.stdin is not None:
        with process.stdin:
            process.stdin.write((given or "").encode())
    return process


def spawned(words: list[str]) -> bool:
    """Whether this process has started ``python WORDS`` and it has not ended."""
    return any(child.args == [sys.executable, *words] and child.poll() is None for child in _children)


def free(store: Store, lock: str) -> bool:
    """Whether nobody holds this lock of the home folder. It is taken for a moment to find out."""
    held = FileLock(store.home / lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        return False
    held.release()
    return True
