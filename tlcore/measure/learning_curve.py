"""What would more labels bring? Read off the learning curve; beyond its last budget only from a power law, marked so.

The error of a learner falls with the number of labels about as a power of it (Cortes et al., 1993; Hestness et al.,
2017): ``score = top - drop * labels ** -rate``. Three unknowns, so four budgets at least. The band is that of the same
fit to seeds drawn with replacement (Efron, 1979), made wider for how few they are: a bootstrap of n repeats is too
narrow by ``sqrt((n - 1) / n)``, and as blind to the unknown spread as the normal distribution beside Student's t
(Hesterberg, 2015, section 5.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import fdtrc, ndtri, stdtrit

from tlcore.measure.efficiency import between, complete
from tlcore.measure.gain import LEAST_SEEDS
from tlcore.measure.statistics import t_interval
from tlcore.words import _

LEAST_BUDGETS = 4
FURTHEST = 4.0  # times the most labels that were tried; a law is not believed further
RATES = (0.02, 2.0)
TRIED, ROUNDS = 40, 4  # rates, ever closer around the best of the round before
DRAWS, SEED = 200, 0
TINY = 1e-6
DOUBT = 0.01  # a law under which means this far off are rarer does not hold


class Law(NamedTuple):
    """``score = top - drop * (labels / most) ** -rate``; ``most`` are the most labels it was fitted to."""

    top: float
    drop: float
    rate: float
    most: float

    def __call__(self, labels: np.ndarray) -> np.ndarray:
        return self.top - self.drop * (np.asarray(labels, float) / self.most) ** -self.rate


class Fit(NamedTuple):
    """A curve's law, and the laws of its seeds drawn again and again; or, in a sentence, why there is none."""

    law: Law | None = None
    draws: tuple[Law, ...] = ()
    wider: float = 1.0  # the band's half-width, times that of the draws
    problem: str = ""

    def band(self, labels: np.ndarray) -> pd.DataFrame:
        """``labels, mean, low, high``: the law at these labels ``(L,)``, and its 95 % band."""
        return self._frame(labels, [law(labels) for law in self._all()])

    def change(self, before: float, after: float) -> tuple[float, float, float]:
        """What the law says more labels bring, and the ends of its 95 % band."""
        found = self._frame(
            np.array([after]), [law(np.array([after])) - law(np.array([before])) for law in self._all()]
        )
        return tuple(found.loc[0, ["mean", "low", "high"]])

    def _all(self) -> list[Law]:
        return [] if self.law is None else [self.law, *self.draws]

    def _frame(self, labels: np.ndarray, told: list[np.ndarray]) -> pd.DataFrame:
        middle, drawn = told[0], np.array(told[1:])
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        ends = {
            "low": middle - self.wider * (middle - low).clip(0),
            "high": middle + self.wider * (high - middle).clip(0),
        }
        return pd.DataFrame({"labels": labels, "mean": middle, **ends})


class Bought(NamedTuple):
    """What so many more labels bring: the gain and its 95 % interval (NaN: too few seeds).

    ``extrapolated``: read off the law, not off what was tried. ``problem`` says in a sentence why there is no figure.
    """

    gain: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    extrapolated: bool = False
    problem: str = ""


def bought(curve: pd.DataFrame, labels: float, more: float, best: float) -> Bought:
    """What ``more`` labels beside these bring to a strategy, from its curve (`tlcore.measure.efficiency.curves`).

    ``best`` is the best score there can be, turned so that more is better.
    """
    whole = complete(curve)
    budgets = whole.columns.to_numpy(float)
    if not len(whole) or labels < budgets[0]:
        return Bought(problem=_("Too few seeds have been tried with so few labels."))
    if labels + more <= budgets[-1]:  # not levelled: each seed's own difference is what the interval rests on
        before, after = between(budgets, whole.to_numpy(), np.array([labels, labels + more])).T
        return Bought(*t_interval(after - before))
    if labels + more > FURTHEST * budgets[-1]:
        return Bought(problem=_("At most {n} labels were tried; beyond four times as many nothing can be said.",
                                n=f"{budgets[-1]:,.0f}"))  # fmt: skip
    fit = fitted(curve, best)
    return Bought(problem=fit.problem) if fit.law is None else Bought(*fit.change(labels, labels + more), True)


