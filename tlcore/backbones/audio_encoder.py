"""Encoders of sounds that have heard much speech before they hear any of yours (Baevski et al., 2020)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.pretrained import FromHub, Pretrained
from tlcore.weights import Published


@dataclass(frozen=True)
class AudioEncoder(Pretrained):
    """Any wav2vec 2.0, HuBERT or WavLM of the Hugging Face hub, or of a folder in its form. No code is ever run."""

    title = "Sound encoder of your choice"
    modality = "audio"
    summary = "Any wav2vec 2.0, HuBERT or WavLM of the Hugging Face hub by its name, or one in a folder of yours."
    student = "log_mel_cnn"
    in_turn = False

    def body(self, space, blank):
        return tl.sounds.encoder(self, space, blank=blank)


@dataclass(frozen=True)
class AnyEncoder(FromHub, AudioEncoder):
    pass


@dataclass(frozen=True)
class Wav2Vec2(AudioEncoder):
    title = "wav2vec 2.0 base"
    summary = "Has listened to 960 hours of English speech; tells words, moods and voices from few labels, but slowly."
    published = Published("facebook/wav2vec2-base", 94_371_712, 380)


BACKBONE = {"audio_encoder": AnyEncoder, "wav2vec2": Wav2Vec2}
