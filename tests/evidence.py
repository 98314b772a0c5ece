"""What a diagnosis looks at, made in memory: a healthy comparison, unless a test makes it sick."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from frames import runs_of
from toys import table

from tlcore import advice, catalog
from tlcore.diagnosis import Evidence
from tlcore.measure.gain import summarise
from tlcore.spec import PRESETS, Experiment

HEALTHY = {"frequency_table": 0.5, "logistic_regression": 0.7, "scratch": 0.66, "fine_tune": 0.8, "dann": 0.78}
COUNTS = {"source": {"n": 800}, "target": {"n": 400, "classes": {"no": 220, "yes": 180}},
          "test": {"n": 400, "classes": {"no": 220, "yes": 180}}}  # fmt: skip
STORED = {"kind": "binary", "modality": "table", "counts": COUNTS}


def experiment(strategies, **changes) -> Experiment:
    given = {"labels": (50,), "backbone": "mlp", "metric": "roc_auc", "training": PRESETS["quick"], **changes}
    return Experiment("cold_start", tuple(strategies), **given)


def runs(levels=HEALTHY, noise: float = 0.01, **given) -> pd.DataFrame:
    """Finished runs whose tests say what their scores say."""
    found = runs_of(levels, metric="roc_auc", noise=noise, **given)
    found["test"] = [{"roc_auc": score, "accuracy": score, "balanced_accuracy": score} for score in found["test_score"]]
    return found


def course(train, valid, watched, kept: int | None = None) -> list[dict]:
    """The epochs of one target phase, from its losses and scores."""
    kept = int(np.argmin(valid)) if kept is None else kept
    return [
        {
            "phase": "target", "phase_index": 0, "number": number, "position": number, "step": 8 * number,
            "seen": 50 * number, "seconds": 0.1 * number, "kept": number <= kept, "replayed": False,
            "term:task": train[number - 1] if number else np.nan, "loss": valid[number], "valid": watched[number],
            "watched": watched[number], "source": np.nan,
        }
        for number in range(len(valid))
    ]  # fmt: skip


SOUND = course(
    [0.6, 0.4, 0.3, 0.25, 0.22, 0.2, 0.2, 0.2], [0.68, 0.5, 0.4, 0.36, 0.34, 0.34, 0.34, 0.34, 0.34],
    [0.6, 0.7, 0.75, 0.77, 0.78, 0.79, 0.79, 0.8, 0.8], kept=8,
)  # fmt: skip


def epochs(done: pd.DataFrame, courses=None) -> pd.DataFrame:
    """The epochs of these runs: a sound course for each network, unless ``courses`` has one for its strategy."""
    keys = ("run", "strategy", "labels", "seed")
    rows = [
        {**{key: run[key] for key in keys}, **epoch}
        for run in done.to_dict("records")
        if catalog.strategies()[run["strategy"]].epochs
        for epoch in (courses or {}).get(run["strategy"], SOUND)
    ]
    return pd.DataFrame(rows).astype({"labels": object})


def evidence(done=None, courses=None, *, asked=None, situation=None, stored=STORED, known=None, **changes) -> Evidence:
    done = runs() if done is None else done
    situation = table() if situation is None else situation
    asked = asked or experiment(dict.fromkeys(done["strategy"]), **changes)
    return Evidence.of(
        asked, stored, 50, done, epochs(done, courses), summarise(done, asked.margin), draw=lambda: situation,
        measure=(lambda: known) if known else partial(advice.facts, situation, 40),
    )  # fmt: skip
