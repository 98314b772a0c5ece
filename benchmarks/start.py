"""From pressing Start to the first training step: ``python -m benchmarks.start``.

Cold: no supervisor lives, so it, its server of processes and their imports come first. Warm: it lives
and waits. The first step lies between epoch 0, judged before any training, and epoch 1, which holds
twenty steps: both are printed. Wanted for the first step: under 6 s cold, under 1 s warm.
"""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
import time

from benchmarks import machine
from tlcore import launch
from tlcore.plan import plan
from tlcore.spec import PRESETS, Experiment
from tlcore.store import Store

TURNS, PATIENCE = 5, 60.0


def start(store: Store, turn: int) -> tuple[float, float]:
    """Seconds from a click, with the plan already on the screen, to epochs 0 and 1 of a run in the store."""
    made = plan(Experiment("digits", ("scratch",), labels=(50 + turn,), seeds=1, training=PRESETS["quick"]))
    began = time.perf_counter()
    identity = store.submit(made)
    launch.start(store)
    run = made.runs[0].key
    passed: list[float] = []
    while len(passed) < 2:
        told = len(store.epochs([run]))
        passed += [time.perf_counter() - began] * min(told - len(passed), 2 - len(passed))
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit(f"No training within {PATIENCE:.0f} s. {store.runs(identity).to_dict('records')}")
        time.sleep(0.005)
    while not store.runs(identity)["state"].isin(["done", "failed"]).all():
        time.sleep(0.05)
    return passed[0], passed[1]


def main() -> None:
    print(machine.words("torch"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["TRANSFERLAB_HOME"] = home
        store = Store.open()
        try:
            cold = start(store, 0)
            warm = [start(store, turn) for turn in range(1, TURNS + 1)]
        finally:
            supervisor = launch.status(store).get("pid")
            if supervisor:
                os.kill(supervisor, signal.SIGTERM)
    print(f"{'':<22}{'before step 1':>14}{'after epoch 1':>15}")
    print(f"{'cold':<22}{cold[0]:>12.2f} s{cold[1]:>13.2f} s")
    medians = [statistics.median(column) for column in zip(*warm, strict=True)]
    print(f"{f'warm, median of {TURNS}':<22}{medians[0]:>12.2f} s{medians[1]:>13.2f} s")


if __name__ == "__main__":
    main()
