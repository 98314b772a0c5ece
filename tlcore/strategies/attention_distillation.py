"""The student learns to look where its teacher looks, and to answer as it does (Zagoruyko and Komodakis, 2017)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.distilled import Distilled


@dataclass(frozen=True)
class AttentionDistillation(Distilled):
    title = "Attention transfer"
    family = "distillation"
    summary = "A small network learns from a large one where in a picture to look, then fits the target."
    avoid = "On anything but pictures: without places to look at there is nothing to match."
    paper = "Zagoruyko and Komodakis, 2017"
    needs = frozenset({"source data", "images", "layers in turn"})

    weight: float = tl.knob(10.0, "Weight of looking where the teacher looks", 0.0, 1000.0)

    def phases(self, task):
        student = task.model(scale=self.student)
        teacher = yield from tl.distilling.teacher(task, self.teacher, self.source_lr)
        learn = tl.distilling.attentive(student, teacher, self.temperature, self.share, self.weight)
        yield tl.Phase("student", student, task.source, learn, [tl.Move(student, self.source_lr)], selector="source")
        yield from tl.distilling.graduate(student, teacher, task, self.lr)


STRATEGY = AttentionDistillation
