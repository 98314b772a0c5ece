"""Many small trees, each mending the last ones' errors, on the target's labels alone (Friedman, 2001)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


@dataclass(frozen=True)
class GradientBoosting(learners.Boosting):
    title = "Gradient boosting"
    family = "no transfer"
    summary = "The strongest standard model for tables, fitted on the target's labels alone."
    avoid = "On raw pixels, and with fewer labels than a tree can be split by."
    paper = "Friedman, 2001"
    transfers = False
    usual = True

    def phases(self, task):
        yield tl.ready("fit", tl.classical.fit(self.learner, task))


STRATEGY = GradientBoosting
