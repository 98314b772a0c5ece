"""Texts: files in class folders, or the column of a table that holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from pathlib import Path

import numpy as np
import pandas as pd

from tlcore.files import columns
from tlcore.files.class_folders import Members
from tlcore.files.finding import Findings
from tlcore.files.request import Files
from tlcore.files.tables import decoded, is_text
from tlcore.situation import Examples
from tlcore.tokens import SOLID
from tlcore.words import _, counted

MOST_TEXT_BYTES = 4 << 20  # of one text
LOOKED_AT = 1000  # rows that show what a column holds
WORDS, CHARACTERS = 4, 6  # that half of the values have, at least, where a column holds texts
MANY = 3  # further columns that make a table one, whatever else it holds
_SOLID = re.compile(f"[{SOLID}]")


def read_texts(path: str | Path, found: Findings | None = None, *, labelled: bool = True) -> Examples:
    """Every text file below ``path`` as strings ``(N,)``; labels are the first folder's names.

    One that cannot be read, or is empty, is skipped and named in ``found``. Raises `Unusable` for a folder without
    texts, texts outside class folders, and an unsafe zip.
    """
    members, found = Members.of(path, "text", labelled=labelled), Findings() if found is None else found
    texts: list[str] = []
    read: list[str] = []
    for name, raw in members.each(MOST_TEXT_BYTES):
        text = decoded(raw)[0].strip() if raw is not None and is_text(raw) else ""
        if text:
            texts.append(text)
            read.append(name)
    return members.examples(np.array(texts, dtype=object), read, found)


def column(tables: Mapping[str, pd.DataFrame], files: Files, found: Findings) -> str | None:
    """The column that is to be read as texts, and says so; None where the tables are to be read as tables.

    The one that is named; or the wordiest of those that hold texts, where fewer than `MANY` others are of use.
    """
    taken = {files.label, files.domain_column, files.places, files.group, files.time, *files.ignored}
    if files.text:
        return _named(tables, files, taken, found)
    free = _shared(tables, taken)
    wordy = {c: words for c in free if (words := _words(pd.concat([t[c].head(LOOKED_AT) for t in tables.values()])))}
    if not wordy:
        return None
    chosen = max(wordy, key=wordy.__getitem__)
    others = _useful(tables, taken | wordy.keys())
    if files.places or len(others) >= MANY:
        found.note(
            _("Column '{column}' holds texts, which do not help among the other columns of a table.", column=chosen),
            where=chosen,
            remedy=_("Name it as the column of texts to learn from what it says instead."),
        )
        return None
    _say_chosen(chosen, [*(c for c in wordy if c != chosen), *others], found)
    return chosen


def written(
    tables: Mapping[str, pd.DataFrame], chosen: str, names: Mapping[str, str], found: Findings
) -> dict[str, pd.DataFrame]:
    """The tables without the rows that say nothing in the chosen column."""
    kept = {}
    for role, table in tables.items():
        blank = columns.text(table[chosen]).isna()
        if blank.any():
            found.note(
                counted(
                    "One row of {file} has no text in column '{column}' and is left out.",
                    "{n} rows of {file} have no text in column '{column}' and are left out.",
                    int(blank.sum()),
                    file=names[role],
                    column=chosen,
                ),
                where=names[role],
            )
        kept[role] = table[~blank]
        if kept[role].empty and not table.empty:
            found.stop(
                _("Column '{column}' of {file} holds no text at all.", column=chosen, file=names[role]),
                where=names[role],
                remedy=_("Name another column of texts."),
            )
    return kept


def _named(tables: Mapping[str, pd.DataFrame], files: Files, taken: set[str], found: Findings) -> str | None:
    """The column that was named, where nothing speaks against it."""
    if files.text in taken:
        found.stop(
            _("Column '{column}' is to be read as texts, and also named for something else.", column=files.text),
            remedy=_("Choose one of the two."),
        )
    elif files.places:
        found.stop(
            _("Places are told apart by a column of a table; texts have none."), remedy=_("Leave the places out.")
        )
    if found.stops:
        return None
    _say_chosen(files.text, _useful(tables, taken | {files.text}), found)
    return files.text


def _say_chosen(chosen: str, others: list[str], found: Findings) -> None:
    if not others:
        return
    found.note(
        counted(
            "Column '{column}' is read as texts; the other column, {others}, is left out.",
            "Column '{column}' is read as texts; the other columns, {others}, are left out.",
            len(others),
            column=chosen,
            others=", ".join(f"'{name}'" for name in others[:10]) + (", ..." if len(others) > 10 else ""),
        ),
        where=chosen,
        remedy=_("Leave '{column}' out to learn from the others instead.", column=chosen),
    )


def _shared(tables: Mapping[str, pd.DataFrame], taken: Set[str]) -> list[str]:
    """The columns that every table has, without those named for something."""
    first = next(iter(tables.values()))
    return [c for c in first.columns if c not in taken and all(c in table.columns for table in tables.values())]


def _useful(tables: Mapping[str, pd.DataFrame], taken: Set[str]) -> list[str]:
    """Those among them that a table would keep: not empty, not always the same, no name or number of the row."""
    return [
        c for c in _shared(tables, taken) if not any(_idle(c, table[c].head(LOOKED_AT)) for table in tables.values())
    ]


def _words(values: pd.Series) -> float:
    """How many words half of a column's values have at least; 0 where they are too few, or always the same, for texts.

    In scripts without blanks `CHARACTERS` count as `WORDS` words do.
    """
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return 0.0
    present = columns.text(values).dropna()
    if present.empty or 2 * present.nunique() < len(present):
        return 0.0
    each = [len(value.split()) + len(_SOLID.findall(value)) * WORDS / CHARACTERS for value in present]
    return middle if (middle := float(np.median(each))) >= WORDS else 0.0


def _idle(column: str, values: pd.Series) -> bool:
    read = columns.numbers(values)
    present = (columns.text(values) if read is None else read).dropna()
    return present.nunique() <= 1 or columns.is_id(column, present, len(values))
