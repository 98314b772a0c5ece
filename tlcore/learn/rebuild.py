"""A finished run's predictor once more: its story told again without training, its own weights put back.

Nothing is pickled, so a run leaves weights and no object. What the weights belong to is in its strategy: walked
with nothing to move, it makes the same networks and fits the same learners; source phases that are still on the
shelf are loaded, for learners that read their features. Where that is not enough, the run is trained again. Either
way the result counts only if it answers as the run did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from tlcore.catalog import Backbone, Metric
from tlcore.learn import memory
from tlcore.learn.data import Held, Task, deal
from tlcore.learn.judge import Judge
from tlcore.learn.loop import Course, train
from tlcore.learn.shelf import Shelf
from tlcore.phase import Phase
from tlcore.situation import Situation, Split, split
from tlcore.spec import RunSpec
from tlcore.words import _

How = Literal["rebuilt", "trained again"]
REBUILT: How = "rebuilt"
AGAIN: How = "trained again"


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A predictor that stands, what it was dealt, and how far its test predictions lie from those that were kept.

    ``told`` are its predictions on the test inputs: probabilities ``(N, C)``, or numbers ``(N,)``.
    """

    predictor: nn.Module
    task: Task
    held: Held
    hand: Split
    told: np.ndarray
    valid: np.ndarray  # the same on the validation inputs
    how: How
    away: float  # the largest difference of a probability, or of a number in standard deviations; NaN: none was kept
    selector: str  # what chose the last phase's epoch (tlcore.phase)


def rebuilt(
    phases: Callable[[Task], Iterator[Phase]],
    spec: RunSpec,
    situation: Situation,
    backbone: Backbone,
    metrics: Mapping[str, Metric],
    *,
    shelf: Shelf,
    weights: Mapping[str, np.ndarray],
    stored: np.ndarray | None,
    tolerance: float,
    report: Callable[[str], Any] = lambda sentence: None,
) -> Rebuilt:
    """The predictor of this run on the CPU: rebuilt, or trained again where that answers otherwise than ``stored``.

    ``stored`` are the run's test predictions, as `Rebuilt.told`; None where they were not kept, so that the run is
    trained again with nothing to hold it against. What comes back may still be further away than ``tolerance``:
    that is for the caller to refuse.
    """
    hand = split(situation, spec.labels, spec.seed)

    def walked(story: Callable[[Iterator[Phase]], Iterator[Phase]], how: How) -> Rebuilt:
        remedy = spec.knobs.get("imbalance", "none")
        task, held = deal(hand, situation, backbone, spec.training, spec.seed, "cpu", remedy)
        judge = Judge(held, task, metrics, spec.metric, "cpu")
        with memory.at(shelf.features):
            course = Course(judge, spec.training, lambda epoch: None, spec.seed)
            predictor = train(story(phases(task)), course, shelf)
            if how == REBUILT:
                _put_back(predictor, weights)
            told, valid = (judge.predict(predictor, part.x, task.target_labels) for part in (held.test, held.valid))
        away = float("nan") if stored is None else float(np.abs(told - stored).max() / held.spread)
        return Rebuilt(predictor, task, held, hand, told, valid, how, away, course.selectors[-1])

    if stored is not None:
        report(_("Rebuilding the model ..."))
        try:
            found = walked(lambda story: _still(story, shelf, spec.metric), REBUILT)
            if found.away <= tolerance:
                return found
        except (RuntimeError, ValueError, KeyError):  # its story takes another turn where nothing was learnt
            pass
    report(_("Training the run again, as it was asked for ..."))
    return walked(lambda story: story, AGAIN)


def _still(story: Iterator[Phase], shelf: Shelf, headline: str) -> Iterator[Phase]:
    """The same phases with nothing to move. What the shelf has is loaded; what it lacks is not put there."""
    with closing(story):  # type: ignore[type-var]
        for phase in story:
            if phase.address and shelf.has(f"{phase.address}-{headline}"):
                yield phase
            else:
                yield replace(phase, moves=[], address=None)


def _put_back(predictor: nn.Module, weights: Mapping[str, np.ndarray]) -> None:
    """A run's own weights into the predictor they were taken from. Raises `ValueError` where they belong elsewhere.

    Published weights that no training changed were not kept: those the network came with stay.
    """
    strangers = weights.keys() - predictor.state_dict().keys()
    if strangers:
        raise ValueError(f"{sorted(strangers)[0]} belongs to another network")
    tensors: dict[str, Tensor] = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
    predictor.load_state_dict(tensors, strict=False)
    predictor.requires_grad_(False).eval()
