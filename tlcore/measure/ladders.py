"""The rungs of runs as arrays: what every threshold names, asked again whenever a payoff or a capacity changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tlcore.measure.rungs import step


class Ladder(NamedTuple):
    """What every threshold names in one part of a run: ``(K,)`` each, the strictest first."""

    threshold: np.ndarray
    named: np.ndarray
    hits: np.ndarray

    @property
    def cases(self) -> int:
        return int(self.named[-1])

    @property
    def events(self) -> int:
        return int(self.hits[-1])

    def at(self, threshold: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """How many are named from this probability on, and how many of them are events.

        Between two rungs some may have been lost (`tlcore.measure.rungs`), so the counts are interpolated there; but
        where the next names more than a step more, those are cases of one score, and none of them is named before it.
        """
        threshold = np.asarray(threshold, dtype=float)
        last = len(self.threshold) - 1
        place = np.searchsorted(-self.threshold, -threshold, side="right") - 1
        after = np.minimum(place + 1, last)
        more = self.named[after] - self.named[place]
        between = np.isfinite(self.threshold[place]) & (more > 0) & (more <= step(self.cases))
        width = np.where(between, self.threshold[place] - self.threshold[after], 1.0)
        way = np.where(between, (self.threshold[place] - np.where(between, threshold, 0.0)) / width, 0.0)
        return self.named[place] + way * more, self.hits[place] + way * (self.hits[after] - self.hits[place])

    def among(self, share: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """How many are named when this share is, the most suspect first, and the events among them.

        Of cases with one score some are taken at random: the expected count.
        """
        named = np.asarray(share, dtype=float) * self.cases
        return named, np.interp(named, self.named, self.hits)


class Errors(NamedTuple):
    """Quantiles of prediction minus truth in one part of a run, ``(Q,)`` each, the lowest first."""

    level: np.ndarray
    error: np.ndarray


Ladders = Mapping[str, Mapping[str, Any]]  # by run, by part ("test", and "valid" where it was kept)


def ladders(rungs: Mapping[str, pd.DataFrame | None]) -> Ladders:
    """The rungs of runs (`Store.rungs`) as arrays, of those that kept them: read once, asked whenever a payoff
    changes."""
    kept = {run: frame for run, frame in rungs.items() if frame is not None and len(frame)}
    return {run: {str(part): _taken(some) for part, some in frame.groupby("part")} for run, frame in kept.items()}


def _taken(some: pd.DataFrame) -> Ladder | Errors:
    kind = Errors if "error" in some and some["error"].notna().any() else Ladder
    return kind(*(some[name].to_numpy(np.float64) for name in kind._fields))
