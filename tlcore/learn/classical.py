"""Scikit-learn's learners in the place of a network: fitted on labels, asked like any predictor.

A *view* turns inputs into the rows a learner reads: a module ``x -> (N, columns)``, dense or sparse. A
*learner* is made for its rows: `Linear`, `Boosting` and `Forest` of `tlcore.kinds.learners` are what is on offer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyClassifier
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from tlcore.learn import imbalance, nets
from tlcore.learn.data import Batch, Domain, Task, effective
from tlcore.learn.space import Space, TableSpace
from tlcore.situation import LabelSpace

Rows: TypeAlias = np.ndarray | sparse.csr_matrix
COMPONENTS = 100  # columns that learners without sparse rows are given instead of words
SUREST = 7.0  # log-odds: beyond one in a thousand a score only says how sure a learner is of itself
NEGLIGIBLE = 1e-6  # of the other domain's weight per row


class Given(NamedTuple):
    """What a learner is made for: how many rows, of which the first ``numbers`` columns have scales of their own."""

    rows: int
    numbers: int
    regression: bool
    seed: int


Learner = Callable[[Given], BaseEstimator]


class View(nn.Module):
    """Inputs as a learner's rows: one column per number, flag and category value, per pixel, per word."""

    def __init__(self, space: Space):
        super().__init__()
        self.space = space

    def forward(self, x: Tensor) -> Rows:
        return self.space.design(x)

    def numbers(self, columns: int) -> int:
        """How many leading columns are to be put on one scale.

        The 0/1 columns of categories are not: scaled too, a rare category would weigh as much as a common
        one, which costs points on few labels.
        """
        return len(self.space.numeric) if isinstance(self.space, TableSpace) else columns


class Embedded(View):
    """Inputs as a frozen network sees them: its features, ``(N, width)``."""

    def __init__(self, body: nn.Module, space: Space):
        super().__init__(space)
        self.body = body.eval()

    def forward(self, x: Tensor) -> Rows:
        # In full precision wherever it is asked: a learner is to read the features it was fitted on.
        with torch.autocast(x.device.type, enabled=False):
            return nets.answers(self.body, x).cpu().numpy()

    def numbers(self, columns: int) -> int:
        return columns


class Widened(View):
    """A view with further columns at its end, which are taken as they are: ``more(x)`` is ``(N, added)``."""

    def __init__(self, view: View, more: Callable[[Tensor], np.ndarray], added: int):
        super().__init__(view.space)
        self.view, self.more, self.added = view, more, added

    def forward(self, x: Tensor) -> Rows:
        rows, more = self.view(x), self.more(x).astype(np.float32)
        return sparse.hstack([rows, more], format="csr") if sparse.issparse(rows) else np.concatenate([rows, more], 1)

    def numbers(self, columns: int) -> int:
        return self.view.numbers(columns - self.added)


class Fitted(nn.Module):
    """A fitted estimator that answers tensors: log-probabilities ``(N, classes)``, or numbers ``(N, 1)``."""

    def __init__(self, estimator: BaseEstimator, view: View, outputs: int):
        super().__init__()
        self.estimator, self.view, self.outputs = estimator, view, outputs

    def forward(self, x: Tensor) -> Tensor:
        rows = self.view(x)
        if self.outputs == 1:
            told = self.estimator.predict(rows)[:, None]
        else:
            # A class without a labelled example gets no column from scikit-learn.
            told = np.full((x.shape[0], self.outputs), 1e-9)
            told[:, self.estimator.classes_.astype(int)] = self.estimator.predict_proba(rows).clip(1e-9)
            told = np.log(told / told.sum(1, keepdims=True))
        return torch.from_numpy(np.asarray(told, dtype=np.float32)).to(x.device)

    def scores(self, x: Tensor) -> np.ndarray:
        """What it says as columns for another learner: the number, or the log-odds of each class.

        Of two classes one column says it all. Returns ``(N, columns)``.
        """
        told = self(x).double().cpu().numpy()
        if self.outputs == 1:
            return told
        odds = told - np.log1p(-np.exp(told).clip(max=1 - 1e-9))
        return (odds[:, 1:] if self.outputs == 2 else odds).clip(-SUREST, SUREST)


