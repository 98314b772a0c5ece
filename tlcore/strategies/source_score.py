"""What a model of the source says becomes one more input of a model of the target (Daumé III, 2007: Pred)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


class SourceScore:
    family = "classical transfer"
    avoid = "Where the source's answers say nothing about the target's: one more input is one more way to be misled."
    paper = "Daumé III, 2007"
    needs = frozenset({"source data"})

    def phases(self, task):
        source = tl.classical.fit(self.learner, task, task.source_all, labels=task.source_labels)
        yield tl.ready("fit", tl.classical.fit(self.learner, task, view=tl.classical.scored(source)))


@dataclass(frozen=True)
class Regression(SourceScore, learners.Linear):
    title = "Source score (logistic regression)"
    summary = "The source model's score joins the inputs of a weighted sum fitted on the target's labels."

    # The score says most already; the other inputs are to correct it only where the labels insist.
    strength: float = tl.knob(10.0, "Pull of the weights towards zero", 1e-4, 1e4)


@dataclass(frozen=True)
class Boosting(SourceScore, learners.Boosting):
    title = "Source score (gradient boosting)"
    summary = "The source model's score joins the inputs of boosted trees fitted on the target's labels."


@dataclass(frozen=True)
class Forest(SourceScore, learners.Forest):
    title = "Source score (random forest)"
    summary = "The source model's score joins the inputs of a forest grown on the target's labels."


STRATEGY = {"score_regression": Regression, "score_boosting": Boosting, "score_forest": Forest}
