"""Handwritten digits, clean and on photographs: the MNIST-M recipe on real data (Ganin et al., 2016).

Both parts are scikit-learn's own: 1,797 digits of 8 x 8 pixels, and two photographs. Three groups
of different digits, dealt once at random, make source, target pool and test. The target's digits
lie on random crops of the photographs, ``|crop - digit|`` in every channel, two crops for each
digit; crops for the pool come from the left three fifths of each photograph and crops for the test
from the rest, so no test image shares a digit or a pixel of background with anything learnt from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.situation import Examples, Situation

SIDE = 16
SOURCE, POOL = 797, 500  # digits; the remaining 500 are for the test
CROPS = 2  # images made of each target digit
PHOTOGRAPHS = ("china", "flower")
BORDER = 0.6  # of the width: backgrounds left of it for the pool, right of it for the test


@dataclass(frozen=True)
class Digits(tl.Scenario):
    title = "Digits on photographs"
    situation = "Changed surroundings"
    modality = "image"
    story = (
        "A model reads handwritten digits from clean scans. "
        "Now the same digits arrive on coloured photographs, and only a few of the new images have been labelled. "
        "The task has stayed the same, only its surroundings have changed: can the clean scans still teach? "
        "The digits and the photographs are real; they were laid on top of each other by a published recipe."
    )
    simulated = False
    budget = 50

    blend: float = tl.knob(1.0, "How strongly the photograph shows behind the digit; 0 leaves clean scans", 0.0, 1.0)
    inverted: float = tl.knob(0.0, "Share of the target's images turned into their negative", 0.0, 1.0)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs"} if self.blend or self.inverted else ())

    def draw(self) -> Situation:
        from sklearn.datasets import load_digits

        scans, values = load_digits(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(scans))
        source, pool, test = np.split(order, [SOURCE, SOURCE + POOL])
        scans, labels = enlarged(scans.reshape(-1, 8, 8)), values.astype(str)
        clean = np.repeat(scans[source, ..., None], 3, axis=-1)
        return Situation(
            Examples(clean, labels[source], [f"digit {row}" for row in source]),
            self.on_photographs(scans, labels, pool, (0.0, BORDER), seed=1),
            label="digit",
            modality="image",
            test=self.on_photographs(scans, labels, test, (BORDER, 1.0), seed=2),
        )

    def on_photographs(
        self, scans: np.ndarray, labels: np.ndarray, rows: np.ndarray, part: tuple[float, float], seed: int
    ) -> Examples:
        """Every scan of these rows on ``CROPS`` backgrounds cut from this part of the photographs' width."""
        rng = np.random.default_rng(seed)
        rows = np.repeat(rows, CROPS)
        background, places = crops(rng, len(rows), part)
        images = np.abs(self.blend * background - scans[rows, ..., None])
        negative = rng.random(len(rows)) < self.inverted
        images[negative] = 255 - images[negative]
        names = [f"digit {row} on {place}" for row, place in zip(rows, places, strict=True)]
        return Examples(images.round().astype(np.uint8), labels[rows], names)


def enlarged(scans: np.ndarray) -> np.ndarray:
    """Grey images (N, 8, 8) with values 0..16 as (N, 16, 16) with whole values 0..255, smoothly resized."""
    from PIL import Image

    eight_bit = (scans * (255 / 16)).round().astype(np.uint8)
    size = (SIDE, SIDE)
    return np.stack([np.asarray(Image.fromarray(scan).resize(size, Image.Resampling.BILINEAR)) for scan in eight_bit])


def crops(rng: np.random.Generator, n: int, part: tuple[float, float]) -> tuple[np.ndarray, list[str]]:
    """n random cuts (n, 16, 16, 3) from this part of the photographs' width, and where each was cut."""
    from sklearn.datasets import load_sample_image

    photographs = [load_sample_image(f"{name}.jpg") for name in PHOTOGRAPHS]
    cuts, places = [], []
    for which in rng.integers(len(photographs), size=n):
        height, width = photographs[which].shape[:2]
        left = int(rng.integers(round(part[0] * width), round(part[1] * width) - SIDE + 1))
        top = int(rng.integers(0, height - SIDE + 1))
        cuts.append(photographs[which][top : top + SIDE, left : left + SIDE])
        places.append(f"{PHOTOGRAPHS[which]} at {left}, {top}")
    return np.stack(cuts).astype(float), places


SCENARIO = Digits
