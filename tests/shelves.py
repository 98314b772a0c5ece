"""Experiments to fill a store with: planned without drawing any data, carried out without training."""

from __future__ import annotations

import numpy as np
import pandas as pd
import toys

from tlcore.outcome import Epoch, Note, Outcome, State
from tlcore.plan import Plan
from tlcore.spec import Experiment, Training
from tlcore.store import Store

ME = (1, 0.0)


def planned(strategies: tuple[str, ...] = ("frequency_table", "scratch"), **choices) -> Plan:
    """An experiment on a toy table, under the name of a scenario that exists."""
    choices = {"seeds": 2, "labels": (40,), "training": Training(epochs=3), **choices}
    experiment = Experiment("cold_start", strategies, backbone="mlp", metric="roc_auc", **choices)
    runs = experiment.runs(backbone="mlp", metric="roc_auc")
    return Plan(experiment, toys.table(), runs, {"dann": "It does not apply."})


def epoch(number: int, phase: str = "target", score: float = 0.5, **values) -> Epoch:
    scores = {"valid": score, "watched": score + 0.1}
    terms = {"task": 1.0 / (number + 1)}
    return Epoch(phase, number, 8 * number, 30 * number, 0.1 * number, terms, scores, 0.7, **values)


def done(score: float = 0.8) -> Outcome:
    test = {"roc_auc": score, "log_loss": float("nan")}
    return Outcome(
        State.DONE,
        test,
        {"roc_auc": score - 0.1},
        "lowest loss",
        1.5,
        3,
        "CPU",
        (Note("Rather {how}.", {"how": "few"}),),
        {"start": "source", "n": 20, "measures": {"mmd": (0.5, 0.2, 0.1), "silhouette": (0.1, 0.3, float("nan"))}},
    )


def picture() -> pd.DataFrame:
    """Two examples of either domain at both moments, no two in one place."""
    told = pd.MultiIndex.from_product(
        [["before", "after"], ["source", "target"], [0, 1]], names=["moment", "domain", "example"]
    ).to_frame(index=False)
    places = np.arange(len(told), dtype=np.float32)
    return told.assign(label=np.where(told["domain"] == "target", "yes", None), x0=places, x1=-places)


def begun(store: Store) -> str:
    """Take the next waiting run and begin it, as a worker would."""
    claimed = store.claim(ME, "cpu:0")
    assert claimed is not None
    assert store.begin(claimed.run, *ME, "cpu") is not None
    return claimed.run


def carried_out(store: Store, epochs: int = 3, score: float = 0.8) -> str:
    key = begun(store)
    for index in range(epochs):
        store.record(key, index, epoch(index, score=0.5 + 0.1 * index))
    store.finish(key, done(score))
    return key
