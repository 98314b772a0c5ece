"""Intervals and groupings that several measures use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit  # scipy.stats has the same, and takes half a second to import

from tlcore import catalog


def t_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """Mean of (N,) repeats and the two ends of its Student t interval; ends are NaN for one repeat."""
    count = len(values)
    if count == 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(np.mean(values))
    half = float(stdtrit(count - 1, (1 + level) / 2) * standard_error(values)) if count > 1 else float("nan")
    return mean, mean - half, mean + half


def t_intervals(values: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """`t_interval` of every column of (N, P) repeats, NaN where one is missing: mean, two ends, count, each (P,)."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0).sum(axis=0) / count
        spread = np.sqrt((np.where(there, values - mean, 0) ** 2).sum(axis=0) / (count - 1))
        spread[np.where(there, values, np.inf).min(axis=0) == np.where(there, values, -np.inf).max(axis=0)] = 0.0
        half = np.where(count > 1, stdtrit(count - 1, (1 + level) / 2) * spread / np.sqrt(count), np.nan)
    return mean, mean - half, mean + half, count


def standard_error(values: np.ndarray) -> float:
    """Standard error of the mean of (N,) repeats; exactly 0 where all are equal."""
    return 0.0 if np.ptp(values) == 0 else float(np.std(values, ddof=1) / np.sqrt(len(values)))


def wilson(hits: np.ndarray | int, count: np.ndarray | int, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The two ends of the interval for a share of ``hits`` among ``count`` (Wilson, 1927); NaN where count is 0."""
    hits, count = np.asarray(hits, dtype=float), np.asarray(count, dtype=float)
    z = ndtri((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, scale = hits / count, 1 + z**2 / count
        middle = (share + z**2 / (2 * count)) / scale
        half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / scale
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def by_budget(frame: pd.DataFrame) -> Iterator[tuple[Any, pd.DataFrame]]:
    """The rows of each label budget, smallest first; a missing budget means every label, and comes last."""
    labels = pd.to_numeric(frame["labels"], errors="coerce")
    for budget in sorted(labels.dropna().unique()):
        yield int(budget), frame[labels == budget]
    if labels.isna().any():
        yield pd.NA, frame[labels.isna()]


def by_strategy(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each strategy, in the order in which they first appear."""
    for name, rows in frame.groupby("strategy", sort=False):
        yield str(name), rows


def beside(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows, those of every ceiling standing beside each label budget of the other strategies.

    A ceiling learns from every target label whatever the budget, so it is trained once; where nothing but ceilings
    took part, every label is their budget.
    """
    top = frame["strategy"].map(catalog.is_ceiling).astype(bool)
    if not top.any() or top.all():
        return frame
    others = frame[~top]
    copies = [
        frame[top].assign(labels=pd.Series([budget] * int(top.sum()), index=frame.index[top], dtype=object))
        for budget, _some in by_budget(others)
    ]
    return pd.concat([others, *copies], ignore_index=True)
