"""A classical model reads the features of a network that comes with weights (Donahue et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


@dataclass(frozen=True)
class Pretrained(tl.Fitted):
    family = "feature transfer"
    avoid = "Where what the network was trained on looks nothing like your data, such as photographs against spectra."
    paper = "Donahue et al., 2014"
    needs = frozenset({"pretrained"})

    def phases(self, task):
        view = tl.classical.Embedded(task.model().body, task.space)
        yield tl.ready("fit", tl.classical.fit(self.learner, task, view=view))


@dataclass(frozen=True)
class Regression(Pretrained, learners.Linear):
    title = "Pretrained features (logistic regression)"
    summary = "A weighted sum of the features of a network that comes with weights, fitted on the target's labels."
    usual = True

    # Features are many and alike, where a table's columns are few and each its own.
    strength: float = tl.knob(100.0, "Pull of the weights towards zero", 1e-4, 1e4)


@dataclass(frozen=True)
class Boosting(Pretrained, learners.Boosting):
    title = "Pretrained features (gradient boosting)"
    summary = "Boosted trees on the features of a network that comes with weights, fitted on the target's labels."


@dataclass(frozen=True)
class Forest(Pretrained, learners.Forest):
    title = "Pretrained features (random forest)"
    summary = "A forest on the features of a network that comes with weights, grown on the target's labels."


@dataclass(frozen=True)
class Pooled(Regression):
    title = "Pretrained features, both pooled (logistic regression)"
    summary = "A weighted sum of pretrained features, fitted on the examples of source and target together."
    avoid = "Where the same features mean something else on the target."
    paper = "Daumé III, 2007"
    needs = frozenset({"pretrained", "source data", "same classes"})
    usual = False

    weight: float = tl.knob(0.1, "Weight of all target rows against that of all source rows", 0.0, 1e9)

    def phases(self, task):
        view = tl.classical.Embedded(task.model().body, task.space)
        fitted, worth = tl.classical.pooled(self.learner, task, self.weight, place=True, view=view)
        yield tl.ready("fit", fitted, *tl.alarms.few("fit", worth))


STRATEGY = {
    "pretrained_boosting": Boosting,
    "pretrained_forest": Forest,
    "pretrained_pooled": Pooled,
    "pretrained_regression": Regression,
}
