"""Let the head move first, then more and more of the layers below it (Howard and Ruder, 2018)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class GradualUnfreezing(tl.Trained):
    title = "Gradual unfreezing"
    family = "parameter transfer"
    summary = "Layers join the training one group after another from the last to the first, each lower one more slowly."
    avoid = "With a training budget too short to be shared between the stages."
    paper = "Howard and Ruder, 2018"
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-4, "Learning rate of the head on the target", 1e-6, 1.0, by={"text": 3e-3})
    decay: float = tl.knob(2.6, "How many times slower each group moves than the one above it", 1.0, 10.0)
    stages: int = tl.knob(3, "In how many stages the layers join; at most one per epoch", 1, 20)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        stages = min(self.stages, task.training.epochs)  # each takes an epoch at least
        for number, reach in enumerate(tl.tuning.stages(len(tl.tuning.parts(model)), stages), 1):
            moves = tl.tuning.depthwise(model, self.lr, 1 / self.decay, reach)
            name = "target" if number == stages else f"stage {number}"
            yield from tl.recipes.tune(model, task, moves, name=name, share=1 / stages)


STRATEGY = GradualUnfreezing
