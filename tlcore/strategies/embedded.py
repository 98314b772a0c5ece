"""A classical model reads the features of a network that has learnt the source (Donahue et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds import learners


@dataclass(frozen=True)
class Embedded(tl.Fitted):
    family = "feature transfer"
    avoid = "Where the network's features miss what matters on the target, or the inputs are a small table already."
    paper = "Donahue et al., 2014"
    needs = frozenset({"source data"})
    epochs = True  # those of the network on the source

    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        view = tl.classical.Embedded(model.body, task.space)
        yield tl.ready("fit", tl.classical.fit(self.learner, task, view=view))


@dataclass(frozen=True)
class Regression(Embedded, learners.Linear):
    title = "Network features (logistic regression)"
    summary = "A weighted sum of the features of a network that has learnt the source, fitted on the target's labels."

    # Features are many and alike, where a table's columns are few and each its own.
    strength: float = tl.knob(100.0, "Pull of the weights towards zero", 1e-4, 1e4)


@dataclass(frozen=True)
class Boosting(Embedded, learners.Boosting):
    title = "Network features (gradient boosting)"
    summary = "Boosted trees on the features of a network that has learnt the source, fitted on the target's labels."


@dataclass(frozen=True)
class Forest(Embedded, learners.Forest):
    title = "Network features (random forest)"
    summary = "A forest on the features of a network that has learnt the source, grown on the target's labels."


STRATEGY = {"embedded_regression": Regression, "embedded_boosting": Boosting, "embedded_forest": Forest}
