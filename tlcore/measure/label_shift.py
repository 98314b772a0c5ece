"""How common is each class in the target, as its inputs tell without labels? From a classifier of the source.

Right where only the shares of the classes differ and each class looks the same in both places (label shift). What
else differs, the estimate takes for a difference in shares: whether anything does is tested beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from tlcore.measure import distances
from tlcore.measure.drift import label_shift
from tlcore.measure.features import matrix
from tlcore.situation import Examples, Situation, hold_out

FOLDS = 5
LEAST_ROWS = 20  # of the target
ROWS_AT_MOST = 2000  # of either domain
TESTED_AT_MOST = 500  # of either, for whether only the shares differ
DOUBT = 0.01  # below this p-value more than the shares differs, and the estimate is not to be relied on
DRAWS = 200  # of the bootstrap
COLUMNS = ["class", "source", "target", "estimate", "low", "high"]


class ClassShares(NamedTuple):
    """``table``: ``class, source, target, estimate, low, high``, shares from 0 to 1.

    ``source`` and ``target`` are from labels (`tlcore.measure.drift.label_shift`), ``estimate`` is the target's from
    inputs alone, with a bootstrap interval over examples of both. ``p_value``: how often chance makes source
    examples in the estimated shares differ so much from the target's; where it is small, more than the shares
    differs. All NaN where nothing can be estimated.
    """

    table: pd.DataFrame
    p_value: float


def class_shares(situation: Situation, seed: int = 0, level: float = 0.95) -> ClassShares:
    """How common each class is in either place, by labels and without; no rows for numbers.

    Nothing is estimated where the classes differ or examples are too few: five of each class in the source, 20 in
    the target. The target's inputs are those outside the test set, or those without labels where they are more.
    """
    shares = label_shift(situation) if len(situation.source) else label_shift(situation).head(0)
    unknown = ClassShares(shares.assign(estimate=np.nan, low=np.nan, high=np.nan)[COLUMNS], float("nan"))
    if shares.empty:
        return unknown
    classes = situation.source_space.classes
    pool, more = hold_out(situation)[0], situation.unlabelled
    target = pool if more is None or len(more) < len(pool) else more
    if set(classes) != set(situation.target_space.classes) or len(target) < LEAST_ROWS:
        return unknown
    rng = np.random.default_rng(seed)
    source, target = (_sampled(part, rng) for part in (situation.source, target))
    truth = situation.source_space.encode(np.asarray(source.labels))
    if np.bincount(truth, minlength=len(classes)).min() < FOLDS:
        return unknown
    here, there = matrix(source, target, limit=ROWS_AT_MOST, seed=seed)
    held, told = answers(here, there, truth, seed)
    priors = estimated(held, truth, told)
    drawn = []
    for _ in range(DRAWS):
        some, others = rng.integers(0, len(held), len(held)), rng.integers(0, len(told), len(told))
        drawn.append(estimated(held[some], truth[some], told[others]))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    found = pd.DataFrame({"class": classes, "estimate": priors, "low": low, "high": high})
    return ClassShares(shares.merge(found, on="class", how="left")[COLUMNS], _fit(here, truth, priors, there, rng))


def estimated(held: np.ndarray, truth: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Shares of the classes in the target ``(C,)`` by black-box shift estimation (BBSE; Lipton et al., 2018).

    ``held`` (N, C) and ``told`` (M, C): a classifier's answers to source examples it was not fitted to and to
    target examples; ``truth`` (N,): the class of each source example. The target's mean answer is a mixture of the
    mean answers to each class, in proportion to their shares: solved for shares of at least 0. Answers are
    probabilities, or 0 and 1; with probabilities a class that is never the likeliest can be seen too.
    """
    classes = held.shape[1]
    size = np.bincount(truth, minlength=classes)
    mixed = np.zeros((classes, classes))
    np.add.at(mixed, truth, held)
    shares = nnls((mixed / np.maximum(size, 1)[:, None]).T, told.mean(axis=0))[0]
    return shares / shares.sum()


def answers(source: np.ndarray, target: np.ndarray, truth: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of a logistic regression with balanced classes, over five folds: held-out source, and target.

    The target's are the mean over the folds' models, so that both are answers of models fitted to as many examples.
    The estimate asks for no good classifier: a rough, strongly held one is soon there and less sure where the
    domains differ in more than shares.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    held, told = np.zeros((len(source), truth.max() + 1)), np.zeros((len(target), truth.max() + 1))
    for known, other in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(source, truth):
        model = LogisticRegression(C=0.1, class_weight="balanced", tol=1e-2).fit(source[known], truth[known])
        held[other] = model.predict_proba(source[other])
        told += model.predict_proba(target) / FOLDS
    return held, told


def _fit(here: np.ndarray, truth: np.ndarray, priors: np.ndarray, there: np.ndarray, rng: np.random.Generator) -> float:
    """The p-value of MMD between the target and as many source examples in the estimated shares."""
    held = np.bincount(truth, minlength=len(priors))
    n = min(len(there), TESTED_AT_MOST, *(held[priors > 0] / priors[priors > 0]))
    each = [rng.permutation(np.flatnonzero(truth == one))[: round(n * share)] for one, share in enumerate(priors)]
    mixed = here[np.concatenate(each)]
    if len(mixed) < LEAST_ROWS:
        return float("nan")
    rows = np.concatenate([mixed, there[rng.permutation(len(there))[: len(mixed)]]])
    return distances.mmd_test(rows, distances.median_distance(rows), rng)[1]


def _sampled(examples: Examples, rng: np.random.Generator) -> Examples:
    if len(examples) <= ROWS_AT_MOST:
        return examples
    return examples.take(np.sort(rng.choice(len(examples), ROWS_AT_MOST, replace=False)))
