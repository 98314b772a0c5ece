"""Learn features whose means agree under many kernels at once: DAN (Long et al., 2015)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class MMD(tl.Trained):
    title = "Matching features by kernels (DAN)"
    family = "domain adaptation"
    summary = "Learns the source while making its features and the target's spread alike, then fits the few labels."
    avoid = "Where the two domains have different shares of each class: making them alike then does harm."
    paper = "Long et al., 2015"
    needs = frozenset({"source data", "unlabelled target", "same classes"})

    lr: float = tl.knob(3e-3, "Learning rate while aligning", 1e-6, 1.0)
    target_lr: float = tl.target_lr()
    weight: float = tl.knob(1.0, "Weight of the gap between the domains against the task", 0.0, 100.0)
    schedule: str = tl.schedule()

    def phases(self, task):
        model = task.model()
        pairs = tl.data.Paired(task.source, task.unlabelled)
        learn = tl.alignment.gap(model, tl.alignment.mmd, self.weight, self.schedule)
        yield tl.Phase("align", model, pairs, learn, [tl.Move(model, self.lr)])
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.target_lr)])


STRATEGY = MMD
