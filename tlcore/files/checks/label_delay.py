"""Target rows without a label that are the latest of all: their answer may only not be known yet (label delay)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files import columns
from tlcore.files.checks import Tables
from tlcore.files.finding import Findings
from tlcore.words import _

ON = frozenset({"files"})
LEAST = 5  # rows without a label
LATER = 0.95  # the probability that a row without a label is later than one with a label


def check(data: Tables, found: Findings) -> None:
    table = data.tables.get("target")
    if table is None or data.files.label not in table:
        return
    blank = columns.text(table[data.files.label]).isna().to_numpy()
    if not LEAST <= blank.sum() <= len(blank) - LEAST:
        return
    for column in table.columns:
        days = None if column == data.files.label else columns.days(table[column])
        if days is None:
            continue
        ranks = days.rank().to_numpy()
        open_, closed = ranks[blank & days.notna().to_numpy()], ranks[~blank & days.notna().to_numpy()]
        if min(len(open_), len(closed)) < LEAST:
            continue
        later = (np.searchsorted(np.sort(closed), open_, "left") / len(closed)).mean()
        if later >= LATER:
            since = pd.Timestamp("1970-01-01") + pd.Timedelta(days=float(days[blank].min()))
            found.warn(
                _("{n} rows of the target without a label are the latest by '{column}' (from {since} on): label delay.",
                  n=int(blank.sum()), column=column, since=f"{since:%Y-%m-%d}"),
                where=str(column),
                remedy=_("Their answers may not be known yet; recent rows that are labelled already may be the early "
                         "answers, so judge by rows that are old enough."),
            )  # fmt: skip
            return
