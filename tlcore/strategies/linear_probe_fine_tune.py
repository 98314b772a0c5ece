"""Fit the new head first, then let everything move, so good features survive (Kumar et al., 2022)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class LinearProbeFineTune(tl.Trained):
    title = "Linear probe, then fine-tuning"
    family = "parameter transfer"
    summary = "The answer is learnt on frozen source features first; only then may the features change."
    avoid = "Where the source's own answers fit the target already: a head fitted to a handful of labels may be worse."
    paper = "Kumar et al., 2022"
    usual = True
    needs = frozenset({"source data"})

    lr: float = tl.target_lr()
    head_lr: float = tl.knob(1e-2, "Learning rate of a new head while all else is frozen", 1e-6, 1.0)
    kept_lr: float = tl.knob(1e-3, "Learning rate of the source's own head, kept where classes are shared", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        head_lr = self.kept_lr if task.same_labels else self.head_lr
        yield from tl.recipes.probe(model, task, head_lr, name="head", share=0.5, good_start=task.same_labels)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)], share=0.5)


STRATEGY = LinearProbeFineTune
