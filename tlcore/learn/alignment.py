"""Objectives that make two domains alike while the source is learnt, on batches of pairs (`tl.data.Paired`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.learn import gaps, nets
from tlcore.learn.data import Domain, Pair
from tlcore.learn.losses import ramp, reverse, task_loss
from tlcore.learn.nets import Model
from tlcore.phase import Objective

OUTER_AT_MOST = 4096  # inputs of a conditional critic; above it, random projections (Long et al., 2018)
PROJECTED = 1024


class Seen(NamedTuple):
    """What a network makes of a pair: features ``(N, width)`` and raw answers ``(N, outputs)`` of both domains."""

    source: Tensor
    target: Tensor
    source_answers: Tensor
    target_answers: Tensor


def look(model: Model, pair: Pair) -> Seen:
    """Both domains go through the network together, so that batch normalisation treats them alike."""
    half = len(pair.source.x)
    features = model.features(torch.cat([pair.source.x, pair.target.x]))
    answers = model.head(features)
    return Seen(features[:half], features[half:], answers[:half], answers[half:])


def pace(schedule: str, progress: float, seen: Seen) -> float | Tensor:
    """How much of its weight alignment has at this moment, 0 to 1.

    "ramp": ``2 / (1 + exp(-10 p)) - 1`` (Ganin et al., 2016). "constant": 1. "distance": between a half and 1,
    the more the further apart the batch's mean features lie: ``sigmoid(0.1 ||mean_s - mean_t||)``.
    """
    match schedule:
        case "ramp":
            return ramp(progress)
        case "constant":
            return 1.0
        case "distance":
            return torch.sigmoid(0.1 * gaps.mean_distance(seen.source, seen.target)).detach()
    raise ValueError(f"There is no schedule {schedule!r}.")


def mmd(seen: Seen) -> Tensor:
    return gaps.mmd(seen.source, seen.target)


def coral(seen: Seen) -> Tensor:
    return gaps.coral(seen.source, seen.target)


def joint_mmd(seen: Seen) -> Tensor:
    """The gap of features and answers taken together; a class answer as probabilities, a number as it is."""
    answers = [
        part if part.shape[1] == 1 else part.float().softmax(1) for part in (seen.source_answers, seen.target_answers)
    ]
    return gaps.joint_mmd(seen.source, seen.target, *answers)


def gap(model: Model, between: Callable[[Seen], Tensor], weight: float, schedule: str = "ramp") -> Objective:
    """Learn the source while a gap between the domains is made small: ``task + weight * pace * gap``."""

    def objective(pair: Pair, progress: float) -> dict[str, Tensor]:
        seen = look(model, pair)
        away = weight * pace(schedule, progress, seen) * between(seen)
        return {"task": task_loss(seen.source_answers, pair.source), "gap": away}

    return objective


def adversarial(
    model: Model,
    critic: nn.Module,
    weight: float = 1.0,
    schedule: str = "ramp",
    conditional: bool = False,
    entropy: bool = False,
) -> Objective:
    """Learn the source while a critic, reversed, makes the domains alike (Ganin et al., 2016).

    The critic learns at full strength; only the gradient that reaches the features is scaled by
    ``weight * pace``. A ``conditional`` critic is also told the network's own answer (Long et al., 2018), and with
    ``entropy`` an example counts ``1 + exp(-H)``, the more the surer its answer. No gradient flows through
    what is told, as in the authors' own training.
    """

    def objective(pair: Pair, progress: float) -> dict[str, Tensor]:
        seen = look(model, pair)
        features = reverse(torch.cat([seen.source, seen.target]), weight * pace(schedule, progress, seen))
        answers = torch.cat([seen.source_answers, seen.target_answers]).detach().float().softmax(1)
        guess = critic(features, answers) if conditional else critic(features)
        each = F.cross_entropy(guess, domains(seen), reduction="none")
        counts = sureness(answers) if entropy else torch.ones_like(each)
        return {"task": task_loss(seen.source_answers, pair.source), "domain": _balanced(each, counts, seen)}

    return objective


def domains(seen: Seen) -> Tensor:
    """Which domain each row of the two batches came from: 0 the source, 1 the target, ``(N + M,)``."""
    device = seen.source.device
    return torch.cat([
        torch.zeros(len(seen.source), dtype=torch.int64, device=device),
        torch.ones(len(seen.target), dtype=torch.int64, device=device),
    ])  # fmt: skip


def sureness(answers: Tensor) -> Tensor:
    """``1 + exp(-H)`` of probabilities ``(N, classes)``: 2 where the answer is certain."""
    return 1 + torch.exp(torch.special.entr(answers).sum(1).neg())


def _balanced(each: Tensor, counts: Tensor, seen: Seen) -> Tensor:
    """The mean of the two domains' weighted means: both weigh the same, whatever their examples count."""
    half = len(seen.source)
    parts = ((each[rows] * counts[rows]).sum() / counts[rows].sum() for rows in (slice(half), slice(half, None)))
    return sum(parts, start=torch.zeros((), device=each.device)) / 2


