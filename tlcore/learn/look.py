"""What a run's network makes of both domains, before the target had any say and at the end (measure/adaptation.py)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from tlcore.learn import nets
from tlcore.learn.data import Held, Task
from tlcore.measure.adaptation import Seen, adaptation
from tlcore.phase import Phase

ROWS = 200  # of either domain


class Look:
    """Looks at held-out examples through a network's body: the same ones for every strategy of a seed."""

    def __init__(self, held: Held, task: Task):
        rng = np.random.default_rng([task.seed, 3])
        self.task = task
        self.source = held.source.x[_some(len(held.source.x), rng)]
        chosen = _some(len(held.test.x), rng)
        self.target, truth = held.test.x[chosen], held.test.truth[chosen.numpy()]
        classes = np.array(task.target_labels.classes, dtype=object)
        self.labels = classes[truth] if len(classes) else None
        self.start = "source"  # stopped before it had learnt it, a run ends where it begins
        self.before: Seen | None = None

    @contextmanager
    def at(self, phase: Phase) -> Iterator[None]:
        """Around a phase: the last look before the target has a say is after the source, or before anything at all."""
        if self.before is None and phase.selector != "source":
            self._remember(phase.predictor, "blank")
        yield
        if phase.selector == "source":
            self._remember(phase.predictor, "source")

    def _remember(self, predictor: nn.Module, start: str) -> None:
        if body := body_of(predictor):
            self.start = "weights" if start == "blank" and body.costly else start
            self.before = self.through(body)

    def through(self, body: nets.Body) -> Seen:
        return Seen(*(_numbers(body, x) for x in (self.source, self.target)))

    def ends(self, predictor: nn.Module) -> tuple[dict[str, Any], pd.DataFrame]:
        """The measures, plain enough for JSON, and the picture; both empty where no one network answers in numbers."""
        body = body_of(predictor)
        if body is None:
            return {}, pd.DataFrame()
        after = self.through(body)
        before = self.before or after
        if not all(np.isfinite(part).all() for part in (*before, *after)):
            return {}, pd.DataFrame()  # a look must not fail a run whose score stands
        seen = adaptation(before, after, self.labels, self.task.seed)
        return {"start": self.start, "n": seen.n, "measures": seen.measures}, seen.picture


def body_of(predictor: nn.Module) -> nets.Body | None:
    """The one body whose features a predictor answers from; None where there is none, or several."""
    found = [part for part in predictor.modules() if isinstance(part, nets.Body)]
    return found[0] if len(found) == 1 else None


def _some(count: int, rng: np.random.Generator) -> torch.Tensor:
    return torch.from_numpy(np.sort(rng.permutation(count)[:ROWS]))


def _numbers(body: nets.Body, x: torch.Tensor) -> np.ndarray:
    if not len(x):
        return np.empty((0, body.width))
    return nets.answers(body, x).double().cpu().numpy()
