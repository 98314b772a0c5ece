"""Phases many strategies share. Say ``yield from tl.recipes.source(model, task, lr)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from torch import nn

from tlcore.learn import losses, nets
from tlcore.learn.data import Domain, Task
from tlcore.learn.nets import Model
from tlcore.outcome import Note
from tlcore.phase import Move, Objective, Phase


def source(model: Model, task: Task, lr: float, name: str = "source") -> Iterator[Phase]:
    """Learn the source with everything free. Whoever asks second for the same training gets it loaded."""
    address = task.address("source", lr, nets.digest(model))
    learn = losses.supervised(model)
    yield Phase(name, model, task.source, learn, [Move(model, lr)], selector="source", address=address)


def target(model: Model, task: Task, lr: float) -> Iterator[Phase]:
    """Fit the few target labels with everything free."""
    yield Phase("target", model, task.target, losses.supervised(model), [Move(model, lr)])


def tune(
    model: Model,
    task: Task,
    moves: list[Move],
    learn: Objective | None = None,
    *,
    name: str = "target",
    share: float = 1.0,
    good_start: bool | None = None,
    notes: Iterable[Note] = (),
) -> Iterator[Phase]:
    """Go on learning on the few target labels, held back: ``moves`` say what may change.

    Where source and target share their classes, the source's network is a good model to begin with
    and has to be bettered, unless ``good_start`` says otherwise.
    """
    good = task.same_labels if good_start is None else good_start
    learn = learn or losses.supervised(model)
    yield Phase(name, model, task.target, learn, moves, share, good_start=good, notes=tuple(notes))


def probe(
    model: Model, task: Task, lr: float, *, name: str = "target", share: float = 1.0, good_start: bool = False
) -> Iterator[Phase]:
    """Fit the head alone. The body stands still, so its features are computed once and the head trains on those."""
    seen = precomputed(model.body, task.target)
    learn = losses.supervised(model.head)
    yield Phase(name, model, seen, learn, [Move(model.head, lr)], share, good_start=good_start)


def rehead(model: Model, task: Task) -> None:
    """Make the network answer in the target's classes: a new head where they differ from the source's."""
    if not task.same_labels:
        model.new_head(task.target_labels.outputs, task.seed)


def precomputed(body: nn.Module, domain: Domain) -> Domain:
    """The domain as a frozen body sees it: features instead of inputs, computed once."""
    return replace(domain, x=nets.answers(body, domain.x), augment=None)
