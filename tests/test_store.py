"""The store: equal specs are one run, what was written is what is read, and many may write at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import shelves
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from tlcore.errors import Unusable
from tlcore.outcome import Failure, Outcome, State
from tlcore.spec import Training
from tlcore.store import Store, home
from tlcore.store.place import MIGRATIONS
from tlcore.store.schema import metadata


@pytest.fixture
def store():
    store = Store.open()
    yield store
    store.close()


def states(store, experiment):
    return store.runs(experiment)["state"].tolist()


def test_a_store_stands_in_the_home_folder_and_opens_again(store, home):
    experiment = store.submit(shelves.planned())
    assert (home / "transferlab.db").exists()
    again = Store.open()
    assert again.runs(experiment)["run"].tolist() == store.runs(experiment)["run"].tolist()
    again.close()


def test_the_migrations_lead_to_the_tables_the_code_speaks_of(store):
    found = inspect(store.reading)
    for table in metadata.sorted_tables:
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert set(columns) == set(table.columns.keys()), table.name
        for column in table.columns:
            assert columns[column.name]["nullable"] == column.nullable, f"{table.name}.{column.name}"
            assert str(columns[column.name]["type"]) == column.type.compile(store.reading.dialect), column.name
        assert {index["name"] for index in found.get_indexes(table.name)} == {index.name for index in table.indexes}


def test_a_database_of_the_first_version_opens_with_all_its_runs(store):
    experiment = store.submit(shelves.planned())
    shelves.carried_out(store)
    before = store.runs(experiment)
    assert len(store.features(experiment))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    store.close()
    again = Store.open()
    pd.testing.assert_frame_equal(again.runs(experiment), before)
    assert again.features(experiment).empty
    again.close()


def test_a_database_from_the_future_is_refused_in_one_sentence(store):
    with store.writing.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unusable, match="newer TransferLab") as refused:
        Store.open()
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/x.db", "nonsense", "oddsql://x/y"])
def test_a_database_that_cannot_be_opened_is_named_with_a_way_out(url):
    with pytest.raises(Unusable, match=r"cannot be opened.*TRANSFERLAB_DB"):
        Store.open(url)


def test_equal_experiments_are_the_same_experiment(store):
    first, second = store.submit(shelves.planned()), store.submit(shelves.planned())
    assert first == second
    assert len(store.experiments()) == 1
    assert len(store.runs()) == 4


def test_runs_that_are_done_serve_the_next_experiment(store):
    first = store.submit(shelves.planned())
    for _ in range(4):
        shelves.carried_out(store)
    second = store.submit(shelves.planned(seeds=3))
    assert second != first
    assert states(store, second) == ["done"] * 4 + ["queued"] * 2
    assert len(store.runs()) == 6


def test_only_what_has_no_full_result_is_queued_again(store):
    plan = shelves.planned(strategies=("frequency_table", "scratch", "fine_tune"))
    experiment = store.submit(plan)
    ends = [State.DONE, State.FAILED, State.LOST, State.CANCELLED, State.STOPPED]
    for state in ends:
        key = shelves.begun(store)
        store.record(key, 0, shelves.epoch(0))
        store.finish(key, Outcome(state))
    assert states(store, experiment) == [*ends, "queued"]
    assert store.submit(plan) == experiment
    assert states(store, experiment) == ["done"] + ["queued"] * 5
    assert len(store.epochs(store.runs(experiment)["run"])) == 1


def test_runs_are_taken_in_order_and_by_one_taker_only(store):
    experiment = store.submit(shelves.planned(seeds=10))
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: store.claim(shelves.ME, "cpu:0"), range(24)))
    runs = [claimed.run for claimed in taken if claimed]
    assert len(runs) == len(set(runs)) == 20
    assert set(runs) == set(store.runs(experiment)["run"])
    assert store.submit(shelves.planned(seeds=11)) != experiment
    first = store.claim(shelves.ME, "cpu:0")
    assert first.run == store.runs()["run"].iloc[20]


def test_a_slot_takes_only_what_it_can_carry_out(store):
    store.submit(shelves.planned(device="cuda", seeds=1), launcher="elsewhere")
    assert store.claim(shelves.ME, "cpu:0", devices=("cpu",)) is None
    assert store.claim(shelves.ME, "cuda:0", devices=("auto", "cuda"), launcher="local") is None
    assert store.claim(shelves.ME, "cuda:0", devices=("auto", "cuda")).device == "cuda"


def test_a_run_begins_once(store):
    store.submit(shelves.planned())
    key = shelves.begun(store)
    assert store.begin(key, 2, 0.0, "cpu") is None


def test_a_finished_run_reads_as_it_was_written(store):
    experiment = store.submit(shelves.planned(labels=(40, None), seeds=1))
    key = shelves.carried_out(store, score=0.83)
    runs = store.runs(experiment)
    row = runs[runs["run"] == key].iloc[0]
    assert (row["state"], row["test_score"], row["valid_score"]) == ("done", 0.83, pytest.approx(0.73))
    assert row["test"]["roc_auc"] == 0.83
    assert np.isnan(row["test"]["log_loss"])
    assert row["warnings"] == [["Rather {how}.", {"how": "few"}, True]]
    assert (row["epochs"], row["seconds"], row["device"], row["selector"]) == (3, 1.5, "CPU", "lowest loss")
    assert str(runs["finished"].dt.tz) == "UTC"
    assert runs["labels"].tolist()[:2] == [40, 40]
    assert runs["labels"].isna().tolist() == [False, False, True, True]
    waiting = runs.iloc[-1]
    assert waiting["state"] == "queued"
    assert np.isnan(waiting["test_score"])
    assert waiting["test"] == {}


def test_epochs_come_with_their_phase_their_scores_and_their_terms(store):
    store.submit(shelves.planned())
    key = shelves.begun(store)
    story = [("source", 0), ("source", 1), ("layer", 1), ("layer", 2), ("layer", 1), ("target", 1)]
    for index, (phase, number) in enumerate(story):
        store.record(key, index, shelves.epoch(number, phase, kept=number == 1))
    frame = store.epochs([key])
    assert frame["phase_index"].tolist() == [0, 0, 1, 1, 2, 3]
    assert frame["position"].tolist() == list(range(6))
    assert frame["valid"].tolist() == [0.5] * 6
    assert frame["source"].isna().all()
    assert frame["term:task"].iloc[1] == 0.5
    assert set(frame["strategy"]) == {"frequency_table"}
    assert frame["kept"].tolist() == [number == 1 for _, number in story]


def test_frames_of_nothing_have_their_columns_all_the_same(store):
    assert {"run", "labels", "test_score", "submitted"} <= set(store.runs().columns)
    assert {"phase_index", "valid", "watched", "source"} <= set(store.epochs([]).columns)
    assert {"id", "active", "created"} <= set(store.experiments().columns)


def test_an_experiment_keeps_what_its_reader_must_know(store):
    plan = shelves.planned()
    stored = store.experiment(store.submit(plan))
    assert stored.experiment == plan.experiment
    facts = stored.facts
    assert (facts["kind"], facts["label"], facts["simulated"]) == ("binary", "answer", True)
    assert facts["counts"]["source"]["n"] == 800
    assert sum(facts["counts"]["test"]["classes"].values()) == facts["counts"]["test"]["n"] == 400
    assert facts["left_out"] == {"dann": "It does not apply."}
    assert {"torch", "python", "transferlab"} <= set(facts["versions"])
    assert facts["machine"]["cores"] >= 1
    with pytest.raises(Unusable, match="nobody"):
        store.experiment("nobody")


def test_experiments_are_listed_with_counts_the_latest_on_top(store):
    first = store.submit(shelves.planned(name="first"))
    shelves.carried_out(store)
    failing = shelves.begun(store)
    store.finish(failing, Outcome(State.FAILED, failure=Failure("data", "It cannot be read.")))
    second = store.submit(shelves.planned(name="second", training=Training(epochs=5)))
    listed = store.experiments()
    assert listed["id"].tolist() == [second, first]
    row = listed.set_index("id").loc[first]
    assert (row["runs"], row["done"], row["failed"], row["cancelled"], row["active"]) == (4, 1, 1, 0, 2)
    store.stop_all(first, "cancel")
    row = store.experiments().set_index("id").loc[first]
    assert (row["failed"], row["cancelled"], row["active"]) == (1, 2, 0)
    assert row["strategies"] == ["frequency_table", "scratch"]


def test_a_waiting_run_ends_at_once_when_asked(store):
    experiment = store.submit(shelves.planned())
    first, second = store.runs(experiment)["run"][:2]
    store.ask(first, "stop")
    store.ask(second, "cancel")
    assert states(store, experiment) == ["cancelled", "cancelled", "queued", "queued"]
    with pytest.raises(Unusable, match="No run is called"):
        store.ask("nobody", "stop")


def test_a_busy_run_learns_what_was_asked_of_it(store):
    experiment = store.submit(shelves.planned())
    key = shelves.begun(store)
    assert store.record(key, 0, shelves.epoch(0)) is None
    store.ask(key, "stop")
    assert states(store, experiment)[0] == "stopping"
    assert store.beat(key) == "stop"
    store.ask(key, "cancel")
    assert store.record(key, 1, shelves.epoch(1)) == "cancel"
    store.ask(key, "stop")
    assert store.beat(key) == "cancel"


def test_everything_of_an_experiment_can_be_stopped(store):
    experiment = store.submit(shelves.planned())
    shelves.carried_out(store)
    shelves.begun(store)
    store.stop_all(experiment)
    assert states(store, experiment) == ["done", "stopping", "cancelled", "cancelled"]


def test_the_first_end_of_a_run_is_its_end(store):
    store.submit(shelves.planned())
    key = shelves.begun(store)
    assert store.finish(key, shelves.done())
    assert not store.finish(key, Outcome(State.LOST))
    assert store.record(key, 7, shelves.epoch(7)) == "cancel"
    assert store.runs().set_index("run").loc[key, "state"] == "done"
    assert store.epochs([key]).empty


def test_a_failure_keeps_its_sentence_and_the_end_of_its_log(store):
    store.submit(shelves.planned())
    key = shelves.begun(store)
    store.artifacts.log_file(key).write_text("one\ntwo\n")
    store.record(key, 0, shelves.epoch(0))
    store.finish(key, Outcome(State.FAILED, failure=Failure("disk", "The disk is full.", "x" * 9000)))
    row = store.runs().set_index("run").loc[key]
    assert (row["failure_kind"], row["failure"]) == ("disk", "The disk is full.")
    assert row["epochs"] == 1
    assert store.log(key) == "one\ntwo\n"


def test_a_retried_run_starts_from_nothing(store):
    experiment = store.submit(shelves.planned())
    key = shelves.begun(store)
    store.record(key, 0, shelves.epoch(0))
    store.save_predictions(key, pd.DataFrame({"part": ["test"], "row": [0], "truth": [1], "p0": [0.2], "p1": [0.8]}))
    store.finish(key, Outcome(State.FAILED, failure=Failure("defect", "It broke.")))
    store.retry(key)
    row = store.runs().set_index("run").loc[key]
    assert (row["state"], row["failure"]) == ("queued", None)
    assert store.epochs([key]).empty
    assert store.predictions(key) is None
    assert store.runs()["run"].iloc[-1] == key
    assert store.runs(experiment)["run"].iloc[0] == key


def test_a_done_run_is_never_retried(store):
    store.submit(shelves.planned())
    key = shelves.carried_out(store)
    store.retry(key)
    assert store.runs().set_index("run").loc[key, "state"] == "done"


def test_what_did_not_fit_is_tried_once_at_half_the_batch(store):
    experiment = store.submit(shelves.planned())
    key = shelves.begun(store)
    assert store.again_smaller(key)
    claimed = store.claim(shelves.ME, "cpu:0")
    assert claimed.run == key
    assert store.begin(key, *shelves.ME, "cpu").training.batch == store.spec(key).training.batch // 2
    assert not store.again_smaller(key)
    store.finish(key, Outcome(State.FAILED))
    store.retry(key)
    assert states(store, experiment)[0] == "queued"


def test_predictions_and_weights_come_back(store):
    from safetensors.numpy import save

    columns = {"part": ["valid", "test"], "row": [0, 0], "truth": [1, 0], "p0": [0.1, 0.9], "p1": [0.9, 0.1]}
    frame = pd.DataFrame(columns)
    store.save_predictions("some", frame)
    store.save_weights("some", save({"head": np.arange(3.0)}))
    pd.testing.assert_frame_equal(store.predictions("some"), frame)
    assert store.weights("some")["head"].tolist() == [0, 1, 2]
    assert store.predictions("other") is None
    assert store.weights("other") is None
    assert store.log("other") == ""
    assert not (home() / "artifacts" / "other").exists(), "reading leaves nothing behind"


def test_artifacts_may_lie_behind_any_fsspec_address(monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_ARTIFACTS", "memory://somewhere")
    store = Store.open()
    store.save_weights("some", b"content")
    assert store.artifacts.read("some", "weights.safetensors") == b"content"
    store.artifacts.log_file("some").write_text("hello")
    store.artifacts.publish_log("some")
    assert store.artifacts.read("some", "log.txt") == b"hello"
    store.artifacts.clear("some")
    assert store.artifacts.read("some", "weights.safetensors") is None
    store.close()


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(store):
    store.save_weights("some", b"old")
    with pytest.raises(TypeError):
        store.artifacts.write("some", "weights.safetensors", "no bytes")  # type: ignore[arg-type]
    folder = home() / "artifacts" / "some"
    assert [path.name for path in folder.iterdir()] == ["weights.safetensors"]
    assert store.artifacts.read("some", "weights.safetensors") == b"old"


def test_the_stamp_changes_with_everything_that_shows(store):
    stamps = [store.stamp()]

    def changed():
        stamps.append(store.stamp())
        return stamps[-1] not in stamps[:-1]

    experiment = store.submit(shelves.planned())
    assert changed()
    key = shelves.begun(store)
    assert changed()
    store.record(key, 0, shelves.epoch(0))
    assert changed()
    own = store.stamp(experiment)
    store.beat(key)
    assert not changed()
    assert store.stamp(experiment) == own
    store.ask(key, "stop")
    assert changed()
    assert store.stamp(experiment) != own
    store.finish(key, shelves.done())
    assert changed()
    store.submit(shelves.planned(seeds=5))
    assert changed()


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
import shelves
from tlcore.store import Store
store = Store.open()
key = store.claim(shelves.ME, "cpu:" + sys.argv[2]).run
store.begin(key, *shelves.ME, "cpu")
for index in range(200):
    store.record(key, index, shelves.epoch(index))
    if index % 10 == 0:
        store.beat(key)
        store.runs()
store.finish(key, shelves.done())
"""


