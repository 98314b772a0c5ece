"""A teacher learns the source, a slimmer student learns from it, then meets the target (Hinton et al., 2015)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.distilled import Distilled


@dataclass(frozen=True)
class Distillation(Distilled):
    title = "Distillation"
    family = "distillation"
    summary = "A large network learns the source and teaches a small, fast one, which then fits the target."
    avoid = "Where neither size nor speed matters: the teacher, fine-tuned, is then the better model."
    paper = "Hinton et al., 2015"
    needs = frozenset({"source data"})

    def phases(self, task):
        student = task.model(scale=self.student)
        teacher = yield from tl.distilling.teacher(task, self.teacher, self.source_lr)
        learn = tl.losses.distilled(student, teacher, self.temperature, self.share)
        yield tl.Phase("student", student, task.source, learn, [tl.Move(student, self.source_lr)], selector="source")
        yield from tl.distilling.graduate(student, teacher, task, self.lr)


STRATEGY = Distillation
