"""Sounds as their samples; for learners that take columns, how loud each pitch is, and how that varies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from tlcore.mel import BANDS, HOP, WINDOW, lengths, log_mel
from tlcore.situation import Examples


@dataclass(frozen=True)
class Audio:
    """Sounds as int16 ``(N, samples)``, zeros behind shorter ones; networks scale them themselves."""

    samples: int

    @classmethod
    def fit(cls, parts: Iterable[np.ndarray]) -> Self:
        """As long as the longest of all sounds a run may look at, and one window at least."""
        return cls(max(WINDOW, *(part.shape[1] for part in parts)))

    def rows(self, examples: Examples) -> np.ndarray:
        sounds = np.asarray(examples.inputs)[:, : self.samples]
        behind = self.samples - sounds.shape[1]
        return np.pad(sounds, ((0, 0), (0, behind))) if behind else np.ascontiguousarray(sounds)

    def columns(self, rows: np.ndarray) -> np.ndarray:
        """Of each of the `BANDS` pitches: the mean level, its standard deviation over time, and those of its changes.

        A change is what a level does from one window to the next; the columns are ``(N, 4 BANDS)``. Windows
        behind a sound's end do not count.
        """
        windows = (1 + (np.maximum(lengths(rows), 1) - WINDOW) // HOP).clip(min=1)
        told = [_summary(log_mel(sound[None])[0], count) for sound, count in zip(rows, windows, strict=True)]
        return np.stack(told) if told else np.zeros((0, 4 * BANDS), np.float32)


def _summary(levels: np.ndarray, windows: int) -> np.ndarray:
    """Mean and standard deviation over time of levels ``(bands, windows)`` and of their changes."""
    return np.concatenate([*_spread(levels, windows), *_spread(np.diff(levels, axis=1), windows - 1)])


def _spread(values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation over the first ``count`` of the last dimension; 0 where there is none."""
    some = values[:, :count] if count else np.zeros((len(values), 1), np.float32)
    return some.mean(1), some.std(1)
