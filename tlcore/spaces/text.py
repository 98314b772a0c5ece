"""Texts as whole numbers: the words that are known, and hashed pieces of every word, known or not."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from tlcore.situation import Examples
from tlcore.tokens import tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ids = TypeVar("Ids", bound=Any)  # an array, or a tensor
PADDING, STRANGER, FIRST_WORD = 0, 1, 2
WORDS_AT_MOST = 30_000  # rarer ones are strangers: their pieces must do
SHORTEST, LONGEST = 3, 5  # letters of a piece
BUCKETS = 2**14  # pieces that meet in one share their vector
LETTERS_AT_MOST = 24  # of a word that are cut into pieces; what is longer is an address or a code
LENGTH_AT_MOST = 2048  # ids; about a hundred words of English


@dataclass(frozen=True, eq=False)
class Text:
    """Texts as int32 ``(N, length)``, padded with 0.

    Every word (`tlcore.tokens`) is one id, followed by the ids of its pieces: the 3 to 5 neighbouring
    letters of ``<word>``, hashed into so many buckets (Bojanowski et al., 2017). A word that is not in the
    vocabulary has id 1, and its pieces tell what it is. Ids below ``first_piece`` are thus where a word
    begins. Texts end with the last whole word that fits.
    """

    vocabulary: tuple[str, ...]
    idf: np.ndarray  # (words,), log((1 + texts) / (1 + texts with the word)) + 1
    length: int

    @classmethod
    def fit(cls, parts: Iterable[np.ndarray]) -> Self:
        """Words and their rarity from all texts a run may look at."""
        texts = [tokens(text) for part in parts for text in part]
        counts = Counter(chain.from_iterable(texts))
        # Equally common words stand by name, not by who happened to come first.
        words = tuple(sorted(counts, key=lambda word: (-counts[word], word))[:WORDS_AT_MOST])
        found = Counter(chain.from_iterable(map(set, texts)))
        rarity = np.log((1 + len(texts)) / (1 + np.array([found[word] for word in words]))) + 1
        sizes = {word: 1 + len(pieces(word)) for word in counts}
        longest = max((sum(map(sizes.__getitem__, text)) for text in texts), default=1)
        return cls(words, rarity, min(max(1, longest), LENGTH_AT_MOST))

    @cached_property
    def first_piece(self) -> int:
        return FIRST_WORD + len(self.vocabulary)

    @property
    def size(self) -> int:
        """How many ids there are."""
        return self.first_piece + BUCKETS

    @cached_property
    def _ids(self) -> dict[str, list[int]]:
        """The ids of every word met so far."""
        return {word: self._spelt(place, word) for place, word in enumerate(self.vocabulary, FIRST_WORD)}

    def _spelt(self, place: int, word: str) -> list[int]:
        return [place, *(self.first_piece + bucket for bucket in pieces(word))]

    def rows(self, examples: Examples) -> np.ndarray:
        """Texts as rows of ids."""
        rows = np.zeros((len(examples), self.length), dtype=np.int32)
        for row, text in zip(rows, examples.inputs, strict=True):
            end = 0
            for word in tokens(text):
                ids = self._ids.get(word) or self._ids.setdefault(word, self._spelt(STRANGER, word))
                if end + len(ids) > self.length:
                    break
                row[end : end + len(ids)] = ids
                end += len(ids)
        return rows

    def words(self, rows: Ids) -> Ids:
        """The columns of encoded texts that hold these ids; a space made from this one may add its own behind them."""
        return rows[:, : self.length]

    def columns(self, rows: np.ndarray) -> csr_matrix:
        """How often each known word occurs, times its rarity, each text scaled to length 1: ``(N, words)``."""
        from scipy.sparse import csr_matrix

        ids = self.words(rows)
        places, columns = np.nonzero((ids >= FIRST_WORD) & (ids < self.first_piece))
        words = ids[places, columns] - FIRST_WORD
        table = csr_matrix((self.idf[words], (places, words)), shape=(len(ids), len(self.vocabulary)))
        table.sum_duplicates()
        norm = np.sqrt(np.asarray(table.multiply(table).sum(1)).ravel())
        table.data /= np.repeat(norm, np.diff(table.indptr))
        return table


def pieces(word: str) -> list[int]:
    """The bucket of every 3 to 5 neighbouring letters of ``<word>``."""
    marked = f"<{word[:LETTERS_AT_MOST]}>"
    return [
        zlib.crc32(marked[start : start + size].encode()) % BUCKETS
        for size in range(SHORTEST, LONGEST + 1)
        for start in range(len(marked) - size + 1)
    ]
