"""Texts as words, whatever the language: no word list, no model, no blanks needed."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# Scripts written without blanks: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
SOLID = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_SOLID = re.compile(f"[{SOLID}]")
_PIECES = re.compile(f"[{SOLID}]+|[^{SOLID}]+")


class _Marks(dict[int, str]):
    """What each character becomes: letters and digits stay, pictures stand alone, all else is a blank."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in "'’" or category == "Cf":
            kept = ""  # "don't" is one word, with a soft hyphen inside it too
        elif category[0] in "LMN":
            kept = character
        else:
            kept = f" {character} " if category == "So" else " "
        self[code] = kept
        return kept


_MARKS = _Marks()


def tokens(text: object) -> list[str]:
    """The words of a text, in order; none where there is no text.

    Words stand between blanks and punctuation, in small letters. A script written without blanks has
    no such words: there every character is one, and so is every two neighbours.
    """
    if not isinstance(text, str):
        return []
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    words = plain.split()
    if not _SOLID.search(plain):
        return words
    return [found for word in words for piece in _PIECES.findall(word) for found in _parted(piece)]


def _parted(piece: str) -> list[str]:
    if not _SOLID.match(piece):
        return [piece]
    return [*piece[0], *(part for one, other in pairwise(piece) for part in (one + other, other))]
