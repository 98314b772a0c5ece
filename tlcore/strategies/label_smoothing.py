"""Fine-tune on labels that leave a little doubt, which keeps a network from being too sure (Szegedy et al., 2016)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class LabelSmoothing(tl.Trained):
    title = "Label smoothing"
    family = "scarce labels"
    summary = "Fine-tuning on labels that are taken as nearly, not wholly, certain; its confidence stays honest."
    avoid = "Where very small probabilities must be told apart, such as those of rare events."
    paper = "Szegedy et al., 2016"
    needs = frozenset({"source data", "classes"})

    smoothing: float = tl.knob(0.1, "Share of each label that is spread over all classes", 0.0, 0.9)
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        learn = tl.calibration.smoothed(model, self.smoothing)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)], learn)


STRATEGY = LabelSmoothing
