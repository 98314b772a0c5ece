"""No finding, benign or suspicious? Phantom scans of another scanner, after the manner of Shepp and Logan (1974).

A body is a handful of ellipses filled with tissue; a lesion among harmless look-alikes is the question,
contrast, bias field, noise and resolution are the scanner's. The recipe: docs/scenarios/scans.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore import pictures, simulate
from tlcore.pictures import Shots, each
from tlcore.situation import Situation

POOL, TEST = 800, 1_000
CLASSES = ("no finding", "benign", "suspicious")
FAT, FLESH = 0.75, 0.42  # signal, where 1 is the most a scanner takes in
ORGANS = (  # what each adds to the signal; its centre and half axes in shares of the body's; its turn in radians
    (-0.17, -0.42, -0.1, 0.26, 0.36, 0.3),
    (-0.17, 0.45, -0.15, 0.22, 0.3, -0.3),
    (0.1, -0.1, 0.05, 0.25, 0.2, 0.5),
    (0.4, 0.0, 0.55, 0.16, 0.2, 0.0),  # the spine
)
# Harmless: radius in shares of the width, how many times longer at most, what it adds, how often it is there.
VESSEL, CALCIFICATION = (0.03, 2.5, 0.2, 0.7), (0.018, 1.0, 0.5, 0.5)
LIMIT, STRICTER = 0.5, 0.3  # from which irregularity a lesion is suspicious, and by how much that may be lowered

# How a scanner shows a body: at the hospital that has labels, and at the other one.
KNOWN = {
    "gamma": 1.0,  # of the contrast curve
    "window": 1.0,  # share of the range of grey that is used
    "bias": 0.08,  # standard deviation of the slow change of brightness across the picture
    "noise": 0.01,
    "blur": 0.032,  # shares of the width
    "zoom": 1.0,
}
OTHER = {"gamma": 0.6, "window": 0.75, "bias": 0.25, "noise": 0.035, "blur": 0.042, "zoom": 0.85}


@dataclass(frozen=True)
class Scans(tl.Scenario):
    title = "Scans of another scanner"
    situation = "Expensive labels"
    modality = "image"
    story = (
        "One hospital has had its scans read by specialists for years: no finding, benign, or suspicious. Another "
        "hospital runs another scanner, whose pictures have another contrast, more noise and uneven brightness; and "
        "every label costs a specialist's time. How many scans must be read there, if the first hospital's help? "
        "Bodies, lesions and scanners are simulated. "
        "This shows what transfer between scanners can do; it is no medical product and knows nothing of patients."
    )
    simulated = True
    budget = 60

    covariate_shift: float = tl.knob(0.6, "How far the other scanner's pictures differ", 0.0, 1.0)
    concept_shift: float = tl.knob(0.0, "How much sooner the other hospital calls a lesion suspicious", 0.0, 1.0)
    visibility: float = tl.knob(1.0, "How strongly a lesion stands out from its tissue; 0: not at all", 0.0, 3.0)
    event_rate: float = tl.knob(0.6, "Share of scans with a lesion, at both hospitals", 0.1, 0.9)
    label_noise: float = tl.knob(0.0, "Share of scans that a reader gave one of the wrong classes", 0.0, 0.5)
    source_size: int = tl.knob(1_000, "Scans read at the first hospital", 200, 10_000)
    side: int = tl.knob(24, "Width and height of a scan, in pixels", 16, 96)
    world: int = tl.knob(0, "Number of the simulated world: another number, other bodies", 0, 9_999)

    def differs(self) -> frozenset[str]:
        at_work = {"inputs": self.covariate_shift > 0, "rule": self.concept_shift > 0}
        return frozenset(name for name, there in at_work.items() if there)

    def draw(self) -> Situation:
        seen = {}
        for number, (name, shots) in enumerate(self.scanners().items()):
            rng = np.random.default_rng([self.world, 20 + number])
            told = shots.kinds if name == "test" else misread(shots.kinds, self.label_noise, rng)
            seen[name] = shots.examples(told, name)
        return Situation(
            seen["source"],
            seen["target"],
            label="reading",
            modality="image",
            test=seen["test"],
            simulated=True,
        )

    def scanners(self) -> dict[str, Shots]:
        """The scans of "source", "target" and "test", the right reading of each, and where its lesion lies."""
        sizes = {"source": self.source_size, "target": POOL, "test": TEST}
        return {name: self._scans(number, count) for number, (name, count) in enumerate(sizes.items())}

    def _scans(self, number: int, count: int) -> Shots:
        shift, concept = (self.covariate_shift, self.concept_shift) if number else (0.0, 0.0)
        rng = np.random.default_rng([self.world, number])
        present = rng.permutation(count) < round(self.event_rate * count)
        irregularity = rng.beta(0.6, 0.6, count)
        suspicious = irregularity > LIMIT - STRICTER * concept
        reading = np.where(present, np.where(suspicious, CLASSES[2], CLASSES[1]), CLASSES[0])
        scanner = simulate.between(KNOWN, OTHER, shift)
        drawn = [
            scan(
                pictures.chance(self.world, number, rows),
                self.visibility * present[rows],
                irregularity[rows],
                scanner,
                self.side,
            )
            for rows in pictures.pieces(count)
        ]
        images, where = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        return Shots(images, reading, where & present[:, None, None])


def scan(
    rng: np.random.Generator, contrast: np.ndarray, irregularity: np.ndarray, scanner: Mapping[str, float], side: int
) -> tuple[np.ndarray, np.ndarray]:
    """Scans of bodies with a lesion of this contrast and irregularity ``(N,)`` each, and where the lesion lies.

    Every chance is drawn for every scan, so that a lesion adds itself and changes nothing else.
    """
    count = len(contrast)
    tissue, flesh = body(rng, count, side, scanner["zoom"])
    tissue = tissue + flesh * vessels(rng, count, side)
    change, where = lesion(rng, irregularity, side, scanner["zoom"])
    tissue = np.clip(tissue + each(contrast) * change, 0, 1)

    received = pictures.blurred(tissue, scanner["blur"])
    received = received * np.exp(scanner["bias"] * pictures.field(rng, count, side, 0.3))
    # The magnitude of a signal with noise in both its parts is Rician (Gudbjartsson and Patz, 1995).
    real, imaginary = scanner["noise"] * rng.standard_normal((2, *received.shape), dtype=np.float32)
    magnitude = np.hypot(received + real, imaginary)
    return pictures.grey(scanner["window"] * magnitude ** scanner["gamma"]), where


def body(rng: np.random.Generator, count: int, side: int, zoom: float) -> tuple[np.ndarray, np.ndarray]:
    """A body in cross-section, fat around soft tissue with its organs and the spine; and where the soft tissue is."""
    x, y = 0.5 + 0.02 * rng.standard_normal((2, count))
    along, across = pictures.turned(side, rng.normal(0, 0.08, count), x, y)
    along = along / each(zoom * rng.uniform(0.42, 0.47, count))
    across = across / each(zoom * rng.uniform(0.34, 0.41, count))

    def ellipse(right: float, down: float, wide: float, high: float, turn: float = 0.0) -> np.ndarray:
        """1 inside; centre and axes in shares of the body's own, each a little different from body to body."""
        x, y, a, b = (
            each(size)
            for size in np.array([[right], [down], [wide], [high]]) * (1 + 0.12 * rng.standard_normal((4, count)))
        )
        u, v, cos, sin = along - x, across - y, float(np.cos(turn)), float(np.sin(turn))
        return pictures.soft(1 - np.hypot((u * cos + v * sin) / a, (v * cos - u * sin) / b), 0.12)

    outline = pictures.soft(1 - np.hypot(along, across), 0.05)
    flesh = ellipse(0.0, 0.0, 0.84, 0.82) * outline
    tissue = FAT * outline - (FAT - FLESH) * flesh
    for bright, *form in ORGANS:
        tissue += bright * ellipse(*form)
    grain = 0.6 * pictures.field(rng, count, side, 0.04) + 0.6 * pictures.field(rng, count, side, 0.02)
    return tissue + 0.03 * grain * flesh, flesh


