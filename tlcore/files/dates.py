"""Dates as people write them: each file in its own order of day and month."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from tlcore.files.finding import Findings
from tlcore.words import _

DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$")
LOOKED_AT = 50  # values that show whether they are dates


def likely(written: pd.Series) -> bool:
    """Whether the first of these words look like dates."""
    some = written.dropna().iloc[:LOOKED_AT]
    return not some.empty and bool(some.map(lambda value: bool(DATE.match(value))).all())


def read(written: pd.Series, files: pd.Series, column: str, found: Findings) -> pd.Series:
    """The moments that these words name, missing where they name none; ``files`` are the files of the rows."""
    order = _order(written, files, column, found)
    return pd.concat(
        pd.to_datetime(rows, errors="coerce", format="mixed", dayfirst=order[file], utc=True)
        for file, rows in written.groupby(files, sort=False)
    ).reindex(written.index)


def days(moments: pd.Series) -> pd.Series:
    """Days since 1970."""
    utc = pd.to_datetime(moments, utc=True)
    return (utc - pd.Timestamp("1970-01-01", tz="UTC")).dt.total_seconds() / 86400


def _order(written: pd.Series, files: pd.Series, column: str, found: Findings) -> dict[str, bool]:
    """Whether the day comes before the month, by file; says where that is in doubt."""
    parted = written.str.extract(r"^(\d{1,2})([-/.])(\d{1,2})[-/.]")
    first, second = pd.to_numeric(parted[0]), pd.to_numeric(parted[2])
    order: dict[str, bool] = {}
    doubtful = []
    for file in files.unique():
        rows = files == file
        days, months = bool((first[rows] > 12).any()), bool((second[rows] > 12).any())
        if days and months:
            found.warn(
                _("Column '{column}' of {file} writes dates in two ways, the day first and the month first.",
                  column=column, file=file),
                where=column,
                remedy=_("Write all of them as 2024-12-31: those whose day is not above 12 may be misread."),
            )  # fmt: skip
        told_apart = days or months or not (first[rows].notna() & (first[rows] != second[rows])).any()
        if told_apart:
            order[file] = days
        elif (parted[1][rows].dropna() == ".").all():
            order[file] = True
        else:
            doubtful.append(file)
    sure = {file: order[file] for file in order if first[files == file].notna().any()}
    if len(set(sure.values())) > 1:
        found.warn(
            _("Column '{column}' writes the day first in {file} and the month first in {other}; each is read its own "
              "way.", column=column, file=_named(sure, True), other=_named(sure, False)),
            where=column,
            remedy=_("Write dates as 2024-12-31 in all files if that is wrong."),
        )  # fmt: skip
    for file in doubtful:
        order[file] = set(sure.values()) == {True}
        found.warn(
            _("In column '{column}' of {file} no day is above 12, so day and month cannot be told apart; {first} is "
              "taken to come first.", column=column, file=file, first=_("the day") if order[file] else _("the month")),
            where=column,
            remedy=_("Write dates as 2024-12-31 if that is wrong."),
        )  # fmt: skip
    return order


def _named(order: Mapping[str, bool], day_first: bool) -> str:
    return ", ".join(file for file, first in order.items() if first == day_first)
