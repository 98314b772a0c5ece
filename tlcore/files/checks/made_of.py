"""A number to predict that other columns add up to: 'total' is 'net' plus 'tax', so they hold the answer together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files import lists
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import few, frame
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
ROWS, COLUMNS, LEAST = 2000, 60, 100
EXACT = 1e-6  # the share of the label's variance that is left over: rounding, no more
COUNTS = 1e-2  # a column moves the label by at least this share of the label's own spread


def check(data: Situation, found: Findings) -> None:
    if not data.regression:
        return
    for part in (few(data.source, ROWS), few(data.target, ROWS)):
        made = sum_of(frame(part), np.asarray(part.labels, dtype=float))
        if made:
            shown = " + ".join(f"'{c}'" if round(w, 4) == 1 else f"{w:.4g} x '{c}'" for c, w in made.items())
            found.warn(
                _("'{label}' is {sum}, exactly.", label=data.label, sum=shown.replace("+ -", "- ")),
                where=data.label,
                remedy=_("These columns hold the answer; leave them out unless they are known when a prediction is "
                         "needed."),
                fix=Fix("ignore", ", ".join(map(lists.entry, made))),
            )  # fmt: skip
            return


def sum_of(inputs: pd.DataFrame, labels: np.ndarray) -> dict[str, float]:
    """The numeric columns, with their weights, that add up to the labels; empty where none do."""
    numeric = inputs.select_dtypes("number").dropna(axis=1)
    spread = numeric.std()
    numeric = numeric.loc[:, spread > 0].iloc[:, :COLUMNS]
    if len(labels) < LEAST or numeric.shape[1] == 0 or labels.std() == 0:
        return {}
    scaled = ((numeric - numeric.mean()) / numeric.std()).to_numpy()
    answer = (labels - labels.mean()) / labels.std()
    weights, *_rest = np.linalg.lstsq(scaled, answer, rcond=None)
    if ((answer - scaled @ weights) ** 2).mean() > EXACT:
        return {}
    counts = np.flatnonzero(np.abs(weights) >= COUNTS)
    weights, *_rest = np.linalg.lstsq(scaled[:, counts], answer, rcond=None)
    if ((answer - scaled[:, counts] @ weights) ** 2).mean() > EXACT:
        return {}
    own = weights * labels.std() / numeric.std().to_numpy()[counts]
    return {str(numeric.columns[k]): float(weight) for k, weight in zip(counts, own, strict=True)}
