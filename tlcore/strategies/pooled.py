"""One model for the rows of both, the few of the target weighing more (Daumé III, 2007: All, Weighted)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


@dataclass(frozen=True)
class Pooled(tl.Fitted):
    family = "classical transfer"
    avoid = "Where the rule itself differs between the two: the many rows of the source then outvote the target's."
    paper = "Daumé III, 2007"
    needs = frozenset({"source data", "same classes"})

    weight: float = tl.knob(0.1, "Weight of all target rows against that of all source rows", 0.0, 1e9)
    domain_column: bool = tl.knob(True, "Tell the model which of the two a row is from")

    def phases(self, task):
        fitted, worth = tl.classical.pooled(self.learner, task, self.weight, self.domain_column)
        note = tl.Note(
            "By their weights, the pooled rows count for {n:.0f} equally weighted ones.", {"n": worth}, False
        )
        yield tl.ready("fit", fitted, note, *tl.alarms.few("fit", worth))


@dataclass(frozen=True)
class Regression(Pooled, learners.Linear):
    title = "Pooled (logistic regression)"
    summary = "A weighted sum fitted on the rows of source and target together."


@dataclass(frozen=True)
class Boosting(Pooled, learners.Boosting):
    title = "Pooled (gradient boosting)"
    usual = True
    summary = "Boosted trees fitted on the rows of source and target together."


@dataclass(frozen=True)
class Forest(Pooled, learners.Forest):
    title = "Pooled (random forest)"
    summary = "A forest grown on the rows of source and target together."


STRATEGY = {"pooled_regression": Regression, "pooled_boosting": Boosting, "pooled_forest": Forest}
