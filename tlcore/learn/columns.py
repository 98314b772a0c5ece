"""Tables read column by column: every cell a token for a transformer, and cells hidden to be told from the others."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.learn.data import Batch, Domain, Task
from tlcore.learn.nets import Model
from tlcore.learn.space import TableSpace
from tlcore.phase import Objective


class CellTokens(nn.Module):
    """One vector per cell of a row, and one in front that is to stand for the row: ``(N, 1 + columns, width)``.

    A number scales a vector of its column; a category has a vector of its own (Gorishniy et al., 2021).
    """

    def __init__(self, space: TableSpace, width: int):
        super().__init__()
        self.plain = space.plain
        # As in `nets.TableStem`: the target may live on another scale than the source.
        self.normalise = nn.BatchNorm1d(self.plain) if self.plain else nn.Identity()
        spread = width**-0.5
        self.slope = nn.Parameter(torch.empty(self.plain, width).uniform_(-spread, spread))
        self.bias = nn.Parameter(torch.empty(self.plain, width).uniform_(-spread, spread))
        self.row = nn.Parameter(torch.empty(width).uniform_(-spread, spread))
        self.tables = nn.ModuleList(nn.Embedding(size, width) for size in space.cardinalities)
        for table in self.tables:
            nn.init.uniform_(table.weight, -spread, spread)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        numbers = self.normalise(x[:, : self.plain]).clamp(-5, 5)
        codes = x[:, self.plain :].long()
        words = [table(codes[:, place]) for place, table in enumerate(self.tables)]
        cells = numbers.unsqueeze(-1) * self.slope + self.bias
        # Not len(x): a graph would take it for a number that never changes.
        # Not len(x), which a graph would take for a number that never changes.
        return torch.cat([self.row.expand(x.shape[0], 1, -1), cells, *(word.unsqueeze(1) for word in words)], 1)


class OfTheRow(nn.Module):
    """The vector in front, normalised: what a transformer of cells has to say about the row ``(N, width)``."""

    def __init__(self, width: int):
        super().__init__()
        self.normalise = nn.LayerNorm(width)

    def forward(self, cells: Tensor) -> Tensor:
        return torch.relu(self.normalise(cells[:, 0]))


def layer(width: int, heads: int, dropout: float) -> nn.Module:
    """One round of every cell looking at all others (Vaswani et al., 2017), normalised beforehand."""
    return nn.TransformerEncoderLayer(
        width, heads, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True
    )


class Hidden(nn.Module):
    """What stood in the cells that were overwritten, and which ones were? (Yoon et al., 2020)

    Reads the body's features ``(N, width)``: numbers are told in standard deviations, categories by their
    code, and for every column whether its cell is the row's own.
    """

    def __init__(self, space: TableSpace, width: int):
        super().__init__()
        self.plain, self.sizes = space.plain, space.cardinalities
        self.own = nn.Linear(width, self.plain + len(self.sizes))
        self.numbers = nn.Linear(width, self.plain)
        self.words = nn.ModuleList(nn.Linear(width, size) for size in self.sizes)

    def forward(self, features: Tensor, x: Tensor, hit: Tensor) -> dict[str, Tensor]:
        """Loss terms for the rows ``x`` as they were, ``hit`` (N, columns) where they were overwritten."""
        terms = {"which": F.binary_cross_entropy_with_logits(self.own(features), hit.float())}
        if self.plain:
            away = F.smooth_l1_loss(self.numbers(features), x[:, : self.plain].clamp(-5, 5), reduction="none")
            terms["numbers"] = _mean_over(away, hit[:, : self.plain])
        if self.sizes:
            codes = x[:, self.plain :].long()
            each = [F.cross_entropy(head(features), codes[:, place], reduction="none")
                    for place, head in enumerate(self.words)]  # fmt: skip
            terms["categories"] = _mean_over(torch.stack(each, 1), hit[:, self.plain :])
        return terms


def _mean_over(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / where.sum().clamp(min=1)


def told_from_others(model: Model, hidden: Hidden, share: float) -> Objective:
    """Overwrite this ``share`` of a row's cells by those of other rows, and learn to tell what they were."""

    def objective(batch: Batch, _progress: float) -> dict[str, Tensor]:
        x = batch.x
        hit = torch.rand(x.shape, device=x.device) < share
        others = x.gather(0, torch.randint(len(x), x.shape, device=x.device))
        return hidden(model.features(torch.where(hit, others, x)), x, hit & (others != x))

    return objective


def at_hand(task: Task) -> Domain:
    """The rows of both domains, to be read without their labels."""
    source, target = task.source_all, task.unlabelled
    rows = torch.cat([source.x, target.x])
    labels = torch.full((len(rows),), -1, device=rows.device)
    return Domain(rows, labels, task.source.batch, task.source.least_steps)
