"""Learn features that, together with the answer they lead to, no critic can place (Long et al., 2018)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class CDAN(tl.Trained):
    title = "Conditional adversarial adaptation (CDAN)"
    family = "domain adaptation"
    summary = "Makes source and target alike class by class: the critic that must be confused also sees the answer."
    avoid = "Where the two domains have different shares of each class, or the source says little about the target."
    paper = "Long et al., 2018"
    needs = frozenset({"source data", "unlabelled target", "same classes", "classes"})

    lr: float = tl.knob(3e-3, "Learning rate while aligning", 1e-6, 1.0)
    target_lr: float = tl.target_lr()
    weight: float = tl.knob(1.0, "How strongly the critic's confusion shapes the features", 0.0, 10.0)
    schedule: str = tl.schedule()
    entropy: bool = tl.knob(True, "Let examples with a sure answer count more")

    def phases(self, task):
        model = task.model()
        critic = tl.alignment.ConditionalCritic(model.width, task.source_labels.outputs).to(task.source.x.device)
        pairs = tl.data.Paired(task.source, task.unlabelled)
        learn = tl.alignment.adversarial(model, critic, self.weight, self.schedule, True, self.entropy)
        yield tl.Phase("align", model, pairs, learn, [tl.Move(model, self.lr), tl.Move(critic, self.lr)])
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.target_lr)])


STRATEGY = CDAN
