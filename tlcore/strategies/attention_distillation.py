"""The student learns to look where its teacher looks, and to answer as it does (Zagoruyko and Komodakis, 2017)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore import catalog


@dataclass(frozen=True)
class AttentionDistillation(tl.Trained):
    title = "Attention transfer"
    family = "distillation"
    summary = "A small network learns from a large one where in a picture to look, then fits the target."
    avoid = "On anything but pictures: without places to look at there is nothing to match."
    paper = "Zagoruyko and Komodakis, 2017"
    needs = frozenset({"source data", "images"})

    weight: float = tl.knob(10.0, "Weight of looking where the teacher looks", 0.0, 1000.0)
    temperature: float = tl.knob(3.0, "How soft the teacher's answers are made", 1.0, 20.0)
    share: float = tl.knob(0.7, "Weight of the teacher's answers against the labels", 0.0, 1.0)
    student: float = tl.knob(0.5, "Width of the student as a share of the chosen network's", 0.05, 1.0)
    teacher: str = tl.knob("", "Network of the teacher; empty: the chosen one", choices=("", *catalog.backbones()))
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        student = task.model(scale=self.student)
        teacher = yield from tl.distilling.teacher(task, self.teacher, self.source_lr)
        learn = tl.distilling.attentive(student, teacher, self.temperature, self.share, self.weight)
        yield tl.Phase("student", student, task.source, learn, [tl.Move(student, self.source_lr)], selector="source")
        yield from tl.distilling.graduate(student, teacher, task, self.lr)

    def objection(self, situation):
        return super().objection(situation) or catalog.misread(self.teacher, situation)


STRATEGY = AttentionDistillation
