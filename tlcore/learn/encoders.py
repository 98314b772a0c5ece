"""Bodies around models of the Hugging Face library, with their weights or knowing nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from PIL.Image import Resampling
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn import around, hub
from tlcore.learn.around import Around
from tlcore.learn.photographs import Photographs
from tlcore.learn.space_tokens import TokenSpace
from tlcore.learn.vision import torchvision

if TYPE_CHECKING:
    from tlcore.kinds.pretrained import Pretrained

PACE = 0.02  # of the usual learning rates: 6e-5 on the source, as papers fine-tune such encoders
SEEING_PACE = 0.005  # two kinds of data were taught to agree; what one learns alone forgets the other
UNUSED = ("pooler.",)  # a layer behind the features, which most repositories lack
READS = {"mean": around.mean_of_tokens, "first": around.first_token}


def text(backbone: Pretrained, space: TokenSpace, features: str, *, blank: bool) -> Around:
    """An encoder of texts; ``features`` is "mean" or "first", what stands for a whole text."""
    from transformers import AutoConfig, AutoModel

    if blank:
        model = AutoModel.from_config(hub.loaded(AutoConfig, backbone), **hub.SAFE)
    else:
        model = hub.whole(AutoModel, backbone, UNUSED)
    return Around(
        model.float(),
        space.feed,
        READS[features],
        model.config.hidden_size,
        first=space.length,
        pace=1.0 if blank else PACE,
        costly=not blank,
        notes=space.notes,
    )


def images(backbone: Pretrained, *, blank: bool) -> Named:
    """CLIP's encoder of images (Radford et al., 2021). Raises `Unusable` for weights that are not CLIP's."""
    from transformers import AutoConfig, CLIPImageProcessor, CLIPModel

    config = hub.loaded(AutoConfig, backbone)
    if config.model_type != "clip":
        raise Unusable(f"The weights of {backbone.name} are of the kind {config.model_type!r}; name those of a CLIP.")
    clip = CLIPModel(config) if blank else hub.whole(CLIPModel, backbone)
    given = hub.loaded(CLIPImageProcessor, backbone)
    seen = Photographs(
        _sides(given.size),
        _sides(given.crop_size),
        given.image_mean,
        given.image_std,
        torchvision.transforms.InterpolationMode[Resampling(given.resample).name],
    )
    pace = 1.0 if blank else SEEING_PACE
    return Named(backbone, clip.float(), Fed(seen), pace=pace, costly=not blank)


class Fed(nn.Module):
    """Pictures as a transformer of the Hugging Face library takes them."""

    def __init__(self, seen: Photographs):
        super().__init__()
        self.seen = seen

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"pixel_values": self.seen(x)}


class Seeing(nn.Module):
    """CLIP's half that sees: pictures to the space ``(N, width)`` that they share with texts."""

    def __init__(self, clip: Any):
        super().__init__()
        self.vision_model, self.visual_projection = clip.vision_model, clip.visual_projection

    def forward(self, pixel_values: Tensor) -> Tensor:
        return self.visual_projection(self.vision_model(pixel_values=pixel_values).pooler_output)


class Named(Around):
    """An encoder of images that can be told classes by their names alone."""

    def __init__(self, backbone: Pretrained, clip: Any, feed: nn.Module, **more: Any):
        width = clip.config.projection_dim
        super().__init__(Seeing(clip), feed, lambda answer, _given: answer, width, **more)
        self.backbone = backbone

    @torch.no_grad()
    def named(self, classes: Iterable[str], sentences: Iterable[str]) -> Tensor:
        """The direction of each class ``(C, width)``: the mean of what its name means in these sentences.

        A ``{}`` in a sentence stands for the name. All rows are as long as the network's sharpness, by which
        it multiplies cosines to tell classes apart.
        """
        from transformers import CLIPModel

        # The half that reads is of use just here, so it is no part of the network that a run moves or keeps.
        clip = hub.whole(CLIPModel, self.backbone).float().eval()
        tokenizer = hub.tokenizer(self.backbone)
        names = [name.replace("_", " ").strip() for name in classes]
        found = torch.zeros(len(names), self.width)
        for sentence in sentences:
            texts = [sentence.replace("{}", name) for name in names]
            most = clip.config.text_config.max_position_embeddings
            read = tokenizer(texts, padding=True, truncation=True, max_length=most, return_tensors="pt")
            told = clip.get_text_features(read["input_ids"], read["attention_mask"]).pooler_output
            found += nn.functional.normalize(told, dim=1)
        return nn.functional.normalize(found, dim=1) * clip.logit_scale.exp()


def _sides(size: Any) -> list[int]:
    """How a Hugging Face processor says a size: the shorter side, or height and width."""
    given = dict(size)
    return [given[side] for side in ("shortest_edge", "height", "width") if given.get(side)]
