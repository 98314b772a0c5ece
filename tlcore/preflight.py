"""What a plan will cost and what it can show, before anything starts.

Both are taken from finished runs of the same scenario where the store has some. Where it has none, the time is that
of two measured training steps (`tlcore.launch.dry_runs`), and until there are any a rule of thumb stands in; the
answer says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.launch.dry_runs import Cost
from tlcore.measure.gain import detectable
from tlcore.mel import RATE
from tlcore.plan import Plan
from tlcore.room import Room, room, size
from tlcore.situation import Situation
from tlcore.spec import RunSpec
from tlcore.store import Store
from tlcore.words import _

# Seconds of a training step on one core; of sounds, for each second that they last.
STEP = {"table": 0.004, "image": 0.02, "text": 0.02, "audio": 0.1}
# A step of 64 examples takes a large network this much longer for every weight it has, whatever it reads.
PER_WEIGHT = {"image": 6e-7, "text": 4.5e-8, "audio": 2e-7}
FORWARD = 1 / 3  # of a training step
PHASES = 2  # of a strategy that transfers, as a rule: one on the source, one on the target
MANY = 1000  # runs; so many are asked back about before they start
FIRST = 1.0  # seconds a run takes beside training: starting, reading, judging
SPREAD = 0.03  # standard deviation of a paired difference over seeds, where nothing is known yet


@dataclass(frozen=True)
class Preflight:
    """``seconds`` on so many slots; ``smallest``: the true gain that shows four times out of five (NaN: none)."""

    runs: int
    finished: int  # of them are in the store already and will not be trained again
    seconds: float
    timed: bool  # by past runs, not by the rule of thumb
    stepped: bool  # by two measured training steps, where not by past runs
    smallest: float
    spread: float
    measured: bool  # the spread is that of past runs

    @property
    def due(self) -> int:
        return self.runs - self.finished


def due(plan: Plan, past: pd.DataFrame) -> list[RunSpec]:
    """The runs of a plan that are not in the store already."""
    ready = set(past.loc[past["state"].isin(["done", "stopped"]), "run"])
    return [spec for spec in plan.runs if spec.key not in ready]


def preflight(plan: Plan, past: pd.DataFrame, slots: int = 1, step: float | None = None) -> Preflight:
    """The cost and the power of a plan, judged by the ``past`` runs frame and the slots there are.

    ``step``: seconds of a measured training step of the plan's network, where there is one.
    """
    done = past[past["state"].isin(["done", "stopped"])]
    open_runs = due(plan, past)
    kin = done[(done["scenario"] == plan.experiment.scenario) & (done["backbone"] == plan.backbone)]
    pace = _pace(kin)
    seconds = sum(_seconds(spec, pace, plan.situation, step) for spec in open_runs)
    if open_runs and not pace and catalog.backbones()[plan.backbone].pretrained:
        seconds += _every_feature(open_runs[0], plan.situation, step)

    candidates = [name for name in plan.experiment.strategies if _transfers(name)]
    spread = _spread(kin[kin["metric"] == plan.metric])
    known = spread if np.isfinite(spread) else SPREAD
    points = catalog.metric(plan.metric).unit == "points"
    smallest = detectable(known, plan.experiment.seeds, max(1, len(candidates)), plan.experiment.margin)
    return Preflight(
        runs=len(plan.runs),
        finished=len(plan.runs) - len(open_runs),
        seconds=seconds / max(1, slots),
        timed=all(spec.strategy in pace for spec in open_runs),
        stepped=step is not None,
        smallest=smallest if points or np.isfinite(spread) else float("nan"),
        spread=known,
        measured=bool(np.isfinite(spread)),
    )


class Pace(NamedTuple):
    """Middle seconds of an epoch; of the whole run where there was nothing to train in epochs."""

    seconds: float
    whole: bool


def _pace(runs: pd.DataFrame) -> dict[str, Pace]:
    """How fast each strategy was in these runs."""
    epochs = runs["epochs"].astype(float)
    known = pd.DataFrame({"each": runs["seconds"].astype(float) / epochs.clip(lower=1), "epochs": epochs}).dropna()
    middle = known.groupby(runs["strategy"]).median()
    return {str(row.Index): Pace(row.each, row.epochs == 0) for row in middle.itertuples()}


def _seconds(spec: RunSpec, pace: dict[str, Pace], situation: Situation, step: float | None) -> float:
    """Roughly how long this run will take, with as many epochs as its budget has.

    By the rule of thumb, one that transfers takes a phase for the source and one for the target. The first is
    shared by many and trained once; to count it for each makes the rule a cautious one.
    """
    if spec.strategy in pace:
        seconds, whole = pace[spec.strategy]
        return seconds if whole else seconds * spec.training.epochs
    offer = catalog.strategies()[spec.strategy]
    if not offer.epochs:
        return FIRST
    sizes = [spec.labels or len(situation.target), len(situation.source)][: PHASES if offer.transfers else 1]
    steps = sum(max(spec.training.least_steps, examples / spec.training.batch) for examples in sizes)
    return FIRST + spec.training.epochs * steps * (step or _step(spec, situation))


def _step(spec: RunSpec, situation: Situation) -> float:
    """Seconds a training step of this run's network takes."""
    weights = getattr(catalog.backbone(spec.backbone, **spec.network), "parameters", 0)  # of a network that has some
    lasting = situation.source.inputs.shape[1] / RATE if situation.modality == "audio" else 1.0
    each = PER_WEIGHT.get(situation.modality, 0.0) * spec.training.batch / 64
    return lasting * STEP[situation.modality] + weights * each


