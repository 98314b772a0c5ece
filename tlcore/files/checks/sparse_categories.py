"""Categories so many and so rare that most of the target's values were hardly ever seen."""

from __future__ import annotations

import pandas as pd

from tlcore.files import lists
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import frame
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
MANY = 20  # different values
SEEN = 5  # times in the source, at least, for anything to be learnt of a value
SHARE = 0.3  # of the target's rows


def check(data: Situation, found: Findings) -> None:
    source, target = frame(data.source), frame(data.target)
    for column in source.columns:
        if pd.api.types.is_numeric_dtype(source[column]) or column == data.places:
            continue
        known = source[column].value_counts()
        if len(known) <= MANY:
            continue
        present = target[column].dropna()
        rare = float((present.map(known).fillna(0) < SEEN).mean()) if len(present) else 0.0
        if rare >= SHARE:
            found.note(
                _("Column '{column}' has {n} values, and {share} of the target's rows hold one that the source shows "
                  "fewer than {seen} times.", column=column, n=len(known), share=f"{rare:.0%}", seen=SEEN),
                where=str(column),
                remedy=_("Little can be learnt from it; bring a coarser one (regions, no postcodes), or leave it out."),
                fix=Fix("ignore", lists.entry(str(column))),
            )  # fmt: skip