def fit(
    learner: Learner,
    task: Task,
    examples: Batch | None = None,
    *,
    labels: LabelSpace | None = None,
    view: View | None = None,
) -> Fitted:
    """Fit on these examples (default: every labelled target example) with the run's remedy for rare classes."""
    labels, view = labels or task.target_labels, view or View(task.space)
    part = remedied(task, examples or task.labelled, labels)
    weight = None if part.weight is None else part.weight.cpu().numpy()
    return _fitted(learner, view, view(part.x), part.y.cpu().numpy(), weight, labels, task.seed)


def scored(fitted: Fitted) -> View:
    """The inputs, and what this fitted learner says of them."""
    return Widened(View(fitted.view.space), fitted.scores, fitted.outputs if fitted.outputs > 2 else 1)


def remedied(task: Task, examples: Batch, labels: LabelSpace) -> Domain:
    """These examples with the run's remedy for rare classes at work."""
    plain = Domain(examples.x, examples.y)
    return imbalance.remedied(plain, task.remedy, labels.outputs, task.space, task.seed)


def pooled(learner: Learner, task: Task, weight: float, place: bool, view: View | None = None) -> tuple[Fitted, float]:
    """Fit on the rows of both domains, the target's weighing ``weight`` times the source's in all.

    ``place`` adds a 0/1 column that says where a row is from. Rare classes are mended within each domain.
    Also returns how many equally weighted rows the weights are worth.
    """
    labels, plain = task.target_labels, view or View(task.space)
    parts = [remedied(task, task.source_all, labels), remedied(task, task.labelled, labels)]
    each = row_weights(len(parts[0].y), len(parts[1].y), weight)
    # Trees count rows besides weighing them, so rows that weigh nothing must not be there.
    counting = [number for number in (0, 1) if each[number] > NEGLIGIBLE * max(each)]
    if len(counting) == 1:
        each = (1.0, 1.0)  # exactly, not but for rounding
    views = [_placed(plain, number) if place and len(counting) == 2 else plain for number in (0.0, 1.0)]
    rows = _below([views[number](parts[number].x) for number in counting])
    y = np.concatenate([parts[number].y.cpu().numpy() for number in counting])
    weights = np.concatenate([each[number] * _weights(parts[number]) for number in counting])
    # Forests draw rows by their weights: equal ones lead to other draws than none.
    given = None if (weights == 1).all() else weights
    fitted = _fitted(learner, views[1], rows, y, given, labels, task.seed)
    return fitted, effective(weights)


def row_weights(source: int, target: int, weight: float) -> tuple[float, float]:
    """The weights of one row of each domain, so that the target's sum to ``weight`` times the source's.

    Their sum is the number of equally weighted rows they are worth, ``(sum w)^2 / sum w^2`` (Kish, 1965):
    fifty heavy rows are not to outvote a learner's caution as thousands would. So at either end, where one
    domain no longer counts, the other's rows weigh 1 each.
    """
    share = weight / (1 + weight)  # of the target in the whole
    worth = 1 / ((1 - share) ** 2 / source + share**2 / target)
    return worth * (1 - share) / source, worth * share / target


def _placed(view: View, number: float) -> View:
    return Widened(view, lambda x: np.full((x.shape[0], 1), number), 1)


def _weights(part: Domain) -> np.ndarray:
    return np.ones(len(part.y)) if part.weight is None else part.weight.double().cpu().numpy()


def _below(parts: list[Rows]) -> Rows:
    return sparse.vstack(parts, format="csr") if sparse.issparse(parts[0]) else np.concatenate(parts)


def _fitted(
    learner: Learner, view: View, rows: Rows, y: np.ndarray, weight: np.ndarray | None, labels: LabelSpace, seed: int
) -> Fitted:
    regression = labels.kind == "regression"
    if not regression and len(np.unique(y)) == 1:
        estimator = DummyClassifier(strategy="prior")  # scikit-learn's classifiers refuse a single class
    else:
        estimator = learner(Given(rows.shape[0], view.numbers(rows.shape[1]), regression, seed))
    estimator.fit(rows, y, sample_weight=weight)
    return Fitted(estimator, view, labels.outputs)


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
