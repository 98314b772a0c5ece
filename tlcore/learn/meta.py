"""Learning to learn: bodies trained so that a few steps on a few labels suffice, and heads for few labels.

An episode's classes are others every time, so its head is not learnt: it starts at zero in every
episode, and on the target (Kao et al., 2022, show that this serves MAML well, and that the order in
which an episode counts its classes then does not matter). From a zero head no gradient reaches the
body in the first inner step; the body adapts from the second on.

Batch normalisation, while meta-learning: each pass uses the statistics of its own batch, those of the
queries included ("transductive", as in Finn et al., 2017); the running statistics follow along and
serve once the training is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from tlcore.learn import losses, recipes
from tlcore.learn.data import Batch, Task
from tlcore.learn.episodes import Episode
from tlcore.learn.nets import Model
from tlcore.outcome import Note
from tlcore.phase import Move, Objective, Phase

Weights = Mapping[str, Tensor]


def adapted(module: nn.Module, weights: Weights, batch: Batch, lr: float, steps: int, order: int) -> dict[str, Tensor]:
    """The weights after imagined steps of gradient descent on this batch; the module's own stay as they are.

    ``order`` 2: a later gradient also flows through the steps' own gradients. 1: those count as constants.
    """
    now = dict(weights)
    for _ in range(steps):
        loss = losses.task_loss(functional_call(module, now, (batch.x,)), batch)
        grads = torch.autograd.grad(
            loss, list(now.values()), create_graph=order == 2, allow_unused=True, materialize_grads=True
        )
        now = {name: weight - lr * grad for (name, weight), grad in zip(now.items(), grads, strict=True)}
    return now


def maml(model: Model, lr: float, steps: int, order: int) -> Objective:
    """The loss on the queries after adapting everything to the support (Finn et al., 2017).

    Vectors of words learn from the queries, as all weights do, but stand still in the inner steps: hardly
    one word of the support comes again, and torch cannot follow the gradient of their gradient.
    """
    words = {f"{name}.weight" for name, part in model.named_modules() if isinstance(part, nn.EmbeddingBag)}

    def objective(episodes: list[Episode], _: float) -> dict[str, Tensor]:
        told = []
        for support, query, ways in episodes:
            begun = {name: weight for name, weight in start(model, ways).items() if name not in words}
            fast = adapted(model, begun, support, lr, steps, order)
            told.append(losses.task_loss(functional_call(model, fast, (query.x,)), query))
        return {"task": torch.stack(told).mean()}

    return objective


def anil(model: Model, lr: float, steps: int) -> Objective:
    """The loss on the queries after adapting the head alone to the support's features (Raghu et al., 2020).

    The gradient flows through those steps to the features, as in second-order MAML.
    """

    def objective(episodes: list[Episode], _: float) -> dict[str, Tensor]:
        told = []
        for support, query, ways in episodes:
            known = support._replace(x=model.features(support.x))
            fast = adapted(model.head, _zeros(model, ways), known, lr, steps, order=2)
            told.append(losses.task_loss(functional_call(model.head, fast, (model.features(query.x),)), query))
        return {"task": torch.stack(told).mean()}

    return objective


def reptile(model: Model, lr: float, steps: int) -> Objective:
    """Towards where plain steps on an episode lead (Nichol et al., 2018).

    The episode's two halves take turns as the steps' batches. With w the body's weights and w' those
    after the steps, a constant, ``|w - w'|^2 / 2`` has the gradient ``w - w'``: minimising it moves w
    towards w', and the optimiser of the loop plays the part of the outer step.
    """

    def objective(episodes: list[Episode], _: float) -> dict[str, Tensor]:
        told = []
        for support, query, ways in episodes:
            fast = start(model, ways)
            for step in range(steps):
                half = query if step % 2 else support
                fast = {name: w.detach().requires_grad_() for name, w in fast.items()}
                fast = adapted(model, fast, half, lr, 1, order=1)
            apart = [(w - fast[f"body.{name}"].detach()).square().sum() for name, w in model.body.named_parameters()]
            told.append(torch.stack(apart).sum() / 2)
        return {"distance": torch.stack(told).mean()}

    return objective


def start(model: Model, ways: int) -> dict[str, Tensor]:
    """The body as it stands, and a zero head for this many classes."""
    body = {f"body.{name}": weight for name, weight in model.body.named_parameters()}
    return body | {f"head.{name}": weight for name, weight in _zeros(model, ways).items()}


def _zeros(model: Model, ways: int) -> dict[str, Tensor]:
    like = model.head.weight
    return {
        "weight": like.new_zeros(ways, model.width).requires_grad_(),
        "bias": like.new_zeros(ways).requires_grad_(),
    }


def _notes(model: Model) -> tuple[Note, ...]:
    """How batch normalisation was handled, where there is any."""
    said = Note(
        "Batch normalisation used the statistics of each small batch while practising, those of the examples to be "
        "answered included; on the target it uses running ones.",
        grave=False,
    )
    normalised = any(isinstance(part, nn.modules.batchnorm._BatchNorm) for part in model.modules())
    return (said,) if normalised else ()


def zero_head(model: Model, outputs: int) -> None:
    """Give the network the head that every episode began with: zero, for this many classes."""
    model.head = nn.Linear(model.width, outputs).to(model.head.weight.device)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)


def target(model: Model, task: Task, lr: float, head_lr: float) -> Iterator[Phase]:
    """Fit the target's labels from a zero head, the body moving gently, the head in strides."""
    zero_head(model, task.target_labels.outputs)
    moves = [Move(model.body, lr), Move(model.head, head_lr)]
    yield Phase("target", model, task.target, losses.supervised(model), moves, notes=_notes(model))


def head_only(model: Model, task: Task, lr: float) -> Iterator[Phase]:
    """Fit the target's labels from a zero head on a body that stands still, its features computed once."""
    zero_head(model, task.target_labels.outputs)
    features = recipes.precomputed(model.body, task.target)
    learn = losses.supervised(model.head)
    yield Phase("target", model, features, learn, [Move(model.head, lr)], notes=_notes(model))


class Cosine(nn.Linear):
    """Scores by the angle between features and a direction per class: ``scale * cos`` (Chen et al., 2019)."""

    def __init__(self, width: int, outputs: int, scale: float):
        super().__init__(width, outputs, bias=False)
        self.scale = scale

    def forward(self, features: Tensor) -> Tensor:
        return self.scale * F.linear(F.normalize(features, dim=1), F.normalize(self.weight, dim=1))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, scale={self.scale}"


def cosine_head(model: Model, outputs: int, scale: float, seed: int) -> None:
    """Replace the head by a fresh `Cosine`, its weights decided by the seed."""
    device = model.head.weight.device
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.head = Cosine(model.width, outputs, scale).to(device)
