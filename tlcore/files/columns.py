"""The same columns with the same types in every table of a comparison.

A column becomes numbers (float64, NaN where missing) or text (missing allowed). Whatever cannot carry
knowledge (row numbers, names, columns that never change) is left out, and every mending is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from tlcore.files import dates
from tlcore.files.finding import Findings
from tlcore.words import _, counted

MOSTLY = 0.95  # a column is what this share of its values reads as
ID_NAME = re.compile(r"((^|[_\s-])(?i:id|nr|no|number|key|index)|[a-z]I[Dd])$")
# Words for a missing value where the others are numbers or dates; among words, words like any other.
MISSING = {"na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "none", "1.#ind", "-1.#ind", "1.#qnan"}


def common(parts: Mapping[str, pd.DataFrame], names: Mapping[str, str], found: Findings) -> dict[str, pd.DataFrame]:
    """The tables by role, reduced to the columns they share; ``names`` are their files."""
    shared = [
        column for column in next(iter(parts.values())).columns if all(column in p.columns for p in parts.values())
    ]
    for role, part in parts.items():
        for column in part.columns:
            if column in shared:
                continue
            lacking = next(other for other in parts if column not in parts[other].columns)
            near = nearest(column, [c for c in parts[lacking].columns if c not in shared])
            found.note(
                _(
                    "Column '{column}' is in {file} but not in {other}; it is left out.",
                    column=column,
                    file=names[role],
                    other=names[lacking],
                ),
                where=names[role],
                remedy=_("Perhaps '{near}' there is the same; give both one name.", near=near) if near else "",
            )
    return {role: part[shared] for role, part in parts.items()}


def typed(
    parts: Mapping[str, pd.DataFrame], names: Mapping[str, str], found: Findings, places: str = "",
    files: Mapping[str, str] | None = None,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Every column read the same way in all tables, and those without knowledge left out.

    The column ``places`` is text whatever it reads as, and stays. ``files`` are the files the parts are from, where
    those are not their names: one file writes its dates one way.
    """
    whole = pd.concat(list(parts.values()), ignore_index=True)
    rows = [f"{names[role]} row {row}" for role, part in parts.items() for row in part.index]
    written_in = pd.Series([(files or names)[role] for role, part in parts.items() for _row in part.index])
    kept = {}
    domains = pd.Series([role == "source" for role, part in parts.items() for _row in part.index])
    for column in whole.columns:
        if places and column == places:
            kept[column] = text(whole[column])
            continue
        values = _typed(str(column), whole[column], rows, written_in, found)
        if values is not None and not _idle(str(column), values, domains, found):
            kept[column] = values
    clean, start = pd.DataFrame(kept, index=whole.index), 0
    split = {}
    for role, part in parts.items():
        split[role] = clean.iloc[start : start + len(part)].set_axis(part.index, axis=0)
        start += len(part)
    return split


def numbers(values: pd.Series) -> pd.Series | None:
    """These values as float64 where nearly all of them read as numbers; None where they do not."""
    if pd.api.types.is_bool_dtype(values):
        return None
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    written = text(values)
    read = pd.to_numeric(written, errors="coerce").astype(float)
    if not read.notna().any():
        return None
    return read if read.notna().sum() >= MOSTLY * known(written).notna().sum() else None


def known(written: pd.Series) -> pd.Series:
    """These words, missing where they only say so."""
    return written.mask(written.str.casefold().isin(MISSING))


def text(values: pd.Series) -> pd.Series:
    """These values as text without blanks around it, missing where nothing is left; 1.0 reads "1"."""
    if pd.api.types.is_string_dtype(values.dtype) and values.dtype != object:
        stripped = values.str.strip()
        return stripped.mask(stripped == "").astype("str")

    def written(value: object) -> object:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        if isinstance(value, (list, tuple, dict, set, np.ndarray, bytes)):
            return np.nan
        return np.nan if pd.isna(value) else str(value).strip() or np.nan  # type: ignore[call-overload]

    return pd.Series([written(value) for value in values.astype(object)], index=values.index, dtype="str")


