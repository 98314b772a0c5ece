"""Leave the source's weights alone and move only its biases and the head (Ben Zaken et al., 2022)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class BitFit(tl.Trained):
    title = "Biases only (BitFit)"
    family = "parameter transfer"
    summary = (
        "Only the offsets of each layer and the last layer learn the target: a hundredth of the network's numbers."
    )
    avoid = "Where source and target differ in how inputs act together: offsets cannot express that."
    paper = "Ben Zaken et al., 2022"
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-3, "Learning rate of the biases", 1e-6, 1.0, by={"table": 1e-3})
    head_lr: float = tl.knob(3e-4, "Learning rate of the head", 1e-6, 1.0, by={"table": 1e-4, "text": 3e-3})
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        moves = [tl.Move(tl.tuning.biases(model.body), self.lr), tl.Move(model.head, self.head_lr)]
        yield from tl.recipes.tune(model, task, moves, notes=[tl.tuning.moving(model, moves)])


STRATEGY = BitFit
