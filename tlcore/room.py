"""The memory and the disk that a plan needs, beside what is free here; and what would help where that is too little.

From two measured training steps (`tlcore.launch.dry_runs`) where there are some, else by a rule of thumb.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from tlcore import catalog
from tlcore.launch.dry_runs import Cost
from tlcore.plan import Plan
from tlcore.situation import Examples, hold_out
from tlcore.spec import RunSpec
from tlcore.words import _

PROCESS = 450e6  # bytes a run takes before it has any data
COPIES = 4  # of the data: as read, as drawn, as tensors, and what is on its way between them
TRAINED = 16  # bytes a trained weight takes: itself, its gradient, and two moments of it
TEXT = 1000  # bytes of a text and its tokens
SMALL = 5e5  # bytes of a small network's weights
ANSWER = 6  # bytes of a predicted number on disk
BESIDE = 1e5  # bytes a run leaves beside weights and predictions: a picture, a log, its rows
KEPT_FREE = 0.9  # of what is free, as much may be taken


@dataclass(frozen=True)
class Room:
    """All in bytes. ``memory`` is what one run takes at its height, ``there`` what each may take while as many go on
    as there are slots; ``disk`` is what all runs leave, ``free`` what is left there (infinite: not known).
    """

    memory: float
    there: float
    disk: float
    free: float
    measured: bool
    problem: str = ""  # of the dry run


def room(
    plan: Plan, due: list[RunSpec], slots: int, folder: Path, cost: Cost | None, *, elsewhere: bool = False
) -> Room:
    """What the ``due`` runs of a plan need. What they leave goes to ``folder``, unless that is ``elsewhere``."""
    known = cost is not None and not cost.problem
    memory = cost.memory if cost is not None and known else _memory(plan)
    there = cost.total if cost is not None and cost.total else psutil.virtual_memory().available / max(1, slots)
    weights = cost.weights if cost is not None and known else max(SMALL, 4.0 * _parameters(plan))
    free = float("inf") if elsewhere else float(shutil.disk_usage(folder).free)
    return Room(memory, there, _disk(plan, due, weights), free, known, cost.problem if cost else "")


def doubts(found: Room) -> list[str]:
    """What will not fit, a sentence each, and what would help."""
    said = []
    if found.problem == "killed":
        said.append(
            _("The measurement of two training steps was ended from outside, as a rule because memory ran out. Then a "
              "smaller batch (training.batch) or a smaller network would help; it is tried again in a few minutes.")
        )  # fmt: skip
    elif found.problem == "memory":
        said.append(
            _("Two training steps of this network did not fit into memory here. A smaller batch "
              "(training.batch) or a smaller network would help.")
        )  # fmt: skip
    elif found.memory > KEPT_FREE * found.there:
        said.append(
            _("A run takes about {memory} of memory, and {there} are there for it. A smaller batch (training.batch), a "
              "smaller network or fewer runs at the same time (TRANSFERLAB_THREADS) would help.",
              memory=size(found.memory), there=size(found.there))
        )  # fmt: skip
    if found.disk > KEPT_FREE * found.free:
        said.append(
            _("The runs leave about {disk}, and {free} of disk are free. Fewer strategies, budgets or seeds would "
              "help, or room made where TRANSFERLAB_HOME lies.", disk=size(found.disk), free=size(found.free))
        )  # fmt: skip
    return said


def size(count: float) -> str:
    """Bytes as people say them: "480 MB"."""
    if not math.isfinite(count):
        return "-"
    for unit, step in (("GB", 1e9), ("MB", 1e6)):
        if count >= step:
            return f"{count / step:.{0 if count >= 10 * step else 1}f} {unit}"
    return f"{max(1, round(count / 1e3))} kB"


def _memory(plan: Plan) -> float:
    situation = plan.situation
    parts = (situation.source, situation.target, situation.test, situation.unlabelled)
    return PROCESS + COPIES * sum(_bytes(part) for part in parts if part is not None) + TRAINED * _parameters(plan)


def _bytes(part: Examples) -> float:
    """Of these examples as numbers a network reads."""
    if isinstance(part.inputs, pd.DataFrame):
        return 8.0 * part.inputs.size
    return float(TEXT * len(part)) if part.modality == "text" else 4.0 * np.prod(part.inputs.shape)


def _parameters(plan: Plan) -> float:
    """Weights of a network that is known to be large; 0 for the small ones."""
    network = catalog.backbone(plan.backbone, **plan.experiment.knobs.get(plan.backbone, {}))
    return float(getattr(network, "parameters", 0) or 0)


def _disk(plan: Plan, due: list[RunSpec], weights: float) -> float:
    """What runs leave: predictions of each, the weights of those that train a network, and a source's for each seed."""
    judged = len(hold_out(plan.situation)[1])
    each = BESIDE + ANSWER * judged * (plan.situation.target_space.outputs + 2)
    offers = catalog.strategies()
    trained = [spec for spec in due if offers[spec.strategy].epochs]
    shared = {spec.seed for spec in trained if offers[spec.strategy].transfers}
    return each * len(due) + weights * (len(trained) + len(shared))
