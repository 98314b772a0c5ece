"""Strategies that may begin with what a file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlcore.catalog import Trained
from tlcore.kinds.own import Own

if TYPE_CHECKING:
    from tlcore.situation import Situation


@dataclass(frozen=True)
class FromFile(Own, Trained):
    """A strategy whose knob ``reads`` may name a file; empty, it begins without one."""

    def objection(self, situation: Situation) -> str | None:
        return self.misnamed() or super().objection(situation)
