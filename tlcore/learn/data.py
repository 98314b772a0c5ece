"""What a strategy may look at: domains, the batches drawn from them, and the task.

All of it lies on the device as whole tensors and is indexed there: no loader, no copy per batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import blake2s
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tlcore.catalog import Backbone
from tlcore.learn import augment, nets
from tlcore.learn.imbalance import Shape, remedied
from tlcore.learn.space import Space, TableSpace, fit_space
from tlcore.outcome import Note
from tlcore.situation import Examples, LabelSpace, Situation, Split
from tlcore.spec import FORMAT, Training

UNLABELLED = -1


class Batch(NamedTuple):
    x: Tensor
    y: Tensor
    weight: Tensor | None = None
    shape: Shape | None = None


class Pair(NamedTuple):
    """A source batch next to a target batch."""

    source: Batch
    target: Batch


@dataclass(frozen=True, eq=False)
class Domain:
    """Examples from one place, walked in shuffled batches of one size.

    ``y`` holds class positions (int64) or standardised numbers (float32); -1 where nobody labelled.
    An epoch has at least ``least_steps`` steps: a handful of labels is walked several times, so
    that a budget in epochs means about as much training on 50 labels as on 500.
    ``weight`` (N,) says how much each example counts in the loss, ``chance`` (N,) how often it is drawn.
    """

    x: Tensor
    y: Tensor
    batch: int = 64
    least_steps: int = 1
    weight: Tensor | None = None
    augment: Callable[[Tensor], Tensor] | None = None
    target_labels: bool = False
    chance: Tensor | None = None
    shape: Shape | None = None
    genuine: int | None = None  # how many of the first examples somebody saw; those behind them are made up (SMOTE)

    def __len__(self) -> int:
        return max(self.least_steps, math.ceil(len(self.x) / self.batch))

    def __iter__(self) -> Iterator[Batch]:
        size = min(self.batch, len(self.x))
        for rows in self._order(len(self) * size).split(size):
            x = self.x[rows]
            yield Batch(
                x if self.augment is None else self.augment(x),
                self.y[rows],
                None if self.weight is None else self.weight[rows],
                self.shape,
            )

    def _order(self, count: int) -> Tensor:
        """Which examples come in an epoch: all in turn, or by chance where some are to come more often."""
        if self.chance is not None:
            return torch.multinomial(self.chance.float(), count, replacement=True)
        passes = math.ceil(count / len(self.x))
        return torch.cat([torch.randperm(len(self.x), device=self.x.device) for _ in range(passes)])[:count]

    @property
    def effective(self) -> float | None:
        """How many equally weighted examples the weights are worth; None where there are none."""
        return None if self.weight is None else effective(self.weight)

    @property
    def seen(self) -> int:
        """Labelled target examples walked through in one epoch."""
        return len(self) * min(self.batch, len(self.x)) if self.target_labels else 0


def effective(weight: Tensor | np.ndarray) -> float:
    """How many equally weighted examples these weights are worth: ``(sum w)^2 / sum w^2`` (Kish, 1965)."""
    return float(weight.sum() ** 2 / (weight**2).sum())


@dataclass(frozen=True, eq=False)
class Paired:
    """A step for every batch of the source, going round the target as often as needed.

    A domain with less than a batch brings all it has to every step, so few labels leave the other's share as it is.
    """

    source: Domain
    target: Domain

    def __len__(self) -> int:
        return len(self.source)

    @property
    def seen(self) -> int:
        """Labelled target examples walked through in one epoch."""
        return len(self) * min(self.target.batch, len(self.target.x)) if self.target.target_labels else 0

    @property
    def effective(self) -> float | None:
        return self.source.effective

    def __iter__(self) -> Iterator[Pair]:
        others = chain.from_iterable(repeat(self.target))
        for batch in self.source:
            yield Pair(batch, next(others))


@dataclass(frozen=True, eq=False)
class Task:
    """Everything a strategy may see: no held-out label is in here."""

    source: Domain
    source_valid: Domain
    target: Domain  # the labelled target examples a network trains on
    valid: Domain  # the labelled target examples that choose its epoch
    unlabelled: Domain
    space: Space
    source_labels: LabelSpace
    target_labels: LabelSpace
    backbone: Backbone
    training: Training
    seed: int
    remedy: str = "none"  # for rare classes; the domains have it at work already
    places: str | None = None  # the column that names each row's place
    notes: list[Note] = field(default_factory=list)  # how its networks came by their weights

    @property
    def place_column(self) -> int | None:
        """Where an encoded row holds the code of its place; None where rows have no places."""
        if self.places is None or not isinstance(self.space, TableSpace):
            return None
        return self.space.plain + list(self.space.categories).index(self.places)

    @property
    def same_labels(self) -> bool:
        """Whether an answer learnt on the source is an answer for the target."""
        return self.source_labels == self.target_labels

    @cached_property
    def labelled(self) -> Batch:
        """All labelled target examples, for learners that choose no epoch. None is made up."""
        return _together(self.target, self.valid)

    @cached_property
    def source_all(self) -> Batch:
        """All source examples, for learners that choose no epoch. None is made up."""
        return _together(self.source, self.source_valid)

    def model(self, labels: LabelSpace | None = None, scale: float = 1.0, blank: bool = False) -> nets.Model:
        """A new network, its first weights decided by the seed alone: equal for every strategy.

        It answers in ``labels`` (default: the source's); ``scale`` makes it thinner or wider. A ``blank`` one
        knows nothing, where others come with weights: what learns without transfer starts there.
        """
        backbone = self.backbone if scale == 1.0 else self.backbone.scaled(scale)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            body = (backbone.blank if blank else backbone.build)(self.space)
            model = nets.Model(body, (labels or self.source_labels).outputs)
        self.notes.extend(body.notes)
        return model.to(self.source.x.device)

    def address(self, *more: object) -> str:
        """Names all a source phase depends on: source data, network, training budget and seed."""
        training = {key: value for key, value in asdict(self.training).items() if key != "watch_source"}
        everything = (FORMAT, self._source_digest, self.backbone, self.seed, training, self.remedy, more)
        return blake2s(repr(everything).encode(), digest_size=16).hexdigest()

    @cached_property
    def _source_digest(self) -> str:
        digest = blake2s(repr((self.source_labels, self.source.x.shape)).encode())
        for part in (self.source, self.source_valid):
            for tensor in (part.x, part.y):
                digest.update(tensor.cpu().numpy().tobytes())
        return digest.hexdigest()


def _together(*parts: Domain) -> Batch:
    return Batch(torch.cat([p.x[: p.genuine] for p in parts]), torch.cat([p.y[: p.genuine] for p in parts]))


class Answers(NamedTuple):
    """Inputs and their true answers, for the judge."""

    x: Tensor
    truth: np.ndarray  # class positions, or numbers in their own unit
    places: np.ndarray | None = None  # the name of each one's place, where they have any


@dataclass(frozen=True, eq=False)
class Held:
    """What the judge holds, and nobody else: validation, watched and test labels."""

    source: Answers
    valid: Answers
    watched: Answers | None
    test: Answers
    centre: float  # regression: a standardised answer times `spread` plus `centre` is in the label's unit
    spread: float


def deal(
    split: Split,
    situation: Situation,
    backbone: Backbone,
    training: Training,
    seed: int,
    device: str,
    remedy: str = "none",
) -> tuple[Task, Held]:
    """Lay one run's examples on the device: what the strategy may see, and what the judge holds."""
    readable = (split.source_train, split.train, split.valid, split.unlabelled)
    space = backbone.space(*readable) or fit_space(*readable)
    source_space, target_space = situation.source_space, situation.target_space
    centre, spread = 0.0, 1.0
    if target_space.kind == "regression":
        known = source_space.encode((split.source_train if len(split.source_train) else split.train).labels)  # type: ignore[arg-type]
        centre, spread = float(known.mean()), float(known.std()) or 1.0

    varied = augment.training(space) if training.augment else None

    def inputs(part: Examples) -> Tensor:
        return space.encode(part).to(device)

    def truth(part: Examples, labels: LabelSpace) -> np.ndarray:
        assert part.labels is not None
        return labels.encode(part.labels)

    def domain(part: Examples, labels: LabelSpace | None, target_labels: bool = False) -> Domain:
        x = inputs(part)
        if labels is None:
            y = torch.full((len(part),), UNLABELLED, device=device)
        else:
            values = truth(part, labels)
            if labels.kind == "regression":
                values = (values - centre) / spread
            y = torch.from_numpy(values).to(device)
        return Domain(x, y, training.batch, training.least_steps, None, varied, target_labels)

    def trained_on(part: Domain, labels: LabelSpace) -> Domain:
        return remedied(part, remedy, labels.outputs, space, seed)

    task = Task(
        source=trained_on(domain(split.source_train, source_space), source_space),
        source_valid=domain(split.source_valid, source_space),
        target=trained_on(domain(split.train, target_space, target_labels=True), target_space),
        valid=domain(split.valid, target_space, target_labels=True),
        unlabelled=domain(split.unlabelled, None),
        space=space,
        source_labels=source_space,
        target_labels=target_space,
        backbone=backbone,
        training=training,
        seed=seed,
        remedy=remedy,
        places=situation.places,
    )
    held = Held(
        source=Answers(task.source_valid.x, truth(split.source_valid, source_space)),
        valid=Answers(task.valid.x, truth(split.valid, target_space), situation.places_of(split.valid)),
        watched=None if split.watched is None else Answers(inputs(split.watched), truth(split.watched, target_space)),
        test=Answers(inputs(split.test), truth(split.test, target_space), situation.places_of(split.test)),
        centre=centre,
        spread=spread,
    )
    return task, held
