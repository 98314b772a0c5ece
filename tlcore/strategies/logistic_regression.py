"""A weighted sum of the inputs, fitted on the target's labels alone (ridge regression for numbers)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


@dataclass(frozen=True)
class LogisticRegression(learners.Linear):
    title = "Logistic regression"
    family = "no transfer"
    summary = "The analyst's standard model, fitted on the target's labels alone; hard to beat on small tables."
    avoid = "On raw pixels, and where effects depend on one another and labels are plenty."
    paper = "Cox, 1958"
    transfers = False
    usual = True

    def phases(self, task):
        yield tl.ready("fit", tl.classical.fit(self.learner, task))


STRATEGY = LogisticRegression