def vessels(rng: np.random.Generator, count: int, side: int) -> np.ndarray:
    """What a lesion may be taken for and is harmless: vessels, across or lengthwise, and calcifications."""
    spots = np.zeros((count, side, side), dtype=np.float32)
    for radius, longest, bright, share in (*4 * (VESSEL,), *2 * (CALCIFICATION,)):
        along, across = pictures.turned(
            side, rng.uniform(0, np.pi, count), *(0.5 + 0.28 * rng.uniform(-1, 1, (2, count)))
        )
        length = radius * rng.uniform(1, longest, count)
        there = bright * rng.uniform(0.7, 1.3, count) * (rng.random(count) < share)
        spots += each(there) * np.exp(-((along / each(length)) ** 2) - (across / radius) ** 2)
    return spots


def lesion(rng: np.random.Generator, irregularity: np.ndarray, side: int, zoom: float) -> tuple[np.ndarray, np.ndarray]:
    """By how much a lesion changes the signal, and its place: smooth and even, or lobed, spiked and uneven."""
    count = len(irregularity)
    distance, direction = zoom * 0.24 * np.sqrt(rng.random(count)), rng.uniform(-np.pi, np.pi, count)
    x, y = 0.5 + distance * np.cos(direction), 0.5 + 0.85 * distance * np.sin(direction)
    waves = irregularity[:, None] * rng.uniform(0.1, 0.4, (count, 5))
    phases = rng.uniform(-np.pi, np.pi, (count, 5))
    inside = pictures.blob(side, x, y, zoom * rng.uniform(0.09, 0.14, count), waves, phases)
    uneven = 1 + 0.9 * each(irregularity) * pictures.field(rng, count, side, 0.045)
    bright = rng.uniform(0.25, 0.4, count)
    return each(bright) * uneven * pictures.soft(inside, 0.2), inside > -0.4


def misread(readings: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """This share of the scans with one of the two wrong classes, either with the same chance."""
    wrong = rng.permutation(len(readings))[: round(share * len(readings))]
    told = readings.copy()
    place = np.array([CLASSES.index(reading) for reading in readings[wrong]], dtype=int)
    told[wrong] = np.array(CLASSES)[(place + rng.integers(1, 3, len(wrong))) % 3]
    return told


SCENARIO = Scans
