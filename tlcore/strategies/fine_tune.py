"""Start from the source's weights and let everything move (Yosinski et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class FineTune(tl.Trained):
    title = "Fine-tuning"
    family = "parameter transfer"
    summary = "A network that has learnt the source goes on learning, gently, on the target's few labels."
    avoid = "With a handful of labels and a high learning rate: it forgets what it knew."
    paper = "Yosinski et al., 2014"
    usual = True
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-4, "Learning rate on the target", 1e-6, 1.0, by={"table": 1e-4, "text": 3e-3})
    source_lr: float = tl.knob(3e-3, "Learning rate on the source", 1e-6, 1.0)

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])


STRATEGY = FineTune
