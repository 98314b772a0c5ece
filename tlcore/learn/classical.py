"""Scikit-learn's learners in the place of a network: fitted on labels, asked like any predictor.

A *view* turns inputs into the rows a learner reads: a module ``x -> (N, columns)``, dense or sparse. A
*learner* is made for its rows: `Linear`, `Boosting` and `Forest` of `tlcore.kinds.learners` are what is on offer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from torch import Tensor, nn

from tlcore.kinds import prepared
from tlcore.kinds.prepared import Rows
from tlcore.learn import imbalance, nets
from tlcore.learn.data import Batch, Domain, Task, effective
from tlcore.learn.space import Space, TableSpace
from tlcore.situation import LabelSpace

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


@dataclass(frozen=True)
class Constant:
    """A column that holds this number in every row."""

    number: float

    def __call__(self, x: Tensor) -> np.ndarray:
        return np.full((x.shape[0], 1), self.number)


class Fitted(nn.Module):
    """A fitted estimator that answers tensors: log-probabilities ``(N, classes)``, or numbers ``(N, 1)``."""

    def __init__(self, estimator: BaseEstimator, view: View, outputs: int):
        super().__init__()
        self.estimator, self.view, self.outputs = estimator, view, outputs

    def forward(self, x: Tensor) -> Tensor:
        told = prepared.answers(self.estimator, self.view(x), self.outputs)
        return torch.from_numpy(told).to(x.device)

    def scores(self, x: Tensor) -> np.ndarray:
        """What it says as columns for another learner (`prepared.scores`), ``(N, columns)``."""
        return prepared.scores(self(x).cpu().numpy())


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
    return Widened(view, Constant(number), 1)


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
