"""Networks for sounds: a picture of pitches over time, or an encoder that has heard much before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn import hub, nets
from tlcore.learn.around import Around
from tlcore.learn.encoders import PACE
from tlcore.learn.space_audio import AudioSpace, lengths, log_mel
from tlcore.mel import LOUDEST, RATE

if TYPE_CHECKING:
    from tlcore.kinds.pretrained import Pretrained

UNUSED = ("masked_spec_embed", "pooler.")  # what stands for a masked frame: none is masked; a layer behind the features
MOST_COLUMNS = 128  # of a picture; longer sounds are looked at more coarsely


class LogMel(nn.Module):
    """Samples ``(N, samples)`` as a picture ``(N, 1, bands, columns)``, 0 for silence to 255 for the loudest."""

    def __init__(self, bands: int):
        super().__init__()
        self.bands = bands

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            levels = log_mel(x, self.bands)
            if levels.shape[2] > MOST_COLUMNS:
                levels = F.adaptive_avg_pool1d(levels, MOST_COLUMNS)
        return (levels[:, None] + 1) * 127.5

    def extra_repr(self) -> str:
        return f"bands={self.bands}"


class SoundStem(nn.Module):
    """Samples to the first feature maps."""

    def __init__(self, bands: int, width: int):
        super().__init__()
        self.heard, self.seen = LogMel(bands), nets.PictureStem(1, width)
        self.layout = self.seen.layout

    def forward(self, x: Tensor) -> Tensor:
        return self.seen(self.heard(x))


class Listening(Around):
    """An encoder of waveforms: wav2vec 2.0 (Baevski et al., 2020), HuBERT (Hsu et al., 2021) or WavLM (Chen, 2022).

    ``scaled``: each sound is brought to mean 0 and variance 1, as the model was taught on. ``masked``: the model
    takes a mask of what is sound and what is padding; the others were taught on zeros. Features are the mean over
    the frames that hold sound.
    """

    def __init__(self, model: Any, space: AudioSpace, *, scaled: bool, masked: bool, **more: Any):
        self.scaled, self.masked, self.samples = scaled, masked, space.samples
        self.frames = model._get_feat_extract_output_lengths
        super().__init__(model, self.fed, self.mean, model.config.hidden_size, **more)

    def fed(self, x: Tensor) -> dict[str, Tensor]:
        ends = lengths(x)
        there = torch.arange(x.shape[1], device=x.device) < ends[:, None]
        waves = x.float() / LOUDEST
        if self.scaled:
            mean = (waves * there).sum(1, keepdim=True) / ends[:, None]
            away = (waves - mean) * there
            waves = away / (away.square().sum(1, keepdim=True) / ends[:, None] + 1e-7).sqrt()
        return {"input_values": waves} | ({"attention_mask": there.long()} if self.masked else {})

    def mean(self, answer: Any, given: dict[str, Any]) -> Tensor:
        features = answer.last_hidden_state
        ends = self.frames(lengths(given["input_values"])).clamp(1, features.shape[1])
        there = (torch.arange(features.shape[1], device=features.device) < ends[:, None])[..., None]
        return (features * there).sum(1) / ends[:, None]

    def extra_repr(self) -> str:
        """What its features depend on besides its weights: they are remembered by it (`tlcore.learn.memory`)."""
        return f"samples={self.samples}, scaled={self.scaled}, masked={self.masked}"


def encoder(backbone: Pretrained, space: AudioSpace, *, blank: bool) -> Listening:
    """An encoder of sounds with its weights, or knowing nothing. Raises `Unusable` for one that hears no waveforms."""
    from transformers import AutoConfig, AutoFeatureExtractor, AutoModel

    config = hub.loaded(AutoConfig, backbone)
    # Which frames are masked and layers skipped is chance that no seed of a run decides, and not for few labels.
    config.apply_spec_augment, config.layerdrop = False, 0.0
    if blank:
        model = AutoModel.from_config(config, **hub.SAFE)
    else:
        model = hub.whole(AutoModel, backbone, UNUSED, config=config)
    if model.main_input_name != "input_values" or not hasattr(model, "_get_feat_extract_output_lengths"):
        raise Unusable(
            f"The {config.model_type!r} that {backbone.name} names is no encoder of waveforms; choose a wav2vec 2.0, "
            "a HuBERT or a WavLM."
        )
    heard = hub.loaded(AutoFeatureExtractor, backbone)
    if heard.sampling_rate != RATE:
        raise Unusable(
            f"{backbone.name} hears {heard.sampling_rate:,} samples a second, but sounds have {RATE:,} here; choose "
            "an encoder for 16 kHz."
        )
    return Listening(
        model.float(),
        space,
        scaled=bool(heard.do_normalize),
        masked=bool(heard.return_attention_mask),
        costly=not blank,
        **({} if blank else {"pace": PACE}),
    )
