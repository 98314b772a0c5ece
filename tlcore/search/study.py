"""A search as it is asked for, as it is kept, and how far it is.

Trials are kept by Optuna's own storage, in a file of its own beside the database: both bring their schema up to date
with Alembic, in a table of the same name (docs/decisions/0062).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import blake2s
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from filelock import FileLock

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.knobs import whole
from tlcore.measure import tuned
from tlcore.outcome import FINAL, State
from tlcore.plan import drawn, plan
from tlcore.search.space import space
from tlcore.spec import PART, Experiment, RunSpec
from tlcore.store import Store
from tlcore.store.submitting import identity
from tlcore.words import _

if TYPE_CHECKING:
    from optuna import Study

FILE, LOCK = "search.db", "search.lock"  # the lock is held while a question is written down
QUESTION, STOPPED = "question", "stopped"  # what a study remembers besides its trials
TRIALS_AT_MOST, FRESH = 500, 5


@dataclass(frozen=True)
class Search:
    """``experiment`` has one strategy, one label budget, every open choice made; its seeds are those of a trial.

    ``fresh`` further seeds, which no trial sees, judge the settings that won against those of the experiment.
    """

    experiment: Experiment
    over: tuple[str, ...]
    trials: int
    fresh: int = FRESH

    @property
    def strategy(self) -> str:
        return self.experiment.strategies[0]

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits: equal questions are the same search."""
        return blake2s(json.dumps(self.to_dict(), sort_keys=True).encode(), digest_size=6).hexdigest()

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Every knob of the strategy as it stands: what a search has to beat."""
        suited = catalog.suited(self.strategy, catalog.backbones()[self.experiment.backbone].modality)
        return catalog.strategy(self.strategy, **{**suited, **self.experiment.knobs.get(self.strategy, {})}).knobs

    def space(self) -> dict[str, Any]:
        situation = drawn(self.experiment.scenario, **self.experiment.settings)
        return space(self.strategy, self.over, self.settings, situation)

    def trial(self, params: Mapping[str, Any], number: int) -> Experiment:
        """The experiment that tries these settings."""
        return replace(self._with(params), name=f"{PART}Search {self.id}, trial {number + 1}")

    def final(self, params: Mapping[str, Any] | None) -> Experiment:
        """The experiment that judges these settings, or the experiment's own (None), on fresh seeds too."""
        told = "its own settings" if params is None else "the settings that won"
        seeds = self.experiment.seeds + self.fresh
        return replace(self._with(params or {}), seeds=seeds, name=f"{PART}Search {self.id}, {told}")

    def runs(self, experiment: Experiment) -> list[RunSpec]:
        return experiment.runs(backbone=experiment.backbone, metric=experiment.metric)

    def number(self, experiment: Experiment) -> str:
        """The id of one of its experiments in the store."""
        return identity(experiment, self.runs(experiment))

    def _with(self, params: Mapping[str, Any]) -> Experiment:
        knobs = {name: dict(values) for name, values in self.experiment.knobs.items()}
        knobs[self.strategy] = {**knobs.get(self.strategy, {}), **params}
        return replace(self.experiment, knobs=knobs if knobs[self.strategy] else self.experiment.knobs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "experiment": self.experiment.to_dict(), "over": list(self.over), "trials": self.trials,
            "fresh": self.fresh,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Search:
        asked = Experiment.from_dict(record["experiment"])
        return cls(asked, tuple(record["over"]), record["trials"], record["fresh"])


@dataclass(frozen=True)
class Standing:
    """How far a search is. ``trials``: ``number, state, value, error``, and a column per knob; ``value`` is the mean
    validation score over seeds in the metric's own direction, ``error`` its standard error.

    ``final`` is the comparison of what won with the settings as they were, once its runs have ended.
    """

    search: Search
    trials: pd.DataFrame
    stopped: bool
    best: dict[str, Any] | None  # the knobs of the trial that won so far
    best_number: int | None  # 0: the settings as they were
    final: tuned.Compared | None
    under_way: str | None  # the experiment of the trial under way

    @property
    def tried(self) -> bool:
        """Whether every trial has ended."""
        return len(self.trials[self.trials["state"] != "running"]) >= self.search.trials

    @property
    def over(self) -> bool:
        return self.tried and (self.best_number in (None, 0) or self.final is not None)


def search(asked: Experiment, strategy: str, over: Iterable[str], trials: int, fresh: int = FRESH) -> Search:
    """The question, checked. Raises `Unusable` with one sentence per problem."""
    offer = type(catalog.strategy(strategy))
    over = tuple(dict.fromkeys(over))
    problems = []
    if offer.ceiling or not offer.epochs:
        problems.append(
            _("{strategy} learns from every label at once, so none is left to choose its settings by without the test "
              "set; choose a strategy that trains a network.", strategy=strategy)
        )  # fmt: skip
    if not over:
        problems.append(_("No knob is searched; name at least one."))
    problems += whole("trials", trials, 1, TRIALS_AT_MOST) + whole("fresh", fresh, 3, 50)
    if problems:
        raise Unusable(*problems)
    knobs = {name: values for name, values in asked.knobs.items() if name in (strategy, asked.backbone)}
    planned = plan(asked.varied(strategies=(strategy,), knobs=knobs, name="")).experiment
    if len(planned.labels) > 1:
        raise Unusable(_("A search is about one label budget; name one."))
    found = Search(replace(planned, name=""), over, trials, fresh)
    found.space()
    return found


def begin(store: Store, asked: Search) -> str:
    """Write the question down, unless somebody has, and lift a stop; returns its id. Trial 0 is what must be beaten."""
    import optuna

    with FileLock(store.home / LOCK):  # of two who begin it at once, one alone asks for the first trial
        study = optuna.create_study(
            storage=_storage(store.home), study_name=asked.id, direction="maximize", load_if_exists=True
        )
        study.set_user_attr(STOPPED, False)
        if not study.trials:
            study.enqueue_trial({name: asked.settings[name] for name in asked.over})
        study.set_user_attr(QUESTION, asked.to_dict())  # last: whoever finds it finds all of the search
    return asked.id


def found(store: Store) -> dict[str, Search]:
    """Every search that was begun, the newest last, by its id."""
    import optuna

    if not (store.home / FILE).exists():
        return {}
    known = optuna.get_all_study_summaries(_storage(store.home))
    known = sorted((study for study in known if QUESTION in study.user_attrs), key=lambda study: study._study_id)
    return {study.study_name: Search.from_dict(study.user_attrs[QUESTION]) for study in known}


def load(store: Store, number: str) -> tuple[Search, Study]:
    """The question and its study. Raises `Unusable` where there is none of this id."""
    import optuna

    try:
        if not (store.home / FILE).exists():
            raise KeyError(number)
        study = optuna.load_study(study_name=number, storage=_storage(store.home))
        question = study.user_attrs[QUESTION]  # none where whoever began it was killed at it
    except KeyError:
        raise Unusable(
            _("No search is called '{number}'; `search` begins one and says its id.", number=number)
        ) from None
    return Search.from_dict(question), study


def standing(store: Store, number: str) -> Standing:
    """How far a search is. Raises `Unusable` where there is none of this id."""
    from optuna.trial import TrialState

    asked, study = load(store, number)
    sign = catalog.metric(asked.experiment.metric).sign
    rows = [
        {
            "number": trial.number,
            "state": trial.state.name.lower(),
            "value": float("nan") if trial.value is None else sign * trial.value,
            "error": trial.user_attrs.get("error", float("nan")),
            **trial.params,
        }
        for trial in study.get_trials(deepcopy=False)
        if trial.state != TrialState.WAITING
    ]
    trials = pd.DataFrame(rows, columns=["number", "state", "value", "error", *asked.over])
    best = best_of(study)
    params, place = (None, None) if best is None else (dict(best.params), best.number)
    final = _final(store, asked, params) if place else None
    busy = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    under_way = next((asked.number(asked.trial(trial.params, trial.number)) for trial in busy if trial.params), None)
    return Standing(asked, trials, bool(study.user_attrs.get(STOPPED)), params, place, final, under_way)


def best_of(study: Study) -> Any | None:
    """The trial with the best value so far, of equals the earliest; None where none has a value."""
    from optuna.trial import TrialState

    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(done, key=lambda trial: (trial.value, -trial.number)) if done else None


def importances(store: Store, number: str) -> dict[str, float] | None:
    """How much of what differs between trials each knob explains (PED-ANOVA; Watanabe, 2023); None where the trials
    are too few to tell: under ten, or under five a knob."""
    import optuna

    asked, study = load(store, number)
    done = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if len(asked.over) < 2 or len(done) < max(10, 5 * len(asked.over)) or len({trial.value for trial in done}) < 2:
        return None
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))


def _final(store: Store, asked: Search, params: Mapping[str, Any] | None) -> tuned.Compared | None:
    own, won = (store.asked(run.key for run in asked.runs(asked.final(of))) for of in (None, params))
    wanted = asked.experiment.seeds + asked.fresh
    ended = [some["state"].isin(FINAL - {State.CANCELLED}).sum() for some in (own, won)]  # those will be trained again
    if min(ended) < wanted:
        return None
    return tuned.compared(own, won, asked.experiment.seeds, asked.experiment.metric, asked.experiment.margin)


@lru_cache(maxsize=4)
def _storage(home: Path) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.storages.RDBStorage(f"sqlite:///{home / FILE}", engine_kwargs={"connect_args": {"timeout": 30}})
