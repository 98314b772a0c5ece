"""The classical learners that methods go with, each with its knobs: mix one into a strategy to have ``learner``.

Nothing heavy is imported until a learner is made, so that listing what is on offer stays quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlcore.catalog import Fitted
from tlcore.knobs import knob

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from tlcore.learn.classical import Given


@dataclass(frozen=True)
class Linear(Fitted):
    """A weighted sum of the inputs: logistic regression, or ridge regression for numbers."""

    # A row of words has thousands of columns and length 1: held as hard as numbers, little but the prior is left.
    strength: float = knob(1.0, "Pull of the weights towards zero", 1e-4, 1e4, by={"text": 0.03})

    def learner(self, given: Given) -> BaseEstimator:
        from sklearn.linear_model import LogisticRegression, Ridge

        from tlcore.kinds.prepared import Prepared, Scale

        ridge = Ridge(alpha=self.strength) if given.regression else None
        return Prepared(Scale(given.numbers), ridge or LogisticRegression(C=1 / self.strength, max_iter=2000))


@dataclass(frozen=True)
class Boosting(Fitted):
    """Many small trees, each mending the last ones' errors."""

    trees: int = knob(100, "Trees (per class)", 1, 2000)
    lr: float = knob(0.1, "How much each tree may mend", 1e-3, 1.0)

    def learner(self, given: Given) -> BaseEstimator:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        from tlcore.kinds.prepared import Dense, Prepared

        kind = HistGradientBoostingRegressor if given.regression else HistGradientBoostingClassifier
        boosted = kind(
            max_iter=self.trees,
            learning_rate=self.lr,
            max_leaf_nodes=15,
            # The library's 20 rows per leaf would allow no split at all on a handful of labels.
            min_samples_leaf=min(20, max(2, given.rows // 20)),
            l2_regularization=1.0,
            early_stopping=False,
            random_state=given.seed,
        )
        return Prepared(Dense(given.seed), boosted)


@dataclass(frozen=True)
class Forest(Fitted):
    """Many deep trees, each grown on a sample of the rows and columns, which vote."""

    trees: int = knob(200, "Trees", 1, 2000)

    def learner(self, given: Given) -> BaseEstimator:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        from tlcore.kinds.prepared import Dense, Prepared

        kind = RandomForestRegressor if given.regression else RandomForestClassifier
        grown = kind(
            n_estimators=self.trees,
            # A leaf of one row is all a handful of labels affords; with thousands its share would be noise.
            min_samples_leaf=min(5, max(1, given.rows // 100)),
            max_features=1 / 3 if given.regression else "sqrt",
            random_state=given.seed,
        )
        return Prepared(Dense(given.seed), grown)
