"""Which backbone may suit the target, before any training? Four scores of features or answers that are at hand.

They only rank backbones on the same data: the scale moves with the number of examples, features and classes, so a
score says nothing by itself, and no score is a gain.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.covariance import ledoit_wolf

RATIOS = np.linspace(-25.0, 25.0, 101)  # logarithms of alpha / beta that are tried first, of singular values about 1


def logme(features: np.ndarray, labels: np.ndarray) -> float:
    """Logarithm of the maximum evidence per example of a linear model (You et al., 2021); higher is better.

    ``features`` (N, D); ``labels`` (N,): floats are numbers to predict, all else names of classes, each of which is
    a question of its own (0 or 1), the mean of which counts. Any real number, also above 0. Weights have the prior
    N(0, 1/alpha), errors N(0, 1/beta), both as likely as can be. Ranks backbones on the same data only.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind == "f":
        answers = labels[:, None].astype(np.float64)
    else:
        answers = (labels[:, None] == np.unique(labels)).astype(np.float64)
    directions, sizes, _ = np.linalg.svd(np.asarray(features, dtype=np.float64), full_matrices=False)
    tiny = np.finfo(np.float64).eps * max(features.shape)
    rank = int((sizes > tiny * sizes.max(initial=0.0)).sum())
    inside = directions[:, :rank].T @ answers
    outside = np.maximum((answers**2).sum(axis=0) - (inside**2).sum(axis=0), 0.0)
    each = zip(inside.T**2, outside, strict=True)
    return float(np.mean([_evidence(sizes[:rank] ** 2, one, rest, len(labels)) for one, rest in each]))


def leep(answers: np.ndarray, labels: np.ndarray) -> float:
    """Logarithm of the expected empirical prediction (Nguyen et al., 2020): at most 0; higher is better.

    ``answers`` (N, Z): the source model's probabilities of its Z classes on the target's inputs; ``labels`` (N,)
    the target's classes. A source class that no example is held to be is left out. Ranks source models on the same
    data only.
    """
    answers = np.asarray(answers, dtype=np.float64)
    classes, place = np.unique(labels, return_inverse=True)
    together = (np.arange(len(classes))[:, None] == place) @ answers  # (C, Z)
    held = together.sum(axis=0)
    of_source = np.divide(together, held, out=np.zeros_like(together), where=held > 0)
    expected = (answers @ of_source.T)[np.arange(len(place)), place]
    return min(0.0, float(np.log(expected).mean()))


def nce(source_labels: np.ndarray, labels: np.ndarray) -> float:
    """Negative conditional entropy of the target's classes given the source's (Tran et al., 2019): at most 0.

    Both (N,): which source class each target example has, or is held to have, and its own. 0 where the one tells
    the other; minus the entropy of ``labels`` where it tells nothing. Ranks source tasks on the same data only.
    """
    source, target = (np.unique(part, return_inverse=True)[1] for part in (source_labels, labels))
    together = np.zeros((source.max() + 1, target.max() + 1))
    np.add.at(together, (source, target), 1 / len(target))
    given = together / together.sum(axis=1, keepdims=True)
    there = together > 0
    return min(0.0, float((together[there] * np.log(given[there])).sum()))


def h_score(features: np.ndarray, labels: np.ndarray) -> float:
    """tr(S^-1 B): how much of the features' spread lies between classes (Bao et al., 2019); higher is better.

    ``features`` (N, D); ``labels`` (N,) of C classes; 0 to C - 1. The covariance is shrunk (Ledoit and Wolf, 2004)
    and the class means by the same share (Ibrahim et al., 2021): the plain formula reaches C - 1 on noise when
    N < D. Ranks backbones on the same data only.
    """
    features = np.asarray(features, dtype=np.float64)
    classes, place = np.unique(labels, return_inverse=True)
    centred = features - features.mean(axis=0)
    whole, share = ledoit_wolf(centred, assume_centered=True)
    means = np.array([centred[place == one].mean(axis=0) for one in range(len(classes))])
    weighted = means * np.sqrt(np.bincount(place) / len(place))[:, None]
    return float((1 - share) * (weighted * np.linalg.lstsq(whole, weighted.T, rcond=None)[0].T).sum())


def _evidence(squares: np.ndarray, inside: np.ndarray, outside: float, n: int) -> float:
    """The largest log evidence of n examples, per example.

    ``squares`` (k,): the singular values squared; ``inside`` (k,): squares of the answers along the directions of
    the features; ``outside``: what no direction reaches.

    Written in the ratio alpha / beta, with the best beta put in. The alpha term is k/2 log alpha with k the rank:
    directions in which no feature varies cancel out (with D in its place, N < D gives arbitrary numbers).
    """
    scale = squares.max() if len(squares) else 1.0

    def loss(log_ratio: float) -> float:
        stretch = 1 + squares / (scale * np.exp(log_ratio))
        error = max((inside / stretch).sum() + outside, np.finfo(np.float64).tiny)
        return 0.5 * (n * np.log(error / n) + n * (1 + np.log(2 * np.pi)) + np.log(stretch).sum()) / n

    first = RATIOS[int(np.argmin([loss(one) for one in RATIOS]))]
    step = RATIOS[1] - RATIOS[0]
    found = minimize_scalar(loss, bounds=(first - step, first + step), method="bounded")
    return -float(min(found.fun, loss(first)))
