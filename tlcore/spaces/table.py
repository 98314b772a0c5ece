"""Rows of a table as numbers, and back to a plain design matrix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from tlcore.situation import Examples

CATEGORIES_AT_MOST = 200  # rarer values of a column share the code of values never seen


@dataclass(frozen=True)
class Table:
    """Rows of a table as float32 ``(N, numbers + flags + codes)``.

    Numeric columns come first, standardised by the source's training rows, a gap filled with 0 (the
    mean); then one flag per column that has gaps; then one code per category column, 0 for a value
    never seen in training.
    """

    numeric: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    holed: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]

    @classmethod
    def fit(cls, source: pd.DataFrame, others: Iterable[pd.DataFrame]) -> Self:
        """Scales from ``source``; gaps and categories also from the ``others`` a run may look at."""
        frames = [source, *others]
        numeric = tuple(name for name in source if pd.api.types.is_numeric_dtype(source[name].dtype))
        values = _numbers(source, numeric)
        known = np.isfinite(values)
        count = np.maximum(known.sum(0), 1)
        mean = np.where(known, values, 0.0).sum(0) / count
        away = np.where(known, values, mean) - mean
        spread = np.sqrt((away**2).sum(0) / count)
        whole = np.all([np.isfinite(_numbers(frame, numeric)).all(0) for frame in frames], axis=0)
        holed = tuple(name for name, full in zip(numeric, whole, strict=True) if not full)
        words = [name for name in source if name not in numeric]
        categories = {
            name: _commonest(pd.concat([frame[name] for frame in frames]).dropna().astype(str)) for name in words
        }
        # A column that never changes may seem to, by the rounding of its mean.
        varies = spread > 1e-12 * np.abs(mean)
        return cls(numeric, mean, np.where(varies, spread, 1.0), holed, categories)

    def rows(self, examples: Examples) -> np.ndarray:
        frame = examples.inputs
        assert isinstance(frame, pd.DataFrame)
        raw = _numbers(frame, self.numeric)
        gap = ~np.isfinite(raw)
        numbers = ((np.where(gap, self.mean, raw) - self.mean) / self.scale).clip(-20, 20)
        flags = gap[:, [self.numeric.index(name) for name in self.holed]]
        codes = [pd.Index(known).get_indexer(frame[name].astype(str)) + 1 for name, known in self.categories.items()]
        columns = [numbers, flags, np.stack(codes, 1) if codes else np.empty((len(frame), 0))]
        return np.concatenate(columns, 1).astype(np.float32)

    @cached_property
    def plain(self) -> int:
        """How many leading columns are numbers or flags."""
        return len(self.numeric) + len(self.holed)

    @cached_property
    def cardinalities(self) -> tuple[int, ...]:
        """Codes each category column can take, the one for unseen values included."""
        return tuple(len(known) + 1 for known in self.categories.values())

    def columns(self, rows: np.ndarray) -> np.ndarray:
        """The same rows with one column per category value, for learners that know no codes."""
        hot = [
            np.eye(size, dtype=np.float32)[rows[:, self.plain + place].astype(int)]
            for place, size in enumerate(self.cardinalities)
        ]
        return np.concatenate([rows[:, : self.plain], *hot], 1)


def _commonest(values: pd.Series) -> tuple[str, ...]:
    """The values from common to rare. Equally common ones stand by name, not by who happened to come first."""
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return tuple(counts.index[:CATEGORIES_AT_MOST])


def _numbers(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """These columns as float64; a gap is NaN."""
    return frame[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
