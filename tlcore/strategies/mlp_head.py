"""Keep the source's features, learn a small two-layer head on them (Donahue et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class MLPHead(tl.Trained):
    title = "Features with a small network on top"
    family = "feature transfer"
    summary = "What the source taught the network to see stays as it is; a small network on top learns the target."
    avoid = "With a handful of labels: a plain last layer has less to learn by heart."
    paper = "Donahue et al., 2014"
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-3, "Learning rate of the head", 1e-6, 1.0)
    hidden: int = tl.knob(32, "Units of the head's hidden layer", 2, 4096)
    dropout: float = tl.knob(0.3, "Share of the head's hidden units silenced while training", 0.0, 0.9)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        model.head = tl.tuning.perceptron(model.width, self.hidden, self.dropout, task)
        yield from tl.recipes.probe(model, task, self.lr)


STRATEGY = MLPHead
