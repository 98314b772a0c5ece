"""Experiments nobody trained, only here and only to be looked at: the real ones would take days."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd

from tlcore.outcome import Epoch, Outcome, State
from tlcore.plan import plan
from tlcore.spec import Experiment, Training
from tlcore.store import Store

FEW = ("frequency_table", "logistic_regression", "scratch", "fine_tune", "dann")
MANY = (
    *FEW, "gradient_boosting", "random_forest", "pooled_regression", "pooled_boosting", "source_boosting",
    "score_boosting", "feature_extraction", "mlp_head", "adapters", "bitfit", "l2_sp", "lora", "partial_freeze",
    "deep_coral", "mmd",
)  # fmt: skip
BUDGETS = (20, 50, 100, 200, 300)
AT_ONCE = {"frequency_table", "logistic_regression", "gradient_boosting", "random_forest"}  # one epoch, no curve


def many(store: Store) -> int:
    """twenty experiments of five strategies and ten seeds"""
    asked = [Experiment("cold_start", FEW, seeds=10, training=Training(epochs=6 + turn)) for turn in range(20)]
    return sum(finished(store, one, epochs=6, tests=400) for one in asked)


def large(store: Store) -> int:
    """one experiment of twenty strategies, five label budgets and ten seeds"""
    return finished(store, Experiment("cold_start", MANY, labels=BUDGETS, seeds=10), epochs=25, tests=1000)


def finished(store: Store, asked: Experiment, epochs: int, tests: int) -> int:
    """Carry out an experiment with invented scores: a source phase of five epochs, then the target's."""
    rng = np.random.default_rng(0)
    ready = plan(asked)
    identity = store.submit(ready)
    labels = rng.random(tests) < 0.2
    for spec in ready.runs:
        claimed = store.claim((os.getpid(), 0.0), "cpu:0", experiment=identity)
        assert claimed is not None
        store.begin(claimed.run, os.getpid(), 0.0, "CPU")
        place = 0.6 + 0.01 * ready.experiment.strategies.index(spec.strategy) + 0.01 * rng.normal()
        place += 0.02 * np.log(spec.labels or 1000)
        length = 1 if spec.strategy in AT_ONCE else epochs
        for number in range(length):
            source = 5 if length > 5 and number < 5 else 0
            score = place - 0.1 / (1 + number) + 0.005 * rng.normal()
            scores = {} if source else {"valid": score, "watched": score}
            told = Epoch(
                "source" if source else "target", number if source else number - min(5, length - 1), 20 * number,
                0 if source else 90 * number, 0.2 * number, {"task": 1 - score}, scores, 1 - score,
                kept=number == length - 1,
            )  # fmt: skip
            store.record(claimed.run, number, told)
        chance = (0.15 + place * (0.2 * labels + 0.2 * rng.normal(size=tests))).clip(0, 1)
        frame = pd.DataFrame({"part": "test", "row": np.arange(tests), "truth": labels.astype(int)})
        store.save_predictions(claimed.run, frame.assign(p0=1 - chance, p1=chance))
        scores = {ready.metric: place, "log_loss": 1 - place}
        store.finish(claimed.run, Outcome(State.DONE, scores, scores, "made up", 1.2, length - 1, "CPU"))
    return len(ready.runs)
