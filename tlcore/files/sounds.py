"""Sounds from WAV files in class folders, or from a zip of them, all brought to one channel and one rate."""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from tlcore.errors import Unusable
from tlcore.files.class_folders import MOST_BYTES, Members
from tlcore.files.finding import Findings
from tlcore.mel import LOUDEST, RATE
from tlcore.situation import Examples
from tlcore.words import _, counted

RATES = range(1_000, 400_000)  # samples a second that a recording may have
PLENTY = 0.1  # seconds that may be missing at the end without a word


def read_sounds(
    path: str | Path, seconds: float = 4.0, found: Findings | None = None, *, labelled: bool = True
) -> Examples:
    """Every WAV below ``path`` as int16 ``(N, samples)`` at `RATE`; labels are the first folder's names.

    Sounds end after ``seconds``, and all are as long as the longest: zeros follow shorter ones. One that cannot
    be read is skipped and named in ``found``. Raises `Unusable` for a folder without sounds, sounds outside
    class folders, more than fit into memory, and an unsafe zip.
    """
    members, found = Members.of(path, "audio", labelled=labelled), Findings() if found is None else found
    sounds: list[np.ndarray] = []
    read: list[str] = []
    cut: list[str] = []
    longest = 0
    for name, raw in members.each():
        sound = None if raw is None else heard(raw, seconds + PLENTY)
        if sound is None:
            continue
        if len(sound) > (seconds + PLENTY / 2) * RATE:
            cut.append(name)
        sound = sound[: round(seconds * RATE)]
        sounds.append(sound)
        read.append(name)
        longest = max(longest, len(sound))
        if len(sounds) * longest * 2 > MOST_BYTES:
            raise Unusable(
                _("The {n} sounds in {path} take more than {most} GB at {seconds} seconds; choose fewer seconds, or "
                  "bring fewer.", n=len(members), path=members.path, most=MOST_BYTES >> 30, seconds=f"{seconds:g}")
            )  # fmt: skip
    if cut:
        found.note(
            counted(
                "One of the sounds in {file} is longer than {seconds} seconds; what follows is not read.",
                "{n} of the sounds in {file} are longer than {seconds} seconds; what follows is not read.",
                len(cut),
                file=members.path.name,
                seconds=f"{seconds:g}",
            ),
            where=members.path.name,
            remedy=_("Choose more seconds where it matters."),
            rows=cut,
        )
    return members.examples(_stacked(sounds, longest), read, found)


def alike(parts: dict[str, Examples]) -> dict[str, Examples]:
    """The same sounds, all as long as the longest of them."""
    longest = max(part.inputs.shape[1] for part in parts.values())
    return {
        role: Examples(_stacked(list(np.asarray(part.inputs)), longest), part.labels, part.names)
        for role, part in parts.items()
    }


def heard(raw: bytes, seconds: float) -> np.ndarray | None:
    """The first ``seconds`` of one WAV as int16 ``(samples,)``, channels averaged; None where it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message="Reached EOF prematurely")  # half a recording is a damaged one
            rate, samples = wavfile.read(io.BytesIO(raw))
    except Exception:  # a parser of foreign bytes fails in more ways than it names
        return None
    if rate not in RATES or not samples.size:
        return None
    wave = _between_ones(samples[: math.ceil(seconds * rate)])
    wave = wave.mean(1) if wave.ndim == 2 else wave
    if rate != RATE:
        both = math.gcd(rate, RATE)
        wave = resample_poly(wave, RATE // both, rate // both)
    return np.rint(wave * LOUDEST).clip(-LOUDEST, LOUDEST - 1).astype(np.int16)


def _between_ones(samples: np.ndarray) -> np.ndarray:
    """Samples of any width as float64 from -1 to 1. 24 bits come in the upper bytes of 32."""
    if samples.dtype == np.uint8:
        return (samples.astype(np.float64) - 128) / 128
    if np.issubdtype(samples.dtype, np.integer):
        return samples / -float(np.iinfo(samples.dtype).min)
    return np.nan_to_num(samples.astype(np.float64), posinf=1.0, neginf=-1.0).clip(-1, 1)


def _stacked(sounds: list[np.ndarray], length: int) -> np.ndarray:
    rows = np.zeros((len(sounds), length), np.int16)
    for row, sound in zip(rows, sounds, strict=True):
        row[: len(sound)] = sound
    return rows
