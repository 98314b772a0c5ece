"""Let the lowest blocks stay as the source left them, let the rest move (Yosinski et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class PartialFreeze(tl.Trained):
    title = "Partial freezing"
    family = "parameter transfer"
    summary = "The first layers, which see what is common to both places, stay; the later ones adapt to the target."
    avoid = "Where the inputs themselves look different: the frozen layers are then the ones that should change."
    paper = "Yosinski et al., 2014"
    needs = frozenset({"source data"})

    lr: float = tl.target_lr()
    frozen: int = tl.knob(2, "How many of the lowest blocks stay; with all of them only the head moves", 0, 100)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        moves = tl.tuning.depthwise(model, self.lr, 1.0, reach=max(1, len(model.body.blocks) - self.frozen + 1))
        yield from tl.recipes.tune(model, task, moves)


STRATEGY = PartialFreeze