def test_four_processes_write_at_once_and_lose_nothing(store, request):
    experiment = store.submit(shelves.planned())
    folder = str(request.path.parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, folder, str(i)], stderr=subprocess.PIPE) for i in range(4)
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors.decode()
    assert states(store, experiment) == ["done"] * 4
    assert len(store.epochs(store.runs(experiment)["run"])) == 800


def test_a_thousand_runs_are_listed_in_order(store):
    strategies = ("frequency_table", "scratch", "fine_tune", "dann", "distillation")
    experiment = store.submit(shelves.planned(strategies, seeds=100, labels=(20, 40)))
    runs = store.runs(experiment)
    assert len(runs) == 1000
    assert runs["seed"].is_monotonic_increasing
    assert runs["strategy"].tolist()[:5] == list(strategies)


def test_opening_the_store_and_the_launcher_does_not_load_torch():
    code = "import sys, tlcore.store, tlcore.launch, tlcore.worker; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("address", ["/proc/nowhere", "nosuchprotocol://bucket/folder"])
def test_artifacts_that_cannot_be_kept_are_refused_before_anything_is_queued(monkeypatch, address):
    monkeypatch.setenv("TRANSFERLAB_ARTIFACTS", address)
    store = Store.open()
    with pytest.raises(Unusable, match="TRANSFERLAB_ARTIFACTS"):
        store.submit(shelves.planned())
    assert store.experiments().empty
    store.close()
