"""Real processes, killed for real: no finished epoch is lost, and every state stays true."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tlcore import launch
from tlcore.launch.truth import alive
from tlcore.plan import plan
from tlcore.spec import Experiment, Training
from tlcore.store import Store

LONG = Training(epochs=1000, patience=1000)
SHORT = Training(epochs=2, patience=2)
PATIENCE = 60  # seconds; two busy cores may need some


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One home for all tests here, so that the supervisor is warm for most."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("kill")
        patch.setenv("TRANSFERLAB_HOME", str(folder))
        patch.delenv("TRANSFERLAB_DB", raising=False)
        store = Store.open()
        yield store
        for run in store.active():
            if run.worker and alive(run.worker):
                os.kill(run.worker[0], signal.SIGKILL)
        end_supervisor(store)
        store.close()


def until(true, patience: float = PATIENCE):
    """Wait for ``true()``; returns what it returned."""
    end = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.05)
    return found


def submit(store, world: int, training: Training = LONG) -> str:
    """A run of its own for each test: another world, another key."""
    experiment = Experiment(
        "cold_start", ("scratch",), settings={"world": world, "source_size": 500}, seeds=1, training=training
    )
    identity = store.submit(plan(experiment))
    return store.runs(identity)["run"].iloc[0]


def row(store, key):
    return store.runs().set_index("run").loc[key]


def state(store, key) -> str:
    return row(store, key)["state"]


def epochs(store, key) -> int:
    return len(store.epochs([key]))


def worker_of(store, key) -> tuple[int, float]:
    return next(run.worker for run in store.active() if run.key == key)


def under_way(store, key) -> tuple[int, float]:
    """Wait until the run has learnt something; returns its process."""
    until(lambda: epochs(store, key) >= 3 or _ended(store, key))
    return worker_of(store, key)


def _ended(store, key) -> bool:
    found = row(store, key)
    assert found["state"] not in ("failed", "lost"), f"{found['failure']}\n{store.log(key)}"
    return False


def end_supervisor(store) -> None:
    """With all it has started."""
    found = launch.status(store)
    if not found["alive"]:
        return
    process = psutil.Process(found["pid"])
    family = [process, *process.children(recursive=True)]
    for member in family:
        member.kill()
    psutil.wait_procs(family, timeout=10)


def test_a_run_outlives_whoever_asked_for_it(store):
    code = """
import sys, time
sys.path.insert(0, sys.argv[1])
import test_kill
from tlcore import launch
from tlcore.store import Store
store = Store.open()
print(test_kill.submit(store, 1), flush=True)
launch.start(store)
time.sleep(600)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TRANSFERLAB_HOME": str(store.home)},
    )
    key = server.stdout.readline().strip()
    worker = under_way(store, key)
    server.kill()
    server.wait()
    before = epochs(store, key)
    until(lambda: epochs(store, key) > before + 3)
    assert state(store, key) == "running"
    assert alive(worker)
    store.ask(key, "stop")
    until(lambda: state(store, key) == "stopped")
    assert row(store, key)["test_score"] > 0
    assert store.predictions(key) is not None


def test_a_second_supervisor_goes_away(store):
    launch.start(store)
    first = until(lambda: launch.status(store)["alive"] and launch.status(store)["pid"])
    second = subprocess.Popen(
        [sys.executable, "-m", "tlcore.launch.supervisor"], env={**os.environ, "TRANSFERLAB_HOME": str(store.home)}
    )
    assert second.wait(PATIENCE) == 0
    assert launch.status(store)["pid"] == first
    assert launch.status(store)["alive"]


def test_a_killed_worker_is_a_failure_with_its_cause_and_keeps_its_epochs(store):
    key = submit(store, 2)
    launch.start(store)
    pid, _ = under_way(store, key)
    before = epochs(store, key)
    os.kill(pid, signal.SIGKILL)
    until(lambda: state(store, key) == "failed")
    found = row(store, key)
    assert found["failure_kind"] == "killed"
    assert "SIGKILL" in found["failure"]
    assert "memory" in found["failure"]
    assert epochs(store, key) >= before
    assert store.epochs([key])["position"].tolist() == list(range(epochs(store, key)))


def test_a_crash_in_compiled_code_names_its_signal_and_line(store):
    key = submit(store, 3)
    launch.start(store)
    pid, _ = under_way(store, key)
    os.kill(pid, signal.SIGSEGV)
    until(lambda: state(store, key) == "failed")
    assert "SIGSEGV" in row(store, key)["failure"]
    assert "Segmentation fault" in store.log(key)


