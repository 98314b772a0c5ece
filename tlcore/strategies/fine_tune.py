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

    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])


STRATEGY = FineTune
