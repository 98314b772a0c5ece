"""Networks every modality shares: a stack of blocks, then a head."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from hashlib import blake2s
from typing import NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from tlcore.learn import memory
from tlcore.learn.space import TableSpace
from tlcore.outcome import Note

PART, FEW = 1024, 64  # inputs that pass a standing network at once; a large one


class Body(nn.Module):
    """Blocks ordered from input to features ``(N, width)``.

    ``pace``: how fast its weights may move, as a share of the learning rate asked for; what took weeks to
    learn is not to be torn down in a few steps. ``costly``: a pass is worth remembering (learn/memory.py).
    ``at_once``: how many inputs pass while it does not learn. ``notes`` say how its weights were come by.
    """

    def __init__(
        self,
        blocks: Iterable[nn.Module],
        width: int,
        *,
        pace: float = 1.0,
        costly: bool = False,
        at_once: int | None = None,
        notes: Iterable[Note] = (),
    ):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.width, self.pace, self.costly, self.notes = width, pace, costly, tuple(notes)
        self.at_once = at_once or (FEW if costly else PART)
        # Marks of the weights that it came with, so that they need not be kept with every run.
        self.published = {name: _mark(tensor) for name, tensor in self.state_dict().items()} if costly else {}
        self.standing = True  # whether its weights are to stay as they are just now; the loop knows
        for block in self.blocks:
            block.pace = pace  # type: ignore[assignment]

    def seen(self, x: Tensor) -> Tensor:
        """The columns of inputs ``x`` that this network reads."""
        return x

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class OnFeatures(nn.Module):
    """Something that answers from the features of a body: ``told`` of these ``(N, width)``."""

    body: Body

    def told(self, features: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} tells nothing yet.")

    def forward(self, x: Tensor) -> Tensor:
        return self.told(self.body(x))


class Model(OnFeatures):
    """A body that makes features and a head that turns them into an answer: class scores, or a number."""

    def __init__(self, body: Body, outputs: int):
        super().__init__()
        self.body = body
        self.head = nn.Linear(body.width, outputs)

    @property
    def width(self) -> int:
        return self.body.width

    def features(self, x: Tensor) -> Tensor:
        return self.body(x)

    def told(self, features: Tensor) -> Tensor:
        return self.head(features)

    def new_head(self, outputs: int, seed: int) -> None:
        """Replace the head by a fresh one, its weights decided by the seed."""
        device = self.head.weight.device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(self.width, outputs).to(device)


def by_pace(module: nn.Module) -> dict[float, list[nn.Parameter]]:
    """The weights of a module by the share of the learning rate they move at: that of the block they lie in, else 1."""
    paces = {id(weight): 1.0 for weight in module.parameters()}
    for part in module.modules():
        if isinstance(pace := getattr(part, "pace", None), float):
            paces |= {id(weight): pace for weight in part.parameters()}
    groups: dict[float, list[nn.Parameter]] = {}
    for weight in module.parameters():
        groups.setdefault(paces[id(weight)], []).append(weight)
    return groups


class TableStem(nn.Module):
    """Numbers normalised, categories embedded, side by side ``(N, width)``."""

    def __init__(self, space: TableSpace):
        super().__init__()
        self.plain = space.plain
        # The network's own normalisation: the target may live on another scale than the source.
        self.normalise = nn.BatchNorm1d(self.plain) if self.plain else nn.Identity()
        self.embeddings = nn.ModuleList(nn.Embedding(size, min(16, (size + 1) // 2)) for size in space.cardinalities)
        self.width = self.plain + sum(table.embedding_dim for table in self.embeddings)  # type: ignore[misc]

    def forward(self, x: Tensor) -> Tensor:
        codes = x[:, self.plain :].long()
        words = [table(codes[:, place]) for place, table in enumerate(self.embeddings)]
        # A column constant in a few training rows has no spread to divide by; in the next row it may differ.
        numbers = self.normalise(x[:, : self.plain]).clamp(-5, 5)
        return torch.cat([numbers, *words], 1)


class PictureStem(nn.Module):
    """Pixels 0 to 255 to the first feature maps.

    ``layout`` is how the networks behind it should lie in memory too. Channels last: convolutions are a
    sixth quicker on a CPU, and more with tensor cores. Below eight maps, oneDNN's backward pass writes past
    its buffers there (torch 2.13 on CPUs with AVX2 and no AVX-512; the process aborts), so they lie plainly.
    """

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.layout = torch.channels_last if width >= 8 else torch.contiguous_format
        self.first = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.first(x.contiguous(memory_format=self.layout).float().div(127.5).sub(1.0))


class Residual(nn.Module):
    """Two convolutions around a short cut (He et al., 2016); halves the picture when it widens."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.path = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip
        self.short = (
            nn.Identity()
            if stride == 1
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.path(x) + self.short(x))


