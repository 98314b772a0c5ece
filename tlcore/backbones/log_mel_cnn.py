"""A small residual network that looks at a sound's pitches over time, trained from nothing (Hershey et al., 2017)."""

from dataclasses import dataclass
from itertools import pairwise

import tlcore as tl


@dataclass(frozen=True)
class LogMelCNN(tl.Backbone):
    title = "Residual network on pitches"
    modality = "audio"
    summary = "Draws how loud each pitch is over time and looks at the picture; learns short sounds on a CPU."
    usual = True
    batch_norm = True

    bands: int = tl.knob(40, "Pitches told apart", 16, 64)
    width: int = tl.knob(16, "Feature maps of the first stage; each later stage doubles them", 4, 512)
    stages: int = tl.knob(3, "Stages; each but the first halves the picture", 1, 5)

    def build(self, space):
        sizes = [self.width, *(self.width * 2**stage for stage in range(self.stages))]
        blocks = [tl.nets.Residual(a, b) for a, b in pairwise(sizes)]
        blocks[-1] = tl.nets.pooled(blocks[-1])
        stem = tl.sounds.SoundStem(self.bands, self.width)
        return tl.nets.Body([stem, *blocks], sizes[-1], at_once=256).to(memory_format=stem.layout)


BACKBONE = LogMelCNN
