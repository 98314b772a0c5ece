"""Give the source's network a new head of two layers, then let everything move (Yosinski et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class TwoLayerHead(tl.Trained):
    title = "New two-layer head"
    family = "parameter transfer"
    summary = "A more flexible last stage replaces the source's: it is fitted first, then the whole network with it."
    avoid = "Where source and target share their classes: the source's own last layer already holds part of the answer."
    paper = "Yosinski et al., 2014"
    needs = frozenset({"source data"})

    lr: float = tl.target_lr()
    head_lr: float = tl.knob(3e-3, "Learning rate of the head while all else is frozen", 1e-6, 1.0)
    hidden: int = tl.knob(32, "Units of the head's hidden layer", 2, 4096)
    dropout: float = tl.knob(0.3, "Share of the head's hidden units silenced while training", 0.0, 0.9)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        model.head = tl.tuning.perceptron(model.width, self.hidden, self.dropout, task)
        yield from tl.recipes.probe(model, task, self.head_lr, name="head", share=0.5)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)], share=0.5, good_start=True)


STRATEGY = TwoLayerHead
