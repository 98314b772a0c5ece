"""Defective or sound? Surfaces of a new production line, after the manner of DAGM 2007 (Wieler and Hahn, 2007).

Textures are filtered noise, defects are drawn into them, and light and camera belong to the line.
The recipe: docs/scenarios/defects.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import tlcore as tl
from tlcore import pictures, simulate
from tlcore.pictures import Shots
from tlcore.situation import Situation

POOL, TEST = 800, 1_000
CONTRAST = 0.14  # standard deviation of a texture, in shares of its brightness
PLACE = 0.1  # where a defect changes the surface by more than this share of its strongest point, there it is

# What is made and how it is looked at: on the line that has run for years, and on the new one.
OLD = {
    "material": {"brushed metal": 1 / 3, "cast metal": 1 / 3, "leather": 1 / 3, "fabric": 0.0, "wood": 0.0},
    "angle": 0.0,  # of the grain, radians
    "angle_spread": 0.1,
    "brightness": 0.55,
    "contrast": 1.0,  # what the camera makes of differences in brightness
    "slope": 0.1,  # of the light, from the middle to the edge
    "gloss": 0.05,
    "blur": 0.012,  # shares of the width
    "noise": 0.015,
}
NEW = {
    "material": {"brushed metal": 0.0, "cast metal": 0.0, "leather": 0.0, "fabric": 1 / 2, "wood": 1 / 2},
    "angle": 0.9,
    "angle_spread": 0.3,
    "brightness": 0.45,
    "contrast": 0.75,
    "slope": 0.4,
    "gloss": 0.4,
    "blur": 0.024,
    "noise": 0.03,
}
KINDS = ("scratch", "pit", "stain", "crack", "streak")


@dataclass(frozen=True)
class Defects(tl.Scenario):
    title = "Surface defects on a new line"
    situation = "Expensive labels"
    modality = "image"
    story = (
        "A camera watches metal and leather leave a production line, and over the years thousands of its pictures "
        "have been sorted into sound and defective. A new line makes fabric and wood, under other lamps and another "
        "camera. An inspector must look at each of its pictures to say whether there is a scratch, a pit, a stain, "
        "a crack or a missing thread. How many of them must be looked at, if the old line's pictures help? "
        "The pictures are simulated, so it is known to the pixel where each defect lies."
    )
    simulated = True
    budget = 40
    # Assumed: sorting out costs five, a defect that a customer finds thirty.
    worth = (-5.0, -5.0, 0.0, -30.0)

    covariate_shift: float = tl.knob(0.5, "How far material, light and camera of the new line differ", 0.0, 1.0)
    visibility: float = tl.knob(1.0, "How strongly a defect stands out from its surface; 0: not at all", 0.0, 3.0)
    event_rate: float = tl.knob(0.25, "Share of defective surfaces, on both lines", 0.05, 0.5)
    label_noise: float = tl.knob(0.0, "Share of defects taken for sound, and as many the other way round", 0.0, 0.5)
    source_size: int = tl.knob(1_200, "Pictures sorted on the old line", 200, 10_000)
    side: int = tl.knob(24, "Width and height of a picture, in pixels", 16, 96)
    world: int = tl.knob(0, "Number of the simulated world: another number, other surfaces", 0, 9_999)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs"} if self.covariate_shift else ())

    def draw(self) -> Situation:
        seen = {}
        for number, (name, shots) in enumerate(self.lines().items()):
            rng = np.random.default_rng([self.world, 20 + number])
            flawed = shots.kinds != ""
            told = flawed if name == "test" else simulate.mislabelled(flawed, self.label_noise, rng)
            seen[name] = shots.examples(np.where(told, "defective", "sound"), name)
        return Situation(
            seen["source"],
            seen["target"],
            label="surface",
            modality="image",
            test=seen["test"],
            positive="defective",
            simulated=True,
        )

    def lines(self) -> dict[str, Shots]:
        """The pictures of "source", "target" and "test", what truly is the matter with each, and where."""
        sizes = {"source": self.source_size, "target": POOL, "test": TEST}
        return {
            name: self._line(number, count, 0.0 if name == "source" else self.covariate_shift)
            for number, (name, count) in enumerate(sizes.items())
        }

    def _line(self, number: int, count: int, shift: float) -> Shots:
        rng = np.random.default_rng([self.world, number])
        flawed = rng.permutation(count) < round(self.event_rate * count)
        kinds = np.where(flawed, rng.choice(KINDS, count), "")
        line = simulate.between(OLD, NEW, shift)
        drawn = [
            shot(pictures.chance(self.world, number, rows), kinds[rows], line, self.visibility, self.side)
            for rows in pictures.pieces(count)
        ]
        images, where = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        return Shots(images, kinds, where)


def shot(
    rng: np.random.Generator, kinds: np.ndarray, line: Mapping[str, Any], visibility: float, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of surfaces with these defects, and where the defects lie.

    Every chance is drawn for every picture, whatever its defect, so that a defect adds itself and changes nothing else.
    """
    count = len(kinds)
    angle = rng.normal(line["angle"], line["angle_spread"], count)
    material = rng.choice(list(line["material"]), count, p=list(line["material"].values()))
    textures = pictures.by_kind(material, side, lambda name, rows: texture(rng, name, angle[rows], side))
    luck = {name: rng.random((count, 6)) for name in ("place", "form", "bends", "phases")}
    marks = pictures.by_kind(
        kinds,
        side,
        lambda name, rows: mark(name, {key: value[rows] for key, value in luck.items()}, angle[rows], side),
    )
    surface = (1 + CONTRAST * textures) * (1 + dust(rng, count, side)) * (1 + visibility * marks)

    lamp = rng.uniform(-np.pi, np.pi, count)
    light = pictures.lit(surface, line["slope"] * rng.uniform(0.5, 1.5, count), lamp)
    along, across = pictures.turned(side, lamp, *rng.uniform(0.2, 0.8, (2, count)))
    gloss = line["gloss"] * rng.uniform(0.5, 1.5, count)
    shine = pictures.each(gloss) * np.exp(-((along / 0.2) ** 2 + (across / 0.5) ** 2))
    brightness = pictures.each(line["brightness"] * rng.uniform(0.85, 1.15, count))
    picture = brightness * (1 + line["contrast"] * (light - 1)) + shine * surface * brightness
    noise = line["noise"] * rng.standard_normal(picture.shape, dtype=np.float32)
    size = np.abs(marks)
    where = size > PLACE * np.maximum(size.max(axis=(1, 2), keepdims=True), 1e-6)
    return pictures.grey(pictures.blurred(picture, line["blur"]) + noise), where


