"""Frames shaped like the store's, made in memory: runs, their epochs and their predictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

LEVELS = {"frequency_table": 0.3, "gradient_boosting": 0.7, "scratch": 0.6, "fine_tune": 0.8, "dann": 0.76}
CLASSICAL = ("frequency_table", "logistic_regression", "gradient_boosting")


def runs_of(
    levels: Mapping[str, float], seeds: int = 5, metric: str = "accuracy", labels: Any = 50, noise: float = 0.01
) -> pd.DataFrame:
    """A runs frame in which every strategy scores about its level."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "run": f"{name}-{labels}-{seed}", "strategy": name, "labels": labels, "seed": seed, "state": "done",
            "metric": metric, "test_score": level + rng.normal(0, noise), "test": {"accuracy": level}, "seconds": 3.0,
            "warnings": [],
        }
        for name, level in levels.items()
        for seed in range(seeds)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"labels": object})


def epochs_of(levels: Mapping[str, float], seeds: int = 5, epochs: int = 20, labels: Any = 50) -> pd.DataFrame:
    """The epochs frame of the same runs: curves that rise to their level, one point for what trains no network."""
    rng = np.random.default_rng(1)
    rows = []
    for name, level in levels.items():
        for seed in range(seeds):
            for number in range(1 if name in CLASSICAL else epochs + 1):
                reached = level if name in CLASSICAL else level * (1 - np.exp(-(number + 1) / 4))
                score = reached + rng.normal(0, 0.005)
                rows.append(
                    {
                        "run": f"{name}-{labels}-{seed}", "strategy": name, "labels": labels, "seed": seed,
                        "phase": "target", "phase_index": 0, "number": number, "position": number, "step": 8 * number,
                        "seen": 50 * number, "seconds": 0.1 * number, "kept": number in (0, epochs - 4),
                        "replayed": False, "loss": 1 - score, "valid": score, "watched": score, "source": score + 0.1,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows).astype({"labels": object})


def predictions_of(runs: pd.DataFrame, shares: tuple[float, ...], size: int = 600) -> dict[str, pd.DataFrame]:
    """A predictions frame per run on one test set; the better the score, the surer the right class."""
    rng = np.random.default_rng(0)
    truth = rng.choice(len(shares), size, p=shares)
    found = {}
    for run, score in zip(runs["run"], runs["test_score"], strict=True):
        leaning = rng.normal(size=(size, len(shares))) + np.log(shares)
        leaning[np.arange(size), truth] += 4 * score
        held = np.exp(leaning) / np.exp(leaning).sum(axis=1, keepdims=True)
        frame = pd.DataFrame(held, columns=[f"p{place}" for place in range(len(shares))])
        found[run] = frame.assign(part="test", row=np.arange(size), truth=truth)
    return found


PARTS = pd.DataFrame(
    [
        (part, name, count, count / total)
        for part, total, rare in (("source", 5_000, 100), ("train", 80, 0), ("test", 600, 18))
        for name, count in (("no", total - rare), ("yes", rare))
    ],
    columns=["part", "class", "count", "share"],
)
