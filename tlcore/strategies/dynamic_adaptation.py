"""Weigh aligning the domains as wholes against class by class while learning: DAAN (Yu et al., 2019)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class DynamicAdaptation(tl.Trained):
    title = "Dynamic adversarial adaptation (DAAN)"
    family = "domain adaptation"
    summary = "Aligns the domains as wholes and class by class, and keeps finding out which of the two matters more."
    avoid = "Where the two domains have different shares of each class, or there are very many classes."
    paper = "Yu et al., 2019"
    needs = frozenset({"source data", "unlabelled target", "same classes", "classes"})

    lr: float = tl.knob(3e-3, "Learning rate while aligning", 1e-6, 1.0)
    target_lr: float = tl.target_lr()
    weight: float = tl.knob(1.0, "How strongly the critic's confusion shapes the features", 0.0, 10.0)
    schedule: str = tl.schedule()

    def phases(self, task):
        model = task.model()
        device, classes = task.source.x.device, task.source_labels.outputs
        whole, each = tl.nets.critic(model.width).to(device), tl.alignment.ClassCritics(model.width, classes).to(device)
        pairs = tl.data.Paired(task.source, task.unlabelled)
        learn = tl.alignment.Dynamic(model, whole, each, len(pairs), self.weight, self.schedule)
        yield tl.Phase("align", model, pairs, learn, [tl.Move(part, self.lr) for part in (model, whole, each)])
        note = tl.Note(
            "Aligning the domains as wholes had {share:.0%} of the weight in the end, class by class the rest.",
            {"share": float(learn.whole)},
            grave=False,
        )
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.target_lr)], notes=[note])


STRATEGY = DynamicAdaptation
