"""Texts as tensors of the ids that `tlcore.spaces.Text` gives words and their pieces."""

from __future__ import annotations

from torch import Tensor

from tlcore.learn.tensors import Tensors
from tlcore.spaces.text import BUCKETS, FIRST_WORD, PADDING, STRANGER, Text, pieces

__all__ = ["BUCKETS", "FIRST_WORD", "PADDING", "STRANGER", "TextSpace", "pieces"]


class TextSpace(Text, Tensors):
    """Texts as int32 tensors ``(N, length)``, padded with 0."""

    def thinned(self, more: Tensor, share: float) -> Tensor:
        """Columns beyond the words' ids, with this share of what they hold taken out; there are none here."""
        return more

    def begins(self, x: Tensor) -> Tensor:
        """Where a word begins, bool ``(N, length)``."""
        x = self.words(x)
        return (x > PADDING) & (x < self.first_piece)
