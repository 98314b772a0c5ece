"""Mirrored to MLflow: what is there is what the store has, once; over HTTP to a real server, whose model answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest
import requests
import shelves
from sqlalchemy import update

from tlcore import launch
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.launch import afterwards
from tlcore.mirror import Server, mirror, models
from tlcore.mirror.server import EXPERIMENT, RUN, STATE_OF
from tlcore.outcome import Failure, Outcome, State
from tlcore.plan import plan
from tlcore.spec import PART, Experiment, Training
from tlcore.store.schema import runs

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_TRACKING_URI": "",
    "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),  # it calls uvicorn by name
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(folder, health, *words, **environment):
    """A server of MLflow's own, from when it answers until the block ends."""
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *words], stdout=log, stderr=log, cwd=folder,
            env={**os.environ, **QUIET, **environment}, start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(1200):
            assert process.poll() is None, (folder / "server.log").read_text()[-2000:]
            try:
                if requests.get(health, timeout=2).ok:
                    break
            except requests.RequestException:
                time.sleep(0.1)
        yield
    finally:
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """MLflow's own database without a server before it."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        patch.chdir(folder)  # where it puts files
        yield Server(f"sqlite:///{folder}/mlflow.db")


@pytest.fixture
def serving(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    address = f"http://127.0.0.1:{port}"
    words = ["server", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination",
             str(folder / "artifacts"), "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        with listening(folder, f"{address}/health", *words):
            yield Server(address)


@pytest.fixture
def finished(store):
    """An experiment of two strategies and two seeds, one of whose runs failed, and its id."""
    experiment = store.submit(shelves.planned(name="Old to new"))
    rng = pd.DataFrame({"part": ["test"] * 3, "row": range(3), "truth": [0, 1, 1], "p0": [0.9, 0.2, 0.4]})
    for number in range(3):
        key = shelves.carried_out(store, score=0.6 + 0.01 * number)
        store.save_predictions(key, rng.assign(p1=1 - rng["p0"]))
        store.artifacts.note(key, "It went well.\n")
    store.finish(shelves.begun(store), Outcome(State.FAILED, failure=Failure("data", "The file is gone.")))
    return experiment


def copies(server, experiment):
    """What stands for an experiment there: its parent, and the run below it for each of ours."""
    places = [place.experiment_id for place in server.client.search_experiments()]
    found = server.client.search_runs(places, f"tags.`{EXPERIMENT}` = '{experiment}'")
    parents = [run for run in found if RUN not in run.data.tags]
    assert len(parents) == 1
    below = {run.data.tags[RUN]: run for run in found if RUN in run.data.tags}
    assert len(below) == len(found) - 1, "every run is there once"
    assert all(run.data.tags["mlflow.parentRunId"] == parents[0].info.run_id for run in below.values())
    return parents[0], below


def test_what_is_there_is_what_the_store_has(store, finished, server, tmp_path):
    (tmp_path / "report.html").write_text("<p>yes</p>")
    told = mirror(store, finished, server, attach=[tmp_path / "report.html"])
    assert (told.written, told.present, told.waiting) == (4, 0, 0)
    parent, below = copies(server, finished)
    assert server.client.get_experiment(parent.info.experiment_id).name == "Old to new"
    for run in store.runs(finished).itertuples():
        copy = below[run.run]
        assert copy.info.status == ("FINISHED" if run.state == "done" else "FAILED")
        assert copy.data.params["strategy"] == run.strategy
        assert copy.data.params["training.epochs"] == "3"
        wanted = {"state": run.state, "seed": str(run.seed), "labels": "40", "simulated": "true", "example": "false"}
        assert {name: copy.data.tags[f"transferlab.{name}"] for name in wanted} == wanted
        files = {file.path for file in server.client.list_artifacts(copy.info.run_id)}
        if run.state != "done":
            assert files == {"failure.txt"}
            continue
        assert files == {"predictions.parquet", "log.txt"}
        assert copy.data.metrics["test/roc_auc"] == run.test_score
        curve = server.client.get_metric_history(copy.info.run_id, "target/valid")
        epochs = store.epochs([run.run])
        assert [one.step for one in curve] == epochs["number"].tolist()
        assert [one.value for one in curve] == epochs["valid"].tolist()
        got = server.client.download_artifacts(copy.info.run_id, "predictions.parquet", str(tmp_path))
        pd.testing.assert_frame_equal(pd.read_parquet(got), store.predictions(run.run))
    files = {file.path for file in server.client.list_artifacts(parent.info.run_id)}
    assert files == {"summary.csv", "experiment.yaml", "facts.json", "report.html"}
    table = pd.read_csv(server.client.download_artifacts(parent.info.run_id, "summary.csv", str(tmp_path)))
    assert set(table["strategy"]) == {"frequency_table", "scratch"}


def test_again_writes_nothing_and_what_was_broken_off_or_done_anew_is_replaced(store, finished, server):
    mirror(store, finished, server)
    parent, below = copies(server, finished)
    again = mirror(store, finished, server)
    assert (again.written, again.present) == (0, 4)
    assert {run.info.run_id for run in copies(server, finished)[1].values()} == {r.info.run_id for r in below.values()}

    keys = store.runs(finished)["run"]
    server.client.delete_tag(below[keys[0]].info.run_id, STATE_OF)  # as if it had been broken off
    server.client.delete_run(below[keys[1]].info.run_id)
    store.retry(keys[3])
    shelves.carried_out(store)
    assert mirror(store, finished, server).written == 3
    same, anew = copies(server, finished)
    assert same.info.run_id == parent.info.run_id
    assert anew[keys[3]].info.status == "FINISHED"
    assert anew[keys[2]].info.run_id == below[keys[2]].info.run_id


def test_more_than_one_call_holds_is_there_in_full(store, server):
    experiment = store.submit(shelves.planned(seeds=1, strategies=("scratch",)))
    key = shelves.begun(store)
    for index in range(300):
        store.record(key, index, shelves.epoch(index))
    store.finish(key, shelves.done())
    spec = store.spec(key).to_dict()
    spec["knobs"] = {f"knob_{number}": number for number in range(130)}
    with store.writing.begin() as connection:
        connection.execute(update(runs).where(runs.c.key == key).values(spec=spec))
    mirror(store, experiment, server)
    (copy,) = copies(server, experiment)[1].values()
    assert len([name for name in copy.data.params if name.startswith("knobs.")]) == 130
    for name in ("valid", "watched", "loss", "term_task"):
        assert len(server.client.get_metric_history(copy.info.run_id, f"target/{name}")) == 300


def test_a_server_that_is_down_or_not_named_is_one_sentence(store, finished, capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    assert main(["mirror", finished, "--to", f"http://127.0.0.1:{free_port()}"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "cannot be used (it does not answer); nothing was written there." in sentence
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(Unusable, match="No MLflow server is named"):
        Server()


def test_nothing_is_mirrored_before_a_run_has_ended_and_what_runs_is_left_out(store, server, capsys, monkeypatch):
    experiment = store.submit(shelves.planned(name="Under way"))
    with pytest.raises(Unusable, match="has ended yet"):
        mirror(store, experiment, server)
    shelves.carried_out(store)
    assert main(["mirror", experiment, "--to", server.address]) == 3
    assert "3 runs are not over yet" in capsys.readouterr().err
    assert len(copies(server, experiment)[1]) == 1
    waiting = store.runs(experiment).query("state == 'queued'")["run"].iloc[0]
    monkeypatch.setattr(models, "_export", lambda *_: pytest.fail("it was exported"))
    assert main(["mirror", experiment, "--to", server.address, "--model", waiting]) == 2
    assert f"Run {waiting} is not mirrored yet, as it has not ended" in capsys.readouterr().err


def test_an_experiment_is_mirrored_by_itself_once_it_is_over(store, server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
    monkeypatch.setenv("TRANSFERLAB_IDLE", "1")
    experiment = store.submit(plan(Experiment("cold_start", ("frequency_table",), seeds=2, labels=(40,), device="cpu")))
    launch.start(store)
    for _ in range(1200):
        parents = server.client.search_runs(
            [place.experiment_id for place in server.client.search_experiments()],
            f"tags.`{EXPERIMENT}` = '{experiment}' and tags.`transferlab.recommended` != ''",
        )
        if parents:
            break
        time.sleep(0.1)
    assert set(store.runs(experiment)["state"]) == {"done"}
    assert set(copies(server, experiment)[1]) == set(store.runs(experiment)["run"])


def test_a_part_of_a_sweep_is_not_mirrored_by_itself(store, monkeypatch):
    started = []
    monkeypatch.setattr(afterwards, "spawn", lambda _store, words, _log: started.append(words[-1]))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://nowhere")
    cell = store.submit(shelves.planned(seeds=1, strategies=("scratch",), name=f"{PART}A cell"))
    own = store.submit(shelves.planned(seeds=1, strategies=("frequency_table",), name="My own"))
    for _ in range(2):
        afterwards.after(store, shelves.carried_out(store))
    assert started == [own] != [cell]


def test_a_registered_model_answers_a_real_row_over_http(store, serving, tmp_path):
    """Exported, registered with its signature, served by MLflow's own server: the answer is that of the run."""
    server = serving
    training = Training(epochs=2, least_steps=4)
    asked = Experiment("cold_start", ("fine_tune",), seeds=1, labels=(40,), training=training, device="cpu")
    experiment = store.submit(plan(asked))
    launch.here(store, experiment)
    (key,) = store.runs(experiment)["run"]
    words = ["mirror", experiment, "--to", server.address, "--model", key]
    assert main(words) == 0
    assert main(words) == 0, "once more changes nothing"
    (version,) = server.client.search_model_versions("name = 'transferlab-cold_start'")
    assert version.tags[RUN] == key
    assert version.run_id == copies(server, experiment)[1][key].info.run_id

    import mlflow

    mlflow.set_tracking_uri(server.address)
    place = mlflow.artifacts.download_artifacts(
        f"models:/transferlab-cold_start/{version.version}", dst_path=str(tmp_path)
    )
    port, (folder,) = free_port(), Path(place).glob("artifacts/*")
    rows = pd.read_csv(folder / "example.csv")
    answers = pd.read_csv(folder / "example_answers.csv")
    serve = ["models", "serve", "-m", place, "--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    with listening(tmp_path, f"http://127.0.0.1:{port}/health", *serve):
        address = f"http://127.0.0.1:{port}/invocations"
        told = requests.post(address, json={"dataframe_records": [rows.iloc[0].to_dict()]}, timeout=60).json()
        refused = requests.post(address, json={"dataframe_records": [{rows.columns[0]: 1}]}, timeout=60)
    (answer,) = told["predictions"]
    assert answer["predicted"] == answers["predicted"][0]
    chance = [name for name in answers if name.startswith("probability")][-1]
    assert answer[chance] == pytest.approx(answers[chance][0], abs=1e-6)
    predicted = store.predictions(key).query("part == 'test' and row == 0")
    assert answer[chance] == pytest.approx(predicted["p1"].iloc[0], abs=1e-4)
    assert refused.status_code == 400
    assert "columns that the model reads are missing" in refused.text
