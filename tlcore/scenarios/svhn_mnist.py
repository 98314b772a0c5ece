"""House numbers to handwritten digits: a wide gap, and where adaptation can hurt (Netzer et al., 2011; LeCun, 1998)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import digits, resized, some


@dataclass(frozen=True)
class SvhnMnist(tl.Scenario):
    title = "From house numbers to handwriting: SVHN and MNIST"
    situation = "Changed surroundings"
    modality = "image"
    story = (
        "A model reads house numbers in street photographs: printed digits, in colour, with neighbours in the picture. "
        "Now it should read handwriting, and only a few of those digits have labels. The classes are the same, hardly "
        "a pixel is. Real data: SVHN (Y. Netzer and others, Stanford; for non-commercial use only) and MNIST "
        "(CC BY-SA 3.0). About 195 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 50

    source_size: int = tl.knob(10000, "Source examples, drawn at random", 500, 73257)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded."""
        source = some(digits.svhn(), self.source_size)
        target, test = some(digits.mnist("train"), 5000), some(digits.mnist("t10k"), 2000)
        return tl.Situation(source, _coloured(target), label="digit", modality="image", test=_coloured(test))


def _coloured(part: tl.Examples) -> tl.Examples:
    """Grey digits as large as the house numbers, and in as many channels."""
    return tl.Examples(np.repeat(resized(part.inputs, 32), 3, axis=3), part.labels)  # type: ignore[arg-type]


SCENARIO = SvhnMnist
