"""What gets minimised. Each maker returns an objective: ``(batch, progress) -> named terms``."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.learn.data import Batch
from tlcore.learn.imbalance import Shape
from tlcore.phase import Objective


def task_loss(answer: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy for class positions, squared error for numbers; the weighted mean over the batch.

    A remedy for rare classes may add an offset to the scores, or let well-answered examples count less.
    """
    if batch.y.is_floating_point():
        each = (answer[:, 0] - batch.y) ** 2
    elif batch.weight is None and batch.shape is None:
        return F.cross_entropy(answer, batch.y)
    else:
        shape = batch.shape or Shape()
        each = F.cross_entropy(answer if shape.offset is None else answer + shape.offset, batch.y, reduction="none")
        each = each * (1 - torch.exp(-each)) ** shape.focus if shape.focus else each
    return each.mean() if batch.weight is None else (batch.weight * each).sum() / batch.weight.sum()


def supervised(model: nn.Module) -> Objective:
    """Learn the labels."""
    return lambda batch, _: {"task": task_loss(model(batch.x), batch)}


def distilled(student: nn.Module, teacher: nn.Module, temperature: float, share: float) -> Objective:
    """Learn from a teacher's softened answers and from the labels (Hinton et al., 2015).

    ``(1 - share) * task + share * T^2 * KL(teacher / T || student / T)``: the factor keeps the
    gradient's size whatever the temperature. For numbers the teacher's answer is matched as it is.
    """

    def objective(batch: Batch, _: float) -> dict[str, Tensor]:
        answer = student(batch.x)
        with torch.no_grad():
            told = teacher(batch.x)
        return response(answer, told, batch, temperature, share)

    return objective


def response(answer: Tensor, told: Tensor, batch: Batch, temperature: float, share: float) -> dict[str, Tensor]:
    """The two terms of `distilled`, for a student's ``answer`` and what its teacher ``told``."""
    soft = F.mse_loss(answer, told) if batch.y.is_floating_point() else softened_gap(answer, told, temperature)
    return {"task": (1 - share) * task_loss(answer, batch), "teacher": share * soft}


def softened_gap(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """``T^2 * KL(softmax(teacher / T) || softmax(student / T))``, the mean over the batch."""
    ours, told = (student / temperature).log_softmax(1), (teacher / temperature).softmax(1)
    return F.kl_div(ours, told, reduction="batchmean") * temperature**2


def ramp(progress: float) -> float:
    """Rises from 0 to 1, quickly at first: ``2 / (1 + exp(-10 p)) - 1`` (Ganin et al., 2016)."""
    return 2 / (1 + math.exp(-10 * progress)) - 1


def reverse(x: Tensor, strength: float | Tensor) -> Tensor:
    """Values pass unchanged; gradients come back negated and scaled by ``strength``."""
    return _Reverse.apply(x, strength)


class _Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, strength: float | Tensor) -> Tensor:
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * grads[0], None
