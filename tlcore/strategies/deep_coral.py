"""Learn features whose covariances agree in both domains (Sun and Saenko, 2016)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class DeepCORAL(tl.Trained):
    title = "Matching covariances (Deep CORAL)"
    family = "domain adaptation"
    summary = "Learns the source while making features vary together in the same way in both domains."
    avoid = "Where the two domains have different shares of each class: making them alike then does harm."
    paper = "Sun and Saenko, 2016"
    usual = True
    needs = frozenset({"source data", "unlabelled target", "same classes"})

    lr: float = tl.knob(3e-3, "Learning rate while aligning", 1e-6, 1.0)
    target_lr: float = tl.target_lr()
    weight: float = tl.knob(10.0, "Weight of the gap between the domains against the task", 0.0, 10_000.0)
    schedule: str = tl.schedule()

    def phases(self, task):
        model = task.model()
        pairs = tl.data.Paired(task.source, task.unlabelled)
        learn = tl.alignment.gap(model, tl.alignment.coral, self.weight, self.schedule)
        yield tl.Phase("align", model, pairs, learn, [tl.Move(model, self.lr)])
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.target_lr)])


STRATEGY = DeepCORAL
