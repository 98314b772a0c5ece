"""Match features and answers together, not each by itself: JAN (Long et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class JointMMD(tl.Trained):
    title = "Joint matching of features and answers (JAN)"
    family = "domain adaptation"
    summary = "Learns the source while features and answers, taken together, are made to spread alike in both domains."
    avoid = "Where the two domains have different shares of each class, or the source says little about the target."
    paper = "Long et al., 2017"
    needs = frozenset({"source data", "unlabelled target", "same classes"})

    lr: float = tl.knob(3e-3, "Learning rate while aligning", 1e-6, 1.0)
    target_lr: float = tl.target_lr()
    weight: float = tl.knob(1.0, "Weight of the gap between the domains against the task", 0.0, 100.0)
    schedule: str = tl.schedule()

    def phases(self, task):
        model = task.model()
        pairs = tl.data.Paired(task.source, task.unlabelled)
        learn = tl.alignment.gap(model, tl.alignment.joint_mmd, self.weight, self.schedule)
        yield tl.Phase("align", model, pairs, learn, [tl.Move(model, self.lr)])
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.target_lr)])


STRATEGY = JointMMD
