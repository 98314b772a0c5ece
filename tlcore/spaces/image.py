"""Pictures as their pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tlcore.situation import Examples


@dataclass(frozen=True)
class Image:
    """Images as uint8 ``(N, channels, height, width)``; networks scale them themselves."""

    channels: int
    height: int
    width: int

    def rows(self, examples: Examples) -> np.ndarray:
        assert isinstance(examples.inputs, np.ndarray)
        return np.ascontiguousarray(examples.inputs.transpose(0, 3, 1, 2))

    def columns(self, rows: np.ndarray) -> np.ndarray:
        """Every pixel a column, from 0 to 1."""
        return rows.reshape(len(rows), -1).astype(np.float32) / np.float32(255)