class ConditionalCritic(nn.Module):
    """Tells the domains apart by every product of a feature and a class's probability (Long et al., 2018).

    Where those are too many, by products of random projections, whose inner products are the same on average.
    """

    def __init__(self, width: int, classes: int):
        super().__init__()
        projected = width * classes > OUTER_AT_MOST
        self.critic = nets.critic(PROJECTED if projected else width * classes, hidden=max(32, width))
        self.projected = projected
        self.register_buffer("of_features", torch.randn(width if projected else 0, PROJECTED))
        self.register_buffer("of_answers", torch.randn(classes if projected else 0, PROJECTED))

    of_features: Tensor
    of_answers: Tensor

    def products(self, features: Tensor, answers: Tensor) -> Tensor:
        if not self.projected:
            return (features[:, :, None] * answers[:, None, :]).flatten(1)
        return (features @ self.of_features) * (answers @ self.of_answers) / math.sqrt(PROJECTED)

    def forward(self, features: Tensor, answers: Tensor) -> Tensor:
        return self.critic(self.products(features, answers))


class ClassCritics(nn.Module):
    """One critic per class, side by side: to each its features ``(N, classes, width)``, of each ``(N, classes, 2)``."""

    def __init__(self, width: int, classes: int):
        super().__init__()
        hidden = max(32, width)
        bound_in, bound_out = 1 / math.sqrt(width), 1 / math.sqrt(hidden)  # as nn.Linear starts
        self.into = nn.Parameter(torch.empty(classes, width, hidden).uniform_(-bound_in, bound_in))
        self.shift = nn.Parameter(torch.zeros(classes, hidden))
        self.out = nn.Parameter(torch.empty(classes, hidden, 2).uniform_(-bound_out, bound_out))

    def forward(self, features: Tensor) -> Tensor:
        hidden = torch.relu(torch.einsum("ncw,cwh->nch", features, self.into) + self.shift)
        return torch.einsum("nch,cho->nco", hidden, self.out)


class Dynamic:
    """Adversarial alignment that weighs the domains as wholes against class by class (Yu et al., 2019).

    One critic looks at all features; one per class at the same features times the probability of its class.
    ``whole``, the share of the first, starts at a half; after every epoch it becomes
    ``d / (d + mean over classes of d_c)``, with ``d = 2 (1 - 2 error)`` the proxy A-distance that the critics'
    balanced errors of that epoch show, an example counting in a class's by its probability. Whichever gap is
    wider gets the more weight (Wang et al., 2018).
    """

    def __init__(self, model: Model, whole: nn.Module, each: ClassCritics, steps: int, weight: float, schedule: str):
        self.model, self.critic, self.critics = model, whole, each
        self.steps, self.weight, self.schedule = steps, weight, schedule
        self.done = 0
        device = next(whole.parameters()).device
        self.whole = torch.tensor(0.5, device=device)
        # By domain, and by critic, the one for all first: how much was asked, and how much of it answered wrongly.
        self.asked = torch.zeros(2, 1 + each.into.shape[0], device=device)
        self.wrong = torch.zeros_like(self.asked)

    def __call__(self, pair: Pair, progress: float) -> dict[str, Tensor]:
        seen = look(self.model, pair)
        features = torch.cat([seen.source, seen.target])
        likely = torch.cat([seen.source_answers, seen.target_answers]).detach().float().softmax(1)
        strength = self.weight * pace(self.schedule, progress, seen)
        guess = self.critic(reverse(features, strength * self.whole))
        of_class = likely[:, :, None] * reverse(features, strength * (1 - self.whole))[:, None]
        guesses = self.critics(of_class)
        domain = domains(seen)
        by_class = F.cross_entropy(guesses.transpose(1, 2), domain[:, None].expand(guesses.shape[:2]), reduction="none")
        self._remember(torch.cat([guess[:, None], guesses], 1), likely, domain)
        return {
            "task": task_loss(seen.source_answers, pair.source),
            "domain": F.cross_entropy(guess, domain),
            "domain by class": by_class.sum(1).mean(),
        }

    @torch.no_grad()
    def _remember(self, guesses: Tensor, likely: Tensor, domain: Tensor) -> None:
        counts = torch.cat([torch.ones_like(likely[:, :1]), likely], 1)
        wrong = (guesses.argmax(2) != domain[:, None]) * counts
        from_domain = F.one_hot(domain, 2).to(counts.dtype).T
        self.asked += from_domain @ counts
        self.wrong += from_domain @ wrong
        self.done += 1
        if self.done % self.steps == 0:
            self.whole = share_of_whole(self.wrong / self.asked.clamp(min=1e-12))
            self.asked.zero_()
            self.wrong.zero_()


def share_of_whole(errors: Tensor) -> Tensor:
    """``d / (d + mean of d_c)`` from critics' errors ``(2, 1 + classes)`` by domain; a half where no gap shows."""
    distances = (2 * (1 - 2 * errors.mean(0))).clamp(0, 2)
    whole, by_class = distances[0], distances[1:].mean()
    return torch.where(whole + by_class > 0, whole / (whole + by_class).clamp(min=1e-12), 0.5)


@torch.no_grad()
def measure_anew(model: nn.Module, domain: Domain) -> int:
    """Batch normalisation's means and variances become those of this domain; no weight moves (Li et al., 2017).

    One pass over all of it, in parts of about equal size that count the same. Returns how many layers there were.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    model.eval()
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean over all parts
        layer.train()
    for part in domain.x.tensor_split(math.ceil(len(domain.x) / min(512, nets.at_once(model)))):
        model(part)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.eval()
    return len(layers)
