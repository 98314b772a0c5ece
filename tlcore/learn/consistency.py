"""More from few labels: examples nobody labelled, and examples in between.

An answer should hold when its input changes a little, and between two inputs it should lie between two answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.learn import augment, losses, nets
from tlcore.learn.around import Around
from tlcore.learn.data import Batch, Domain, Pair, Task
from tlcore.learn.imbalance import remedied
from tlcore.learn.nets import Model
from tlcore.learn.space import ImageSpace, Space
from tlcore.phase import Objective


@dataclass(frozen=True, eq=False)
class Beside:
    """A step for every batch of the labelled examples, with ``ratio`` times as many others beside it."""

    labelled: Domain
    others: Domain
    ratio: int

    def __len__(self) -> int:
        return len(self.labelled)

    @property
    def seen(self) -> int:
        """Labelled target examples walked through in one epoch."""
        return self.labelled.seen

    @property
    def effective(self) -> float | None:
        return self.labelled.effective

    def __iter__(self) -> Iterator[Pair]:
        size = self.ratio * min(self.labelled.batch, len(self.labelled.x))
        others = chain.from_iterable(repeat(replace(self.others, batch=size)))
        for batch in self.labelled:
            yield Pair(batch, next(others))


# Pseudo-labels (Lee, 2013)


def pseudo_labelled(model: Model, task: Task, threshold: float) -> Domain:
    """The unlabelled examples that the network answers more surely than ``threshold``, its answers as their labels.

    No class gets more than its share among the labels, the surest ones first: those that are easy to be
    sure of would crowd out the rest. A remedy for rare classes is at work here as on the labels.
    """
    answers = nets.answers(model, task.unlabelled.x).softmax(1)
    sure, y = answers.max(1)
    order = sure.argsort(descending=True, stable=True)
    order = order[sure[order] > threshold]
    classes = task.target_labels.outputs
    known = task.target.y[: task.target.genuine]
    shares = torch.bincount(known, minlength=classes) / len(known)
    most = (shares * len(order)).ceil()
    rank = torch.stack([(y[order] == place).cumsum(0) for place in range(classes)], 1).gather(1, y[order, None])[:, 0]
    rows = order[rank <= most[y[order]]].sort().values
    told = replace(task.unlabelled, x=task.unlabelled.x[rows].clone(), y=y[rows].clone())
    # Mixing rows makes labelled ones more; there are enough of these.
    remedy = "none" if task.remedy == "SMOTE" or not len(rows) else task.remedy
    return remedied(told, remedy, classes, task.space, task.seed)


def pseudo_supervised(model: Model, weight: float) -> Objective:
    """Learn the labels, and, more and more, the network's own sure answers of before."""

    def objective(pair: Pair, progress: float) -> dict[str, Tensor]:
        answer = model(torch.cat([pair.source.x, pair.target.x]))
        known = len(pair.source.x)
        pseudo = weight * losses.ramp(progress) * losses.task_loss(answer[known:], pair.target)
        return {"task": losses.task_loss(answer[:known], pair.source), "pseudo-labels": pseudo}

    return objective


# Consistency (FixMatch; Sohn et al., 2020)


def consistent(model: Model, space: Space, threshold: float, weight: float) -> Objective:
    """Learn the labels; where a slightly changed input gets a sure answer, a heavily changed one must get it too."""
    weak, strong = augment.weak(space) or _same, augment.strong(space) or _same

    def objective(pair: Pair, _: float) -> dict[str, Tensor]:
        known, free = pair.source.x, pair.target.x
        # One pass for all three views: batch normalisation sees one mixture, not three.
        answers = model(torch.cat([known, weak(free), strong(free)]))
        answer, told, again = answers.split([len(known), len(free), len(free)])
        return {
            "task": losses.task_loss(answer, pair.source),
            "consistency": weight * disagreement(again, told, threshold),
        }

    return objective


def disagreement(answer: Tensor, told: Tensor, threshold: float) -> Tensor:
    """Cross-entropy with the sure ones among the answers ``told``; the unsure ones count 0 in the mean."""
    sure, y = told.detach().softmax(1).max(1)
    return (F.cross_entropy(answer, y, reduction="none") * (sure >= threshold)).mean()


def _same(x: Tensor) -> Tensor:
    return x


# In between (mixup; Zhang et al., 2018)


def mixed(model: Model, space: Space, alpha: float, seed: int) -> Objective:
    """Learn from blends of two examples, their answers blended likewise; the share is drawn from Beta(alpha, alpha).

    Pictures are mixed as they are. Categories and words have no values to mix, so tables and texts are mixed
    behind the first block, where they are vectors (Verma et al., 2019). ``alpha`` 0 mixes nothing.
    """
    # A generator of its own: the order of the examples stays what it is without mixing.
    rng = np.random.default_rng(seed)
    before = 0 if isinstance(space, ImageSpace) else 1  # blocks an example passes before it is mixed
    blocks: list[nn.Module] = [model.body] if isinstance(model.body, Around) else list(model.body.blocks)

    def objective(batch: Batch, _: float) -> dict[str, Tensor]:
        share = larger(rng, alpha)
        other = torch.from_numpy(rng.permutation(len(batch.x))).to(batch.x.device)
        x = batch.x
        for block in blocks[:before]:
            x = block(x)
        x = share * x + (1 - share) * x[other]
        for block in blocks[before:]:
            x = block(x)
        answer = model.head(x)
        turned = batch._replace(y=batch.y[other], weight=None if batch.weight is None else batch.weight[other])
        own, others = losses.task_loss(answer, batch), losses.task_loss(answer, turned)
        return {"task": share * own + (1 - share) * others}

    return objective


def larger(rng: np.random.Generator, alpha: float) -> float:
    """The larger of the two shares. Which of two examples it belongs to makes no difference: all are permuted."""
    share = float(rng.beta(alpha, alpha)) if alpha else 1.0
    return max(share, 1 - share)
