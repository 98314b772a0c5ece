"""Let every layer move at its own rate, the slower the closer to the input (Howard and Ruder, 2018)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class DiscriminativeRates(tl.Trained):
    title = "Discriminative rates"
    family = "parameter transfer"
    summary = "The last layers learn the target quickly, the first ones hardly change what they know."
    avoid = "Where the inputs themselves look different: the slow layers are then the ones that should change."
    paper = "Howard and Ruder, 2018"
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-4, "Learning rate of the head on the target", 1e-6, 1.0, by={"text": 3e-3})
    decay: float = tl.knob(0.4, "Rate of a block as a share of the one above it; 0 moves the head alone", 0.0, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, tl.tuning.depthwise(model, self.lr, self.decay))


STRATEGY = DiscriminativeRates
