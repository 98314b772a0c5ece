"""Sounds as their samples; for learners that take columns, how loud each pitch is, and how that varies."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.learn.tensors import Tensors
from tlcore.mel import BANDS, FULL, HOP, LOUDEST, QUIETEST, WINDOW, hann, mel_filters
from tlcore.spaces.audio import Audio

AT_ONCE = 1 << 22  # samples that are turned into pitches at a time


class AudioSpace(Audio, Tensors):
    """Sounds as int16 tensors ``(N, samples)``; their columns are made on the device."""

    def design(self, x: Tensor) -> np.ndarray:
        """Of each of the `BANDS` pitches: the mean level, its standard deviation over time, and those of its changes.

        A change is what a level does from one window to the next; the columns are ``(N, 4 BANDS)``. Windows
        behind a sound's end do not count.
        """
        rows = [_summary(log_mel(part, BANDS), lengths(part)) for part in _in_parts(x)]
        return torch.cat(rows).cpu().numpy() if rows else np.zeros((0, 4 * BANDS), np.float32)


def lengths(x: Tensor) -> Tensor:
    """How many samples each sound has before the zeros it ends with: ``(N,)`` of int64, one at least."""
    places = torch.arange(1, x.shape[1] + 1, device=x.device)
    return ((x != 0) * places).amax(1).clamp(min=1)


def log_mel(x: Tensor, bands: int) -> Tensor:
    """How loud each band is in each window, `tlcore.mel.log_mel` on the device: ``(N, bands, windows)`` float32."""
    filters = torch.from_numpy(mel_filters(bands)).float().to(x.device)
    window = torch.from_numpy(hann()).float().to(x.device)
    made = []
    for part in _in_parts(x):
        spectrum = torch.stft(part.float() / LOUDEST, WINDOW, HOP, window=window, center=False, return_complex=True)
        power = filters @ spectrum.abs().square() / FULL
        decibels = 10 * power.clamp(min=10 ** (-QUIETEST / 10)).log10()
        made.append((1 + decibels * (2 / QUIETEST)).clamp(-1, 1))
    return torch.cat(made)


def _in_parts(x: Tensor) -> Iterable[Tensor]:
    """Sounds a few at a time: their spectra take some twenty times the room."""
    behind = WINDOW - x.shape[1]
    padded = F.pad(x, (0, behind)) if behind > 0 else x
    if torch.compiler.is_exporting():  # a graph takes any number of sounds, so it cannot count them
        return (padded,)
    return padded.split(max(1, AT_ONCE // x.shape[1])) if len(x) else ()


def _summary(levels: Tensor, ends: Tensor) -> Tensor:
    """Mean and standard deviation over time of levels ``(N, bands, windows)`` and of their changes."""
    windows = (1 + (ends - WINDOW).div(HOP, rounding_mode="floor")).clamp(min=1)
    columns = [*_spread(levels, windows), *_spread(levels.diff(dim=2), (windows - 1))]
    return torch.cat(columns, 1)


def _spread(values: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the first ``counts`` (N,) of the last dimension; 0 where there is none."""
    there = (torch.arange(values.shape[2], device=values.device) < counts[:, None])[:, None]
    n = counts.clamp(min=1)[:, None]
    mean = (values * there).sum(2) / n
    away = (values - mean[:, :, None]) * there
    return mean, (away.square().sum(2) / n).sqrt()
