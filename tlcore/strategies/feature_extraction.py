"""Keep the source's features, learn a new head on them (Donahue et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class FeatureExtraction(tl.Strategy):
    title = "Feature extraction"
    family = "feature transfer"
    summary = "What the source taught the network to see stays as it is; only the last layer learns the target."
    avoid = "Where the target looks so different that the source's features miss what matters."
    paper = "Donahue et al., 2014"
    needs = frozenset({"source data"})

    lr: float = tl.knob(1e-2, "Learning rate of the head", 1e-6, 1.0)
    source_lr: float = tl.knob(3e-3, "Learning rate on the source", 1e-6, 1.0)

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        # The body stands still, so its features are computed once and the head trains on those.
        features = tl.recipes.precomputed(model.body, task.target)
        learn = tl.losses.supervised(model.head)
        yield tl.Phase("target", model, features, learn, [tl.Move(model.head, self.lr)])


STRATEGY = FeatureExtraction
