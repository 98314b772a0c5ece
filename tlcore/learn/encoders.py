"""Bodies around models of the Hugging Face library, with their weights or knowing nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlcore.learn import around, hub
from tlcore.learn.around import Around
from tlcore.learn.space_tokens import TokenSpace

if TYPE_CHECKING:
    from tlcore.kinds.pretrained import Pretrained

PACE = 0.02  # of the usual learning rates: 6e-5 on the source, as papers fine-tune such encoders
READS = {"mean": around.mean_of_tokens, "first": around.first_token}


def text(backbone: Pretrained, space: TokenSpace, features: str, *, blank: bool) -> Around:
    """An encoder of texts; ``features`` is "mean" or "first", what stands for a whole text."""
    from transformers import AutoConfig, AutoModel

    if blank:
        model = AutoModel.from_config(hub.loaded(AutoConfig, backbone), **hub.SAFE)
    else:
        model = hub.loaded(AutoModel, backbone)
    pace = {} if blank else {"pace": PACE}
    return Around(
        model.float(),
        space.feed,
        READS[features],
        model.config.hidden_size,
        first=space.length,
        costly=not blank,
        **pace,
    )
