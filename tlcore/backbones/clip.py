"""CLIP: an encoder of images taught by what people write beside pictures (Radford et al., 2021)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.pretrained import Pretrained
from tlcore.weights import Published


@dataclass(frozen=True)
class Clip(Pretrained):
    """CLIP's half that sees. ``parameters`` of the published ones count both halves."""

    modality = "image"
    names = True
    student = "small_cnn"
    in_turn = False

    def body(self, space, blank):
        return tl.encoders.images(self, blank=blank)


@dataclass(frozen=True)
class Clip32(Clip):
    title = "CLIP ViT-B/32"
    summary = "Has seen 400 million pictures with their captions, and knows classes by their English names."
    published = Published("openai/clip-vit-base-patch32", 151_277_313, 605)


@dataclass(frozen=True)
class Clip16(Clip):
    title = "CLIP ViT-B/16"
    summary = "CLIP that looks more closely, at four times the cost; knows classes by their English names."
    published = Published("openai/clip-vit-base-patch16", 149_620_737, 599)


BACKBONE = {"clip_base_16": Clip16, "clip_base_32": Clip32}
