"""The standard models with every target label outside the test set: what labelling everything would bring."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


class AllLabels:
    family = "ceiling"
    avoid = "As a strategy: it is given the labels that are not there, to show what they would be worth."
    transfers = False
    ceiling = True

    def phases(self, task):
        yield tl.ready("fit", tl.classical.fit(self.learner, task))


@dataclass(frozen=True)
class Regression(AllLabels, learners.Linear):
    title = "All target labels (logistic regression)"
    ceiling_of = "logistic_regression"
    summary = "A weighted sum fitted as if every target example had been labelled."


@dataclass(frozen=True)
class Boosting(AllLabels, learners.Boosting):
    title = "All target labels (gradient boosting)"
    ceiling_of = "gradient_boosting"
    summary = "Boosted trees fitted as if every target example had been labelled."


@dataclass(frozen=True)
class Forest(AllLabels, learners.Forest):
    title = "All target labels (random forest)"
    ceiling_of = "random_forest"
    summary = "A forest grown as if every target example had been labelled."


@dataclass(frozen=True)
class Network(AllLabels, tl.Trained):
    title = "All target labels (network)"
    ceiling_of = "scratch"
    summary = "The network trained from nothing as if every target example had been labelled."

    lr: float = tl.knob(3e-3, "Learning rate", 1e-6, 1.0)

    def phases(self, task):
        model = task.model(task.target_labels, blank=True)
        yield from tl.recipes.target(model, task, self.lr)


STRATEGY = {
    "oracle_regression": Regression,
    "oracle_boosting": Boosting,
    "oracle_forest": Forest,
    "oracle_network": Network,
}
