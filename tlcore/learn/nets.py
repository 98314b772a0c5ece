"""Networks every modality shares: a stack of blocks, then a head."""

from __future__ import annotations

import copy
from hashlib import blake2s

import torch
from torch import Tensor, nn

from tlcore.learn.space import TableSpace

PART = 1024  # inputs that pass a standing network at once


class Body(nn.Module):
    """Blocks ordered from input to features ``(N, width)``."""

    def __init__(self, blocks: list[nn.Module], width: int):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Model(nn.Module):
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

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))

    def new_head(self, outputs: int, seed: int) -> None:
        """Replace the head by a fresh one, its weights decided by the seed."""
        device = self.head.weight.device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(self.width, outputs).to(device)


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
    """What a module makes of inputs while it stands still, ``(N, ...)`` in float32: part by part, for memory's sake."""
    module.eval()
    with torch.no_grad():
        return torch.cat([module(part).float() for part in x.split(PART)])


def frozen_copy(model: nn.Module) -> nn.Module:
    """A copy that learns nothing and stays in evaluation mode."""
    return copy.deepcopy(model).requires_grad_(False).eval()


def digest(model: nn.Module) -> str:
    """Names a network by its parts and the weights it holds just now."""
    content = blake2s(repr(model).encode())
    for name, tensor in model.state_dict().items():
        content.update(name.encode() + tensor.cpu().numpy().tobytes())
    return content.hexdigest()
