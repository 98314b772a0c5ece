"""The same again: what differs from then, the plan that trains every run anew, and the experiments it is held against.

A repeat is an experiment of its own whose ``again`` says what it repeats and the how-manieth time
(docs/decisions/0065-the-same-again.md), so nothing finished is reused and everything else goes on as ever.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tlcore import catalog
from tlcore.errors import Unusable, gathered
from tlcore.launch.slots import gpus
from tlcore.measure import rerun
from tlcore.outcome import State
from tlcore.plan import Plan, plan
from tlcore.scenarios import own_files
from tlcore.spec import Experiment, RunSpec
from tlcore.store import Store, StoredExperiment
from tlcore.store.facts import data, machine, versions


@dataclass(frozen=True)
class Repeat:
    """What would be trained, of which experiment it is a repeat, and a sentence for all that differs from then."""

    plan: Plan
    of: StoredExperiment
    differs: list[str]


def planned(store: Store, experiment_id: str) -> Repeat:
    """How to do an experiment again, with the very settings its runs had; of a repeat, what it repeats.

    Raises `Unusable` where that is no longer possible: files that are gone, a strategy that is no longer on offer.
    """
    of = original(store, experiment_id) or store.experiment(experiment_id)
    then = store.specs(of.id)
    today = plan(replace(of.experiment, settings=_settings(of.experiment), again=_marker(store, of.id)))
    specs = [_exactly(one, other) for one, other in _pairs(then, today.runs)]
    kinds = {spec.strategy: spec for spec in specs}.values()
    gathered(*(lambda spec=spec: catalog.strategy(spec.strategy, **spec.knobs) for spec in kinds))
    facts = data(today.situation) | {"versions": versions(), "machine": machine(), "devices": [_device(of.experiment)]}
    left_out = [sentence for name, sentence in today.left_out.items() if name in of.experiment.strategies]
    differs = [*rerun.differing(recorded(store, of), facts, files(of.experiment)), *_own(then, specs), *left_out]
    ready = Plan(today.experiment, today.situation, specs, {**of.facts.get("left_out", {}), **today.left_out})
    return Repeat(ready, of, differs)


def original(store: Store, experiment_id: str) -> StoredExperiment | None:
    """The experiment that this one repeats; None where it repeats none, or none that is still in the store."""
    name = store.experiment(experiment_id).experiment.again.rpartition(".")[0]
    try:
        return store.experiment(name) if name else None
    except Unusable:
        return None


def repeats(known: pd.DataFrame, experiment_id: str) -> list[str]:
    """The ids of all repeats of an experiment, the first one first; ``known``: the store's experiments frame."""
    found = known[known["again"].str.rpartition(".")[0] == experiment_id]
    return list(found.sort_values("created")["id"])


def recorded(store: Store, experiment: StoredExperiment) -> dict[str, Any]:
    """The facts that were taken down with an experiment, and the ``devices`` that its runs were trained on."""
    found = store.runs(experiment.id)
    trained = found.loc[found["state"].isin([State.DONE, State.STOPPED]), "device"]
    return {**experiment.facts, "devices": sorted(set(trained.dropna()) - {""})}


def differed(store: Store, repeat: StoredExperiment) -> list[str]:
    """What was another when a repeat was made than when its original was: a sentence each."""
    of = original(store, repeat.id)
    if of is None:
        return []
    found = rerun.differing(recorded(store, of), recorded(store, repeat), files(of.experiment))
    return [*found, *_own(store.specs(of.id), store.specs(repeat.id))]


def files(asked: Experiment) -> dict[str, str]:
    """The names of a person's own files by what they are for."""
    own = asked.scenario == own_files.SCENARIO.name
    return {role: Path(str(asked.settings[role])).name for role in rerun.PARTS if own and role in asked.settings}


def _settings(asked: Experiment) -> Mapping[str, Any]:
    """The scenario's settings with what a person's own files hold today."""
    if asked.scenario != own_files.SCENARIO.name:
        return asked.settings
    return own_files.settings(**{name: value for name, value in asked.settings.items() if name != "digest"})


def _marker(store: Store, of: str) -> str:
    """A number of its own for each repeat; one that has not ended is carried on."""
    known = repeats(store.experiments(), of)
    if known and not all(State(state).final for state in store.runs(known[-1])["state"]):
        return store.experiment(known[-1]).experiment.again
    numbers = (int(store.experiment(one).experiment.again.rpartition(".")[2]) for one in known)
    return f"{of}.{max(numbers, default=0) + 1}"


def _exactly(then: RunSpec, now: RunSpec) -> RunSpec:
    """The run as it was asked for, with what files hold today: their digests are all that is taken from ``now``."""

    def read(was: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        return {**was, **({"digest": found.get("digest", "")} if "digest" in was else {})}

    return replace(
        then, settings=read(then.settings, now.settings), knobs=read(then.knobs, now.knobs),
        network=read(then.network, now.network), again=now.again,
    )  # fmt: skip


def _own(then: list[RunSpec], now: list[RunSpec]) -> list[str]:
    """A sentence for every strategy or network that begins with a file which has changed."""
    changed = [
        owner
        for was, is_now in _pairs(then, now)
        for owner, one, other in (
            (was.strategy, was.knobs, is_now.knobs),
            (was.backbone, was.network, is_now.network),
        )
        if one.get("digest", "") != other.get("digest", "")
    ]
    return [rerun.other_file(owner) for owner in dict.fromkeys(changed)]


def _pairs(then: list[RunSpec], now: list[RunSpec]) -> list[tuple[RunSpec, RunSpec]]:
    """Each run of ``then`` that has its like in ``now``, with it."""
    like = {(spec.strategy, spec.labels, spec.seed): spec for spec in now}
    return [(spec, like[place]) for spec in then if (place := (spec.strategy, spec.labels, spec.seed)) in like]


def _device(asked: Experiment) -> str:
    """What runs that ask for this device are trained on here, as they will name it (`tlcore.learn.run.device_name`)."""
    return gpus()[0] if gpus() and asked.device != "cpu" else f"CPU ({platform.machine()})"