def fitted(curve: pd.DataFrame, best: float) -> Fit:
    """The power law of a curve, a row per seed and a column per label budget; ``best`` as in `bought`."""
    curve = complete(curve)
    budgets, each = curve.columns.to_numpy(float), curve.to_numpy()
    seeds, most = len(each), budgets[-1] if len(budgets) else 0.0
    if len(budgets) < LEAST_BUDGETS:
        return Fit(problem=_("Beyond {n} labels nothing can be said: that takes four label budgets, and {tried} were "
                             "tried.", n=f"{most:,.0f}", tried=len(budgets)))  # fmt: skip
    if seeds < LEAST_SEEDS:
        return Fit(problem=_("Beyond {n} labels nothing can be said: that takes three seeds.", n=f"{most:,.0f}"))
    share = budgets / most
    spread = _smooth(share, np.maximum(each.std(axis=0, ddof=1), max(1e-3 * np.ptp(each), TINY)))
    rng = np.random.default_rng(SEED)
    means = each[rng.integers(0, seeds, (DRAWS, seeds))].mean(axis=1)
    laws = _laws(share, np.vstack([each.mean(axis=0), means]), spread, best)
    law, *draws = (Law(top, drop, rate, most) for top, drop, rate in laws.tolist())
    off = each.mean(axis=0) - law(budgets)
    free = len(budgets) - 3  # top, drop and rate
    if fdtrc(free, len(budgets) * (seeds - 1), float((seeds * (off / spread) ** 2).sum()) / free) < DOUBT:
        return Fit(problem=_("The scores do not follow a learning curve, so beyond {n} labels nothing can be said.",
                             n=f"{most:,.0f}"))  # fmt: skip
    wider = stdtrit(seeds - 1, 0.975) / ndtri(0.975) * np.sqrt(seeds / (seeds - 1))
    return Fit(law, tuple(draws), float(wider))


def _smooth(share: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The spreads ``(B,)`` as a power of the labels: those of a few seeds vary too much to weigh single budgets by."""
    return np.exp(np.polyval(np.polyfit(np.log(share), np.log(spread), 1), np.log(share)))


def _laws(share: np.ndarray, means: np.ndarray, spread: np.ndarray, best: float) -> np.ndarray:
    """Top, drop and rate ``(N, 3)`` of the laws closest to the means ``(N, B)`` at these shares of the most labels.

    At a given rate a law is a straight line in ``share ** -rate``, of which the closest is known, so only the rate is
    searched (variable projection; Golub and Pereyra, 1973). That has an answer for a flat curve too, whose rate is any.
    """
    weights = spread**-2 / (spread**-2).sum()
    rates, step = np.geomspace(*RATES, TRIED)[None], (RATES[1] / RATES[0]) ** (1 / (TRIED - 1))
    middle, means = (means @ weights)[:, None], means[:, None]
    for _round in range(ROUNDS):
        power = share ** -rates[..., None]
        centre = power @ weights
        away = power - centre[..., None]
        drop = np.maximum(-(away * means) @ weights / (away**2 @ weights), 0)
        top = middle + drop * centre
        drop = np.where(top > best, np.maximum((best - means) * power @ weights, 0) / (power**2 @ weights), drop)
        top = np.minimum(top, best)
        off = (top[..., None] - drop[..., None] * power - means) ** 2 @ weights
        nearest = np.arange(len(off)), off.argmin(axis=1)
        found = np.stack([top[nearest], drop[nearest], np.broadcast_to(rates, off.shape)[nearest]], axis=1)
        rates = (found[:, 2:] * step ** np.linspace(-1, 1, TRIED)).clip(*RATES)
        step **= 2 / (TRIED - 1)
    return found
