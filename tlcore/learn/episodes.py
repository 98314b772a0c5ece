"""Episodes: many small tasks drawn from one labelled domain, each with few labels and the questions asked about them.

And the answer that suits them: the nearest class mean (Snell et al., 2017).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn import nets
from tlcore.learn.data import Batch, Domain, Task
from tlcore.outcome import Note
from tlcore.phase import Move, Objective, Phase

ABSENT = math.log(1e-9)  # how far below the likeliest class one stands that has no example
JUDGED_BY = 2000  # source rows whose class means judge a body, at most
OF_EACH = (5, 50)  # of each class, at least and at most


class Episode(NamedTuple):
    """One small task. ``y`` counts its own classes: 0 to ``ways - 1``, whatever they are called outside."""

    support: Batch  # (ways * shots, ...), class by class
    query: Batch  # (ways * queries, ...), class by class; no example of the support among them
    ways: int


@dataclass(frozen=True, eq=False)
class Episodes:
    """Batches of ``tasks`` episodes: ``ways`` classes, of each ``shots`` labelled examples and ``queries`` to answer.

    Classes and examples are drawn anew every time, without replacement within an episode. Where the
    domain has fewer classes, an episode holds them all; classes with fewer than ``shots + queries``
    examples are left out. An epoch sees about as many examples
    as the domain has, in no more steps than it would take to walk the domain itself.
    Every class of an episode is equally large, so a remedy for rare classes has nothing to mend here:
    the domain's weights, chances and shape are left aside.
    """

    domain: Domain
    ways: int
    shots: int
    queries: int
    tasks: int = 1
    rows: list[Tensor] = field(init=False)  # the examples of each class that has enough of them

    def __post_init__(self) -> None:
        each, labels = self.shots + self.queries, self.domain.y
        found = [torch.nonzero(labels == label)[:, 0] for label in labels.unique()]
        object.__setattr__(self, "rows", [rows for rows in found if len(rows) >= each])
        if len(self.rows) < 2:
            raise Unusable(
                f"Episodes of {each} examples per class need two source classes of at least {each} examples, but "
                f"{len(self.rows)} of {len(found)} classes have as many; lower shots or queries."
            )
        object.__setattr__(self, "ways", min(self.ways, len(self.rows)))

    def __len__(self) -> int:
        at_once = self.tasks * self.ways * (self.shots + self.queries)
        return min(len(self.domain), max(self.domain.least_steps, math.ceil(len(self.domain.x) / at_once)))

    def __iter__(self) -> Iterator[list[Episode]]:
        for _ in range(len(self)):
            yield [self.draw() for _ in range(self.tasks)]

    def draw(self) -> Episode:
        """One episode, by torch's generator."""
        device = self.domain.x.device
        classes = torch.randperm(len(self.rows))[: self.ways].tolist()
        each = self.shots + self.queries
        chosen = torch.stack([
            self.rows[place][torch.randperm(len(self.rows[place]), device=device)[:each]] for place in classes
        ])  # fmt: skip
        names = torch.arange(self.ways, device=device)
        return Episode(
            self._batch(chosen[:, : self.shots], names), self._batch(chosen[:, self.shots :], names), self.ways
        )

    def _batch(self, rows: Tensor, names: Tensor) -> Batch:
        x, augment = self.domain.x[rows.flatten()], self.domain.augment
        return Batch(x if augment is None or not len(x) else augment(x), names.repeat_interleave(rows.shape[1]))

    @property
    def note(self) -> Note:
        """What an episode holds, as a fact on the run."""
        return Note(
            "Every episode draws {ways} of the source's {classes} classes that have enough examples, "
            "with {shots} labelled and {queries} further ones of each.",
            {"ways": self.ways, "classes": len(self.rows), "shots": self.shots, "queries": self.queries},
            grave=False,
        )


def squared_distances(features: Tensor, centres: Tensor) -> Tensor:
    """Squared Euclidean distances ``(N, C)`` of features ``(N, D)`` to centres ``(C, D)``.

    Squared, so that the answer is linear in the features and the gradient grows with the distance
    (Snell et al., 2017, section 2.3).
    """
    if torch.compiler.is_exporting():  # a graph takes any number of rows; which way is quicker, it cannot ask
        return (features[:, None] - centres).square().sum(2)
    return torch.cdist(features, centres).pow(2)


