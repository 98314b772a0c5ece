"""Pictures as somebody's network saw them in its training: their size, their middle, their scale of light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tlcore.learn.vision import torchvision


class Photographs(nn.Module):
    """Pixels 0 to 255 of any size ``(N, 1 or 3, H, W)`` to what a network was trained on ``(N, 3, height, width)``.

    ``resize`` is the length of the shorter side, or height and width; ``crop`` the height and width of the
    middle that is kept, or one number for both. Light is scaled to 0 to 1, then standardised channel by channel.
    """

    def __init__(
        self, resize: Sequence[int], crop: Sequence[int], mean: Sequence[float], std: Sequence[float],
        interpolation: Any, layout: torch.memory_format = torch.contiguous_format,
    ):  # fmt: skip
        super().__init__()
        self.resize, self.crop, self.interpolation, self.layout = list(resize), list(crop), interpolation, layout
        self.light = (tuple(mean), tuple(std))
        # They come with the network's preprocessing, not with its weights.
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        # Whole numbers again after augmentation: every picture is rounded where the network's own were.
        pixels = x.round().clamp(0, 255).to(torch.uint8) if x.is_floating_point() else x
        change = torchvision.transforms.functional
        pixels = change.resize(pixels, self.resize, self.interpolation, antialias=True)
        pixels = change.center_crop(pixels, self.crop)
        light = (pixels.float().div(255) - self.mean) / self.std  # a grey picture becomes three equal channels
        return light.contiguous(memory_format=self.layout)

    def extra_repr(self) -> str:
        """What it does belongs to the network's name in learn/memory.py."""
        return f"{self.resize}, {self.crop}, {self.light}, {self.interpolation}"
