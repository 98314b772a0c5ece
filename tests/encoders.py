"""Tiny encoders in the form of the Hugging Face library: random weights that are always the same, in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import torch

from tlcore.learn.vision import torchvision  # noqa: F401  transformers imports it, and would fail on a CPU

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789',.!?-"


def changed(folder: Path, place: Path, change: Callable[[str, torch.Tensor], torch.Tensor | None]) -> Path:
    """A copy of the folder with each tensor as ``change`` leaves it; none where that is None."""
    from safetensors.torch import load_file, save_file

    copytree(folder, place)
    state = {name: change(name, tensor) for name, tensor in load_file(folder / "model.safetensors").items()}
    kept = {name: tensor.contiguous() for name, tensor in state.items() if tensor is not None}
    save_file(kept, place / "model.safetensors", metadata={"format": "pt"})
    return place


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


def clip(folder: Path) -> Path:
    """A tiny CLIP of random weights, with all that a repository of one holds."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer

    letters = [letter + end for letter in LETTERS for end in ("", "</w>")]
    special = ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: number for number, token in enumerate([*letters, *special])}
    CLIPTokenizer(vocabulary, []).save_pretrained(folder)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4}
    begin, end = (vocabulary[token] for token in special)
    reads = {"vocab_size": len(vocabulary), "max_position_embeddings": 40, "num_hidden_layers": 2,
             "bos_token_id": begin, "eos_token_id": end, "pad_token_id": end}  # fmt: skip
    sees = {"image_size": 32, "patch_size": 8, "num_hidden_layers": 3}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = CLIPConfig(text_config=sizes | reads, vision_config=sizes | sees, projection_dim=16)
        config.vision_config.initializer_factor = config.text_config.initializer_factor = 4.0
        CLIPModel(config).save_pretrained(folder)
    CLIPImageProcessor(
        size={"shortest_edge": 36}, crop_size={"height": 32, "width": 32}, image_mean=[0.5, 0.4, 0.3]
    ).save_pretrained(folder)
    return folder
