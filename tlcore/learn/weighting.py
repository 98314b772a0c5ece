"""Which source rows count, and how much: density ratios, kernel means, and boosting that forgets misleading rows.

Weights have mean 1, so that a learning rate means the same with them as without.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np
import torch
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from tlcore.kinds.prepared import Rows, Votes
from tlcore.learn import losses, recipes
from tlcore.learn.data import Domain, Task, effective
from tlcore.learn.nets import Model
from tlcore.learn.space import TableSpace
from tlcore.outcome import Note
from tlcore.phase import Move, Phase

FOLDS = 5
CERTAIN = 1e-6  # a classifier is never surer than this
LEAST = 1e-3  # of the mean: a batch whose rows all weigh nothing would have no mean loss
NEIGHBOURS = 5
SMOOTHED = 0.5  # a round without an error is taken for half a row's error
BETTER = 0.01  # a round no better than chance is taken for one this much better


def views(task: Task, lr: float) -> Generator[Phase, None, tuple[np.ndarray, np.ndarray]]:
    """Source rows ``(N, D)`` and all target rows ``(M, D)``, as they are to be compared.

    Tables as they are. Pixels and words say little about likeness: there the frozen features of a network
    that learnt the source are compared, on one scale; its training is the first phase.
    """
    source, target = task.source.x, torch.cat([task.labelled.x, task.unlabelled.x])
    if isinstance(task.space, TableSpace):
        return task.space.design(source), task.space.design(target)
    scout = task.model()
    yield from recipes.source(scout, task, lr, name="features")
    seen = [
        recipes.precomputed(scout.body, replace(task.source, x=x)).x.double().cpu().numpy() for x in (source, target)
    ]
    both = np.concatenate(seen)
    middle, spread = both.mean(0), np.maximum(both.std(0), CERTAIN)
    return (seen[0] - middle) / spread, (seen[1] - middle) / spread


def source(model: Model, task: Task, chosen: Domain, lr: float, *notes: Note) -> Iterator[Phase]:
    """Learn these source examples. Where nothing was changed it is the training everybody shares."""
    if chosen is task.source:
        yield from recipes.source(model, task, lr)
    else:
        learn = losses.supervised(model)
        yield Phase("source", model, chosen, learn, [Move(model, lr)], selector="source", notes=notes)


def density_ratio(source: np.ndarray, target: np.ndarray, learner: str, seed: int) -> np.ndarray:
    """How much likelier each source row ``(N, D)`` is in the target than in the source, ``(N,)``.

    A classifier tells the domains apart; by Bayes' rule its odds, times N / M, are the ratio (Bickel et
    al., 2009). Each row is judged by a classifier that was fitted without it: one that knows its rows by
    heart finds every source row unlike the target.
    """
    rows = np.concatenate([source, target])
    side = np.repeat([0, 1], [len(source), len(target)])
    teller: BaseEstimator = LogisticRegression(max_iter=1000)
    if learner == "boosting":
        teller = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15, random_state=seed)
    folds = StratifiedKFold(min(FOLDS, len(source), len(target)), shuffle=True, random_state=seed)
    told = cross_val_predict(teller, rows, side, cv=folds, method="predict_proba")
    share = told[: len(source), 1].clip(CERTAIN, 1 - CERTAIN)
    return share / (1 - share) * len(source) / len(target)


def tempered(ratio: np.ndarray, power: float, most: float) -> np.ndarray:
    """Weights of mean 1: ratios to a power from 0, all alike, to 1 (Shimodaira, 2000).

    None counts more than ``most`` times the mean before the cut.
    """
    weights = ratio**power
    weights = np.minimum(weights / weights.mean(), most)
    return weights / weights.mean()


def distance(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Mean distance of each source row ``(N, D)`` to its nearest target rows, ``(N,)``."""
    near = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(target))).fit(target)
    return near.kneighbors(source)[0].mean(1)


def most_alike(likeness: np.ndarray, y: np.ndarray, share: float) -> np.ndarray:
    """Where the likest rows stand, in their order: this share of every class (of all rows, for numbers)."""
    groups = np.zeros(len(y), dtype=int) if y.dtype.kind == "f" else y
    kept = []
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        best = np.argsort(-likeness[rows], kind="stable")[: max(1, round(share * len(rows)))]
        kept.append(rows[best])
    return np.sort(np.concatenate(kept))


def subset(domain: Domain, rows: np.ndarray) -> Domain:
    """These rows of a domain; the domain itself where they are all of it."""
    if len(rows) == len(domain.x):
        return domain
    place = torch.from_numpy(rows).to(domain.x.device)

    def some(values: Tensor | None) -> Tensor | None:
        return None if values is None else values[place]

    genuine = None if domain.genuine is None else int((rows < domain.genuine).sum())  # they stand first here too
    return replace(domain, x=domain.x[place], y=domain.y[place], weight=some(domain.weight),
                   chance=some(domain.chance), genuine=genuine)  # fmt: skip


def weighted(domain: Domain, weights: np.ndarray) -> Domain:
    """The domain with these weights on top of its own; the domain itself where they are all alike."""
    if np.allclose(weights, weights.mean(), rtol=1e-6, atol=0):
        return domain
    more = torch.from_numpy(weights.clip(min=LEAST).astype(np.float32)).to(domain.x.device)
    return replace(domain, weight=more if domain.weight is None else domain.weight * more)


def worth(weights: np.ndarray) -> Note:
    """How many equally weighted rows these are worth."""
    return Note("The {rows} source rows count for {effective:.0f} equally weighted ones.",
                {"rows": len(weights), "effective": effective(weights)}, grave=False)  # fmt: skip


