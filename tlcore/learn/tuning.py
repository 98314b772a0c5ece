"""What parameter transfer shares: who moves at which depth, adapters, low-rank updates, a leash, new heads.

Depth counts from the top: the head lies at 0, the body's last block at 1, its first block deepest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn import losses
from tlcore.learn.data import Batch, Task
from tlcore.learn.nets import Body, Model
from tlcore.outcome import Note
from tlcore.phase import Move, Objective

LEAST_MAPS = 8  # a convolution with fewer feature maps crashes oneDNN (learn/nets.py, PictureStem)


def parts(model: Model) -> list[nn.Module]:
    """The network's parts from input to answer: the body's blocks, then the head."""
    return [*model.body.blocks, model.head]


def depthwise(model: Model, lr: float, decay: float, reach: int | None = None) -> list[Move]:
    """Every part at ``lr * decay^depth``; what would not move at all is left out (Howard and Ruder, 2018).

    ``reach`` leaves out what lies as deep or deeper: 1 moves the head alone.
    """
    every = parts(model)
    depths = range(len(every) - 1, -1, -1)
    moves = [(depth, Move(part, lr * decay**depth)) for depth, part in zip(depths, every, strict=True)]
    return [move for depth, move in moves if move.lr > 0 and (reach is None or depth < reach)]


def stages(total: int, count: int) -> list[int]:
    """How many of the parts, counted from the top, move in each stage: first one, last all of them."""
    if count == 1:
        return [total]
    return [1 + round((total - 1) * stage / (count - 1)) for stage in range(count)]


def top(model: Model, count: int, head: bool) -> tuple[str, ...]:
    """What the names of the top ``count`` blocks' weights begin with; the head is one of them, or asked for alone."""
    total = len(model.body.blocks)
    names = tuple(f"body.blocks.{place}." for place in range(max(0, total - count), total))
    return (*names, "head.") if count or head else ()


class Loose(nn.Module):
    """Some weights of a network, to be moved without the modules they belong to.

    Those modules stay in evaluation mode: batch-norm statistics stand still. Only ``at_work`` are in training mode.
    """

    def __init__(self, weights: Iterable[nn.Parameter], at_work: Iterable[nn.Module] = ()):
        super().__init__()
        self.weights = nn.ParameterList(weights)
        self.at_work = nn.ModuleList(at_work)


def biases(body: nn.Module) -> Loose:
    """The additive terms of every layer, normalisation included (Ben Zaken et al., 2022)."""
    found = [weight for name, weight in body.named_parameters() if name.rsplit(".", 1)[-1] == "bias"]
    if not found:
        raise Unusable("bitfit moves biases, but this network's body has none. Choose lora or adapters.")
    return Loose(found)


def moving(model: nn.Module, moves: Sequence[Move]) -> Note:
    """How many of the network's weights a phase moves."""
    count = sum(weight.numel() for move in moves for weight in move.module.parameters())
    return Note(
        "{moving} of {all} weights moved on the target.",
        {"moving": count, "all": sum(weight.numel() for weight in model.parameters())},
        grave=False,
    )


