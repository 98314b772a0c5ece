"""What pages read: the store, and everything derived from it, kept until the store changes.

Nothing is kept by a frame: the keys are the experiment and the store's stamp. What is kept is handed out as it is:
pandas copies a frame when somebody writes to it and not before, and a page reads a thousand runs many times over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, wraps
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from tlcore import plan
from tlcore.errors import Unusable
from tlcore.measure import imbalance
from tlcore.measure.gain import summarise
from tlcore.measure.imbalance import Tested
from tlcore.measure.ladders import Ladders
from tlcore.measure.ladders import ladders as measure_ladders
from tlcore.situation import Examples, Situation, hold_out
from tlcore.spec import Experiment
from tlcore.store import Store, StoredExperiment, home
from tlcore.store.examples import SHIPPED
from tlcore.words import _

EXAMPLES = SHIPPED


def store() -> Store:
    """The one store of this server, migrated, the shipped examples adopted."""
    elsewhere = os.environ.get("TRANSFERLAB_DB")
    if elsewhere:
        return _store(elsewhere, str(home()), 0)
    # Somebody may have moved or deleted the folder: an open file would go on showing what is gone.
    file = home() / "transferlab.db"
    if not file.exists():
        _store.clear()
        Store.open().close()
    return _store(None, str(home()), file.stat().st_ino)


def experiments() -> pd.DataFrame:
    """Every experiment, newest first, one row each."""
    return _experiments(store(), _key(None))


def experiment_of(number: str) -> Experiment | None:
    """What was asked for under this number; None where nothing is."""
    try:
        return store().experiment(number).experiment
    except Unusable:
        return None


def runs(experiment: StoredExperiment | str | None = None) -> pd.DataFrame:
    """The runs frame of one experiment, or of all."""
    return _runs(store(), _key(experiment))


def epochs(experiment: StoredExperiment | str, runs: Iterable[str] | None = None) -> pd.DataFrame:
    """The epochs frame of these runs of an experiment, or of all: where there are many, name those in view."""
    key = _key(experiment)
    return _epochs(store(), tuple(_runs(store(), key)["run"] if runs is None else runs), key)


def predictions(experiment: StoredExperiment | str, runs: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The predictions frames of these runs, by run; those that have none are left out. Not to be changed: of two
    hundred frames even a copy on write takes its time."""
    return _predictions(store(), tuple(runs), _key(experiment))


def features(experiment: StoredExperiment) -> pd.DataFrame:
    """What networks make of both domains, one row per run and measure."""
    return _features(store(), _key(experiment))


def pictured(experiment: StoredExperiment, runs: pd.DataFrame) -> pd.DataFrame:
    """Of each strategy the first of these runs that has a picture: ``strategy, run, seed``."""
    return _pictured(store(), _key(experiment), tuple(runs["run"]), runs[["strategy", "run", "seed"]])


def picture(experiment: StoredExperiment, run: str) -> pd.DataFrame:
    """Both domains in a run's features, before and after; it is among the `pictured`."""
    return _picture(store(), run, _key(experiment))


def tested(experiment: StoredExperiment | str, runs: Iterable[str]) -> dict[str, Tested]:
    """The test predictions of these runs, by run, as measures take them; those that have none are left out. Not to be
    changed: it is not copied."""
    return _tested(store(), tuple(runs), _key(experiment))


def ladders(experiment: StoredExperiment | str, runs: Iterable[str], event: int = 1) -> Ladders:
    """What every threshold names in these runs, by run; those that kept no prediction are left out. Not to be
    changed: it is not copied."""
    return _ladders(store(), tuple(dict.fromkeys(runs)), _key(experiment), event)


def measured(
    measure: Callable[..., pd.DataFrame], experiment: StoredExperiment | str, runs: pd.DataFrame, **further: Any
) -> pd.DataFrame:
    """What a measure finds in the predictions of these finished runs: a control that changes the view alone waits
    for no measure."""
    name = f"{measure.__module__}.{measure.__name__}"
    return _measured(store(), tuple(runs["run"]), _key(experiment), name, further, measure, runs)


def summary(experiment: StoredExperiment, margin: float | None = None) -> pd.DataFrame:
    """The summary frame, judged with this margin, or with the experiment's own."""
    return _summary(store(), _key(experiment), experiment.experiment.margin if margin is None else margin)


def situation(experiment: StoredExperiment) -> Situation:
    """The examples an experiment is about. Raises `Unusable` when its files have changed or are gone."""
    return plan.drawn(experiment.experiment.scenario, **experiment.experiment.settings)


