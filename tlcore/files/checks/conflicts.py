"""The same inputs with different labels: either a label is wrong, or the columns cannot tell two cases apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.files.fixes import marks
from tlcore.files.parts import parts, place, rows
from tlcore.situation import Situation
from tlcore.words import _

ON = EVERY
COARSE = 0.9  # where a smaller share of the inputs differs, equal inputs are nothing special
REACHED = 0.99  # the share that could be got right from which a coarse table is left in peace


def check(data: Situation, found: Findings) -> None:
    for role, part in parts(data).items():
        same = pd.Series(marks(part.inputs))
        labels = pd.Series(np.asarray(part.labels, dtype=float if data.regression else str))
        torn = (labels.groupby(same).transform("nunique") > 1).to_numpy()
        if not torn.any():
            continue
        if same.nunique() >= COARSE * len(same):
            order = np.flatnonzero(torn)
            order = order[np.argsort(same.to_numpy()[order], kind="stable")]
            found.warn(
                _("{n} examples of {place} have the same inputs as others and different labels.", n=len(order),
                  place=place(role)),
                where=place(role),
                remedy=_("One of the labels is likely wrong, or a column that tells them apart is missing."),
                rows=[f"{name}: {label}" for name, label in zip(rows(part, order), labels[order], strict=True)],
            )  # fmt: skip
        elif not data.regression:
            best = labels.groupby(same).value_counts().groupby(level=0).max().sum() / len(labels)
            if best < REACHED:
                found.hint(
                    _("In {place} {share} of the examples have the same inputs as one with another label.",
                      place=place(role), share=f"{torn.mean():.0%}"),
                    where=place(role),
                    remedy=_("No strategy can get more than {best} of these examples right; a further column would "
                             "help more than any transfer.", best=f"{best:.1%}"),
                )  # fmt: skip