def texture(rng: np.random.Generator, material: str, angle: np.ndarray, side: int) -> np.ndarray:
    """What a sound surface looks like, in standard deviations around its brightness."""
    count = len(angle)

    def grain(along: float, across: float | None = None) -> np.ndarray:
        return pictures.field(rng, count, side, along, across, angle)

    along, across = pictures.turned(side, angle)
    if material == "brushed metal":
        return 0.8 * grain(0.4, 0.012) + 0.5 * grain(0.08, 0.008)
    if material == "cast metal":
        return 0.9 * np.tanh(1.2 * grain(0.03)) + 0.5 * grain(0.012)
    if material == "leather":
        # Creases run where a smooth field changes its sign, and part the skin into cells.
        return 0.9 - 2.4 * np.exp(-((grain(0.06) / 0.3) ** 2)) + 0.4 * grain(0.02)
    if material == "fabric":
        threads = pictures.each(rng.uniform(4, 6, count))
        warp = along * threads + 0.12 * grain(0.4, 0.05)
        weft = across * threads + 0.12 * grain(0.05, 0.4)
        over = np.sin(np.pi * warp) * np.sin(np.pi * weft) > 0
        height = np.cos(np.pi * np.where(over, warp, weft)) ** 2
        return 2.8 * (height - 0.5) + 0.4 * grain(0.2, 0.02)
    rings = across * pictures.each(rng.uniform(3, 6, count)) + 0.5 * grain(0.5, 0.12)
    return 1.1 * np.sin(2 * np.pi * rings) + 0.5 * grain(0.25, 0.01)


def dust(rng: np.random.Generator, count: int, side: int) -> np.ndarray:
    """Up to four specks on each surface, bright or dark, which are no defect: by what share they change it."""
    specks = np.zeros((count, side, side), dtype=np.float32)
    for _ in range(4):
        along, across = pictures.turned(side, 0.0, *rng.random((2, count)))
        change = rng.uniform(0.3, 0.6, count) * rng.choice([-1, 0, 0, 1], count)
        specks += pictures.each(change) * np.exp(-(along**2 + across**2) / 0.025**2)
    return specks


def mark(kind: str, chance: Mapping[str, np.ndarray], angle: np.ndarray, side: int) -> np.ndarray:
    """By what share a defect changes the brightness of the surface, pixel by pixel."""
    x, y = 0.15 + 0.7 * chance["place"][:, :2].T
    size, sign = chance["form"][:, 0], np.where(chance["form"][:, 1] < 0.5, -1.0, 1.0)
    heading = 2 * np.pi * chance["form"][:, 2]
    waves, phases = 0.25 * chance["bends"][:, :4], 2 * np.pi * chance["phases"][:, :4]
    if kind == "pit":
        radius = 0.05 + 0.03 * size
        hollow = pictures.soft(pictures.blob(side, x, y, radius, 0.5 * waves, phases), 0.4)
        along, _ = pictures.turned(side, heading, x, y)
        return hollow * (-0.45 + 0.45 * np.clip(along / pictures.each(radius), -1, 1))
    if kind == "stain":
        spread = pictures.soft(pictures.blob(side, x, y, 0.14 + 0.1 * size, waves, phases), 0.15)
        return pictures.each(0.28 * sign) * spread
    if kind == "streak":
        _, off = pictures.turned(side, angle, x, y)
        return pictures.each(0.32 * sign) * np.exp(-((off / pictures.each(0.022 + 0.012 * size)) ** 2))
    steps, bend, width, depth = (2, 0.3, 0.02, 0.5 * sign) if kind == "scratch" else (6, 1.6, 0.018, -0.6)
    length = (0.35 + 0.3 * size) / steps
    turns = heading[:, None] + bend * (2 * chance["bends"][:, :steps] - 1)
    ways = length[:, None, None] * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    points = np.concatenate([np.zeros((len(x), 1, 2)), np.cumsum(ways, axis=1)], axis=1)
    points += np.stack([x, y], axis=-1)[:, None] - points.mean(axis=1, keepdims=True)
    return pictures.each(depth) * np.exp(-((pictures.path(points, side) / width) ** 2))


SCENARIO = Defects
