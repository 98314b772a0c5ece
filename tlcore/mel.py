"""What a sound is here: samples of one channel at one rate, and how loud its pitches are over time.

No network and no torch: the training side (`tlcore.learn.sounds`), gap measures and pages share these figures.
"""

from __future__ import annotations

import numpy as np

RATE = 16_000  # samples a second
LOUDEST = 32_768  # int16 runs from -LOUDEST to LOUDEST - 1
WINDOW, HOP = 512, 256  # samples: 32 ms, each window beginning in the middle of the last
BANDS = 40
QUIETEST = 80.0  # decibels below a full-scale sine wave; what is quieter counts as silence


def mel_filters(bands: int) -> np.ndarray:
    """Triangles over the frequencies of a window, evenly spaced in pitch as it is heard: ``(bands, WINDOW / 2 + 1)``.

    A frequency ``f`` in hertz has the pitch ``2595 log10(1 + f / 700)`` (O'Shaughnessy, 1987, as in HTK). Each
    triangle peaks with 1 at the pitch where its lower neighbour ends and its upper one begins (Davis and
    Mermelstein, 1980).
    """
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    frequencies = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    low, middle, high = (corners[start : start + bands, None] for start in range(3))
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    return np.minimum(rising, falling).clip(min=0)


def hann() -> np.ndarray:
    """The window of Hann, periodic: ``(WINDOW,)``."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


def log_mel(sounds: np.ndarray, bands: int = BANDS) -> np.ndarray:
    """How loud each band is in each window: int16 ``(N, samples)`` to float32 ``(N, bands, windows)``.

    From -1, `QUIETEST` or less, to 1 for a full-scale sine wave in the middle of a band. The windows are those
    that fit; what is shorter than one is followed by silence.
    """
    padded = np.pad(sounds, ((0, 0), (0, max(0, WINDOW - sounds.shape[1]))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)[:, ::HOP]
    filters, window = mel_filters(bands).astype(np.float32).T, hann().astype(np.float32)
    made = [_level(np.abs(np.fft.rfft(part * (window / LOUDEST))) ** 2 @ filters) for part in windows]
    return np.stack(made).swapaxes(1, 2) if made else np.zeros((0, bands, windows.shape[1]), np.float32)


FULL = (WINDOW / 4) ** 2  # power of a full-scale sine wave behind the window, at its own frequency


def _level(power: np.ndarray) -> np.ndarray:
    decibels = 10 * np.log10(np.maximum(power / FULL, 10 ** (-QUIETEST / 10)))
    return (1 + decibels * (2 / QUIETEST)).clip(-1, 1).astype(np.float32)


def lengths(sounds: np.ndarray) -> np.ndarray:
    """How many samples each sound has before the zeros it ends with: ``(N,)`` of int64."""
    there = sounds != 0
    return np.where(there.any(1), sounds.shape[1] - there[:, ::-1].argmax(1), 0)
