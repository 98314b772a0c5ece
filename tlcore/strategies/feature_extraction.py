"""Keep the source's features, learn a new head on them (Donahue et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class FeatureExtraction(tl.Trained):
    title = "Feature extraction"
    family = "feature transfer"
    summary = "What the source taught the network to see stays as it is; only the last layer learns the target."
    avoid = "Where the target looks so different that the source's features miss what matters."
    paper = "Donahue et al., 2014"
    usual = True
    needs = frozenset({"source data"})

    lr: float = tl.knob(1e-2, "Learning rate of a new head", 1e-6, 1.0)
    kept_lr: float = tl.knob(1e-3, "Learning rate of the source's own head, kept where classes are shared", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        lr = self.kept_lr if task.same_labels else self.lr
        yield from tl.recipes.probe(model, task, lr, good_start=task.same_labels)


STRATEGY = FeatureExtraction
