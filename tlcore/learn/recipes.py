"""Phases many strategies share. Say ``yield from tl.recipes.source(model, task, lr)``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import nn

from tlcore.learn import losses, nets
from tlcore.learn.data import Domain, Task
from tlcore.learn.nets import Model
from tlcore.phase import Move, Phase


def source(model: Model, task: Task, lr: float, name: str = "source") -> Iterator[Phase]:
    """Learn the source with everything free. Whoever asks second for the same training gets it loaded."""
    address = task.address("source", lr, nets.digest(model))
    learn = losses.supervised(model)
    yield Phase(name, model, task.source, learn, [Move(model, lr)], selector="source", address=address)


def target(model: Model, task: Task, lr: float) -> Iterator[Phase]:
    """Fit the few target labels with everything free."""
    yield Phase("target", model, task.target, losses.supervised(model), [Move(model, lr)])


def rehead(model: Model, task: Task) -> None:
    """Make the network answer in the target's classes: a new head where they differ from the source's."""
    if not task.same_labels:
        model.new_head(task.target_labels.outputs, task.seed)


def precomputed(body: nn.Module, domain: Domain) -> Domain:
    """The domain as a frozen body sees it: features instead of inputs, computed once."""
    with torch.inference_mode():
        features = torch.cat([body.eval()(part).float() for part in domain.x.split(1024)])
    return replace(domain, x=features.clone(), augment=None)
