"""Tables for a person to take away as CSV: no cell can act as a formula in the spreadsheet that opens it.

A cell that begins with =, +, -, @, a tab or a line break, and is no number, gets an apostrophe in front, as OWASP
advises against formula injection ("CSV Injection").
"""

from __future__ import annotations

import pandas as pd

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(table: pd.DataFrame) -> bytes:
    """The table as CSV in UTF-8, marked as such, so that spreadsheets read every letter; its index is left out."""
    safe = table.copy()
    safe.columns = pd.Index([harmless(name) for name in safe.columns])
    for position, kind in enumerate(table.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            safe.isetitem(position, [harmless(value) for value in table.iloc[:, position].astype(object)])
    # With both signs as the end of a line, a cell that holds either stands in quotation marks.
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; what is no text, or reads as a number, stays as it is."""
    if not isinstance(value, str) or not value.lstrip(" ").startswith(BEGINNINGS):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
