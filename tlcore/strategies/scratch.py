"""Learn the target alone, the network starting from nothing: what every transfer is measured against."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class Scratch(tl.Trained):
    title = "From scratch"
    family = "no transfer"
    summary = "The same network on the target's few labels alone, knowing nothing from elsewhere."
    avoid = "As the answer when labels are few: it is there to be compared with."
    transfers = False
    usual = True

    lr: float = tl.knob(3e-3, "Learning rate", 1e-6, 1.0)

    def phases(self, task):
        model = task.model(task.target_labels, blank=True)
        yield from tl.recipes.target(model, task, self.lr)


STRATEGY = Scratch