def dense(inputs: int, outputs: int, dropout: float) -> nn.Module:
    """A layer without normalisation: statistics of the source mislead on the target (docs/decisions/0031)."""
    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(dropout))


def pooled(block: nn.Module) -> nn.Module:
    """This block, then one number per feature map."""
    return nn.Sequential(block, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def critic(width: int, hidden: int | None = None) -> nn.Module:
    """Tells from features which of two domains they came from."""
    hidden = hidden or max(32, width)
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 2))


def answers(module: nn.Module, x: Tensor) -> Tensor:
    """What a module makes of inputs while it stands still, ``(N, ...)`` in float32: part by part, for memory's sake.

    What a costly body makes of an input is computed once and remembered, while its weights stand.
    """
    module.eval()
    with torch.no_grad():
        if isinstance(module, OnFeatures) and _remembered(module.body):
            return module.told(answers(module.body, x)).float()
        if isinstance(module, Body) and _remembered(module):
            # In full precision wherever it is asked: what is remembered serves them all.
            with torch.autocast(x.device.type, enabled=False):
                return memory.recall(_kept_digest(module), x, module.seen(x), lambda some: _in_parts(module, some))
        return _in_parts(module, x)


def _remembered(body: nn.Module) -> bool:
    return isinstance(body, Body) and body.costly and body.standing


def stand(modules: Iterable[nn.Module], moving: Iterable[Tensor]) -> None:
    """Tell every body in these modules whether it stands: it does where none of its weights is ``moving``."""
    ids = {id(weight) for weight in moving}
    for module in modules:
        for part in module.modules():
            if isinstance(part, Body):
                _digests.pop(part, None)
                part.standing = not any(id(weight) in ids for weight in part.parameters())


def _in_parts(module: nn.Module, x: Tensor) -> Tensor:
    return torch.cat([module(part).float() for part in x.split(at_once(module))])


def at_once(module: nn.Module) -> int:
    """How many inputs may pass this network at once while it does not learn."""
    return min((part.at_once for part in module.modules() if isinstance(part, Body)), default=PART)


def frozen_copy(model: nn.Module) -> nn.Module:
    """A copy that learns nothing and stays in evaluation mode."""
    return copy.deepcopy(model).requires_grad_(False).eval()


def own_state(module: nn.Module) -> dict[str, Tensor]:
    """The weights by name, without those that everybody has: published ones that no training changed."""
    everybodys: set[str] = set()
    for place, part in module.named_modules():
        if isinstance(part, Body):
            own = part.state_dict()
            same = [name for name, mark in part.published.items() if name in own and _mark(own[name]) == mark]
            everybodys |= {f"{place}.{name}".lstrip(".") for name in same}
    return {name: tensor for name, tensor in module.state_dict().items() if name not in everybodys}


def _mark(tensor: Tensor) -> bytes:
    return blake2s(tensor.detach().cpu().numpy().tobytes(), digest_size=8).digest()


class Kept(NamedTuple):
    """The name of a network, and all it was made of."""

    digest: str
    parts: str
    tensors: list[Tensor]
    versions: list[int]


_digests: WeakKeyDictionary[nn.Module, Kept] = WeakKeyDictionary()


def _kept_digest(body: nn.Module) -> str:
    """`digest`, computed again only where a weight may have changed: to read them all takes a second.

    Torch counts the changes of every tensor, but for those by a fused optimizer: the loop counts these.
    """
    parts, tensors = repr(body), list(body.state_dict(keep_vars=True).values())
    versions = [tensor._version for tensor in tensors]
    kept = _digests.get(body)
    same = kept is not None and (parts, versions) == (kept.parts, kept.versions)
    if kept is None or not same or any(one is not other for one, other in zip(tensors, kept.tensors, strict=True)):
        kept = _digests[body] = Kept(digest(body), parts, tensors, versions)
    return kept.digest


def digest(model: nn.Module) -> str:
    """Names a network by its parts and the weights it holds just now."""
    content = blake2s(repr(model).encode())
    for name, tensor in model.state_dict().items():
        content.update(name.encode() + tensor.cpu().numpy().tobytes())
    return content.hexdigest()
