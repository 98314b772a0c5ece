"""Strategies that practise on many small tasks drawn from the source, with the settings of those tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tlcore.catalog import Strategy
from tlcore.knobs import knob
from tlcore.situation import KEPT_ASIDE

if TYPE_CHECKING:
    from tlcore.situation import Situation


@dataclass(frozen=True)
class Episodic(Strategy):
    """Every small task, an episode, holds some classes and some examples of each: the source must have as many."""

    ways: int = knob(5, "Classes in an episode", 2, 500)
    shots: int = knob(5, "Labelled examples of each class in an episode", 1, 100)
    queries: int = knob(10, "Examples of each class to be answered in an episode", 1, 100)

    def objection(self, situation: Situation) -> str | None:
        each = self.shots + self.queries
        _names, counts = np.unique(np.asarray(situation.source.labels, dtype=str), return_counts=True)
        enough = int(((1 - KEPT_ASIDE) * counts >= each).sum())
        if enough < 2:
            return (
                f"{self.name} practises on episodes of {each} examples per class and needs two source classes with as "
                f"many besides those kept aside; {enough} of {len(counts)} have. Lower shots or queries."
            )
        return super().objection(situation)
