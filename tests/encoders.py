"""Tiny encoders in the form of the Hugging Face library: random weights that are always the same, in a folder."""

from __future__ import annotations

from pathlib import Path

import torch

from tlcore.learn.vision import torchvision  # noqa: F401  transformers imports it, and would fail on a CPU

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789',.!?-"


def bert(folder: Path, words: list[str], *, layers: int = 2, seed: int = 0) -> Path:
    """A BERT of four heads and its WordPiece tokenizer, which knows these words whole and all others by letters."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    known = dict.fromkeys([*special, *words, *LETTERS, *(f"##{letter}" for letter in LETTERS)])
    vocabulary = {word: place for place, word in enumerate(known)}
    pieces = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    pieces.normalizer = normalizers.BertNormalizer(lowercase=True)
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pieces.decoder = decoders.WordPiece()
    pieces.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=pieces, model_max_length=64, **names).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=layers, num_attention_heads=4,
        intermediate_size=48, max_position_embeddings=64,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(folder)
    return folder


def hearing(folder: Path, kind: str = "wav2vec2", *, masked: bool = False, layers: int = 2, seed: int = 0) -> Path:
    """A wav2vec 2.0, HuBERT or WavLM of four heads, one frame for 320 samples, and its feature extractor."""
    from transformers import AutoConfig, AutoModel, Wav2Vec2FeatureExtractor

    config = AutoConfig.for_model(
        kind, hidden_size=32, num_hidden_layers=layers, num_attention_heads=4, intermediate_size=48,
        conv_dim=(8,) * 7, feat_extract_norm="layer" if masked else "group", num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4, num_buckets=32, do_stable_layer_norm=masked, mask_time_length=2,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        AutoModel.from_config(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=masked).save_pretrained(folder)
    return folder
