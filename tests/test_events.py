"""TensorBoard event files, read back with TensorBoard's own reader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shelves
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tlcore import events
from tlcore.cli import main
from tlcore.errors import Unusable

ROOT = Path(__file__).parents[1]


@pytest.fixture
def finished(store):
    experiment = store.submit(shelves.planned(labels=(40, None)))
    for number in range(8):
        shelves.carried_out(store, score=0.6 + 0.01 * number)
    return experiment


def read(folder):
    found = EventAccumulator(str(folder))
    found.Reload()
    return found


def test_every_run_has_a_folder_that_says_which_it_is(store, finished, tmp_path):
    folders = events.write(store, finished, tmp_path / "board")
    places = {path.relative_to(tmp_path / "board").as_posix() for path in folders}
    assert places == {
        f"{strategy}/labels_{labels}/seed_{seed}"
        for strategy in ("frequency_table", "scratch") for labels in (40, "all") for seed in (0, 1)
    }  # fmt: skip
    assert all(len(list(folder.glob("events.*"))) == 1 for folder in folders)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["board"], "no draft is left behind"


def test_curves_come_back_as_the_store_has_them(store, finished, tmp_path):
    run = next(run for run in store.runs(finished).itertuples() if run.strategy == "scratch" and run.labels == 40)
    events.write(store, finished, tmp_path / "board")
    found, epochs = read(tmp_path / "board" / events.place(run)), store.epochs([run.run])
    for tag, column in (("target/valid", "valid"), ("target/loss", "loss"), ("target/term_task", "term:task")):
        told = found.Scalars(tag)
        np.testing.assert_allclose([one.value for one in told], epochs[column], rtol=1e-6)
        assert [one.step for one in told] == epochs["step"].tolist()
        np.testing.assert_allclose(
            [one.wall_time - run.started.timestamp() for one in told], epochs["seconds"], atol=1e-4
        )
    (test,) = found.Scalars("test/roc_auc")
    assert test.value == pytest.approx(run.test_score)
    assert test.step == epochs["step"].max()
    assert "test/log_loss" not in found.Tags()["scalars"], "what is undefined is left out"


def test_a_phase_whose_name_comes_again_is_told_apart(store):
    experiment = store.submit(shelves.planned(seeds=1, strategies=("scratch",)))
    key = shelves.begun(store)
    for index, (phase, number) in enumerate([("round", 0), ("round", 1), ("vote", 0), ("round", 0)]):
        store.record(key, index, shelves.epoch(number, phase))
    told = [
        one.name for one in events.scalars(store.epochs(store.runs(experiment)["run"])) if one.name.endswith("valid")
    ]
    assert told == ["round/valid", "round/valid", "vote/valid", "round 2/valid"]


def test_what_was_asked_for_stands_under_hparams(store, finished, tmp_path):
    run = next(run for run in store.runs(finished).itertuples() if run.strategy == "scratch" and run.labels == 40)
    events.write(store, finished, tmp_path / "board")
    metadata = read(tmp_path / "board" / events.place(run)).SummaryMetadata("_hparams_/session_start_info")
    asked = HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info.hparams
    assert asked["strategy"].string_value == "scratch"
    assert asked["labels"].number_value == 40
    assert asked["training.epochs"].number_value == 3


def test_a_folder_in_use_and_an_experiment_without_results_are_refused(store, finished, tmp_path):
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "mine.txt").write_text("mine")
    with pytest.raises(Unusable, match="holds something already"):
        events.write(store, finished, tmp_path / "board")
    waiting = store.submit(shelves.planned(seeds=1, strategies=("scratch",), labels=(50,)))
    with pytest.raises(Unusable, match="has a result yet"):
        events.write(store, waiting, tmp_path / "other")
    assert not (tmp_path / "other").exists()
    assert main(["tensorboard", finished, "--to", str(tmp_path / "board" / "mine.txt" / "deeper")]) == 2


def test_the_command_writes_them_without_loading_torch(store, finished, tmp_path, home):
    code = (
        "import sys\nfrom tlcore.cli import main\n"
        f"assert main(['tensorboard', {finished!r}, '--to', {str(tmp_path / 'board')!r}]) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.startswith("8 runs are in ")
