"""The student first learns to see inside as its teacher does, then to answer as it does (Romero et al., 2015)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore import catalog


@dataclass(frozen=True)
class HintDistillation(tl.Trained):
    title = "Distillation with hints (FitNets)"
    family = "distillation"
    summary = "A small network copies what its teacher sees half way, then its answers, and then fits the target."
    avoid = "With a student so thin that it cannot hold what the teacher's middle layer says."
    paper = "Romero et al., 2015"
    needs = frozenset({"source data"})

    hints: float = tl.knob(0.5, "Training on the teacher's middle layer, as a share of a phase; 0: none", 0.0, 1.0)
    temperature: float = tl.knob(3.0, "How soft the teacher's answers are made", 1.0, 20.0)
    share: float = tl.knob(0.7, "Weight of the teacher's answers against the labels", 0.0, 1.0)
    student: float = tl.knob(0.5, "Width of the student as a share of the chosen network's", 0.05, 1.0)
    teacher: str = tl.knob("", "Network of the teacher; empty: the chosen one", choices=("", *catalog.backbones()))
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

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

    def objection(self, situation):
        return super().objection(situation) or catalog.misread(self.teacher, situation)


STRATEGY = HintDistillation
