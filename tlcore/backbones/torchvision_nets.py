"""Networks that have seen a million photographs of a thousand kinds of things (ImageNet; Deng et al., 2009)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.pretrained import Pretrained
from tlcore.weights import Published

FILES = "https://download.pytorch.org/models"


@dataclass(frozen=True)
class TorchvisionNet(Pretrained):
    """A network of torchvision, under the name that it has there."""

    modality = "image"
    batch_norm = True
    student = "small_cnn"
    takes = "file"

    weights: str = tl.knob("", "File of weights of your own (.safetensors, .pth or .pt); empty: the published ones")

    def body(self, space, blank):
        return tl.torchvision_bodies.body(self, blank=blank)


@dataclass(frozen=True)
class ResNet18(TorchvisionNet):
    title = "ResNet-18"
    summary = "The usual first choice for photographs: small, plain, and well understood."
    published = Published(f"{FILES}/resnet18-f37072fd.pth", 11_689_512, 45)


@dataclass(frozen=True)
class ResNet50(TorchvisionNet):
    title = "ResNet-50"
    summary = "The standard of most published comparisons; finer features than ResNet-18 at twice the cost."
    published = Published(f"{FILES}/resnet50-0676ba61.pth", 25_557_032, 98)


@dataclass(frozen=True)
class Vgg16(TorchvisionNet):
    title = "VGG-16"
    summary = "An older network without short cuts, for comparison with older studies; slow for what it brings."
    batch_norm = False
    published = Published(f"{FILES}/vgg16-397923af.pth", 138_357_544, 528)


@dataclass(frozen=True)
class MobileNetV2(TorchvisionNet):
    title = "MobileNet V2"
    summary = "Made for telephones: small enough to be fitted on a CPU."
    published = Published(f"{FILES}/mobilenet_v2-b0353104.pth", 3_504_872, 14)


@dataclass(frozen=True)
class MobileNetV3(TorchvisionNet):
    title = "MobileNet V3 large"
    summary = "The quickest of these networks on a CPU."
    published = Published(f"{FILES}/mobilenet_v3_large-8738ca79.pth", 5_483_032, 21)


@dataclass(frozen=True)
class EfficientNetB0(TorchvisionNet):
    title = "EfficientNet B0"
    summary = "Nearly as good on photographs as networks five times its size."
    published = Published(f"{FILES}/efficientnet_b0_rwightman-7f5810bc.pth", 5_288_548, 20)


@dataclass(frozen=True)
class ConvNeXtTiny(TorchvisionNet):
    title = "ConvNeXt tiny"
    summary = "A modern convolutional network; strong features, best with a GPU."
    batch_norm = False
    published = Published(f"{FILES}/convnext_tiny-983f1562.pth", 28_589_128, 109)


@dataclass(frozen=True)
class VitB16(TorchvisionNet):
    title = "Vision transformer B/16"
    summary = "Reads a picture as a row of patches, as text encoders read words; needs a GPU."
    batch_norm = False
    published = Published(f"{FILES}/vit_b_16-c867db91.pth", 86_567_656, 330)


BACKBONE = {
    "convnext_tiny": ConvNeXtTiny,
    "efficientnet_b0": EfficientNetB0,
    "mobilenet_v2": MobileNetV2,
    "mobilenet_v3_large": MobileNetV3,
    "resnet18": ResNet18,
    "resnet50": ResNet50,
    "vgg16": Vgg16,
    "vit_b_16": VitB16,
}
