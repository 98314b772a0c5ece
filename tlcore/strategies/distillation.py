"""A teacher learns the source, a slimmer student learns from it, then meets the target (Hinton et al., 2015)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore import catalog


@dataclass(frozen=True)
class Distillation(tl.Trained):
    title = "Distillation"
    family = "distillation"
    summary = "A large network learns the source and teaches a small, fast one, which then fits the target."
    avoid = "Where neither size nor speed matters: the teacher, fine-tuned, is then the better model."
    paper = "Hinton et al., 2015"
    needs = frozenset({"source data"})

    temperature: float = tl.knob(3.0, "How soft the teacher's answers are made", 1.0, 20.0)
    share: float = tl.knob(0.7, "Weight of the teacher's answers against the labels", 0.0, 1.0)
    student: float = tl.knob(0.5, "Width of the student as a share of the chosen network's", 0.05, 1.0)
    teacher: str = tl.knob("", "Network of the teacher; empty: the chosen one", choices=("", *catalog.backbones()))
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        student = task.model(scale=self.student)
        teacher = yield from tl.distilling.teacher(task, self.teacher, self.source_lr)
        learn = tl.losses.distilled(student, teacher, self.temperature, self.share)
        yield tl.Phase("student", student, task.source, learn, [tl.Move(student, self.source_lr)], selector="source")
        yield from tl.distilling.graduate(student, teacher, task, self.lr)

    def objection(self, situation):
        return super().objection(situation) or catalog.misread(self.teacher, situation)


STRATEGY = Distillation
