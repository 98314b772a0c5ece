"""Pretrained features as they are; a last layer learns the target on them, epoch by epoch (Kornblith et al., 2019)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class PretrainedProbe(tl.Trained):
    title = "Pretrained features, linear probe"
    family = "feature transfer"
    summary = "A network that comes with weights stays as it is; only a new last layer learns the target."
    avoid = "Where what the network was trained on looks nothing like your data."
    paper = "Kornblith et al., 2019"
    needs = frozenset({"pretrained"})

    lr: float = tl.knob(1e-2, "Learning rate of the last layer", 1e-6, 1.0)

    def phases(self, task):
        model = task.model(task.target_labels)
        yield from tl.recipes.probe(model, task, self.lr)


STRATEGY = PretrainedProbe
