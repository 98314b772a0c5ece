"""Scikit-learn's estimators and what stands around them: no torch, so that an exported learner answers without it."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import StandardScaler

Rows: TypeAlias = np.ndarray | sparse.csr_matrix
COMPONENTS = 100  # columns that learners without sparse rows are given instead of words
SUREST = 7.0  # log-odds: beyond one in a thousand a score only says how sure a learner is of itself


def answers(estimator: Any, rows: Rows, outputs: int) -> np.ndarray:
    """What a fitted estimator says: log-probabilities ``(N, outputs)``, or numbers ``(N, 1)``; float32."""
    if outputs == 1:
        return np.asarray(estimator.predict(rows)[:, None], np.float32)
    # A class without a labelled example gets no column from scikit-learn.
    told = np.full((rows.shape[0], outputs), 1e-9)
    told[:, estimator.classes_.astype(int)] = estimator.predict_proba(rows).clip(1e-9)
    return np.log(told / told.sum(1, keepdims=True)).astype(np.float32)


def scores(answers: np.ndarray) -> np.ndarray:
    """Such answers as columns for another learner: the number, or the log-odds of each class, ``(N, columns)``.

    Of two classes one column says it all.
    """
    told, outputs = answers.astype(np.float64), answers.shape[1]
    if outputs == 1:
        return told
    odds = told - np.log1p(-np.exp(told).clip(max=1 - 1e-9))
    return (odds[:, 1:] if outputs == 2 else odds).clip(-SUREST, SUREST)


class Prepared(BaseEstimator):
    """A learner and what makes its rows fit for it: one scale for linear ones, dense columns for trees."""

    def __init__(self, prepare: Scale | Dense, learner: Any):
        self.prepare, self.learner = prepare, learner

    def fit(self, rows: Rows, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Prepared:
        self.prepare.fit(rows, sample_weight)
        self.learner.fit(self.prepare(rows), y, sample_weight=sample_weight)
        return self

    def predict(self, rows: Rows) -> np.ndarray:
        return self.learner.predict(self.prepare(rows))

    def predict_proba(self, rows: Rows) -> np.ndarray:
        return self.learner.predict_proba(self.prepare(rows))

    @property
    def classes_(self) -> np.ndarray:
        return self.learner.classes_


class Scale:
    """The first ``numbers`` columns on one scale, by the rows a learner is fitted on. Sparse rows stay as they are."""

    def __init__(self, numbers: int):
        self.numbers, self.scaler = numbers, StandardScaler()

    def fit(self, rows: Rows, weight: np.ndarray | None) -> None:
        if self._at_work(rows):
            self.scaler.fit(rows[:, : self.numbers], sample_weight=weight)

    def __call__(self, rows: Rows) -> Rows:
        if not self._at_work(rows):
            return rows
        return np.concatenate([self.scaler.transform(rows[:, : self.numbers]), rows[:, self.numbers :]], 1)

    def _at_work(self, rows: Rows) -> bool:
        return self.numbers > 0 and not sparse.issparse(rows)


class Dense:
    """Wide sparse rows as at most `COMPONENTS` columns (latent semantic analysis, Deerwester et al., 1990)."""

    def __init__(self, seed: int):
        self.seed = seed
        self.reduce: TruncatedSVD | None = None

    def fit(self, rows: Rows, _weight: np.ndarray | None) -> None:
        if sparse.issparse(rows) and rows.shape[1] > COMPONENTS:
            most = min(COMPONENTS, rows.shape[0])
            self.reduce = TruncatedSVD(most, random_state=self.seed).fit(rows)

    def __call__(self, rows: Any) -> np.ndarray:
        if self.reduce is not None:
            return self.reduce.transform(rows)
        return rows.toarray() if sparse.issparse(rows) else rows


class Votes(BaseEstimator):
    """Learners that vote, each with its say ``(learners,)``; ``classes`` is None where they predict numbers.

    ``stuck`` of them were hardly better than chance; the last was fitted on weights worth ``effective`` rows.
    """

    def __init__(
        self, learners: list[BaseEstimator], say: np.ndarray, classes: np.ndarray | None, stuck: int, effective: float
    ):
        self.learners, self.say, self.classes_ = learners, say, classes
        self.stuck, self.effective = stuck, effective

    def predict_proba(self, rows: Rows) -> np.ndarray:
        """The probabilities the learners give, by their say, ``(N, C)``: a handful of votes ranks too coarsely."""
        told = np.stack([learner.predict_proba(rows) for learner in self.learners])
        return np.tensordot(self.say / self.say.sum(), told, 1)

    def predict(self, rows: Rows) -> np.ndarray:
        """The class with most votes, or the weighted median of the learners' numbers, ``(N,)``."""
        told = np.stack([learner.predict(rows) for learner in self.learners])
        if self.classes_ is not None:
            return self.classes_[np.stack([self.say @ (told == name) for name in self.classes_]).argmax(0)]
        order = told.argsort(0)
        reached = self.say[order].cumsum(0) >= self.say.sum() / 2
        return np.take_along_axis(told, np.take_along_axis(order, reached.argmax(0)[None], 0), 0)[0]
