"""Many deep trees, each on a sample of rows and columns, which vote; on the target's labels alone (Breiman, 2001)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


@dataclass(frozen=True)
class RandomForest(learners.Forest):
    title = "Random forest"
    family = "no transfer"
    summary = "A vote of many trees, fitted on the target's labels alone; good without tuning."
    avoid = "On raw pixels, and where a trend must be carried beyond what the labels show."
    paper = "Breiman, 2001"
    transfers = False

    def phases(self, task):
        yield tl.ready("fit", tl.classical.fit(self.learner, task))


STRATEGY = RandomForest
