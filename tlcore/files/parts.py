"""The parts of a situation as checks speak of them: what each is called, and how its rows are called."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.situation import Examples, Situation
from tlcore.words import _

FEW_SHOWN = 5  # values or columns named in a sentence


def parts(situation: Situation) -> dict[str, Examples]:
    """The labelled examples by role: source and test where there are any, and target."""
    found = {"source": situation.source, "target": situation.target, "test": situation.test}
    return {role: part for role, part in found.items() if part is not None and len(part)}


def place(role: str) -> str:
    return {"source": _("the source"), "target": _("the target"), "test": _("the test set")}[role]


def rows(examples: Examples, positions: np.ndarray) -> list[str]:
    """What to call the examples at these positions: by file name, else by the row of the file."""
    if examples.names:
        return [examples.names[row] for row in positions]
    if not isinstance(examples.inputs, pd.DataFrame):
        return [_("row {row}", row=row + 1) for row in positions]
    index = examples.inputs.index
    return [_("row {row}", row=index[row] + _made(index)) for row in positions]


def _made(index: pd.Index) -> bool:
    """Whether rows are counted from 0: a table that was made, not read from a file."""
    return isinstance(index, pd.RangeIndex) and index.start == 0


def few(examples: Examples, most: int) -> Examples:
    """At most so many of these examples, drawn evenly: the same ones every time."""
    if len(examples) <= most:
        return examples
    if isinstance(examples.inputs, pd.DataFrame) and _made(examples.inputs.index):  # taken rows keep their numbers
        inputs = examples.inputs.set_axis(range(1, len(examples) + 1))
        examples = Examples(inputs, examples.labels, examples.names)
    return examples.take(np.sort(np.random.default_rng(0).permutation(len(examples))[:most]))


def listed(names: list[str]) -> str:
    """Names in quotation marks, the first few of them."""
    shown = ", ".join(f"'{name}'" for name in names[:FEW_SHOWN])
    return shown if len(names) <= FEW_SHOWN else shown + ", ..."


def frame(examples: Examples) -> pd.DataFrame:
    """The inputs of a table."""
    assert isinstance(examples.inputs, pd.DataFrame)
    return examples.inputs
