"""A column that names whose a row is, such as a customer or a machine, where several rows of the target share one.

Half of the target is held out for the test. Rows of one customer would lie on both sides, and be known rather than
foreseen; holding out whole groups is what new customers are like.
"""

from __future__ import annotations

import pandas as pd

from tlcore.files import columns
from tlcore.files.checks import Tables
from tlcore.files.finding import Findings, Fix
from tlcore.words import _

ON = frozenset({"files"})
LEAST = 20  # different values
ROWS = 1.5, 50  # of each value, on average
SHARED = 0.1  # of the target's values, at most, also in the source: regions and codes are in both
DIGITS = 0.9  # of the values, at least, have one: names of things are words


def check(data: Tables, found: Findings) -> None:
    files, table = data.files, data.tables.get("target")
    if table is None or files.label not in table or files.group or files.time or files.test:
        return
    table = table[columns.text(table[files.label]).notna()]
    taken = {files.label, files.domain_column, files.text, files.places}
    for column in table.columns:
        source = data.tables["source"][column] if column in data.tables.get("source", ()) else None
        if column in taken or not names_owners(str(column), table[column], source):
            continue
        each = len(table) / table[column].nunique()
        found.hint(
            _("Column '{column}' looks like the name of a customer, patient or machine, with {each} rows of the target "
              "each.", column=column, each=f"{each:.1f}"),
            where=str(column),
            remedy=_("Keep the rows of each together, or those that are judged were seen before."),
            fix=Fix("group", str(column)),
        )  # fmt: skip
        return


def names_owners(column: str, values: pd.Series, source: pd.Series | None) -> bool:
    """Whether these values, of the target, say whose a row is, and several rows share one."""
    present = columns.text(values).dropna()
    distinct = present.nunique()
    if distinct < LEAST or not ROWS[0] <= len(present) / distinct <= ROWS[1]:
        return False
    called = bool(columns.ID_NAME.search(column))
    if pd.api.types.is_numeric_dtype(values):
        return called and bool((values.dropna() == values.dropna().round()).all())
    known = pd.Series(present.unique())
    if columns.days(values) is not None or known.str.contains(r"\s").mean() > SHARED:
        return False
    shared = 0.0 if source is None else float(known.isin(columns.text(source)).mean())
    return called or (shared <= SHARED and float(known.str.contains(r"\d").mean()) >= DIGITS)
