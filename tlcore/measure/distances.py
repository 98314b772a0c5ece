"""How far apart two sets of feature vectors are, six ways. All take (N, D) and (M, D) arrays on one scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import squareform

FOLDS = 5
DIRECTIONS = 64


def median_distance(*parts: np.ndarray) -> float:
    """The kernel width: the median distance between two different rows of the parts pooled."""
    distances = np.sqrt(squareform(squared_distances(np.concatenate(parts)), checks=False))
    middle = float(np.median(distances))
    return middle or float(distances[distances > 0].mean() if (distances > 0).any() else 1.0)


def squared_distances(x: np.ndarray) -> np.ndarray:
    """||a - b||^2 of all pairs of rows, (N, N), by one matrix product; exactly 0 between equal rows."""
    centred = x - x.mean(axis=0)
    found = centred @ centred.T
    lengths = found.diagonal().copy()
    found *= -2
    found += lengths
    found += lengths[:, None]
    found[found < 1e-12 * lengths.max(initial=0.0)] = 0.0  # what rounding leaves of 0
    return found


def gaussian(x: np.ndarray, width: float) -> np.ndarray:
    """exp(-||a - b||^2 / (2 width^2)) of all pairs of rows, (N, N), with 0 instead of 1 on the diagonal."""
    kernel = squared_distances(x)
    kernel /= -2 * width**2
    np.exp(kernel, out=kernel)
    np.fill_diagonal(kernel, 0.0)
    return kernel


def mmd(kernel: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Squared maximum mean discrepancy for many ways to part the same rows, (P,): unbiased (Gretton et al., 2012).

    ``first`` (N, P) says which of the N rows of the kernel (diagonal 0) make up the first set. On equal
    distributions the mean is 0, and half of the values are negative: never take the root.
    """
    one = first.astype(np.float64)
    n, m = one.sum(axis=0), (1 - one).sum(axis=0)
    reach = kernel @ one
    within, across = (reach * one).sum(axis=0), (reach * (1 - one)).sum(axis=0)
    rest = kernel.sum() - within - 2 * across
    return within / (n * (n - 1)) + rest / (m * (m - 1)) - 2 * across / (n * m)


def mmd_test(rows: np.ndarray, width: float, rng: np.random.Generator, permutations: int = 200) -> tuple[float, float]:
    """MMD between the first and the second half of the rows, and how often chance reaches it (the p-value).

    One kernel matrix serves all permutations, which are columns of one matrix product.
    """
    kernel = gaussian(rows, width)
    as_is = np.arange(len(rows))[:, None] < len(rows) // 2
    value = float(mmd(kernel, as_is)[0])
    by_chance = mmd(kernel, halvings(len(rows), permutations, rng))
    return value, float((1 + (by_chance >= value).sum()) / (1 + permutations))


