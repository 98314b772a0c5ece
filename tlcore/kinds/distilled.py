"""Strategies in which a large network teaches a small one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlcore import catalog
from tlcore.knobs import knob, source_lr, target_lr

if TYPE_CHECKING:
    from tlcore.situation import Situation


@dataclass(frozen=True)
class Distilled(catalog.Trained):
    """A teacher learns the source, a slimmer student learns from it, and then meets the target."""

    temperature: float = knob(3.0, "How soft the teacher's answers are made", 1.0, 20.0)
    share: float = knob(0.7, "Weight of the teacher's answers against the labels", 0.0, 1.0)
    student: float = knob(0.5, "Width of the student as a share of the chosen network's", 0.05, 1.0)
    teacher: str = knob("", "Network of the teacher; empty: the chosen one", choices=("", *catalog.backbones()))
    lr: float = target_lr()
    source_lr: float = source_lr()

    def objection(self, situation: Situation) -> str | None:
        return super().objection(situation) or catalog.misread(self.teacher, situation)
