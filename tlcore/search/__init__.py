"""Better settings for a strategy: trials by Optuna, chosen on validation labels, judged once on fresh seeds.

    study.search(experiment, strategy, over, trials)   the question, checked
    study.begin(store, search)                         written down, so that anybody can carry it on
    driver.start(store, id)                            carried out by a process that outlives whoever asked
    driver.drive(store, id)                            carried out here
    study.standing(store, id)                          how far it is, what came of it

A trial is an experiment like any other: its runs wait in the queue, can be stopped and are never trained twice.
The test labels stay out of it: a trial is worth what `tlcore.measure.tuned.value` reads from validation scores. Only
what won, and the settings it has to beat, are judged on test, with seeds that no trial has seen.
"""

from __future__ import annotations

from typing import NamedTuple

from tlcore import launch
from tlcore.launch import dry_runs
from tlcore.plan import plan
from tlcore.preflight import looked
from tlcore.search.study import Search
from tlcore.store import Store


class Cost(NamedTuple):
    runs: int  # at most: what is finished already, or stays at its settings, is not trained again
    seconds: float


def cost(asked: Search, store: Store) -> Cost:
    """What a search takes on this machine, judged by a trial of the settings as they are."""
    own = plan(asked.experiment)
    past, ready = store.runs(), {run.key for run in own.runs}
    past = past.assign(run=past["run"].where(~past["run"].isin(ready), ""))
    abreast = launch.at_once(store, asked.experiment.device)
    one = looked(own, store, past, 1, dry_runs.known(store, own))[0].seconds / len(own.runs)
    rounds = asked.trials * -(-asked.experiment.seeds // abreast) + 2 * -(-asked.fresh // abreast)
    return Cost(asked.trials * asked.experiment.seeds + 2 * asked.fresh, rounds * one)