def kernel_mean_matching(
    source: np.ndarray, target: np.ndarray, most: float, slack: float, rows: int, seed: int
) -> np.ndarray:
    """Weights ``(N,)`` that bring the source's mean in kernel space to the target's (Huang et al., 2007).

    Weights are found for at most ``rows`` source rows, against as many of the target; every other row takes
    the weight of the nearest of them. The kernel is Gaussian, as wide as the median distance.
    """
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.permutation(len(source))[:rows])
    ours, theirs = source[kept], target[np.sort(rng.permutation(len(target))[:rows])]
    gamma = 1 / (2 * median_distance(np.concatenate([ours, theirs])) ** 2)
    pull = len(ours) * rbf_kernel(ours, theirs, gamma=gamma).mean(1)
    found = matched(rbf_kernel(ours, gamma=gamma), pull, most, slack)
    nearest = NearestNeighbors(n_neighbors=1).fit(ours).kneighbors(source, return_distance=False)[:, 0]
    nearest[kept] = np.arange(len(kept))
    weights = found[nearest]
    return weights / weights.mean()


def median_distance(rows: np.ndarray, at_most: int = 500) -> float:
    """The median distance between two of these rows ``(N, D)``, evenly thinned where they are many."""
    some = rows[:: max(1, len(rows) // at_most)]
    apart = pairwise_distances(some)[np.triu_indices(len(some), 1)]
    return float(np.median(apart)) or 1.0


def matched(gram: np.ndarray, pull: np.ndarray, most: float, slack: float, steps: int = 1000) -> np.ndarray:
    """Minimise ``w' gram w / 2 - pull' w`` over ``0 <= w <= most`` with the mean of w at most ``slack`` from 1.

    Projected gradient with Nesterov's momentum, begun anew whenever it points uphill (O'Donoghue and
    Candes, 2015). ``gram (N, N)``, ``pull (N,)``; returns ``(N,)``.
    """
    rate = 1 / np.abs(gram).sum(1).max()
    now = ahead = projected(np.ones(len(pull)), most, slack)
    pace = 1.0
    for _ in range(steps):
        slope = gram @ ahead - pull
        new = projected(ahead - rate * slope, most, slack)
        if (ahead - new) @ (new - now) > 0:
            pace = 1.0
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        step = new - now
        ahead, now = new + (pace - 1) / faster * step, new
        pace = faster
        if np.abs(step).max() < 1e-7:
            break
    return now


def projected(point: np.ndarray, most: float, slack: float) -> np.ndarray:
    """The nearest ``(N,)`` with ``0 <= w <= most`` and a mean at most ``slack`` from 1: moved evenly, then cut."""
    inside = point.clip(0, most)
    wanted = inside.mean().clip(1 - slack, 1 + slack)
    if inside.mean() == wanted:
        return inside
    low, high = -point.max(), most - point.min()  # so far down every weight is 0, so far up every one is ``most``
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (point + middle).clip(0, most).mean() < wanted else (low, middle)
    return (point + high).clip(0, most)


def tradaboost(
    xs: Rows,
    ys: np.ndarray,
    xt: Rows,
    yt: np.ndarray,
    learner: BaseEstimator,
    rounds: int,
    *,
    regression: bool = False,
    weight: np.ndarray | None = None,
) -> Votes:
    """Boosting that looks harder at target rows it misjudges and away from source rows it misjudges (Dai et al., 2007).

    ``xs (n, D), ys (n,)`` source and ``xt (m, D), yt (m,)`` target; ``weight (n + m,)`` to begin with (all
    alike). Errors are counted on the target alone; the rounds from the middle on vote. More than two classes
    are boosted as by SAMME (Zhu et al., 2009), which for two is the same. Numbers: an error is a share of the
    round's largest, and the median answers (TrAdaBoost.R2 without its two stages; Pardoe and Stone, 2010).
    """
    n = len(ys)
    rows = sparse.vstack([xs, xt], format="csr") if sparse.issparse(xs) else np.concatenate([xs, xt])
    y = np.concatenate([ys, yt])
    classes = None if regression else np.unique(y)
    weight = np.ones(len(y)) if weight is None else weight.astype(float)
    fading = 1 / (1 + np.sqrt(2 * np.log(n) / rounds))
    learners, say, stuck, worth = [], [], [], 0.0
    for _ in range(rounds):
        weight = weight * len(y) / weight.sum()  # a mean of 1 leaves a learner's regularisation what it is
        worth = effective(weight)
        learners.append(clone(learner).fit(rows, y, sample_weight=weight))
        told = learners[-1].predict(rows)
        wrong = np.abs(told - y) / max(np.abs(told - y).max(), CERTAIN) if regression else (told != y).astype(float)
        error = float(weight[n:] @ wrong[n:] / weight[n:].sum())
        chance = 0.5 if classes is None else 1 - 1 / len(classes)
        stuck.append(error > chance - BETTER)
        beta = _odds(error, chance, len(yt))
        weight = weight * np.concatenate([fading ** wrong[:n], beta ** -wrong[n:]])
        say.append(-np.log(beta))
    first = (rounds + 1) // 2 - 1
    return Votes(learners[first:], np.array(say[first:]), classes, sum(stuck[first:]), worth)


def _odds(error: float, chance: float, rows: int) -> float:
    """``e / (1 - e)`` over the same at ``chance``; the error is kept above 0 and below chance, so it lies in (0, 1)."""
    error = min(max(error, SMOOTHED / rows), chance - BETTER)
    return error / (1 - error) * (1 - chance) / chance
