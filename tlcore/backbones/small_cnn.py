"""A small residual network for images, trained from nothing (He et al., 2016)."""

from dataclasses import dataclass
from itertools import pairwise

import tlcore as tl


@dataclass(frozen=True)
class SmallCNN(tl.Backbone):
    title = "Small residual network"
    modality = "image"
    summary = "A small convolutional network with short cuts; learns small pictures on a CPU in seconds."
    usual = True
    batch_norm = True

    width: int = tl.knob(16, "Feature maps of the first stage; each later stage doubles them", 4, 512)
    stages: int = tl.knob(3, "Stages; each but the first halves the picture", 1, 5)

    def build(self, space):
        sizes = [self.width, *(self.width * 2**stage for stage in range(self.stages))]
        blocks = [tl.nets.Residual(a, b) for a, b in pairwise(sizes)]
        blocks[-1] = tl.nets.pooled(blocks[-1])
        stem = tl.nets.PictureStem(space.channels, self.width)
        return tl.nets.Body([stem, *blocks], sizes[-1]).to(memory_format=stem.layout)


BACKBONE = SmallCNN
