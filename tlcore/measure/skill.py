"""How much of what there is to know about labels do answers tell? One scale for classes and numbers.

*Skill* is ``1 - loss / loss of knowing only the class shares`` (log losses), or only the mean (squared errors): 0 is
as good as knowing nothing, 1 is perfect. Probabilities are first put on the scale that suits them best: a learner that
sorts well is not to be thrown away for being too sure of itself. For two classes it is McFadden's pseudo R2 (1974)
after Platt's scaling (1999). Numbers are taken as they are, so it is R2 for them, 0 at least.

Answers that go the wrong way tell the opposite of what they say: their skill is as far below 0 as it would be above it
were they turned round.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

TINY = 1e-9


def skill(told: np.ndarray, truth: np.ndarray, regression: bool) -> np.ndarray:
    """Each example's part in the skill of these answers, ``(N,)``; their mean is the skill.

    ``told`` are probabilities ``(N, classes)`` and ``truth`` class positions, or numbers ``(N, 1)`` and ``(N,)``.
    """
    if regression:
        centred, plain = told[:, 0] - told.mean(), truth - truth.mean()
        slope = float(centred @ plain) / max(float(centred @ centred), 1e-12)
        line = told[:, 0] - truth.mean() if slope > 0 else slope * centred
        gains = (plain**2 - (plain - line) ** 2) / max((plain**2).mean(), TINY)
        return -gains if slope < 0 else gains * (gains.mean() > 0)
    shares = (np.bincount(truth, minlength=told.shape[1]) + 0.5) / (len(truth) + 0.5 * told.shape[1])
    nothing = -np.log(shares[truth])
    slope, losses = _calibrated(np.log(told.clip(TINY)), truth, np.log(shares))
    return np.copysign(1.0, slope) * (nothing - losses) / max(nothing.mean(), TINY)


def _calibrated(logs: np.ndarray, truth: np.ndarray, shares: np.ndarray) -> tuple[float, np.ndarray]:
    """The sharpness that suits best, together with a lean, and the log losses ``(N,)`` with both.

    Of two classes the lean is one toward the second; of more it is toward the common ones.
    """
    lean = np.array([0.0, 1.0]) if len(shares) == 2 else shares
    rows = np.arange(len(truth))

    def losses(knobs: np.ndarray) -> np.ndarray:
        return -log_softmax(knobs[0] * logs + knobs[1] * lean, axis=1)[rows, truth]

    nothing = np.array([0.0, shares[1] - shares[0] if len(shares) == 2 else 1.0])
    best = minimize(
        lambda knobs: losses(knobs).mean() + 1e-3 * ((knobs - nothing) ** 2).sum() / len(truth),
        nothing, bounds=[(-20.0, 20.0), (-8.0, 8.0)], method="L-BFGS-B",
    )  # fmt: skip
    return float(best.x[0]), losses(best.x)
