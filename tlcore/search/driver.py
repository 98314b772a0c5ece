"""Carries a search out, trial by trial: in a process of its own that outlives whoever asked, or here.

All it knows is in the store and in the study, so whoever is killed, the next one goes on: a trial that was under way
is asked for again, and its finished runs are not trained again.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from tlcore import catalog, launch
from tlcore.errors import Unusable
from tlcore.launch.detached import free, spawn, spawned
from tlcore.measure import tuned
from tlcore.outcome import State
from tlcore.plan import Plan, plan
from tlcore.search.study import STOPPED, Search, best_of, load
from tlcore.spec import Experiment
from tlcore.store import Store
from tlcore.words import amount

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

LOG = "search.log"
LOOK = 0.3  # seconds between two looks at the runs of a trial
REVIVE = 5.0  # seconds after which the launcher is made sure of again

CarryOut = Callable[[Store, str], None]  # see that every run of this experiment ends


def start(store: Store, number: str) -> None:
    """See to it that somebody carries the search out. Returns at once; calling it again does no harm."""
    words = ["-m", "tlcore.search.driver", number]
    if not spawned(words) and not driven(store, number):
        spawn(store, words, LOG)


def driven(store: Store, number: str) -> bool:
    """Whether somebody is at it."""
    return not free(store, _lock(number))


def stop(store: Store, number: str) -> None:
    """Try no further settings; the runs under way end, those of the last comparison too, and going on begins with
    them again."""
    asked, study = load(store, number)
    study.set_user_attr(STOPPED, True)
    trials = [asked.trial(trial.params, trial.number) for trial in _running(study)]
    for experiment in trials + _finals(asked, study):
        store.stop_all(asked.number(experiment), "cancel")


def drive(
    store: Store, number: str, carry_out: CarryOut | None = None, tell: Callable[[str], Any] = lambda told: None
) -> None:
    """Carry the search out before returning; ``tell`` hears a sentence after every trial.

    ``carry_out`` sees to the runs of a trial; without it they wait in the queue like all others. Raises `Unusable`
    where somebody else is at it.
    """
    asked, study = load(store, number)
    lock = FileLock(store.home / _lock(number))
    try:
        lock.acquire(timeout=2.0)  # somebody may just be looking whether it is free
    except Timeout:
        raise Unusable(
            f"The search {number} is being carried out already; the page What if shows how far it is."
        ) from None
    try:
        while not study.user_attrs[STOPPED] and _ended(study) < asked.trials:
            _try(store, asked, study, carry_out or _queued, tell)
        best, finals = best_of(study), _finals(asked, study)
        if best is not None and finals and not study.user_attrs[STOPPED]:
            tell(f"Trial {best.number + 1} is best; judging it on {asked.fresh} fresh seeds.")
        for experiment in finals:
            if not study.user_attrs[STOPPED]:
                judged = _see_to(store, study, plan(experiment), carry_out or _queued)
                if store.runs(judged)["state"].eq(State.CANCELLED).any():
                    study.set_user_attr(STOPPED, True)  # by whoever cancelled them
    finally:
        lock.release()


def _try(store: Store, asked: Search, study: Study, carry_out: CarryOut, tell: Callable[[str], Any]) -> None:
    """One trial: that which was under way when somebody was killed, else the next that Optuna asks for."""
    import optuna

    trial = next(iter(_running(study)), None) or _ask(asked, study)
    value, error, said = float("nan"), float("nan"), "no validation score"
    if set(trial.params) == set(asked.over):  # else whoever asked for it was killed halfway
        try:
            planned = plan(asked.trial(trial.params, trial.number))
        except Unusable as problem:
            said = str(problem)
        else:
            experiment = _see_to(store, study, planned, carry_out)
            if study.user_attrs[STOPPED]:
                return
            value, error = tuned.value(store.runs(experiment), asked.experiment.metric)
    if math.isnan(value):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    else:
        optuna.trial.Trial(study, trial._trial_id).set_user_attr("error", error)
        study.tell(trial.number, value)
        metric = asked.experiment.metric
        said = f"{metric} {catalog.metric(metric).sign * value:.3f} on validation"
    params = ", ".join(f"{name} {amount(param)}" for name, param in trial.params.items())
    tell(f"Trial {trial.number + 1} of {asked.trials}: {params}: {said}.")


def _ask(asked: Search, study: Study) -> FrozenTrial:
    """The next settings to try. Its own seed for every trial: the same answer, whoever was killed before."""
    import optuna

    place = len(study.get_trials(deepcopy=False))
    study.sampler = optuna.samplers.TPESampler(seed=place)
    number = study.ask(fixed_distributions=asked.space()).number
    return study.get_trials(deepcopy=False)[number]


def _see_to(store: Store, study: Study, planned: Plan, carry_out: CarryOut) -> str:
    """See that the runs of an experiment end; returns its id."""
    experiment = store.submit(planned)
    if study.user_attrs[STOPPED]:  # whoever did it has not seen these runs
        store.stop_all(experiment, "cancel")
    carry_out(store, experiment)
    return experiment


def _finals(asked: Search, study: Study) -> list[Experiment]:
    """Once every trial has ended and other settings won: the experiments that judge those there were, and what won."""
    best = best_of(study)
    if best is None or not best.number or _ended(study) < asked.trials:
        return []
    return [asked.final(None), asked.final(best.params)]


def _queued(store: Store, experiment: str) -> None:
    """Wait until the queue has carried the experiment out."""
    launch.start(store)
    revive = time.monotonic() + REVIVE
    while not all(State(state).final for state in store.runs(experiment)["state"]):
        time.sleep(LOOK)
        if time.monotonic() > revive:
            launch.start(store)
            revive = time.monotonic() + REVIVE


def _running(study: Study) -> list[FrozenTrial]:
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))


def _ended(study: Study) -> int:
    from optuna.trial import TrialState

    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.FAIL)))


def _lock(number: str) -> str:
    return f"search-{number}.lock"


if __name__ == "__main__":
    drive(Store.open(), sys.argv[1], tell=print)
