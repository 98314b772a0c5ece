"""Several tasks or places at once: one body, several heads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from tlcore.learn import losses
from tlcore.learn.data import Batch, Domain, Pair, Task
from tlcore.learn.imbalance import remedied
from tlcore.learn.nets import Model
from tlcore.phase import Objective


class Balance(nn.Module):
    """How much each of several losses counts, learnt with them (Kendall et al., 2018).

    A loss L with noise variance v counts ``L / v + log(v) / 2``, a squared error half of ``L / v``: noisy tasks
    count less, and none can be got rid of for nothing. ``log_variance`` (tasks,) starts at 0.
    """

    def __init__(self, tasks: int):
        super().__init__()
        self.log_variance = nn.Parameter(torch.zeros(tasks))

    def forward(self, loss: Tensor, task: int, squared: bool) -> Tensor:
        s = self.log_variance[task]
        return torch.exp(-s) * loss * (0.5 if squared else 1.0) + s / 2


def together(model: Model, other: nn.Module, source_share: float, balance: Balance | None = None) -> Objective:
    """Learn both domains' labels on shared features, ``other`` being the source's head (Caruana, 1997).

    The source's loss counts ``source_share`` of 1, the target's the rest; a ``balance`` weighs both once more, by
    how noisy they prove to be.
    """

    def objective(pair: Pair, _: float) -> dict[str, Tensor]:
        half = len(pair.source.x)
        # Both go through the body as one batch: its batch norm must see in training what it will average over.
        features = model.features(torch.cat([pair.source.x, pair.target.x]))
        source = losses.task_loss(other(features[:half]), pair.source)
        target = losses.task_loss(model.head(features[half:]), pair.target)
        if balance is not None:
            squared = pair.target.y.is_floating_point()
            source, target = balance(source, 0, squared), balance(target, 1, squared)
        return {"source": source_share * source, "target": (1 - source_share) * target}

    return objective


class Placed(nn.Module):
    """One body and one head for all places, and for each place what it adds to that head.

    ``column`` of the input holds the place's code, 0 where it is unknown: such rows are answered by the
    shared head alone. ``own`` (places, outputs, width + 1) starts at 0 and counts ``spread`` times: with the
    penalty ``|own|^2 / 2`` that is a normal prior of this standard deviation around the shared head (partial
    pooling; Gelman and Hill, 2007).
    """

    def __init__(self, model: Model, column: int, places: int, spread: float):
        super().__init__()
        self.model, self.column, self.spread = model, column, spread
        self.own = nn.Parameter(model.head.weight.new_zeros(places, model.head.out_features, model.width + 1))

    def forward(self, x: Tensor) -> Tensor:
        features = self.model.features(x)
        place = x[:, self.column].long()
        own = self.own[place] * (place > 0)[:, None, None] * self.spread
        more = torch.einsum("now,nw->no", own[..., :-1], features) + own[..., -1]
        return self.model.head(features) + more

    def penalty(self) -> Tensor:
        return self.own.square().sum() / 2


def placed(network: Placed, rows: int) -> Objective:
    """Learn the labels; each place's own part is pulled to 0 by the weight its prior has against ``rows`` rows."""

    def objective(batch: Batch, _: float) -> dict[str, Tensor]:
        return {"task": losses.task_loss(network(batch.x), batch), "places": network.penalty() / rows}

    return objective


@dataclass(frozen=True, eq=False)
class Pooled:
    """The labelled rows of both domains, walked as one."""

    rows: Domain
    target: int  # of them are the target's

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Batch]:
        return iter(self.rows)

    @property
    def effective(self) -> float | None:
        return self.rows.effective

    @property
    def seen(self) -> int:
        """Labelled target examples walked through in one epoch, on average."""
        walked = len(self) * min(self.rows.batch, len(self.rows.x))
        return round(walked * self.target / len(self.rows.x))


def pooled(task: Task, weight: float) -> Pooled:
    """Source and target rows together, a target row counting ``weight`` times a source row."""
    both = task.source, task.target
    rows = replace(task.source, x=torch.cat([part.x for part in both]), y=torch.cat([part.y for part in both]))
    if task.remedy not in ("none", "SMOTE"):  # SMOTE has added its rows to each already
        rows = remedied(rows, task.remedy, task.target_labels.outputs, task.space, task.seed)
    if weight != 1:
        more = torch.ones(len(rows.x), device=rows.x.device)
        more[len(task.source.x) :] = weight
        rows = replace(rows, weight=more if rows.weight is None else more * rows.weight)
    return Pooled(rows, len(task.target.x))
