"""Against too much confidence: kept down while training (label smoothing), or mended afterwards (one temperature)."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from torch import Tensor, nn

from tlcore.learn import nets
from tlcore.learn.data import Batch, Domain
from tlcore.learn.imbalance import Shape
from tlcore.learn.losses import task_loss
from tlcore.phase import Objective

COLDEST, HOTTEST = 0.05, 20.0
SPREAD = math.log(2)  # before any label is seen, a temperature of 1/2 or 2 lies one standard deviation away


def smoothed(model: nn.Module, smoothing: float) -> Objective:
    """Learn labels of which this share is spread evenly over all classes (Szegedy et al., 2016)."""

    def objective(batch: Batch, _: float) -> dict[str, Tensor]:
        answer = model(batch.x)
        return {"task": (1 - smoothing) * task_loss(answer, batch) + smoothing * evenness(answer, batch)}

    return objective


def evenness(answer: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy with an even answer, the weighted mean over the batch."""
    offset = (batch.shape or Shape()).offset
    each = -(answer if offset is None else answer + offset).log_softmax(1).mean(1)
    return each.mean() if batch.weight is None else (batch.weight * each).sum() / batch.weight.sum()


class Tempered(nn.Module):
    """A network whose scores are divided by one temperature: the same order, surer or less sure (Guo et al., 2017)."""

    temperature: Tensor

    def __init__(self, model: nn.Module, temperature: float):
        super().__init__()
        self.model = model
        self.register_buffer("temperature", torch.tensor(temperature))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x).float() / self.temperature


def tempered(model: nn.Module, domain: Domain) -> Tempered:
    """The network at the temperature that suits these labels best."""
    best = temperature(nets.answers(model, domain.x).double().cpu().numpy(), domain.y.cpu().numpy())
    return Tempered(model, best).to(domain.x.device)


def temperature(scores: np.ndarray, y: np.ndarray, spread: float = SPREAD) -> float:
    """The likeliest temperature for scores ``(N, classes)`` and class positions ``(N,)``.

    The temperature's logarithm is held near 0 as by a normal prior of this ``spread``:
    a handful of labels, all answered rightly, would otherwise ask for boundless confidence. Among hundreds the
    prior counts for nothing. The log loss is never above that at temperature 1.
    """

    def loss(log_t: float) -> float:
        each = log_softmax(scores / math.exp(log_t), axis=1)[np.arange(len(y)), y]
        return (log_t / spread) ** 2 / 2 - each.sum()

    found = minimize_scalar(loss, bounds=(math.log(COLDEST), math.log(HOTTEST)), method="bounded")
    return math.exp(min(0.0, float(found.x), key=loss))
