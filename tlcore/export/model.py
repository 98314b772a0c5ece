"""A model somebody took away: loaded from its folder, asked for answers."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from tlcore.errors import Unusable
from tlcore.export import folder as folders
from tlcore.export import parts, preparation, reading
from tlcore.export.networks import PROGRAM
from tlcore.situation import Examples
from tlcore.words import _

NUMBER = "predicted"
PROBABILITY = "probability of {}"


class Model:
    """An exported model. ``record`` is what its `model.json` says."""

    def __init__(self, folder: Path, record: dict[str, Any]):
        self.folder, self.record = folder, record
        self.space = preparation.space_of(record["inputs"], folder)
        self.answers: dict[str, Any] = record["answers"]

    @cached_property
    def part(self) -> parts.Part:
        return parts.made(self.record["parts"], self.folder, self.space)

    @property
    def classes(self) -> tuple[str, ...]:
        """What it tells apart, of two the event last; nothing where it predicts a number."""
        return tuple(self.answers["classes"])

    @property
    def threshold(self) -> float | None:
        """From which probability on the event is announced; None where there are not two classes."""
        return self.answers["threshold"]["value"] if "threshold" in self.answers else None

    def predict(self, inputs: Any, column: str = "") -> pd.DataFrame:
        """One row per input, in order: what is ``predicted``, and of classes the ``probability of ...`` each.

        ``inputs`` is a DataFrame with the columns it was trained on, in any order; a list of texts; an array of
        images ``(N, height, width, channels)`` of uint8 or of sounds ``(N, samples)`` of int16; or the path of a file
        or folder. What is to be known of them (values never seen, gaps) stands in ``.attrs["notes"]``. Raises
        `Unusable`, one sentence per problem.
        """
        _examples, notes, answers = self.answered(inputs, column)
        answers.attrs["notes"] = notes
        return answers

    def answered(
        self, inputs: Any, column: str = "", *, mended: bool = False
    ) -> tuple[Examples, list[str], pd.DataFrame]:
        """The inputs as they were read, what is to be known of them, and the answers as `predict` gives them.

        ``mended``: the inputs are in the units and under the names of training already.
        """
        mend = {} if mended else self.record.get("mend")
        examples, notes = reading.read(inputs, self.space, mend=mend, column=column)
        return examples, notes, self._named(self.told(examples), examples)

    def told(self, examples: Examples) -> np.ndarray:
        """Probabilities ``(N, classes)``, or numbers ``(N,)``, of examples as they were trained on; float64."""
        raw = self.part(self.space.rows(examples)).astype(np.float64)
        if self.classes:
            return softmax(raw, axis=1)
        return raw[:, 0] * self.answers["spread"] + self.answers["centre"]

    def seen(self, examples: Examples) -> Any:
        """What it judges these by, ``(N, columns)``: a network's features, or a learner's columns (maybe sparse)."""
        return self.part.seen(self.space.rows(examples))

    def _named(self, told: np.ndarray, examples: Examples) -> pd.DataFrame:
        index = examples.inputs.index if isinstance(examples.inputs, pd.DataFrame) else None
        index = pd.Index(examples.names) if examples.names else index
        if not self.classes:
            return pd.DataFrame({NUMBER: told}, index=index)
        names = np.array(self.classes, dtype=object)
        event = (told[:, 1] >= self.threshold).astype(int) if self.threshold is not None else told.argmax(1)
        chances = {PROBABILITY.format(name): told[:, place] for place, name in enumerate(names)}
        return pd.DataFrame({NUMBER: names[event], **chances}, index=index)


def load(folder: str | Path, *, trusted: bool = False) -> Model:
    """The model in a folder that `export` wrote.

    ``trusted``: the folder's maker may run code here, which a network in torch's own form (`network.pt2`) can. Raises
    `Unusable`, naming the file, where anything in it changed, where it names a file that is not its own, and for such a
    network that is not trusted.
    """
    path = Path(folder)
    record = folders.opened(path)
    for name in parts.files(record["parts"]):
        if name not in record["files"]:
            raise Unusable(
                _("{file} names a file that is not among its own, {name}; do not use it.",
                  file=path / folders.MANIFEST, name=name)
            )  # fmt: skip
        if name.endswith(PROGRAM) and not trusted:
            raise Unusable(
                _("{file} is a program of PyTorch, and opening it can run code. If you trust who made it, say --trust, "
                  "or load(folder, trusted=True).", file=path / name)
            )  # fmt: skip
    return Model(path, record)