def perceptron(width: int, hidden: int, dropout: float, task: Task) -> nn.Module:
    """A head of two layers, ``(N, width)`` to the target's answers, its first weights decided by the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.seed)
        last = nn.Linear(hidden, task.target_labels.outputs)
        head = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(dropout), last)
    return head.to(task.source.x.device)


class Leash:
    """The pull back to where the weights started: ``alpha / 2 * ||w - w0||^2 + beta / 2 * ||v||^2`` (Li et al., 2018).

    ``w`` are weights the source has taught, ``v`` those of a new head. Buffers are no weights.
    """

    def __init__(self, taught: Iterable[nn.Parameter], fresh: Iterable[nn.Parameter], alpha: float, beta: float):
        self.taught, self.fresh = list(taught), list(fresh)
        self.start = [weight.detach().clone() for weight in self.taught]
        self.alpha, self.beta = alpha, beta

    def __call__(self) -> Tensor:
        away = [(weight - start).square().sum() for weight, start in zip(self.taught, self.start, strict=True)]
        size = [weight.square().sum() for weight in self.fresh]
        # Without a part of either kind its sum is the plain number 0.
        return torch.as_tensor(self.alpha / 2 * sum(away) + self.beta / 2 * sum(size))


def leashed(model: Model, task: Task, alpha: float, beta: float) -> Objective:
    """Learn the labels on a leash tied to the network as it is now. A head kept from the source is on it too."""
    kept = model if task.same_labels else model.body
    leash = Leash(kept.parameters(), () if task.same_labels else model.head.parameters(), alpha, beta)
    learn = losses.supervised(model)

    def objective(batch: Batch, progress: float) -> dict[str, Tensor]:
        return {**learn(batch, progress), "leash": leash()}

    return objective


class Adapter(nn.Module):
    """A block, then a narrow detour added to what it answers; the detour begins as nothing (Houlsby et al., 2019).

    Features lie in the second dimension of feature maps ``(N, C, H, W)``, else in the last one. The
    detour is linear over features, also for maps: thin convolutions crash oneDNN (`LEAST_MAPS`).
    """

    def __init__(self, block: nn.Module, width: int, bottleneck: int):
        super().__init__()
        self.block = block
        self.down = nn.Linear(width, bottleneck)
        self.up = nn.Linear(bottleneck, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, *given: Any, **named: Any) -> Any:
        answer = self.block(*given, **named)
        if isinstance(answer, tuple):  # some layers tell more than their features
            return (self.around(answer[0]), *answer[1:])
        return self.around(answer)

    def around(self, answer: Tensor) -> Tensor:
        place = 1 if answer.ndim == 4 else -1
        detour = self.up(torch.relu(self.down(answer.movedim(place, -1))))
        return answer + detour.movedim(-1, place)


def adapted(body: Body, x: Tensor, bottleneck: int) -> Loose:
    """Put an adapter behind every block that answers with features; returns the adapters' weights.

    ``x`` are a few inputs: what a block answers to them shows how wide it is.
    """
    widths = _widths(body, x)
    added: list[nn.Parameter] = []
    for place, width in widths.items():
        adapter = Adapter(body.blocks[place], width, bottleneck).to(x.device)
        body.blocks[place] = adapter
        added += [*adapter.down.parameters(), *adapter.up.parameters()]
    return Loose(added)


def _widths(body: Body, x: Tensor) -> dict[int, int]:
    """How wide the features are that each block answers with, by its place; those that answer otherwise left out."""
    widths: dict[int, int] = {}

    def watch(place: int, answer: Any) -> None:
        answer = answer[0] if isinstance(answer, tuple) else answer
        if isinstance(answer, Tensor) and answer.is_floating_point() and answer.ndim > 1:
            widths[place] = answer.shape[1] if answer.ndim == 4 else answer.shape[-1]

    hooks = [
        block.register_forward_hook(lambda _block, _given, answer, place=place: watch(place, answer))
        for place, block in enumerate(body.blocks)
    ]
    try:
        with torch.no_grad():
            body.eval()(x)
    finally:
        for hook in hooks:
            hook.remove()
    return widths


def low_rank(body: Body, rank: int, alpha: int, dropout: float) -> tuple[Loose, list[Note]]:
    """Give every layer wide enough an update ``B A`` of low rank; ``B`` begins as 0 (Hu et al., 2022).

    Layers that are hardly wider than the rank stay as they are. Returns the updates' weights, and what a
    person should know.
    """
    from tlcore.learn.vision import torchvision  # noqa: F401  peft imports it, and would fail on a CPU

    from peft import LoraConfig, inject_adapter_in_model  # isort: skip

    sides = {name: side for name, layer in body.named_modules() if (side := _side(layer))}
    ranks = {name: _rank(body.get_submodule(name), rank) for name in sides}
    chosen = [name for name, side in sides.items() if ranks[name] < side]
    if not chosen:
        most = max(sides.values(), default=1) - 1
        raise Unusable(
            f"lora.rank is {rank}, but no layer of this network is wide enough for it. "
            + (f"Choose at most {most}, or adapters." if most else "Choose adapters.")
        )
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules="|".join(map(re.escape, chosen)),
        rank_pattern={f"^{re.escape(name)}$": ranks[name] for name in chosen if ranks[name] != rank},
    )
    before = {id(part) for part in (*body.parameters(), *body.modules())}
    inject_adapter_in_model(config, body)
    updates = [weight for weight in body.parameters() if id(weight) not in before]
    silenced = [part for part in body.modules() if isinstance(part, nn.Dropout) and id(part) not in before]
    raised = Note(
        "Updates of convolutions have a rank of {rank}: thinner ones cannot be computed safely.",
        {"rank": LEAST_MAPS},
        grave=False,
    )
    return Loose(updates, silenced), [raised] if any(ranks[name] > rank for name in chosen) else []


def merged(body: Body) -> None:
    """Add every low-rank update to the layer it belongs to: the network is as it was built, and as quick."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, layer in list(body.named_modules()):
        if isinstance(layer, BaseTunerLayer):
            layer.merge()
            parent, _, child = name.rpartition(".")
            setattr(body.get_submodule(parent), child, layer.get_base_layer())


def _side(layer: nn.Module) -> int:
    """The shorter side of a layer's weights as a matrix; 0 for layers that take no low-rank update."""
    if type(layer) is nn.Linear or type(layer) is nn.Embedding:
        return min(layer.weight.shape)
    if type(layer) is nn.Conv2d and layer.groups == 1:
        return min(len(layer.weight), layer.weight[0].numel())
    return 0


def _rank(layer: nn.Module, rank: int) -> int:
    return max(rank, LEAST_MAPS) if isinstance(layer, nn.Conv2d) else rank
