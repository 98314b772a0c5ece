"""Examples changed a little, or a lot, in whole batches on the device, so that what they mean stays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.learn.space import ImageSpace, Space, TableSpace
from tlcore.learn.space_audio import AudioSpace, lengths
from tlcore.learn.space_text import TextSpace

SHIFT, TURN, SCALE, LIGHT = 0.12, 0.17, 0.1, 0.15  # share of the width, radians, share, share
NOISE = 0.1  # standard deviations of a table's numbers
CORRUPTED = 0.3  # share of a table's cells
WEAK_DROPPED, STRONG_DROPPED = 0.1, 0.4  # share of a text's words
STRONGER = 2.0  # times the usual jitter
HOLE = 0.5  # of a picture's side
LATER, LOUDER, HISS = 0.1, 6.0, 0.1  # share of a sound's length, decibels, share of its loudness
GAPS, GAP = 2, 0.2  # moments of a sound that are silenced, and how long each is at most, as a share of it

Change = Callable[[Tensor], Tensor]


def training(space: Space) -> Change | None:
    """What training examples go through where `Training.augment` is on; tables are left as they are."""
    return None if isinstance(space, TableSpace) else weak(space)


def weak(space: Space) -> Change | None:
    """A change that hardly anybody would notice: ``encoded batch -> batch`` of the same shape."""
    if isinstance(space, TableSpace):
        return partial(noisy, numbers=len(space.numeric))
    if isinstance(space, ImageSpace):
        return jitter
    if isinstance(space, AudioSpace):
        return moved
    return partial(dropped, space=space, share=WEAK_DROPPED)


def strong(space: Space) -> Change | None:
    """A change as heavy as the answer can bear (Sohn et al., 2020): ``encoded batch -> batch`` of the same shape."""
    if isinstance(space, TableSpace):
        return corrupted
    if isinstance(space, ImageSpace):
        return lambda pictures: cut_out(jitter(pictures, STRONGER))
    if isinstance(space, AudioSpace):
        return lambda sounds: silenced(moved(sounds))
    return partial(dropped, space=space, share=STRONG_DROPPED)


def jitter(pictures: Tensor, strength: float = 1.0) -> Tensor:
    """Each picture shifted, turned, scaled and re-lit.

    ``(N, channels, height, width)``, 0 to 255, returned as float32.
    """
    n, device = len(pictures), pictures.device
    noise = torch.rand(5, n, device=device) * 2 - 1
    angle, scale = noise[0] * (TURN * strength), 1 + noise[1] * (SCALE * strength)
    cos, sin = torch.cos(angle), torch.sin(angle)
    shift = 2 * SHIFT * strength
    rows = [torch.stack([cos * scale, -sin * scale, noise[2] * shift], 1),
            torch.stack([sin * scale, cos * scale, noise[3] * shift], 1)]  # fmt: skip
    grid = F.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
    moved = F.grid_sample(pictures.float(), grid, padding_mode="border", align_corners=False)
    return moved * (1 + noise[4] * (LIGHT * strength))[:, None, None, None]


def cut_out(pictures: Tensor) -> Tensor:
    """A square of each picture painted over in its own mean (DeVries and Taylor, 2017)."""
    n, _, height, width = pictures.shape
    device = pictures.device
    row, column = torch.rand(2, n, 1, device=device)
    rows = (torch.arange(height, device=device) - row * height).abs() < HOLE * height / 2
    columns = (torch.arange(width, device=device) - column * width).abs() < HOLE * width / 2
    hole = rows[:, None, :, None] & columns[:, None, None, :]
    return torch.where(hole, pictures.mean((2, 3), keepdim=True), pictures)


def moved(sounds: Tensor) -> Tensor:
    """Each sound ``(N, samples)`` earlier or later, softer or louder, in a little white noise; as float32.

    What is moved past an end is lost, and silence follows. Zeros behind a sound stay zeros.
    """
    n, samples = sounds.shape
    later, louder, hiss = torch.rand(3, n, 1, device=sounds.device)
    ends = lengths(sounds)[:, None]
    shift = ((later * 2 - 1) * LATER * ends).long()
    places = torch.arange(samples, device=sounds.device)
    there = (places >= shift) & (places < ends + shift)
    waves = torch.where(there, sounds.float().gather(1, (places - shift).clamp(0, samples - 1)), 0.0)
    loudness = (waves.square().sum(1, keepdim=True) / ends).sqrt()
    waves = waves + there * torch.randn_like(waves) * (hiss * HISS * loudness)
    return waves * 10 ** ((louder * 2 - 1) * LOUDER / 20)


def silenced(sounds: Tensor) -> Tensor:
    """Some moments of each sound ``(N, samples)`` silenced, as SpecAugment masks them (Park et al., 2019)."""
    begin, long = torch.rand(2, GAPS, len(sounds), 1, device=sounds.device)
    ends = lengths(sounds)[:, None]
    places = torch.arange(sounds.shape[1], device=sounds.device)
    length = long * GAP * ends
    first = begin * (ends - length)
    return sounds * ~((places >= first) & (places < first + length)).any(0)


def noisy(rows: Tensor, numbers: int) -> Tensor:
    """The leading ``numbers`` columns with a little Gaussian noise."""
    noise = torch.randn(len(rows), numbers, device=rows.device) * NOISE
    return torch.cat([rows[:, :numbers] + noise, rows[:, numbers:]], 1)


def corrupted(rows: Tensor) -> Tensor:
    """Some cells ``(N, D)`` replaced by the same column's value in another row of the batch (Bahri et al., 2022)."""
    others = torch.randint(len(rows), rows.shape, device=rows.device)
    hit = torch.rand(rows.shape, device=rows.device) < CORRUPTED
    return torch.where(hit, rows.gather(0, others), rows)


def dropped(ids: Tensor, space: TextSpace, share: float) -> Tensor:
    """Texts ``(N, L)`` without some of their words, pieces and all; one word at least is left (Iyyer et al., 2015)."""
    ids, more = space.words(ids), ids[:, space.length :]
    begins = space.begins(ids)
    number = begins.cumsum(1)  # which word an id belongs to, from 1
    luck = torch.rand(ids.shape, device=ids.device).where(begins, -1.0)
    stays = begins & ((luck >= share) | (luck == luck.amax(1, keepdim=True)))
    # Told by word: the place of each word's number, so that its pieces read the same answer.
    by_word = torch.zeros(len(ids), ids.shape[1] + 1, dtype=torch.bool, device=ids.device)
    by_word.scatter_(1, number.where(begins, 0), stays)
    by_word[:, 0] = False
    return torch.cat([ids.where(by_word.gather(1, number), 0), space.thinned(more, share)], 1)
