"""Shipped examples: what is taken in is what was trained, and it never stands in a person's way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shelves

from tlcore.errors import Unusable
from tlcore.store import Store


@pytest.fixture
def trained(store):
    """A finished experiment with predictions, and its id."""
    experiment = store.submit(shelves.planned())
    rng = np.random.default_rng(0)
    for score in (0.6, 0.7, 0.8, 0.9):
        key = shelves.carried_out(store, score=score)
        event = rng.random(50).astype(np.float32)
        store.save_predictions(key, _predictions(event))
        store.save_picture(key, shelves.picture())
    return experiment


def _renamed(features):
    """With the keys that the runs had where they were trained."""
    return features.assign(run=features["run"].str.partition(".")[0])


def _predictions(event):
    columns = {"part": "test", "row": np.arange(len(event)), "truth": (event > 0.5).astype(int)}
    return pd.DataFrame({**columns, "p0": 1 - event, "p1": event})


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A store of somebody else, empty."""
    monkeypatch.setenv("TRANSFERLAB_HOME", str(tmp_path / "elsewhere"))
    store = Store.open()
    yield store
    store.close()


def test_an_example_reads_elsewhere_as_it_read_here(store, trained, elsewhere, tmp_path):
    place = store.export_example(trained, tmp_path / "examples")
    assert place.name == "cold_start"
    (identity,) = elsewhere.adopt_examples(tmp_path / "examples")
    here, there = store.runs(trained), elsewhere.runs(identity)
    assert there["example"].all()
    for column in ("run", "example", "request"):
        here, there = here.drop(columns=column), there.drop(columns=column)
    pd.testing.assert_frame_equal(here, there)

    keys, adopted = store.runs(trained)["run"], elsewhere.runs(identity)["run"]
    for one, other in zip(keys, adopted, strict=True):
        pd.testing.assert_frame_equal(
            store.epochs([one]).drop(columns="run"), elsewhere.epochs([other]).drop(columns="run")
        )
        was, now = store.predictions(one), elsewhere.predictions(other)
        assert list(now.columns) == list(was.columns)
        np.testing.assert_allclose(now[["p0", "p1"]], was[["p0", "p1"]], atol=5e-4)
        assert now["truth"].tolist() == was["truth"].tolist()
        counts = ["part", "named", "hits"]
        pd.testing.assert_frame_equal(
            elsewhere.rungs(other)[counts], store.rungs(one)[counts], check_dtype=False
        )  # of single precision
    pd.testing.assert_frame_equal(here_seen := store.features(trained), _renamed(elsewhere.features(identity)))
    assert set(here_seen["measure"]) == {"mmd", "silhouette"}
    shown = [key for key in adopted if elsewhere.picture(key) is not None]
    assert shown == list(adopted[store.runs(trained)["seed"] == 0])
    np.testing.assert_allclose(elsewhere.picture(shown[0])["x0"], shelves.picture()["x0"], atol=5e-4)
    assert elsewhere.experiment(identity).experiment == store.experiment(trained).experiment
    assert elsewhere.experiment(identity).facts["machine"] == store.experiment(trained).facts["machine"]


def test_taking_in_twice_changes_nothing(store, trained, elsewhere, tmp_path):
    store.export_example(trained, tmp_path / "examples")
    first = elsewhere.adopt_examples(tmp_path / "examples")
    stamp = elsewhere.stamp()
    assert elsewhere.adopt_examples(tmp_path / "examples") == first
    assert elsewhere.stamp() == stamp
    assert elsewhere.adopt_examples(tmp_path / "nowhere") == []
    assert elsewhere.stamp() == stamp


def test_an_example_is_not_in_the_queue_and_whoever_asks_for_it_gets_it_trained(store, trained, elsewhere, tmp_path):
    store.export_example(trained, tmp_path / "examples")
    (identity,) = elsewhere.adopt_examples(tmp_path / "examples")
    assert elsewhere.runs().empty
    assert elsewhere.claim(shelves.ME, "cpu:0") is None
    own = elsewhere.submit(shelves.planned())
    assert elsewhere.runs(own)["state"].tolist() == ["queued"] * 4
    assert elsewhere.runs(identity)["state"].tolist() == ["done"] * 4
    assert elsewhere.experiments()["id"].tolist() == [own, identity]


def test_a_newer_edition_replaces_the_older(store, trained, elsewhere, tmp_path):
    store.export_example(trained, tmp_path / "examples")
    (older,) = elsewhere.adopt_examples(tmp_path / "examples")
    larger = store.submit(shelves.planned(seeds=3))
    for _ in range(2):
        shelves.carried_out(store)
    store.export_example(larger, tmp_path / "examples")
    (newer,) = elsewhere.adopt_examples(tmp_path / "examples")
    assert newer != older
    assert elsewhere.experiments()["id"].tolist() == [newer]
    assert len(elsewhere.runs(newer)) == 6


def test_an_unfinished_experiment_is_no_example(store, tmp_path):
    experiment = store.submit(shelves.planned())
    shelves.carried_out(store)
    with pytest.raises(Unusable, match="3 of 4 runs have no result"):
        store.export_example(experiment, tmp_path)
    assert list(tmp_path.glob("*/experiment.json")) == []


def test_an_example_of_another_format_says_so(tmp_path, store):
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "experiment.json").write_text('{"format": 99, "experiment": {}}')
    with pytest.raises(Unusable, match="format 99"):
        store.adopt_examples(tmp_path)
