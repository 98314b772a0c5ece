"""Images changed a little, in whole batches on the device: shifted, turned, scaled, re-lit."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SHIFT, TURN, SCALE, LIGHT = 0.12, 0.17, 0.1, 0.15  # share of the width, radians, share, share


def jitter(pictures: Tensor) -> Tensor:
    """A new version of each picture ``(N, channels, height, width)``, 0 to 255, returned as float32."""
    n, device = len(pictures), pictures.device
    noise = torch.rand(5, n, device=device) * 2 - 1
    angle, scale = noise[0] * TURN, 1 + noise[1] * SCALE
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = [torch.stack([cos * scale, -sin * scale, noise[2] * 2 * SHIFT], 1),
            torch.stack([sin * scale, cos * scale, noise[3] * 2 * SHIFT], 1)]  # fmt: skip
    grid = F.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
    moved = F.grid_sample(pictures.float(), grid, padding_mode="border", align_corners=False)
    return moved * (1 + noise[4] * LIGHT)[:, None, None, None]
