"""Digits of two post offices: MNIST and USPS, the first pair on which adaptation is tried (Hull, 1994; LeCun, 1998)."""

from __future__ import annotations

from dataclasses import dataclass

import tlcore as tl
from tlcore.remote import digits, resized, some

WAYS = ("MNIST to USPS", "USPS to MNIST")


@dataclass(frozen=True)
class MnistUsps(tl.Scenario):
    title = "Digits of two post offices: MNIST and USPS"
    situation = "Changed surroundings"
    modality = "image"
    story = (
        "One office has collected tens of thousands of handwritten digits; another scans its envelopes with other "
        "machines and has labelled a handful. The digits are the same ten, thicker, tighter and cropped otherwise: "
        "how much of the first office's work is worth anything to the second? Real data: MNIST (Y. LeCun, C. Cortes, "
        "C. Burges; CC BY-SA 3.0) and USPS (J. Hull; no licence is stated). About 20 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 50

    direction: str = tl.knob(WAYS[0], "Which office has the labels, and which lacks them", choices=WAYS)
    side: int = tl.knob(16, "Height and width of the pictures in pixels", choices=(16, 28))
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 60000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        if self.direction == WAYS[0]:
            parts = digits.mnist("train"), digits.usps("train"), digits.usps("test")
        else:
            parts = digits.usps("train"), digits.mnist("train"), digits.mnist("t10k")
        counts = self.source_size, 5000, 2007  # USPS has 2,007 test digits; as many of MNIST's are enough
        source, target, test = (self._sized(some(part, n)) for part, n in zip(parts, counts, strict=True))
        return tl.Situation(source, target, label="digit", modality="image", test=test)

    def _sized(self, part: tl.Examples) -> tl.Examples:
        return tl.Examples(resized(part.inputs, self.side), part.labels)  # type: ignore[arg-type]


SCENARIO = MnistUsps