def halvings(rows: int, times: int, rng: np.random.Generator) -> np.ndarray:
    """So many random halvings of the rows, (rows, times) of bool."""
    return rng.permuted(np.tile(np.arange(rows)[:, None] < rows // 2, times), axis=0)


def coral(x: np.ndarray, y: np.ndarray) -> float:
    """||Cx - Cy||_F^2 / (4 D^2), covariances with N - 1 (Sun and Saenko, 2016). Blind to a mere move of the mean."""
    difference = np.atleast_2d(np.cov(x, rowvar=False)) - np.atleast_2d(np.cov(y, rowvar=False))
    return float((difference**2).sum() / (4 * x.shape[1] ** 2))


def mean_distance(x: np.ndarray, y: np.ndarray) -> float:
    """How far the means lie apart, as the root mean square over features: standard deviations of the reference."""
    return float(np.sqrt(((x.mean(axis=0) - y.mean(axis=0)) ** 2).mean()))


def frechet(x: np.ndarray, y: np.ndarray) -> float:
    """||mx - my||^2 + tr(Cx + Cy - 2 (Cx Cy)^(1/2)): the squared distance of two Gaussians (Dowson and Landau).

    On a network's features it is known as FID. Blind to what a Gaussian is blind to; above 0 by chance.
    """
    one, other = (np.atleast_2d(np.cov(part, rowvar=False)) for part in (x, y))
    values, vectors = np.linalg.eigh(one)
    root = vectors * np.sqrt(values.clip(0))
    across = np.sqrt(np.linalg.eigvalsh(root.T @ other @ root).clip(0)).sum()  # of Cx^(1/2) Cy Cx^(1/2)
    moved = ((x.mean(axis=0) - y.mean(axis=0)) ** 2).sum()
    return float(max(moved + np.trace(one) + np.trace(other) - 2 * across, 0.0))


def sliced_wasserstein(x: np.ndarray, y: np.ndarray, seed: int = 0) -> float:
    """How far one set must be moved to become the other, seen along 64 random directions (Bonneel et al., 2015).

    The root mean square over directions of the Wasserstein-2 distance of the projections. In standard deviations,
    as `mean_distance`, which it equals where one set is the other moved; it sees any difference in shape besides.
    """
    turn = np.random.default_rng(seed).normal(size=(x.shape[1], DIRECTIONS))
    turn /= np.linalg.norm(turn, axis=0)
    one, other = (np.sort((turn.T @ part.T).astype(np.float32), axis=1) for part in (x, y))
    n, m = len(x), len(y)
    ends = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)  # where either quantile function steps
    share = np.diff(ends, prepend=0) / (n * m)
    away = (one[:, (ends - 1) // m] - other[:, (ends - 1) // n]) ** 2
    return float(np.sqrt((away @ share).mean()))


def a_distance(x: np.ndarray, y: np.ndarray, seed: int = 0) -> float:
    """2 (1 - 2e), held to 0..2, with e the error of telling x from y (Ben-David et al., 2007).

    e is the balanced error on rows held out, over five folds, of a linear discriminant whose covariance
    is shrunk (Ledoit and Wolf, 2004), so that more features than rows do no harm.
    """
    hits = [((scores > 0) == is_y, is_y) for scores, is_y, *_ in _told_apart(x, y, seed)]
    right, is_y = (np.concatenate(parts) for parts in zip(*hits, strict=True))
    error = 1 - (right[is_y].mean() + right[~is_y].mean()) / 2
    return float(np.clip(2 * (1 - 2 * error), 0.0, 2.0))


def shrunk_covariance(centred: np.ndarray) -> np.ndarray:
    """Covariance of centred rows (N, D), drawn towards equal variances as far as its error asks (Ledoit and Wolf)."""
    n, d = centred.shape
    sample = centred.T @ centred / n
    even = np.trace(sample) / d * np.eye(d)
    apart = ((sample - even) ** 2).sum()
    error = (((centred**2).sum(axis=1) ** 2).mean() - (sample**2).sum()) / n
    share = min(error / apart, 1.0) if apart > 0 else 0.0
    return (1 - share) * sample + share * even


def giveaways(x: np.ndarray, y: np.ndarray, owners: list[str], seed: int = 0) -> dict[str, float]:
    """By how much the domain is told apart less well when a feature is shuffled: a share of rows, 0 to 1.

    Measured on held-out rows of the classifier of `a_distance`; ``owners`` names each column's feature.
    """
    features = list(dict.fromkeys(owners))
    fall = np.zeros(len(features))
    rng = np.random.default_rng(seed)
    for scores, is_y, rows, weights in _told_apart(x, y, seed):
        before = _balanced(scores, is_y)
        for place, feature in enumerate(features):
            mine = np.array([owner == feature for owner in owners])
            parts = rows[:, mine] @ weights[mine]
            shuffled = [_balanced(scores - parts + rng.permutation(parts), is_y) for _ in range(3)]
            fall[place] += (before - np.mean(shuffled)) / FOLDS
    return dict(zip(features, fall.clip(0).round(9).tolist(), strict=True))


def _told_apart(x: np.ndarray, y: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Per fold: held-out scores (above 0: held to be of y), what is of y, the rows themselves, the weights."""
    rng = np.random.default_rng(seed)
    fold_x, fold_y = (rng.permutation(np.arange(len(part)) % FOLDS) for part in (x, y))
    for fold in range(FOLDS):
        known = x[fold_x != fold], y[fold_y != fold]
        means = [part.mean(axis=0) for part in known]
        within = np.concatenate([part - mean for part, mean in zip(known, means, strict=True)])
        weights = np.linalg.lstsq(shrunk_covariance(within), means[1] - means[0], rcond=None)[0]
        held = x[fold_x == fold], y[fold_y == fold]
        rows, is_y = np.concatenate(held), np.arange(len(held[0]) + len(held[1])) >= len(held[0])
        yield (rows - (means[0] + means[1]) / 2) @ weights, is_y, rows, weights


def _balanced(scores: np.ndarray, is_y: np.ndarray) -> float:
    right = (scores > 0) == is_y
    return float((right[is_y].mean() + right[~is_y].mean()) / 2)
