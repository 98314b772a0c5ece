"""Can a probability be taken at its word? Of those held to be 30 % likely, 30 % should come true.

``predictions`` and ``runs`` are those of `tlcore.measure.imbalance`. Two classes: how likely the event was held to
be, and whether it was one. More: how likely the named class was held to be, and whether it was right (Guo et al.,
2017).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.catalog import metrics
from tlcore.measure.imbalance import Predictions, Tested, tests_of
from tlcore.measure.statistics import wilson

BINS = 10
DRAWS = 300  # of the bootstrap


def scores(predictions: Predictions, runs: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """One row per strategy, the mean over its runs: ``strategy, n, rows, error, low, high, by_chance, brier``.

    ``error``: `calibration_error`, with the bootstrap interval that so many test examples allow; all runs are judged
    on the same ones, so more seeds hardly narrow it. ``by_chance``: what 95 of 100 models with right probabilities
    stay below; where the error is no larger, the interval reaches 0. ``brier``: the Brier score. ``n`` runs of
    ``rows`` test examples each.
    """
    found = []
    draws: dict[int, np.ndarray] = {}  # by the number of rows: the same for every strategy and run
    for strategy, tests in tests_of(predictions, runs):
        told = [one for one in map(_told, tests) if one is not None]
        if told:
            brier = np.mean([metrics()["brier"].measure(one.truth, one.chance) for one in tests])
            found.append((strategy, len(told), len(told[0][0]), *_judged(told, draws, level), float(brier)))
    return pd.DataFrame(found, columns=["strategy", "n", "rows", "error", "low", "high", "by_chance", "brier"])


def reliability(predictions: Predictions, runs: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """The reliability curve of each strategy, its runs taken together: ``strategy, held, share, low, high, n, runs``.

    Per bin of equal mass: the mean probability, the share that came true with its Wilson interval, and how many
    examples of one run it holds: all runs are judged on the same ones, so more seeds do not narrow an interval.
    """
    rows = []
    for strategy, tests in tests_of(predictions, runs):
        told = [one for one in map(_told, tests) if one is not None]
        if not told:
            continue
        came_true, held = (np.concatenate(parts) for parts in zip(*told, strict=True))
        place = _bins(held)
        size = np.bincount(place)
        there = size > 0
        mean, share = (np.bincount(place, part)[there] / size[there] for part in (held, came_true))
        n = size[there] / len(told)
        low, high = wilson(share * n, n, level)
        ends = {"low": low, "high": high, "n": n, "runs": len(told)}
        rows.append(pd.DataFrame({"strategy": strategy, "held": mean, "share": share, **ends}))
    columns = ["strategy", "held", "share", "low", "high", "n", "runs"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def calibration_error(came_true: np.ndarray, held: np.ndarray) -> float:
    """How far off probabilities are: sum over bins of n_b / n |mean held - share that came true|, 0 to 1 (ECE).

    ``came_true`` (N,) of bool, ``held`` (N,) probabilities. Ten bins of equal mass (Nguyen and O'Connor, 2015);
    equal probabilities stay together, so the order of rows does not matter. Of few examples it is too high: even
    right probabilities never show exactly their share.
    """
    return _error(_bins(held), held - came_true)


def _told(test: Tested) -> tuple[np.ndarray, np.ndarray] | None:
    """What came true, and how likely it was held to be; None where the answer is a number."""
    truth, held = test
    if not held.size:
        return None
    if held.shape[1] == 2:
        return truth == 1, held[:, 1]
    return truth == held.argmax(axis=1), held.max(axis=1)


def _bins(held: np.ndarray) -> np.ndarray:
    """Which of the bins of equal mass each probability falls in."""
    edges = np.quantile(held, np.linspace(0, 1, BINS + 1)[1:-1])
    return np.searchsorted(edges, held)


def _error(place: np.ndarray, too_much: np.ndarray) -> float:
    return float(np.abs(np.bincount(place, too_much)).sum() / len(place))


def _judged(
    told: list[tuple[np.ndarray, np.ndarray]], draws: dict[int, np.ndarray], level: float
) -> tuple[float, float, float, float]:
    """The mean calibration error over runs, the two ends of its interval, and what chance alone would show.

    The interval is the basic bootstrap's: a drawn sample adds its own chance to that of the sample it is drawn from,
    so its error is too high by as much again; mirrored at the error, that is taken off and not added.
    """
    rng = np.random.default_rng(0)
    error = float(np.mean([calibration_error(came_true, held) for came_true, held in told]))
    drawn, chance = [], []
    for came_true, held in told:
        n, place = len(held), _bins(held)
        if n not in draws:
            draws[n] = np.array([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(DRAWS)], np.float32)
        by_bin = np.zeros((n, BINS), np.float32)
        by_bin[np.arange(n), place] = held - came_true
        drawn.append(np.abs(draws[n] @ by_bin).sum(axis=1) / n)
        spread = np.sqrt(np.bincount(place, held * (1 - held)))  # of a bin's sum, were the probabilities right
        by_luck = np.abs(rng.normal(size=(DRAWS, len(spread))) * spread).sum(axis=1) / n
        chance.append(np.quantile(by_luck, level))
    by_chance = float(np.mean(chance))
    low, high = np.clip(2 * error - np.quantile(np.mean(drawn, axis=0), [(1 + level) / 2, (1 - level) / 2]), 0.0, 1.0)
    return error, 0.0 if error <= by_chance else float(low), float(high), by_chance
