"""Scikit-learn's learners in the place of a network: fitted on labels, asked like any predictor."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from tlcore.learn.data import Task
from tlcore.learn.space import Space, TableSpace


class Fitted(nn.Module):
    """A fitted estimator that answers tensors: log-probabilities ``(N, classes)``, or numbers ``(N, 1)``."""

    def __init__(self, estimator: BaseEstimator, space: Space, outputs: int):
        super().__init__()
        self.estimator, self.space, self.outputs = estimator, space, outputs

    def forward(self, x: Tensor) -> Tensor:
        rows = self.space.design(x)
        if self.outputs == 1:
            told = self.estimator.predict(rows)[:, None]
        else:
            # A class without a labelled example gets no column from scikit-learn.
            told = np.full((len(rows), self.outputs), 1e-9)
            told[:, self.estimator.classes_.astype(int)] = self.estimator.predict_proba(rows).clip(1e-9)
            told = np.log(told / told.sum(1, keepdims=True))
        return torch.from_numpy(np.asarray(told, dtype=np.float32)).to(x.device)


def scaled(task: Task) -> BaseEstimator:
    """Numbers on one scale, by the rows a learner is fitted on; the 0/1 columns of categories stay as they are.

    Scaled too, a rare category would weigh as much as a common one, which costs points on few labels.
    """
    if isinstance(task.space, TableSpace):
        numbers = slice(0, len(task.space.numeric))
        return ColumnTransformer([("numbers", StandardScaler(), numbers)], remainder="passthrough")
    return StandardScaler()


def fit(estimator: BaseEstimator, task: Task) -> Fitted:
    """Fit on every labelled target example."""
    examples = task.labelled
    estimator.fit(task.space.design(examples.x), examples.y.cpu().numpy())
    return Fitted(estimator, task.space, task.target_labels.outputs)
