"""Encoders of sounds that have heard much speech before they hear any of yours (Baevski et al., 2020)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.pretrained import Pretrained
from tlcore.weights import Published


@dataclass(frozen=True)
class AudioEncoder(Pretrained):
    """Any wav2vec 2.0, HuBERT or WavLM of the Hugging Face hub, or of a folder in its form. No code is ever run."""

    title = "Sound encoder of your choice"
    modality = "audio"
    summary = "Any wav2vec 2.0, HuBERT or WavLM of the Hugging Face hub by its name, or one in a folder of yours."
    student = "log_mel_cnn"
    in_turn = False

    def build(self, space):
        return tl.sounds.encoder(self, space, blank=False)

    def blank(self, space):
        return tl.sounds.encoder(self, space, blank=True)


@dataclass(frozen=True)
class AnyEncoder(AudioEncoder):
    repository: str = tl.knob("", "Name of a repository on the Hugging Face hub, such as microsoft/wavlm-base")

    @property
    def published(self):
        return Published(self.repository, 0, 0) if self.repository else None

    def objection(self):
        if not self.repository and not self.weights:
            return f"{self.name} has no weights of its own: set its repository, or name a folder in its weights."
        return super().objection()


@dataclass(frozen=True)
class Wav2Vec2(AudioEncoder):
    title = "wav2vec 2.0 base"
    summary = "Has listened to 960 hours of English speech; tells words, moods and voices from few labels, but slowly."
    published = Published("facebook/wav2vec2-base", 94_371_712, 380)


BACKBONE = {"audio_encoder": AnyEncoder, "wav2vec2": Wav2Vec2}
