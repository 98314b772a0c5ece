"""The same experiment under several conditions: a grid over one or two knobs of its scenario, or over the label budget.

A sweep is nothing but its experiments, one per cell, which differ in their settings. They are submitted together and
found again by what they are, so what is finished is never trained twice, and whoever knows the question (from an
address, a command) has its answer. All cells are judged by one metric and learn with one network: those that suit the
experiment the sweep starts from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, fields, replace
from functools import partial
from itertools import product
from typing import Any

import pandas as pd

from tlcore import catalog, launch
from tlcore.errors import Unusable, gathered, unknown
from tlcore.launch import dry_runs
from tlcore.plan import Plan, plan
from tlcore.preflight import Preflight, looked
from tlcore.room import Room
from tlcore.spec import PART, Experiment, RunSpec
from tlcore.store import Store
from tlcore.store.submitting import identity
from tlcore.words import _

LABELS = "labels"  # the axis that is no knob of the scenario
AXES_AT_MOST = 2
# Numbers that make a situation another one, not an easier or a harder one.
NO_AXIS = ("world", "side", "size", "seconds", "regions", "data_id")


@dataclass(frozen=True)
class Axis:
    """What varies: a knob of the scenario, or `LABELS`; its values ascend, each once (None: every label there is)."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Cell:
    """One condition: where it lies on every axis, the experiment that asks about it, and its id in the store."""

    at: dict[str, Any]
    experiment: Experiment
    runs: tuple[RunSpec, ...]
    id: str


@dataclass(frozen=True)
class Sweep:
    """``whole`` is all of it as one plan, for what it costs: the experiment it starts from with every cell's runs."""

    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    whole: Plan


def knobs(scenario: str) -> dict[str, Field[Any]]:
    """The knobs of a scenario that can be an axis: numbers with a range that make it easier or harder."""
    return {
        knob.name: knob
        for knob in fields(catalog.scenarios()[scenario])
        if isinstance(knob.default, (int, float))
        and not isinstance(knob.default, bool)
        and knob.metadata.get("high") is not None
        and knob.name not in NO_AXIS
    }


def sweep(asked: Experiment, axes: Sequence[Axis]) -> Sweep:
    """The cells of a grid, none of them drawn yet. Raises `Unusable` with one sentence per problem."""
    axes = tuple(_ascending(axis) for axis in _checked(asked, axes))
    varied = {axis.name: axis.values for axis in axes}
    gathered(
        *(
            partial(catalog.scenario, asked.scenario, **{**asked.settings, name: value})
            for name, values in varied.items()
            if name != LABELS
            for value in values
        )
    )
    start = plan(asked.varied(labels=varied.get(LABELS, asked.labels)))
    if LABELS not in varied and len(start.experiment.labels) > 1:
        raise Unusable(_("A sweep has one label budget unless it varies them; name one, or vary labels."))
    cells = tuple(_cell(start, axes, values) for values in product(*(axis.values for axis in axes)))
    every = {run.key: run for cell in cells for run in cell.runs}
    return Sweep(axes, cells, replace(start, runs=list(every.values())))


def submit(store: Store, asked: Sweep) -> None:
    """Queue every cell; what is finished or under way stays. Raises `Unusable` before anything is queued."""
    gathered(*(partial(_check, cell) for cell in asked.cells))
    for cell in asked.cells:  # planned again: the examples of a large grid do not all stay in memory
        submit_cell(store, cell)


def submit_cell(store: Store, cell: Cell) -> str:
    """Queue one cell, or find it again; returns its id."""
    return store.submit(_planned(cell))


def runs(store: Store, asked: Sweep) -> list[pd.DataFrame]:
    """The runs frame of every cell: whatever is known of its runs, whoever asked for them."""
    known = store.asked(run.key for run in asked.whole.runs).set_index("run", drop=False)
    return [known.loc[[run.key for run in cell.runs if run.key in known.index]] for cell in asked.cells]


def cost(asked: Sweep, store: Store) -> tuple[Preflight, Room]:
    """What is still to be trained, how long that takes on this machine, and the room it needs."""
    own = store.asked(run.key for run in asked.whole.runs)
    past = pd.concat([store.runs(), own], ignore_index=True).drop_duplicates("run")
    at_once = launch.at_once(store, asked.whole.experiment.device)
    return looked(asked.whole, store, past, at_once, dry_runs.known(store, asked.whole))


def _checked(asked: Experiment, axes: Sequence[Axis]) -> Sequence[Axis]:
    names = [axis.name for axis in axes]
    offered = [*knobs(asked.scenario), LABELS]
    problems = [
        p for name in names if name not in offered for p in unknown(_("condition to vary"), name, offered).problems
    ]
    problems += [
        _("{name} is varied over no value; name one at least.", name=axis.name) for axis in axes if not axis.values
    ]
    if not 1 <= len(names) <= AXES_AT_MOST or len(set(names)) < len(names):
        problems.append(_("{n} conditions are varied; choose one, or two different ones.", n=len(names)))
    if problems:
        raise Unusable(*problems)
    return axes


def _ascending(axis: Axis) -> Axis:
    return Axis(axis.name, tuple(sorted(set(axis.values), key=lambda value: (value is None, value or 0))))


def _cell(start: Plan, axes: Sequence[Axis], values: Sequence[Any]) -> Cell:
    at = dict(zip((axis.name for axis in axes), values, strict=True))
    turned = {name: value for name, value in at.items() if name != LABELS}
    told = ", ".join(f"{name} {'all' if value is None else format(value, 'g')}" for name, value in at.items())
    asked = start.experiment
    experiment = replace(
        asked,
        settings={**asked.settings, **turned},
        labels=(at[LABELS],) if LABELS in at else asked.labels,
        name=f"{PART}{catalog.scenarios()[asked.scenario].title}: {told}",
    )
    specs = tuple(experiment.runs(backbone=start.backbone, metric=start.metric))
    return Cell(at, experiment, specs, identity(experiment, specs))


def _check(cell: Cell) -> None:
    """As `_planned`, without handing its examples out: `gathered` would keep those of every cell."""
    _planned(cell)


def _planned(cell: Cell) -> Plan:
    """The plan of a cell. Raises `Unusable` where its conditions rule out what the others can do."""
    try:
        planned = plan(cell.experiment)
    except Unusable as error:
        raise Unusable(*(f"{cell.experiment.own_name}: {problem}" for problem in error.problems)) from error
    if planned.left_out:
        raise Unusable(
            *(
                _("{condition}: {why} Leave it out.", condition=cell.experiment.own_name, why=why)
                for why in planned.left_out.values()
            )
        )
    return planned
