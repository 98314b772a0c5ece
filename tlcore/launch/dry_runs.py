"""What two training steps took on this machine, kept by network, batch and shape of the input; measured where unknown.

    dry_runs/<key>.json     seconds, memory, total, weights; or what went wrong

The steps are taken in a process of their own (`tlcore.dry_run`), one at a time: whoever asks does not wait, and asks
again later.
"""

from __future__ import annotations

import json
import time
from hashlib import blake2s
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tlcore.launch.detached import free, spawn, spawned
from tlcore.launch.slots import gpus
from tlcore.plan import Plan
from tlcore.situation import Examples
from tlcore.spec import FORMAT
from tlcore.store import Store

FOLDER, LOCK, LOG = "dry_runs", "lock", "log.txt"
STALE = 3600.0  # seconds after which what went wrong is tried again
KILLED = 300.0  # likewise of what was ended from outside, for which there may have been any reason
WORDS = ["-m", "tlcore.dry_run"]
PATIENCE = 180.0  # seconds a command waits for it


class Cost(NamedTuple):
    """Of one run's network: seconds of a step, bytes at the height, bytes of its weights; ``total``: those a GPU has.

    ``problem``: it went wrong, for a lack of "memory", as it was "killed" from outside, or otherwise; then there are
    no figures.
    """

    seconds: float = float("nan")
    memory: float = float("nan")
    weights: float = float("nan")
    total: float | None = None
    problem: str = ""


def known(store: Store, plan: Plan) -> Cost | None:
    """What is known of this plan's network; None where nothing is, or where it is being measured."""
    file = _file(store, plan)
    try:
        found, age = json.loads(file.read_text()), time.time() - file.stat().st_mtime
    except (OSError, ValueError):
        return None
    problem = found.get("problem")
    if problem and (age > (KILLED if problem == "killed" else STALE) or busy(store)):
        return None
    return Cost(**found)


def busy(store: Store) -> bool:
    """Whether something is being measured."""
    return spawned(WORDS) or ((store.home / FOLDER).is_dir() and not free(store, f"{FOLDER}/{LOCK}"))


def start(store: Store, plan: Plan) -> None:
    """See to it that this plan's network is measured, unless something is. Returns at once."""
    if busy(store):
        return
    file = _file(store, plan)
    file.parent.mkdir(parents=True, exist_ok=True)
    asked = {"spec": plan.runs[0].to_dict(), "device": _device(plan), "file": str(file)}
    spawn(store, WORDS, f"{FOLDER}/{LOG}", json.dumps(asked, default=str))


def measured(store: Store, plan: Plan) -> Cost | None:
    """What is known of this plan's network, measured now where nothing is; None where that takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = known(store, plan)
        if found is not None:
            return found
        start(store, plan)
        time.sleep(0.1)
    return None


def _file(store: Store, plan: Plan) -> Path:
    spec, situation = plan.runs[0], plan.situation
    parts = (situation.source, situation.target, situation.test, situation.unlabelled)
    shape = [None if part is None else (len(part), *_shape(part)) for part in parts]
    outputs = (situation.source_space.outputs, situation.target_space.outputs)
    device = [_device(plan), *(gpus() if _device(plan) == "cuda" else ())]
    named = [
        FORMAT,
        spec.backbone,
        dict(spec.network),
        spec.training.batch,
        spec.training.augment,
        shape,
        outputs,
        device,
    ]
    text = json.dumps(named, sort_keys=True, default=str)
    return store.home / FOLDER / f"{blake2s(text.encode(), digest_size=8).hexdigest()}.json"


def _shape(part: Examples) -> tuple[Any, ...]:
    """What an example looks like to a network: as many columns of either kind, the size of an image or a sound; a text
    by its length, to the next power of two."""
    if isinstance(part.inputs, pd.DataFrame):
        numeric = sum(pd.api.types.is_numeric_dtype(kind) for kind in part.inputs.dtypes)
        return numeric, len(part.inputs.columns) - numeric
    if part.modality == "text":
        longest = max((len(str(text)) for text in part.inputs), default=1)
        return (int(2 ** np.ceil(np.log2(max(longest, 1)))),)
    return tuple(part.inputs.shape[1:])


def _device(plan: Plan) -> str:
    return "cuda" if plan.experiment.device != "cpu" and gpus() else "cpu"
