"""What the simulated picture scenarios share: fields of noise, outlines, lines, light and a camera.

Stacks of grey pictures are float32 arrays ``(N, side, side)``. Places and lengths are in shares of
the width, x to the right and y downwards, so that the same knobs show the same things in more or
fewer pixels. What differs from picture to picture is given as ``(N,)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import fft, ndimage

from tlcore.situation import Examples

PIECE = 128  # pictures drawn at a time: the work then fits a processor's cache

Each = float | np.ndarray  # one number for all pictures, or one for each


@dataclass(frozen=True, eq=False)
class Shots:
    """Pictures of one place ``(N, side, side, 1)`` (uint8), and what is to be found in them.

    ``kinds (N,)`` says it in a word or two; ``where (N, side, side)`` (bool) shows its pixels.
    """

    images: np.ndarray
    kinds: np.ndarray
    where: np.ndarray

    def examples(self, labels: np.ndarray, name: str) -> Examples:
        """The pictures with the labels that somebody gave them."""
        return Examples(self.images, labels, [f"{name} {row}" for row in range(len(self.images))])


def pieces(count: int) -> Iterator[slice]:
    """The rows of each piece in turn."""
    return (slice(start, min(start + PIECE, count)) for start in range(0, count, PIECE))


def chance(world: int, part: int, rows: slice) -> np.random.Generator:
    """What the pictures of this piece are drawn with, whatever other pieces there are."""
    return np.random.default_rng([world, part, 1 + rows.start])  # numpy takes [1, 2, 0] for [1, 2]


def grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel's centre, each ``(side, side)``."""
    centres = (np.arange(side, dtype=np.float32) + 0.5) / side
    return np.broadcast_to(centres, (side, side)), np.broadcast_to(centres[:, None], (side, side))


def turned(side: int, angle: Each, x: Each = 0.5, y: Each = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Each pixel's way from a point, along a direction (radians) and across it: both ``(N, side, side)``."""
    right, down = grid(side)
    dx, dy = right - each(x), down - each(y)
    return dx * np.cos(each(angle)) + dy * np.sin(each(angle)), dy * np.cos(each(angle)) - dx * np.sin(each(angle))


def each(values: Each) -> np.ndarray:
    """Numbers ``(N,)`` in the shape that meets a stack of pictures."""
    return np.asarray(values, dtype=np.float32).reshape(-1, 1, 1)


def field(
    rng: np.random.Generator, count: int, side: int, along: Each, across: Each | None = None, angle: Each = 0.0
) -> np.ndarray:
    """White noise seen through a Gaussian window: ``(count, side, side)`` of mean 0 and variance 1.

    The window's standard deviations ``along`` a direction and ``across`` it are the size of the
    grain; one size makes a grain without direction. Opposite edges join.
    """
    sideways, downwards = fft.rfftfreq(side, 1 / side), fft.fftfreq(side, 1 / side)[:, None]
    cos, sin = np.cos(each(angle)), np.sin(each(angle))
    u, v = sideways * cos + downwards * sin, downwards * cos - sideways * sin
    passed = np.exp(-2 * np.pi**2 * ((each(along) * u) ** 2 + (each(along if across is None else across) * v) ** 2))
    passed = passed.astype(np.float32)
    # rfft leaves out the mirror image of all but the first column, and of the last one where the side is even.
    twice = np.full(passed.shape[-1], 2.0, dtype=np.float32)
    twice[0] = 1.0
    if side % 2 == 0:
        twice[-1] = 1.0
    power = (passed**2 * twice).sum(axis=(1, 2), keepdims=True) / side**2
    white = fft.rfft2(rng.standard_normal((count, side, side), dtype=np.float32))
    return fft.irfft2(white * (passed / np.sqrt(power)), s=(side, side))


def path(points: np.ndarray, side: int) -> np.ndarray:
    """Each pixel's distance from a line through points ``(N, points, 2)``: ``(N, side, side)``."""
    right, down = grid(side)
    nearest = np.full((len(points), side, side), np.inf, dtype=np.float32)
    for begin, end in zip(points[:, :-1].transpose(1, 2, 0), points[:, 1:].transpose(1, 2, 0), strict=True):
        way = end - begin
        dx, dy = right - each(begin[0]), down - each(begin[1])
        share = np.clip((dx * each(way[0]) + dy * each(way[1])) / each((way**2).sum(axis=0) + 1e-12), 0, 1)
        np.minimum(nearest, np.hypot(dx - share * each(way[0]), dy - share * each(way[1])), out=nearest)
    return nearest


def blob(side: int, x: Each, y: Each, radius: Each, waves: np.ndarray, phases: np.ndarray) -> np.ndarray:
    """How far inside a round thing each pixel lies: 1 in its middle, 0 on its outline, below 0 outside.

    The outline is ``radius * (1 + sum of waves[k] * cos((k + 2) * direction + phases[k]))``; both ``(N, K)``.
    """
    dx, dy = turned(side, 0.0, x, y)
    direction = np.arctan2(dy, dx)
    reach = 1 + sum(
        each(wave) * np.cos(k * direction + each(phase))
        for k, (wave, phase) in enumerate(zip(waves.T, phases.T, strict=True), 2)
    )
    return 1 - np.hypot(dx, dy) / (each(radius) * np.maximum(reach, 0.2))


def soft(inside: np.ndarray, width: Each) -> np.ndarray:
    """From 1 where ``inside`` is well above 0 to 0 where it is well below, in a step of about this width."""
    return 0.5 + 0.5 * np.tanh(inside / each(width))


def lit(pictures: np.ndarray, slope: Each, angle: Each) -> np.ndarray:
    """Brighter towards a direction: by the share ``slope`` from the middle to the edge, darker on the other side."""
    along, _ = turned(pictures.shape[-1], angle)
    return pictures * (1 + 2 * each(slope) * along)


def blurred(pictures: np.ndarray, width: float) -> np.ndarray:
    """Seen through a lens that spreads a point into a Gaussian of this standard deviation."""
    pixels = width * pictures.shape[-1]
    return ndimage.gaussian_filter(pictures, (0, pixels, pixels), mode="nearest") if pixels > 0 else pictures


def grey(pictures: np.ndarray) -> np.ndarray:
    """From 0 (black) to 1 (white), cut off beyond, as whole steps of 256: ``(N, side, side, 1)`` (uint8)."""
    return (np.clip(pictures, 0, 1) * 255).round().astype(np.uint8)[..., None]


def by_kind(kinds: np.ndarray, side: int, draw: Callable[[str, np.ndarray], np.ndarray]) -> np.ndarray:
    """A stack in which ``draw(kind, rows)`` has made the pictures of each kind ``(N,)``; rows of kind "" stay empty."""
    stack = np.zeros((len(kinds), side, side), dtype=np.float32)
    for kind in sorted(set(kinds) - {""}):
        rows = np.flatnonzero(kinds == kind)
        stack[rows] = draw(kind, rows)
    return stack
