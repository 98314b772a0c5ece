"""What pages read: the store, and everything derived from it, kept until the store changes.

Nothing is kept by a frame: the keys are the experiment and the store's stamp.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from tlcore import plan
from tlcore.errors import Unusable
from tlcore.measure.gain import summarise
from tlcore.situation import Examples, Situation, hold_out
from tlcore.store import Store, StoredExperiment, home
from tlcore.words import _

EXAMPLES = Path(__file__).parents[2] / "examples"


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


def runs(experiment: StoredExperiment | str | None = None) -> pd.DataFrame:
    """The runs frame of one experiment, or of all."""
    return _runs(store(), _key(experiment))


def epochs(experiment: StoredExperiment | str) -> pd.DataFrame:
    """The epochs frame of one experiment."""
    return _epochs(store(), _key(experiment))


def predictions(experiment: StoredExperiment | str, runs: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The predictions frames of these runs, by run; those that have none are left out."""
    return _predictions(store(), tuple(runs), _key(experiment))


def summary(experiment: StoredExperiment, margin: float | None = None) -> pd.DataFrame:
    """The summary frame, judged with this margin, or with the experiment's own."""
    return _summary(store(), _key(experiment), experiment.experiment.margin if margin is None else margin)


def situation(experiment: StoredExperiment) -> Situation:
    """The examples an experiment is about. Raises `Unusable` when its files have changed or are gone."""
    return plan.drawn(experiment.experiment.scenario, **experiment.experiment.settings)


def tested(experiment: StoredExperiment, predictions: Mapping[str, pd.DataFrame]) -> Examples:
    """The test examples of an experiment, in the order of the predictions' ``row``.

    Raises `Unusable`, in one sentence, where the data can no longer be read or are no longer those the runs saw.
    """
    try:
        data = situation(experiment)
    except Unusable as error:
        raise Unusable(
            _("The files of these data can no longer be read, so only what the runs kept can be shown.")
        ) from error
    test = _tested(data)
    for frame in predictions.values():
        seen = frame[frame["part"] == "test"]
        if len(seen) != len(test) or not np.allclose(
            seen["truth"].to_numpy(float), data.target_space.encode(np.asarray(test.labels))[seen["row"]], rtol=1e-4
        ):
            raise Unusable(_("The data have changed since these runs, so only what the runs kept can be shown."))
        break
    return test


def stamp(experiment: StoredExperiment) -> tuple[str | None, str, str]:
    """What is derived from an experiment is kept under this key until the store changes."""
    return _key(experiment)


def _key(experiment: StoredExperiment | str | None) -> tuple[str | None, str, str]:
    """What an answer depends on: the experiment, the state of the store, and which store it is."""
    number = experiment.id if isinstance(experiment, StoredExperiment) else experiment
    return number, store().stamp(number), str(store().home)


@lru_cache(maxsize=4)
def _tested(data: Situation) -> Examples:
    return hold_out(data)[1]


@st.cache_resource(show_spinner=False)
def _store(url: str | None, folder: str, file: int) -> Store:
    opened = Store.open(url)
    if EXAMPLES.is_dir():
        opened.adopt_examples(EXAMPLES)
    return opened


@st.cache_data(show_spinner=False, max_entries=50)
def _experiments(_store: Store, key: tuple) -> pd.DataFrame:
    return _store.experiments()


@st.cache_data(show_spinner=False, max_entries=50)
def _runs(_store: Store, key: tuple) -> pd.DataFrame:
    return _store.runs(key[0])


@st.cache_data(show_spinner=False, max_entries=20)
def _epochs(_store: Store, key: tuple) -> pd.DataFrame:
    return _store.epochs(list(_runs(_store, key)["run"]))


@st.cache_data(show_spinner=False, max_entries=10)
def _predictions(_store: Store, runs: tuple[str, ...], key: tuple) -> dict[str, pd.DataFrame]:
    found = {run: _store.predictions(run) for run in runs}
    return {run: frame for run, frame in found.items() if frame is not None and len(frame)}


@st.cache_data(show_spinner=False, max_entries=100)
def _summary(_store: Store, key: tuple, margin: float) -> pd.DataFrame:
    return summarise(_runs(_store, key), margin)