def test_examples(experiment: StoredExperiment, predictions: Mapping[str, pd.DataFrame]) -> Examples:
    """The test examples of an experiment, in the order of the predictions' ``row``.

    Raises `Unusable`, in one sentence, where the data can no longer be read or are no longer those the runs saw.
    """
    try:
        data = situation(experiment)
    except Unusable as error:
        raise Unusable(
            _("The files of these data can no longer be read, so only what the runs kept can be shown.")
        ) from error
    test = _test_set(data)
    for frame in predictions.values():
        seen = frame[frame["part"] == "test"]
        if len(seen) != len(test) or not np.allclose(
            seen["truth"].to_numpy(float), data.target_space.encode(np.asarray(test.labels))[seen["row"]], rtol=1e-4
        ):
            raise Unusable(_("The data have changed since these runs, so only what the runs kept can be shown."))
        break
    return test


def stamp(experiment: StoredExperiment | str) -> tuple[str | None, str, str]:
    """Changes whenever anything that is read of the experiment could change: for what a page keeps itself."""
    return _key(experiment)


def _key(experiment: StoredExperiment | str | None) -> tuple[str | None, str, str]:
    """What an answer depends on: the experiment, the state of the store, and which store it is."""
    number = experiment.id if isinstance(experiment, StoredExperiment) else experiment
    return number, store().stamp(number), str(store().home)


@lru_cache(maxsize=4)
def _test_set(data: Situation) -> Examples:
    return hold_out(data)[1]


@st.cache_resource(show_spinner=False)
def _store(url: str | None, folder: str, file: int) -> Store:
    opened = Store.open(url)
    if EXAMPLES.is_dir():
        opened.adopt_examples(EXAMPLES)
    return opened


def _kept(entries: int) -> Callable[[Callable[..., pd.DataFrame]], Callable[..., pd.DataFrame]]:
    """Keep the last frames of a reading function."""

    def keeping(read: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
        kept = st.cache_resource(show_spinner=False, max_entries=entries)(read)

        @wraps(read)
        def reading(*given: Any) -> pd.DataFrame:
            return kept(*given).copy(deep=False)

        return reading

    return keeping


@_kept(50)
def _experiments(_store: Store, key: tuple) -> pd.DataFrame:
    return _store.experiments()


@_kept(50)
def _runs(_store: Store, key: tuple) -> pd.DataFrame:
    return _store.runs(key[0])


@_kept(20)
def _epochs(_store: Store, runs: tuple[str, ...], key: tuple) -> pd.DataFrame:
    return _store.epochs(runs)


@st.cache_resource(show_spinner=False, max_entries=10)
def _predictions(_store: Store, runs: tuple[str, ...], key: tuple) -> dict[str, pd.DataFrame]:
    found = {run: _store.predictions(run) for run in runs}
    return {run: frame for run, frame in found.items() if frame is not None and len(frame)}


@_kept(20)
def _features(_store: Store, key: tuple) -> pd.DataFrame:
    return _store.features(key[0])


@_kept(20)
def _pictured(_store: Store, key: tuple, runs: tuple[str, ...], _rows: pd.DataFrame) -> pd.DataFrame:
    found = []
    for _strategy, some in _rows.sort_values("seed").groupby("strategy", sort=False):
        kept = next((run for run in some["run"] if _store.picture(run) is not None), None)
        found.append(some[some["run"] == kept])
    return pd.concat(found, ignore_index=True) if found else _rows.head(0)


@_kept(20)
def _picture(_store: Store, run: str, key: tuple) -> pd.DataFrame:
    return _store.picture(run)


@st.cache_resource(show_spinner=False, max_entries=10)
def _tested(_store: Store, runs: tuple[str, ...], key: tuple) -> dict[str, Tested]:
    found = {run: _store.predictions(run) for run in dict.fromkeys(runs)}
    return {run: imbalance.taken_out(frame) for run, frame in found.items() if frame is not None and len(frame)}


@st.cache_resource(show_spinner=False, max_entries=10)
def _ladders(_store: Store, runs: tuple[str, ...], key: tuple, event: int) -> Ladders:
    return measure_ladders({run: _store.rungs(run, event) for run in runs})


@_kept(100)
def _measured(
    _store: Store, runs: tuple[str, ...], key: tuple, name: str, further: dict[str, Any],
    _measure: Callable[..., pd.DataFrame], _runs: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    return _measure(_tested(_store, runs, key), _runs, **further)


@_kept(100)
def _summary(_store: Store, key: tuple, margin: float) -> pd.DataFrame:
    return summarise(_runs(_store, key), margin)
