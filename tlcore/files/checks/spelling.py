"""Labels and categories that differ in nothing but capital letters and blanks: "Yes" and "yes " are one answer."""

from __future__ import annotations

import pandas as pd

from tlcore.files import columns, lists
from tlcore.files.checks import Tables
from tlcore.files.finding import Findings, Fix
from tlcore.files.fixes import plain
from tlcore.files.parts import FEW_SHOWN
from tlcore.words import _, counted

ON = frozenset({"files"})
MOST = 1000  # different values: more are names, not categories


def check(data: Tables, found: Findings) -> None:
    shared = dict.fromkeys(column for table in data.tables.values() for column in table.columns)
    for column in shared:
        if column in data.files.ignored or column == data.files.text:
            continue
        raw = [table[column] for table in data.tables.values() if column in table]
        if all(map(pd.api.types.is_numeric_dtype, raw)):
            continue
        given = pd.concat([values.dropna().astype(str).value_counts() for values in raw]).groupby(level=0).sum()
        if len(given) > MOST:
            continue
        _say_blanks(column, given, found)
        spellings = columns.text(pd.Series(given.index)).dropna().unique()
        same = pd.Series(spellings).groupby([plain(value) for value in spellings]).agg(list)
        several = [" = ".join(f"'{value}'" for value in group) for group in same if len(group) > 1]
        if several and columns.numbers(pd.Series(spellings)) is None:
            found.warn(
                _("Column '{column}' writes the same in several ways: {values}.", column=column,
                  values=", ".join(several[:FEW_SHOWN])),
                where=str(column),
                remedy=_("They count as different classes.") if column == data.files.label
                else _("They count as different categories."),
                fix=Fix("fold", lists.entry(str(column))),
            )  # fmt: skip


def _say_blanks(column: str, given: pd.Series, found: Findings) -> None:
    blank = [value for value in given.index if value != value.strip() and value.strip()]
    if blank:
        found.note(
            counted(
                "Blanks around one value of column '{column}' were removed.",
                "Blanks around {n} values of column '{column}' were removed.",
                int(given[blank].sum()),
                column=column,
            ),
            where=str(column),
        )
