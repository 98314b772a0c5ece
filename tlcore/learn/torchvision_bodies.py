"""Bodies cut out of torchvision's networks: their own preprocessing, their stages, and no classifier."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn import checkpoints
from tlcore.learn.fetching import fetched
from tlcore.learn.nets import FEW, Body
from tlcore.learn.photographs import Photographs
from tlcore.learn.tuning import LEAST_MAPS
from tlcore.learn.vision import torchvision
from tlcore.outcome import Note

if TYPE_CHECKING:
    from tlcore.kinds.pretrained import Pretrained

models = torchvision.models
# Those trained with heavier recipes later on score higher on ImageNet itself; features of the first ones move
# to other pictures at least as well (Kornblith et al., 2021).
EDITION = "IMAGENET1K_V1"
CONVOLUTIONS, ATTENTION = 0.1, 0.01  # of the usual learning rates


def body(backbone: Pretrained, *, blank: bool) -> Body:
    """torchvision's network of the backbone's name, with its own weights, the published ones, or ``blank``.

    Raises `Unusable` for weights that cannot be had, or of which nothing fits.
    """
    network = models.get_model(backbone.name)
    _drop_classifier(network)
    notes = () if blank else tuple(_filled(network, backbone))
    attention = isinstance(network, models.VisionTransformer)
    layout = _layout(network)
    blocks, width = _of_transformer(network) if attention else _of_convolutions(network)
    blocks[0] = nn.Sequential(_preprocessing(backbone.name, layout), blocks[0])
    pace = 1.0 if blank else ATTENTION if attention else CONVOLUTIONS
    cut = Body(blocks, width, pace=pace, costly=not blank, at_once=FEW, notes=notes)
    return cut.to(memory_format=layout)  # type: ignore[call-overload]  # torch's own types know no such call


def _filled(network: Any, backbone: Pretrained) -> Iterable[Note]:
    """Put weights into the network; says what became of a person's own."""
    own = backbone.own
    if own is not None:
        report = checkpoints.load(network, checkpoints.read(own))
        report.demand_some(own)
        return report.notes()
    assert backbone.published is not None
    file = fetched(backbone.published)
    if not checkpoints.load(network, checkpoints.read(file)).whole:
        raise Unusable(
            f"{str(file)!r} does not hold all weights of {backbone.name}, so it is not the file that was published; "
            "remove it, and it is fetched again."
        )
    return ()


def _drop_classifier(network: Any) -> None:
    """Leave out the last layer, and hidden ones before it. The norm of ConvNeXt's features is none of them."""
    if isinstance(network, models.ConvNeXt):
        network.classifier = network.classifier[:1]
        return
    for name in ("fc", "classifier", "heads"):
        if hasattr(network, name):
            setattr(network, name, nn.Identity())


def _preprocessing(name: str, layout: torch.memory_format) -> Photographs:
    own = models.get_model_weights(name)[EDITION].transforms()
    return Photographs(own.resize_size, own.crop_size, own.mean, own.std, own.interpolation, layout)


def _layout(network: Any) -> torch.memory_format:
    """Channels last, a third quicker on a CPU, unless a convolution is too thin for it (nets.PictureStem)."""
    thin = any(isinstance(part, nn.Conv2d) and part.out_channels < LEAST_MAPS for part in network.modules())
    return torch.contiguous_format if thin else torch.channels_last


def _of_convolutions(network: Any) -> tuple[list[nn.Module], int]:
    """The stages of a convolutional network, the last one pooled, and its number of features."""
    if isinstance(network, models.ResNet):
        stem = nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool)
        stages = [stem, network.layer1, network.layer2, network.layer3, network.layer4]
    else:
        stages = _by_maps(network.features)
    norm = network.classifier if isinstance(network, models.ConvNeXt) else nn.Identity()
    width = _maps(stages)[-1]
    stages[-1] = nn.Sequential(stages[-1], nn.AdaptiveAvgPool2d(1), norm, nn.Flatten())
    return stages, width


def _by_maps(layers: Iterable[nn.Module]) -> list[nn.Module]:
    """Layers in a row, those together whose feature maps are equally many."""
    layers = list(layers)
    maps = _maps(layers)
    begins = [place for place in range(len(layers)) if place == 0 or maps[place] != maps[place - 1]]
    return [nn.Sequential(*layers[begin:end]) for begin, end in pairwise([*begins, len(layers)])]


@torch.no_grad()
def _maps(layers: Iterable[nn.Module]) -> list[int]:
    """How many feature maps each layer answers with, by a small picture."""
    x, found = torch.zeros(1, 3, 64, 64), []
    for layer in layers:
        x = layer.eval()(x)
        found.append(x.shape[1])
    return found


def _of_transformer(network: Any) -> tuple[list[nn.Module], int]:
    """Patches, then layer after layer (Dosovitskiy et al., 2021); the token of the whole is the answer."""
    *layers, last = network.encoder.layers
    return [Patches(network), *layers, nn.Sequential(last, network.encoder.ln, Whole())], network.hidden_dim


class Patches(nn.Module):
    """Pictures ``(N, 3, H, W)`` to patches with their places, a token of the whole before them ``(N, S, width)``."""

    def __init__(self, network: Any):
        super().__init__()
        self.conv_proj, self.class_token = network.conv_proj, network.class_token
        self.pos_embedding, self.dropout = network.encoder.pos_embedding, network.encoder.dropout

    def forward(self, x: Tensor) -> Tensor:
        patches = self.conv_proj(x).flatten(2).transpose(1, 2)
        whole = self.class_token.expand(len(x), -1, -1)
        return self.dropout(torch.cat([whole, patches], 1) + self.pos_embedding)


class Whole(nn.Module):
    """The token of the whole picture ``(N, width)`` of all tokens ``(N, S, width)``."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens[:, 0]
