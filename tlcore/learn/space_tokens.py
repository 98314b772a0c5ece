"""Texts as the tokens of somebody's tokenizer, beside the words that every other learner reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from tlcore.learn.space_text import TextSpace
from tlcore.outcome import Note
from tlcore.situation import Examples


@dataclass(frozen=True, eq=False)
class TokenSpace(TextSpace):
    """Texts as int32 tensors ``(N, length + tokens)``: the ids of `TextSpace`, then a tokenizer's, padded with 0.

    A token is kept as its id plus 1, so that 0 is no token whatever the tokenizer pads with. Baselines on
    words thus read the very same columns whichever network stands beside them.
    """

    tokenizer: Any  # of the transformers library
    tokens: int
    cut: float = 0.0  # the share of texts that have more

    @classmethod
    def around(cls, tokenizer: Any, parts: Iterable[Examples], most: int) -> Self:
        """A space for these texts; as many tokens as the longest of them has, ``most`` at most."""
        texts = [np.asarray(part.inputs) for part in parts]
        words = TextSpace.fit(texts)
        most = min(most, tokenizer.model_max_length)
        counts = np.array([len(ids) for part in texts for ids in _ids(tokenizer, part, most + 1)] or [1])
        tokens, cut = max(1, min(most, int(counts.max()))), float((counts > most).mean())
        kept = {field.name: getattr(words, field.name) for field in fields(words)}
        return cls(**kept, tokenizer=tokenizer, tokens=tokens, cut=cut)

    @property
    def notes(self) -> tuple[Note, ...]:
        note = Note(
            "{share:.1%} of the texts are longer than {most} tokens; the network does not read what follows.",
            {"share": self.cut, "most": self.tokens},
            grave=False,
        )
        return (note,) if self.cut else ()

    def rows(self, examples: Examples) -> np.ndarray:
        rows = np.zeros((len(examples), self.tokens), dtype=np.int32)
        for row, ids in zip(rows, _ids(self.tokenizer, np.asarray(examples.inputs), self.tokens), strict=True):
            row[: len(ids)] = np.asarray(ids) + 1
        return np.concatenate([super().rows(examples), rows], 1)

    def feed(self, x: Tensor) -> dict[str, Tensor]:
        """What a transformer takes: ids and which of them are there, no longer than the longest of these texts."""
        ids = x[:, self.length :].long()
        return self._given(ids[:, : 1 + int(torch.nonzero((ids > 0).any(0)).max())])

    def feed_whole(self, x: Tensor) -> dict[str, Tensor]:
        """The same, padding and all: how wide it is does not depend on what the texts are."""
        return self._given(x[:, self.length :].long())

    def _given(self, ids: Tensor) -> dict[str, Tensor]:
        pad = self.tokenizer.pad_token_id or 0
        return {"input_ids": torch.where(ids > 0, ids - 1, pad), "attention_mask": (ids > 0).long()}

    def thinned(self, more: Tensor, share: float) -> Tensor:
        """Tokens without this share of them; the first, which may stand for the whole text, stays."""
        stays = torch.rand(more.shape, device=more.device) >= share
        stays[:, 0] = True
        return more * stays


def _ids(tokenizer: Any, texts: np.ndarray, most: int) -> list[list[int]]:
    if not len(texts):
        return []
    return tokenizer([str(text) for text in texts], truncation=True, max_length=most, verbose=False)["input_ids"]
