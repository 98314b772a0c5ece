"""A model of the source, used on the target as it is: no target label is looked at (Daumé III, 2007: SrcOnly)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


class SourceOnly:
    family = "classical transfer"
    labelled = False
    avoid = "Where the rule itself differs between the two, or the target has labels enough to correct it."
    paper = "Daumé III, 2007"
    needs = frozenset({"source data", "same classes"})

    def phases(self, task):
        fitted = tl.classical.fit(self.learner, task, task.source_all)
        yield tl.Phase("fit", fitted, selector="unused")


@dataclass(frozen=True)
class Regression(SourceOnly, learners.Linear):
    title = "Source only (logistic regression)"
    summary = "A weighted sum learnt where labels are plenty, applied to the target unchanged."


@dataclass(frozen=True)
class Boosting(SourceOnly, learners.Boosting):
    title = "Source only (gradient boosting)"
    usual = True
    summary = "Boosted trees learnt where labels are plenty, applied to the target unchanged."


@dataclass(frozen=True)
class Forest(SourceOnly, learners.Forest):
    title = "Source only (random forest)"
    summary = "A forest grown where labels are plenty, applied to the target unchanged."


STRATEGY = {"source_regression": Regression, "source_boosting": Boosting, "source_forest": Forest}
