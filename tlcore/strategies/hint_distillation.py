"""The student first learns to see inside as its teacher does, then to answer as it does (Romero et al., 2015)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.distilled import Distilled


@dataclass(frozen=True)
class HintDistillation(Distilled):
    title = "Distillation with hints (FitNets)"
    family = "distillation"
    summary = "A small network copies what its teacher sees half way, then its answers, and then fits the target."
    avoid = "With a student so thin that it cannot hold what the teacher's middle layer says."
    paper = "Romero et al., 2015"
    needs = frozenset({"source data", "layers in turn"})

    hints: float = tl.knob(0.5, "Training on the teacher's middle layer, as a share of a phase; 0: none", 0.0, 1.0)

    def phases(self, task):
        student = task.model(scale=self.student)
        teacher = yield from tl.distilling.teacher(task, self.teacher, self.source_lr)
        if self.hints:
            half = tl.distilling.Grafted(student, teacher, task)
            moves = [tl.Move(half.lower, self.source_lr), tl.Move(half.translate, self.source_lr)]
            yield tl.Phase("hints", half, task.source, half.objective, moves, share=self.hints, selector="source")
        learn = tl.losses.distilled(student, teacher, self.temperature, self.share)
        yield tl.Phase("student", student, task.source, learn, [tl.Move(student, self.source_lr)], selector="source")
        yield from tl.distilling.graduate(student, teacher, task, self.lr)


STRATEGY = HintDistillation