def class_means(features: Tensor, y: Tensor, classes: int) -> Tensor:
    """The mean feature of each class ``(classes, D)``; NaN for a class without an example."""
    return torch.stack([features[y == label].mean(0) for label in range(classes)])


def nearest(features: Tensor, centres: Tensor, unit: Tensor | float = 1.0) -> Tensor:
    """Class scores ``(N, C)``: minus the squared distance to each class mean, in this ``unit``.

    A class without a mean is answered with as good as no chance.
    """
    scores = -squared_distances(features, centres.nan_to_num()) / unit
    absent = centres.isnan().any(1)
    scores = scores.masked_fill(absent, -torch.inf)
    return scores.where(~absent, scores.amax(1, keepdim=True) + ABSENT)


class Prototypes(nets.OnFeatures):
    """Answers with the nearest class mean in the features of ``body`` (Mensink et al., 2013; Snell et al., 2017).

    With ``spread`` the distances are told in units of how far an example lies from its own class's mean, for a
    body that never learnt to make them probabilities: the same order, other chances.
    """

    centres: Tensor
    unit: Tensor

    def __init__(self, body: nets.Body, x: Tensor, y: Tensor, classes: int, spread: bool = False):
        super().__init__()
        self.body = body
        features = nets.answers(body, x)
        centres = class_means(features, y, classes)
        away = (features - centres[y]).square().sum(1).mean().clamp(min=1e-6)
        self.register_buffer("centres", centres)
        self.register_buffer("unit", 2 * away if spread else torch.ones_like(away))

    def told(self, features: Tensor) -> Tensor:
        return nearest(features.float(), self.centres, self.unit)


class Remeasured(nn.Module):
    """`Prototypes` of a body that still learns: its class means are measured again whenever it is to be judged.

    Measured on a bounded number of the domain's own examples, none of those it is judged on.
    """

    def __init__(self, body: nn.Module, domain: Domain, classes: int):
        super().__init__()
        self.body, self.classes = body, classes
        least, most = OF_EACH
        each = min(most, max(least, JUDGED_BY // classes))
        rows = torch.cat([torch.nonzero(domain.y == label)[:each, 0] for label in range(classes)])
        self.x, self.y = domain.x[rows], domain.y[rows]
        self.centres: Tensor | None = None

    def train(self, mode: bool = True) -> Remeasured:
        self.centres = None  # asked to be judged, or to learn: either way the old ones are out of date
        return super().train(mode)

    def forward(self, x: Tensor) -> Tensor:
        if self.centres is None:
            self.centres = class_means(nets.answers(self.body, self.x), self.y, self.classes)
        return nearest(self.body(x), self.centres)


def prototypical(body: nn.Module) -> Objective:
    """Answer an episode's queries by the nearest class mean of its support (Snell et al., 2017).

    Support and queries go through the body together, as one batch.
    """

    def objective(episodes: list[Episode], _: float) -> dict[str, Tensor]:
        losses = []
        for support, query, ways in episodes:
            known, asked = body(torch.cat([support.x, query.x])).tensor_split([len(support.x)])
            centres = known.unflatten(0, (ways, -1)).mean(1)
            losses.append(F.cross_entropy(-squared_distances(asked, centres), query.y))
        return {"task": torch.stack(losses).mean()}

    return objective


def practice(
    body: nn.Module, task: Task, episodes: Episodes, learn: Objective, lr: float, *matters: object
) -> Iterator[Phase]:
    """Train a body in the source's episodes.

    Episodes differ in their classes, so what the body has learnt is judged on the source's validation
    labels by `Remeasured` class means. ``matters`` names all that ``learn`` depends on besides the episodes.
    """
    drawn = episodes.ways, episodes.shots, episodes.queries, episodes.tasks
    yield Phase(
        "source",
        Remeasured(body, task.source, task.source_labels.outputs),
        episodes,
        learn,
        [Move(body, lr)],
        selector="source",
        address=task.address("episodes", drawn, lr, nets.digest(body), *matters),
        notes=(episodes.note,),
    )
