"""How many labels does transfer save? Learning curves over label budgets, and what one strategy needs to equal another.

**Curve.** The scores of a strategy by seed and label budget. A ceiling is somebody's last budget: the same learner with
every label there is. Between budgets the mean rises along a monotone cubic over the logarithm of the labels (Fritsch
and Carlson, 1980); one that falls although labels were added is levelled with its neighbours, together with every
seed's (isotonic regression, Barlow et al., 1972).

**Need.** The labels with which a rival's mean reaches what a strategy reaches with its own; *saved* is that less its
own, negative where transfer costs labels. The 95 % interval goes from the fewest labels at which a paired t-test over
seeds does not find the rival behind, to the most at which it does not find it ahead (Fieller, 1954, for a ratio; here
for a crossing). The pairs keep that a seed deals all strategies the same hand, and there is an interval also where the
crossing itself is never reached. Between budgets more than four times apart only the order is known, and the interval
reaches from one to the other. `docs/labels_saved.md` has its coverage, measured. A budget that fewer than three seeds
have finished, where others have more, is left out until they have: pairs would shrink to those few everywhere.

**The best of several rivals** is the one that needs fewest. Luck helps to choose it, so the lower end is the lowest of
all that might as well have been chosen, and the upper end is drawn at a level that they share.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq, isotonic_regression
from scipy.special import stdtrit

from tlcore import catalog
from tlcore.measure.gain import LEAST_SEEDS, by_seed
from tlcore.measure.statistics import by_budget, by_strategy, t_interval

APART = 4.0  # times; between budgets further apart nothing is known but the order
NEAR, MOST_MISSING = 1.5, 5  # times; a budget this close to one that was tried says little more
STEPS = 400  # of the search for an interval's ends, from the fewest labels to the most
LEVEL = 0.05
SAME = 1e-9  # scores this close are equal

COLUMNS = ["strategy", "labels", "baseline", "need", "need_low", "need_high", "least", "most", "seeds", "between"]

Curves = Mapping[str, pd.DataFrame]


class Need(NamedTuple):
    """Labels a rival needs. Beyond ``most``, the most it was tried with, is infinity; below ``least`` is 0.

    ``between``: the two budgets the crossing lies between, where they are further apart than `APART`; else None.
    """

    rival: str
    labels: float
    low: float  # NaN: too few seeds for an interval
    high: float
    least: float
    most: float
    seeds: int
    between: tuple[float, float] | None = None


def curves(runs: pd.DataFrame, pool: int | None = None) -> dict[str, pd.DataFrame]:
    """By strategy: its test scores, turned so that more is better, a row per seed and a column per label budget.

    ``runs`` is the runs frame of one experiment, ``pool`` how many labels "all" are; without it, that budget has no
    place on the axis and is left out. Raises `ValueError` for runs judged by several metrics.
    """
    metrics = list(runs["metric"].dropna().unique())
    if len(metrics) > 1:
        raise ValueError(f"Runs judged by several metrics cannot be compared: {', '.join(sorted(metrics))}.")
    found: dict[str, dict[float, pd.Series]] = {}
    for name, some in by_strategy(runs):
        for budget, these in by_budget(some):
            scores, labels = by_seed(these), pool if pd.isna(budget) else budget
            if len(scores) and labels is not None:
                found.setdefault(name, {})[float(labels)] = catalog.metric(metrics[0]).sign * scores
    for name in [name for name in found if catalog.is_ceiling(name)]:
        whom = catalog.strategies()[name].ceiling_of
        if whom in found:
            found[whom] = {**found[name], **found[whom]}  # its own runs with every label, where there are some
        del found[name]
    return {name: pd.DataFrame(some).sort_index(axis=1) for name, some in found.items()}


def points(found: Curves, metric: str) -> pd.DataFrame:
    """Every point of the curves: ``strategy, labels, n, mean, ci_low, ci_high``, 95 % t intervals over seeds, the
    scores as the metric has them."""
    sign = catalog.metric(metric).sign
    rows = []
    for name, curve in found.items():
        for labels, scores in curve.items():
            some = sign * scores.dropna().to_numpy()
            rows.append((name, labels, len(some), *t_interval(some)))
    return pd.DataFrame(rows, columns=["strategy", "labels", "n", "mean", "ci_low", "ci_high"])


def saved(found: Curves) -> pd.DataFrame:
    """What every strategy that transfers saves at each of its label budgets, one row each.

    ``strategy, labels, baseline, need, need_low, need_high, least, most, seeds, between`` as in `Need`; ``baseline`` is
    the model without transfer that needs fewest. Saved are ``need - labels``. What learns from no target label has no
    row: it is the same at every budget.
    """
    rivals = [name for name in found if catalog.is_baseline(name)]
    rows = []
    for name, curve in found.items():
        if catalog.is_baseline(name) or not catalog.learns_labels(name):
            continue
        for labels in curve:
            need = needed(found, name, labels, rivals)
            if need is not None:
                rival, *figures = need
                rows.append((name, labels, rival, *figures))
    return pd.DataFrame(rows, columns=COLUMNS)


def surest(rows: pd.DataFrame) -> pd.Series:
    """The row of `saved` in which most labels are saved for sure: by the lower end of the interval."""
    return rows.loc[(rows["need_low"].fillna(0) - rows["labels"]).idxmax()]


def needed(found: Curves, strategy: str, labels: float, rivals: list[str]) -> Need | None:
    """What the best of these rivals needs to reach what this strategy reaches with so many labels; None where no seed
    has finished with both. A rival with fewer than three seeds is none where another has more: luck makes it best."""
    scores = found[strategy][labels]
    each = [need for name in rivals if (need := _crossing(name, found[name], scores, labels)) is not None]
    if not each:
        return None
    each = [need for need in each if need.seeds >= min(LEAST_SEEDS, max(need.seeds for need in each))]
    best = min(each, key=lambda need: (need.labels, -float(found[need.rival].iloc[:, -1].mean())))
    level = [need for need in each if need.low <= best.high]
    shared = [_crossing(need.rival, found[need.rival], scores, labels, len(level)) for need in level]
    ends = [(need.low, other.high) for need, other in zip(level, shared, strict=True) if other is not None]
    if not ends:
        return best
    return best._replace(low=min(low for low, _high in ends), high=max(best.labels, min(high for _low, high in ends)))


def _crossing(rival: str, curve: pd.DataFrame, scores: pd.Series, own: float, sharing: int = 1) -> Need | None:
    """Where this rival's curve reaches these scores (by seed); the upper end at a level shared by so many."""
    marks = scores.dropna()
    curve = complete(curve[curve.index.isin(marks.index)])
    if curve.empty:
        return None
    budgets, marks = curve.columns.to_numpy(float), marks[curve.index].to_numpy()
    each = levelled(curve.to_numpy())
    labels = _reached(budgets, each.mean(axis=0), marks.mean(), own)
    least, most = float(budgets[0]), float(budgets[-1])
    inside = least <= labels <= most
    need = Need(rival, labels, np.nan, np.nan, least, most, len(each), _gap(budgets, labels) if inside else None)
    if len(each) < LEAST_SEEDS:
        return need
    grid = np.union1d(np.geomspace(least, most, STEPS), [labels] if inside else [])
    ahead = between(budgets, each, grid) - marks[:, None]
    low, high = _ends(ahead, grid, LEVEL)[0], _ends(ahead, grid, LEVEL / sharing)[1]
    left, right = _gap(budgets, low), _gap(budgets, high)
    return need._replace(low=left[0] if left else low, high=right[1] if right else high)


