"""Is more score worth what it costs? The front of those that nobody beats in both, and the cheapest good enough."""

from __future__ import annotations

import numpy as np


def front(costs: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Who is on the front ``(N,)`` bool: nobody else is as cheap and as good, and better in one of the two (Pareto).

    ``costs`` and ``scores`` are ``(N,)``; more score is better. Equals are on it together.
    """
    cheaper, better = costs[:, None] <= costs, scores[:, None] >= scores
    strictly = (costs[:, None] < costs) | (scores[:, None] > scores)
    return ~np.any(cheaper & better & strictly, axis=0)


def cheapest(costs: np.ndarray, scores: np.ndarray, within: float) -> int:
    """The position of the cheapest whose score lies no further than ``within`` below the best; of equals the better."""
    good = scores >= scores.max() - within - 1e-12
    return int(np.lexsort((-scores, np.where(good, costs, np.inf)))[0])