def days(values: pd.Series) -> pd.Series | None:
    """Days since 1970 where these are dates; None where they are not."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return dates.days(values)
    return None if pd.api.types.is_numeric_dtype(values) else _dates(text(values))


def _dates(
    written: pd.Series, files: pd.Series | None = None, column: str = "", found: Findings | None = None
) -> pd.Series | None:
    """Days since 1970 where nearly all of these read as dates, in ``files``; None where they do not."""
    if not dates.likely(written):
        return None
    files = pd.Series("", index=written.index) if files is None else files
    read = dates.read(written, files, column, Findings() if found is None else found)
    return dates.days(read) if read.notna().sum() >= MOSTLY * written.notna().sum() else None


def _typed(column: str, values: pd.Series, places: list[str], files: pd.Series, found: Findings) -> pd.Series | None:
    if pd.api.types.is_datetime64_any_dtype(values):
        return dates.days(values)
    if pd.api.types.is_timedelta64_dtype(values):
        return values.dt.total_seconds() / 86400
    read = numbers(values)
    if read is not None:
        _say_unreadable(column, values, read, places, found)
        return _finite(column, read, places, found)
    written = text(values)
    moments = _dates(written, files, column, found)
    if moments is not None:
        found.note(_("Column '{column}' holds dates; they are read as days.", column=column), where=column)
        return moments
    return written


def _say_unreadable(column: str, values: pd.Series, read: pd.Series, places: list[str], found: Findings) -> None:
    if pd.api.types.is_numeric_dtype(values):
        return
    written = text(values)
    strays = np.flatnonzero((written.notna() & read.isna()).to_numpy())
    blanks = np.flatnonzero((written.isna() & values.notna()).to_numpy())
    if len(strays):
        shown = ", ".join(f"'{value}'" for value in dict.fromkeys(written.iloc[strays]))
        found.note(
            counted(
                "Column '{column}' holds numbers, but one value is none ({values}); it is read as missing.",
                "Column '{column}' holds numbers, but {n} values are none ({values}); they are read as missing.",
                len(strays),
                column=column,
                values=shown[:80],
            ),
            where=column,
            rows=[places[i] for i in strays],
        )
    if len(blanks):
        found.note(
            counted(
                "Column '{column}' holds one blank, read as missing.",
                "Column '{column}' holds {n} blanks, read as missing.",
                len(blanks),
                column=column,
            ),
            where=column,
            rows=[places[i] for i in blanks],
        )


def _finite(column: str, values: pd.Series, places: list[str], found: Findings) -> pd.Series:
    """Infinite values, and those too large for a network's numbers, become missing."""
    endless = (values.abs() > np.finfo(np.float32).max).to_numpy()
    if endless.any():
        found.note(
            counted(
                "Column '{column}' holds one infinite value; it is read as missing.",
                "Column '{column}' holds {n} infinite values; they are read as missing.",
                int(endless.sum()),
                column=column,
            ),
            where=column,
            rows=[places[i] for i in np.flatnonzero(endless)],
        )
    return values.mask(endless)


def _idle(column: str, values: pd.Series, domains: pd.Series, found: Findings) -> bool:
    """Whether a column can carry no knowledge from one row to another; says so where it cannot.

    ``domains`` tells the rows of the source from all others.
    """
    present = values.dropna()
    distinct = present.nunique()
    if present.empty:
        found.note(_("Column '{column}' is empty and is left out.", column=column), where=column)
    elif distinct == 1 and len(present) == len(values):
        found.note(
            _("Column '{column}' never changes ('{value}') and is left out.", column=column, value=present.iloc[0]),
            where=column,
        )
    elif values.groupby(domains).nunique(dropna=False).eq(1).all():
        found.note(
            _("Column '{column}' only tells source and target apart and is left out.", column=column), where=column
        )
    elif is_id(column, present, len(values)):
        found.note(
            _(
                "Column '{column}' looks like a name or a number of the row ({n} different values) and is left out.",
                column=column,
                n=distinct,
            ),
            where=column,
        )
    else:
        return False
    return True


def is_id(column: str, present: pd.Series, rows: int) -> bool:
    """Whether these values only tell rows apart: names nearly as many as rows, or numbers that count rows."""
    distinct = present.nunique()
    if not pd.api.types.is_numeric_dtype(present):
        return distinct > 20 and distinct > 0.5 * rows
    if distinct < len(present) or distinct < 20 or not (present == present.round()).all():
        return False
    return bool(ID_NAME.search(column)) or present.max() - present.min() + 1 == len(present)


def nearest(column: str, others: list[str], cutoff: float = 0.8) -> str | None:
    """The name most like this one, whatever the case of its letters; None where none is near."""
    folded = {str(other).lower(): str(other) for other in others}
    near = get_close_matches(str(column).lower(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None