def _every_feature(spec: RunSpec, situation: Situation, step: float | None) -> float:
    """Seconds until a network that comes with weights has read every example once; what it says is remembered."""
    parts = (situation.source, situation.target, situation.test, situation.unlabelled)
    examples = sum(len(part) for part in parts if part is not None)
    return FORWARD * examples / spec.training.batch * (step or _step(spec, situation))


def _spread(runs: pd.DataFrame) -> float:
    """The middle standard deviation, over seeds, of transfer minus no transfer in past runs; NaN where unknown."""
    if runs.empty:
        return float("nan")
    keyed = runs.assign(budget=runs["labels"].map(lambda count: -1 if pd.isna(count) else int(count)))
    found = []
    for _budget, some in keyed.groupby("budget"):
        scores = some.pivot_table(index="seed", columns="strategy", values="test_score", aggfunc="last")
        own = [name for name in scores if _transfers(name)]
        rivals = [name for name in scores if catalog.is_baseline(name)]
        if len(scores) >= 3 and own and rivals:
            best = max(rivals, key=lambda name: catalog.metric(some["metric"].iloc[0]).sign * scores[name].mean())
            found += [float((scores[name] - scores[best]).std()) for name in own]
    found = [spread for spread in found if np.isfinite(spread)]
    return float(np.median(found)) if found else float("nan")


def _transfers(strategy: str) -> bool:
    return not (catalog.is_baseline(strategy) or catalog.is_ceiling(strategy))


def looked(plan: Plan, store: Store, past: pd.DataFrame, slots: int, cost: Cost | None) -> tuple[Preflight, Room]:
    """Time and power, memory and disk of a plan, as far as they are known: ``cost`` is that of two measured steps."""
    step = cost.seconds if cost is not None and not cost.problem else None
    elsewhere = "://" in store.artifacts.url
    facts = preflight(plan, past, slots, step)
    return facts, room(plan, due(plan, past), slots, store.home, cost, elsewhere=elsewhere)


def duration(seconds: float) -> str:
    """A time in words, as coarse as it is uncertain."""
    if seconds < 90:
        return _("{n} s", n=max(1, round(seconds)))
    if seconds < 5400:
        return _("{n} min", n=round(seconds / 60))
    return _("{n} h", n=f"{seconds / 3600:.1f}") if seconds < 172_800 else _("{n} days", n=f"{seconds / 86_400:.1f}")


def many(facts: Preflight, disk: float) -> str:
    """Where so many runs are due that they are asked back about: what they would take, in a sentence; else ""."""
    if facts.due < MANY:
        return ""
    return _("These are {n} runs: about {time} and {disk} of disk.",
             n=f"{facts.due:,}", time=duration(facts.seconds), disk=size(disk))  # fmt: skip
