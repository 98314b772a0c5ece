"""Runs carried out in this process, and why runs fail, in words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
import shelves
import toys
from sqlalchemy.exc import OperationalError

import tlcore as tl
from tlcore import catalog, launch, worker
from tlcore.errors import Unusable
from tlcore.launch import cause, slots
from tlcore.spec import Training
from tlcore.store import Store
from tlcore.words import told


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setattr(worker, "drawn", lambda scenario, **settings: toys.table())
    store = Store.open()
    yield store
    store.close()


@dataclass(frozen=True)
class Failing(catalog.Strategy):
    name = "failing"
    title, family, summary, avoid = "Failing", "test", "It fails.", "Always."
    message: str = tl.knob("broken", "What it says")

    def phases(self, task):
        yield from ()
        raise ValueError(self.message)


@dataclass(frozen=True)
class Hungry(catalog.Strategy):
    """Fits into memory with small batches only."""

    name = "hungry"
    title, family, summary, avoid = "Hungry", "test", "It needs memory.", "Always."
    fits: int = tl.knob(32, "The largest batch that fits")

    def phases(self, task):
        if task.training.batch > self.fits:
            raise MemoryError("Unable to allocate 93 GiB")
        yield from catalog.strategy("scratch").phases(task)


@pytest.fixture
def offered(monkeypatch):
    """Two strategies that exist in this test only."""
    found = {**catalog.strategies(), "failing": Failing, "hungry": Hungry}
    monkeypatch.setattr(catalog, "strategies", lambda: found)


def test_here_carries_out_every_run_and_reports_every_epoch(store):
    experiment = store.submit(shelves.planned(), launcher="here")
    heard = []
    launch.here(store, experiment, on_epoch=lambda run, epoch: heard.append((run, epoch.number)))
    runs = store.runs(experiment)
    assert runs["state"].tolist() == ["done"] * 4
    assert runs["test_score"].between(0, 1).all()
    assert set(runs["selector"]) != {""}
    assert len(heard) == len(store.epochs(runs["run"]))
    table = runs[runs["strategy"] == "frequency_table"]
    assert (table["epochs"] == 0).all()
    assert (table["seconds"] > 0).all()
    scratch = runs[runs["strategy"] == "scratch"]["run"].iloc[0]
    predictions = store.predictions(scratch)
    assert set(predictions["part"]) == {"valid", "test"}
    assert len(store.weights(scratch)) > 0


def test_what_is_done_is_not_done_again(store):
    experiment = store.submit(shelves.planned(seeds=1), launcher="here")
    launch.here(store, experiment)
    before = store.runs(experiment)["finished"].tolist()
    launch.here(store, store.submit(shelves.planned(seeds=1), launcher="here"))
    assert store.runs(experiment)["finished"].tolist() == before


def test_a_run_that_is_stopped_keeps_its_best_epoch(store):
    experiment = store.submit(shelves.planned(("scratch",), seeds=1, training=Training(epochs=50)))
    launch.here(store, experiment, on_epoch=lambda run, epoch: epoch.number == 2 and store.ask(run, "stop"))
    row = store.runs(experiment).iloc[0]
    assert row["state"] == "stopped"
    assert 0 <= row["test_score"] <= 1
    assert len(store.epochs([row["run"]])) <= 5


def test_a_run_that_is_cancelled_keeps_nothing_but_its_curve(store):
    experiment = store.submit(shelves.planned(("scratch",), seeds=1, training=Training(epochs=50)))
    launch.here(store, experiment, on_epoch=lambda run, epoch: epoch.number == 2 and store.ask(run, "cancel"))
    row = store.runs(experiment).iloc[0]
    assert row["state"] == "cancelled"
    assert store.predictions(row["run"]) is None
    assert len(store.epochs([row["run"]])) <= 5


def test_a_failure_is_an_outcome_with_a_sentence_and_a_log_and_the_rest_goes_on(store, offered):
    experiment = store.submit(shelves.planned(("failing", "frequency_table"), seeds=1))
    launch.here(store, experiment)
    failed, done = store.runs(experiment).itertuples()
    assert (failed.state, failed.failure_kind, done.state) == ("failed", "defect", "done")
    assert "ValueError: broken" in failed.failure
    assert "Traceback" in store.log(failed.run)
    store.retry(failed.run)
    assert store.runs(experiment)["state"].iloc[0] == "queued"


def test_data_that_cannot_be_read_is_not_called_a_defect(store, monkeypatch):
    def unreadable(scenario, **settings):
        raise Unusable("The file a.csv has changed since the experiment was planned.")

    monkeypatch.setattr(worker, "drawn", unreadable)
    experiment = store.submit(shelves.planned(("scratch",), seeds=1))
    launch.here(store, experiment)
    row = store.runs(experiment).iloc[0]
    assert row["failure_kind"] == "data"
    assert "a.csv has changed" in row["failure"]


def test_what_needs_too_much_memory_is_tried_once_at_half_the_batch_and_says_so(store, offered):
    experiment = store.submit(shelves.planned(("hungry",), seeds=1))
    launch.here(store, experiment)
    row = store.runs(experiment).iloc[0]
    assert row["state"] == "done"
    assert any("trained with 32" in told(note) for note in row["warnings"])


def test_what_still_does_not_fit_fails_with_the_class_memory(store, offered):
    experiment = store.submit(shelves.planned(("hungry",), seeds=1, knobs={"hungry": {"fits": 4}}))
    launch.here(store, experiment)
    row = store.runs(experiment).iloc[0]
    assert (row["state"], row["failure_kind"]) == ("failed", "memory")
    assert "93 GiB" in row["failure"]


def test_an_interrupted_session_leaves_no_run_under_way(store):
    experiment = store.submit(shelves.planned(("scratch",), seeds=1))

    def interrupt(run, epoch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        launch.here(store, experiment, on_epoch=interrupt)
    assert store.runs(experiment)["state"].tolist() == ["cancelled"]


def test_cuda_where_there_is_none_is_a_sentence(store, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    experiment = store.submit(shelves.planned(("scratch",), seeds=1, device="cuda"))
    launch.here(store, experiment)
    row = store.runs(experiment).iloc[0]
    assert row["failure_kind"] == "configuration"
    assert "Choose the device auto or cpu." in row["failure"]


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"), "memory"),
        (MemoryError(), "memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (OperationalError("INSERT", {}, Exception("database or disk is full")), "disk"),
        (Unusable("The backbone 'x' reads images."), "configuration"),
        (ConnectionError("no route to host"), "weights"),
        (TimeoutError("30 s"), "timeout"),
        (KeyError("mistake"), "defect"),
        (RuntimeError("shapes cannot be multiplied"), "defect"),
    ],
)
def test_every_error_finds_its_class_and_a_sentence(error, kind):
    failure = cause.of_error(error)
    assert failure.kind == kind
    assert len(failure.sentence) > 10
    assert "\n" not in failure.sentence


def test_torchs_own_memory_error_is_recognised():
    import torch

    assert cause.of_error(torch.OutOfMemoryError("CUDA out of memory")).kind == "memory"


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [(-9, "killed", "out of memory"), (-11, "killed", "SIGSEGV"), (-64, "killed", "signal"), (3, "defect", "status 3")],
)
def test_every_silent_end_finds_its_class_and_a_sentence(code, kind, words):
    failure = cause.of_exit(code, "the last line")
    assert failure.kind == kind
    assert words in failure.sentence
    assert failure.tail == "the last line"


def test_a_silent_end_on_a_full_disk_is_not_called_a_defect():
    assert cause.of_exit(1, "sqlite3.OperationalError: database or disk is full").kind == "disk"


def test_a_gpu_is_a_slot_and_leaves_the_cpu_to_who_asks_for_it(monkeypatch):
    monkeypatch.setattr(slots, "cores", lambda: 4)
    monkeypatch.setattr(slots, "gpus", lambda: ("H200", "H200"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    found = slots.slots()
    assert [(slot.name, slot.gpu) for slot in found[:2]] == [("cuda:0", "0"), ("cuda:1", "1")]
    assert len(found) == 2 + 4
    assert found[0].takes == ("auto", "cuda")
    assert found[-1].takes == ("cpu",)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert [slot.gpu for slot in slots.slots() if slot.gpu] == ["1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert {slot.takes for slot in slots.slots()} == {("auto", "cpu", "cuda")}


def test_a_thread_count_that_is_none_is_a_sentence(monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_THREADS", "3")
    assert slots.threads() == 3
    monkeypatch.setenv("TRANSFERLAB_THREADS", "many")
    with pytest.raises(Unusable, match="must be a whole number"):
        slots.threads()


def test_what_workers_are_forked_from_has_one_thread_and_no_cuda():
    code = """
import sys, psutil, tlcore.launch.preload as preload
torch = sys.modules["torch"]
assert not torch.cuda.is_initialized()
assert not [name for name in sys.modules if name.startswith(("tlcore.strategies.", "tlcore.learn."))]
sys.exit(psutil.Process().num_threads() - 1)
"""
    told = {**os.environ, **slots.ONE_THREAD}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=told)
    assert found.returncode == 0, found.stderr


def test_an_unknown_launcher_is_named_with_what_there_is(store, monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_LAUNCHER", "locl")
    with pytest.raises(Unusable, match="Did you mean 'local'"):
        launch.start(store)
