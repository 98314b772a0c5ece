"""Models that pages ask for, each made by a process of its own (`tlcore.making`), one at a time of a run.

models/<run>/       the model, as `tlcore.export.folder` tells it
models/<run>.json   how far it has got, {"step": ..}, or why it came to nothing, {"problems": [..]}
models/<run>.lock   held by whoever makes it
models/log.txt      what these processes print
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tlcore.launch.detached import free, spawn, spawned
from tlcore.store import Store
from tlcore.whole import write
from tlcore.words import _

FOLDER, LOG = "models", "log.txt"
WORDS = ["-m", "tlcore.making"]


def folder(store: Store, run: str) -> Path:
    """Where the model of a run is, or would be."""
    return store.home / FOLDER / run


def make(store: Store, experiment: str, run: str, language: str) -> None:
    """Begin to make the model of a run of an experiment, unless somebody is at it. Returns at once.

    What is told of it is told in this language.
    """
    if making(store, run):
        return
    to = folder(store, run)
    to.parent.mkdir(parents=True, exist_ok=True)
    tell(to, step="")  # what is told from here on is of this time
    asked = {"experiment": experiment, "to": str(to), "language": language}
    spawn(store, [*WORDS, run], f"{FOLDER}/{LOG}", json.dumps(asked))


def making(store: Store, run: str) -> bool:
    """Whether somebody is making it, whoever that is: this server may have been started since."""
    lock = f"{FOLDER}/{run}.lock"
    return spawned([*WORDS, run]) or ((store.home / lock).exists() and not free(store, lock))


def step(store: Store, run: str) -> str:
    """What is being done just now."""
    return str(_told(store, run).get("step", ""))


def problems(store: Store, run: str) -> list[str]:
    """Why the last attempt to make it came to nothing; nothing where it did not, or where one is under way."""
    told = _told(store, run)
    if not told or making(store, run):
        return []
    return told.get("problems") or [_("The process ended without a word.")]


def tell(to: Path, **told: Any) -> None:
    """Write down how far the model in this folder has got."""
    write(to.with_suffix(".json"), json.dumps(told).encode())


def told_all(to: Path) -> None:
    """It is made: there is nothing more to tell."""
    to.with_suffix(".json").unlink(missing_ok=True)


def _told(store: Store, run: str) -> dict[str, Any]:
    try:
        return json.loads(folder(store, run).with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