def test_a_cancelled_run_ends_its_process(store):
    key = submit(store, 4)
    launch.start(store)
    worker = under_way(store, key)
    store.ask(key, "cancel")
    until(lambda: state(store, key) == "cancelled" and not alive(worker))
    store.retry(key)
    launch.start(store)
    under_way(store, key)
    store.ask(key, "stop")
    until(lambda: state(store, key) == "stopped")


def hang(store, pid: int) -> None:
    """Make a process deaf to SIGTERM, like one inside a driver; not in mid-write, where SQLite waits for it."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        try:
            with closing(sqlite3.connect(store.home / "transferlab.db", timeout=0.2, isolation_level=None)) as probe:
                probe.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.01)


def test_a_worker_that_hangs_is_ended_all_the_same(store):
    key = submit(store, 5)
    launch.start(store)
    worker = under_way(store, key)
    hang(store, worker[0])
    store.ask(key, "cancel")
    until(lambda: state(store, key) == "cancelled")
    assert not alive(worker)


def test_a_killed_supervisor_leaves_the_run_alone_and_the_next_one_adopts_it(store):
    key = submit(store, 6)
    launch.start(store)
    worker = under_way(store, key)
    first = launch.status(store)["pid"]
    os.kill(first, signal.SIGKILL)
    until(lambda: not launch.status(store)["alive"])
    assert launch.reconcile(store) == 0
    before = epochs(store, key)
    until(lambda: epochs(store, key) > before + 3)
    assert state(store, key) == "running"

    launch.start(store)
    second = until(lambda: launch.status(store)["alive"] and launch.status(store)["pid"])
    assert second != first
    (run,) = until(lambda: [run for run in store.active() if run.key == key and run.keeper[0] == second])
    assert run.worker == worker
    # The adopted run keeps its slot: with every other one taken, the next in line waits.
    free = launch.status(store)["slots"]["cpu"] - 1
    others = [submit(store, 60 + number) for number in range(free + 1)]
    for other in others[:free]:
        under_way(store, other)
    time.sleep(0.5)
    assert state(store, others[-1]) == "queued"
    for each in [*others[::-1], key]:
        store.ask(each, "cancel")
    until(lambda: {state(store, each) for each in [key, *others]} == {"cancelled"})


def test_with_everything_killed_the_states_are_true_after_one_look(store):
    key, waiting = submit(store, 7), submit(store, 8, SHORT)
    launch.start(store)
    worker = under_way(store, key)
    before = epochs(store, key)
    os.kill(launch.status(store)["pid"], signal.SIGKILL)
    for run in store.active():
        if run.worker:
            os.kill(run.worker[0], signal.SIGKILL)
    until(lambda: not alive(worker) and not launch.status(store)["alive"])
    launch.reconcile(store)
    found = row(store, key)
    assert (found["state"], found["failure_kind"]) == ("lost", "killed")
    assert "vanished" in found["failure"]
    assert epochs(store, key) >= before
    # The other may have been at any point of its birth: it was lost, or it waits, or it came to its end alone.
    until(lambda: launch.reconcile(store) == 0 and not store.active())
    assert state(store, waiting) in ("queued", "done", "lost")

    # A start revives what was queued, and what was lost can be asked for again.
    store.retry(waiting)
    launch.start(store)
    until(lambda: state(store, waiting) == "done")
    store.retry(key)
    under_way(store, key)
    store.ask(key, "cancel")
    until(lambda: state(store, key) == "cancelled")


def test_a_run_whose_worker_was_never_born_waits_again(store):
    end_supervisor(store)
    key = submit(store, 9, SHORT)
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    assert store.claim((gone.pid, 0.0), "cpu:0").run == key
    assert launch.reconcile(store) == 1
    assert state(store, key) == "queued"


def test_an_idle_supervisor_ends_itself_after_its_work(store, monkeypatch):
    end_supervisor(store)
    monkeypatch.setenv("TRANSFERLAB_IDLE", "0.5")
    key = submit(store, 10, SHORT)
    launch.start(store)
    until(lambda: state(store, key) == "done")
    until(lambda: not launch.status(store)["alive"])
    assert not (store.home / "supervisor.json").exists()


def test_a_broken_card_is_no_supervisor(store):
    (store.home / "supervisor.json").write_text(json.dumps({"pid": os.getpid(), "created": 0.0}))
    assert not launch.status(store)["alive"]
    (store.home / "supervisor.json").write_text("{")
    assert not launch.status(store)["alive"]
