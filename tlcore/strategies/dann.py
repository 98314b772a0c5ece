"""Learn features a critic cannot place in either domain (Ganin et al., 2016)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class DANN(tl.Trained):
    title = "Adversarial adaptation (DANN)"
    family = "domain adaptation"
    summary = "Learns the source while unlearning whatever tells source and target apart, then fits the few labels."
    avoid = "Where the two domains have different shares of each class: making them alike then does harm."
    paper = "Ganin et al., 2016"
    needs = frozenset({"source data", "unlabelled target", "same classes"})

    lr: float = tl.knob(3e-3, "Learning rate while aligning", 1e-6, 1.0)
    target_lr: float = tl.target_lr()
    weight: float = tl.knob(1.0, "How strongly the critic's confusion shapes the features", 0.0, 10.0)
    schedule: str = tl.schedule()

    def phases(self, task):
        model = task.model()
        critic = tl.nets.critic(model.width).to(task.source.x.device)
        pairs = tl.data.Paired(task.source, task.unlabelled)
        learn = tl.alignment.adversarial(model, critic, self.weight, self.schedule)
        yield tl.Phase("align", model, pairs, learn, [tl.Move(model, self.lr), tl.Move(critic, self.lr)])
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.target_lr)])


STRATEGY = DANN