def _ends(ahead: np.ndarray, grid: np.ndarray, level: float) -> tuple[float, float]:
    """The fewest labels at which the rival is not surely behind, and the most at which it is not surely ahead.

    ``ahead`` ``(seeds, G)`` are paired differences at the labels of the ``grid`` ``(G,)``. An end that lies beyond the
    grid is 0 or infinite.
    """
    count = len(ahead)
    middle, error = ahead.mean(axis=0), ahead.std(axis=0, ddof=1) / np.sqrt(count)
    reach = stdtrit(count - 1, 1 - level / 2) * error + SAME
    low, high = np.flatnonzero(middle >= -reach), np.flatnonzero(middle <= reach)
    fewest = np.inf if not len(low) else float(grid[low[0]]) if low[0] else 0.0
    most = 0.0 if not len(high) else float(grid[high[-1]]) if high[-1] < len(grid) - 1 else np.inf
    return fewest, most


def _reached(budgets: np.ndarray, means: np.ndarray, mark: float, own: float) -> float:
    """With how many labels a rising curve reaches the mark; where it stays there for a while, as near to ``own`` as
    can be. 0: it was beyond with the fewest; infinity: not even with the most."""
    above, below = means >= mark - SAME, means <= mark + SAME
    if not above.any():
        return float("inf")
    if not below.any():
        return 0.0
    first, last = above.argmax(), len(means) - 1 - below[::-1].argmax()
    if first <= last:
        return float(np.clip(own, budgets[first], budgets[last]))
    rising = PchipInterpolator(np.log(budgets), means)
    return float(np.exp(brentq(lambda place: rising(place) - mark, *np.log(budgets[[last, first]]))))


def complete(curve: pd.DataFrame) -> pd.DataFrame:
    """A curve's seeds that have finished every label budget, without the budgets that hardly a seed has finished."""
    counts = curve.notna().sum()
    return curve.loc[:, counts >= min(LEAST_SEEDS, max(counts, default=0))].dropna()


def levelled(each: np.ndarray) -> np.ndarray:
    """Scores ``(seeds, budgets)``, those of neighbouring budgets averaged where their mean falls."""
    blocks = isotonic_regression(each.mean(axis=0)).blocks
    sizes = np.diff(blocks)
    return np.repeat(np.add.reduceat(each, blocks[:-1], axis=1) / sizes, sizes, axis=1)


def between(budgets: np.ndarray, each: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Every seed's score ``(seeds, L)`` at these labels ``(L,)``: the curve of the mean, and how far from it the seed
    lies at the budgets on either side."""
    known, wanted, mean = np.log(budgets), np.log(labels), each.mean(axis=0)
    middle = PchipInterpolator(known, mean)(wanted) if len(known) > 1 else np.full(len(wanted), mean[0])
    return middle + np.array([np.interp(wanted, known, one) for one in each - mean])


def _gap(budgets: np.ndarray, labels: float) -> tuple[float, float] | None:
    """The budgets around so many labels, where they are too far apart to say more than that it lies between."""
    place = int(np.searchsorted(budgets, labels))
    if not 0 < place < len(budgets) or labels == budgets[place] or budgets[place] <= APART * budgets[place - 1]:
        return None
    return float(budgets[place - 1]), float(budgets[place])


def missing(tried: Collection[float], least: int, pool: int) -> list[int]:
    """Label budgets that would fill the curves: doublings of the fewest that were tried, up to the ``pool``, far enough
    from those that were; where only one was, its half too, if that is not below ``least``."""
    first = min(tried) / (2 if len(tried) == 1 and min(tried) >= 2 * least else 1)
    steps = [round(first * 2**step) for step in range(int(np.log2(max(pool / first, 1))) + 1)]
    return [count for count in steps if all(max(count, one) >= NEAR * min(count, one) for one in tried)][:MOST_MISSING]
