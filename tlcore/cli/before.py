"""What a comparison will take and can show, before it starts."""

from __future__ import annotations

import math
import sys

from tlcore import catalog, launch
from tlcore.errors import Unusable
from tlcore.launch import dry_runs
from tlcore.plan import Plan
from tlcore.preflight import Preflight, duration, looked, many
from tlcore.room import Room, doubts, size
from tlcore.store import Store

RULE = "by a rule of thumb"


def show(store: Store, plan: Plan) -> None:
    """Print the pre-flight; what nobody has measured yet is measured first."""
    facts, room = _looked(store, plan, dry_runs.measured(store, plan))
    steps = "as two training steps took" if facts.stepped else RULE
    print(f"Runs to train: {facts.due:,}{f' ({facts.finished:,} finished already)' if facts.finished else ''}")
    print(f"Time: about {duration(facts.seconds)}, {'as past runs took' if facts.timed else steps}")
    how = "as two training steps took" if room.measured else RULE
    print(f"Memory: about {size(room.memory)} a run, {how}; {size(room.there)} there for each")
    print(f"Disk: about {size(room.disk)}; {size(room.free)} free")
    print(f"Smallest gain it can show: {_smallest(facts, plan)}, {'as past runs varied' if facts.measured else RULE}")
    for sentence in [*doubts(room), *filter(None, [many(facts, room.disk)])]:
        print(f"Warning: {sentence}")
    print("Nothing was started.")


def ask_back(store: Store, plan: Plan, yes: bool) -> None:
    """Warn of what will not fit. Raises `Unusable` where so many runs are due that somebody has to say ``yes``."""
    facts, room = _looked(store, plan, dry_runs.known(store, plan))
    for sentence in doubts(room):
        print(f"Warning: {sentence}", file=sys.stderr)
    if (asked := many(facts, room.disk)) and not yes:
        raise Unusable(f"{asked} Add --yes to start them all the same, or ask for fewer strategies, labels or seeds.")


def _looked(store: Store, plan: Plan, cost: dry_runs.Cost | None) -> tuple[Preflight, Room]:
    return looked(plan, store, store.runs(), launch.at_once(store, plan.experiment.device), cost)


def _smallest(facts: Preflight, plan: Plan) -> str:
    if math.isnan(facts.smallest):
        return "no verdict under 3 seeds" if plan.experiment.seeds < 3 else "not known yet"
    points = catalog.metric(plan.metric).unit == "points"
    return f"{100 * facts.smallest:.1f} points" if points else f"{facts.smallest:.3g}"
