"""How inputs become rows, as plain JSON: what a run learnt from its training rows, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from tlcore.situation import Examples
from tlcore.spaces import Audio, Image, Table, Text

TOKENIZER = "tokenizer.json"
_KINDS: dict[str, type[Table | Image | Text | Audio]] = {"table": Table, "image": Image, "text": Text, "audio": Audio}


@dataclass(frozen=True, eq=False)
class Tokens(Text):
    """The ids of `Text`, then those of a tokenizer plus 1, ``(N, length + tokens)``: as networks with weights read."""

    tokenizer: Any
    tokens: int

    def rows(self, examples: Examples) -> np.ndarray:
        rows = np.zeros((len(examples), self.tokens), np.int32)
        told = self.tokenizer.encode_batch([str(text) for text in examples.inputs])
        for row, text in zip(rows, told, strict=True):
            row[: len(text.ids)] = np.asarray(text.ids) + 1
        return np.concatenate([super().rows(examples), rows], 1)


def described(space: Table | Image | Text | Audio) -> dict[str, Any]:
    """A space as JSON keeps it. A tokenizer is a file of its own (`TOKENIZER`), whose length alone is told here."""
    kind = next(name for name, known in _KINDS.items() if isinstance(space, known))
    record: dict[str, Any] = {"kind": kind}
    for field in fields(_KINDS[kind]):
        value = getattr(space, field.name)
        record[field.name] = value.tolist() if isinstance(value, np.ndarray) else value
    if tokens := getattr(space, "tokens", None):
        record["tokens"] = tokens
    return record


def space_of(record: dict[str, Any], folder: Path) -> Table | Image | Text | Audio:
    """The space that `described` told."""
    given = dict(record)
    kind, tokens = given.pop("kind"), given.pop("tokens", None)
    for name in ("mean", "scale", "idf"):
        if name in given:
            given[name] = np.array(given[name], np.float64)
    for name in ("numeric", "holed", "vocabulary"):
        if name in given:
            given[name] = tuple(given[name])
    if "categories" in given:
        given["categories"] = {name: tuple(known) for name, known in given["categories"].items()}
    if tokens is None:
        return _KINDS[kind](**given)
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(tokens)
    tokenizer.no_padding()
    return Tokens(**given, tokenizer=tokenizer, tokens=tokens)
