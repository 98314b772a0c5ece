"""The test set, made of the target: whole groups of rows, or the latest half.

Rows of one customer, patient or machine are alike. Where some are learnt from and others judged, the score says how
well those are known, not what is to be expected of new ones; the same is true of rows of one day.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files import columns
from tlcore.files.finding import Findings
from tlcore.files.request import Files
from tlcore.words import _, counted

FEW = 10  # groups, below which a score rests on a handful


def hold_out(tables: dict[str, pd.DataFrame], names: dict[str, str], files: Files, found: Findings) -> None:
    """Divide the target into what labels may be taken from and the test set, in place, where a column is named."""
    column = files.group or files.time
    if not column:
        return
    taken = {files.label, files.domain_column, files.text, files.places if files.group else ""}
    if column in taken:
        found.stop(
            _("Column '{column}' is to make the test set, and also named for something else.", column=column),
            remedy=_("Choose one of the two."),
        )
        return
    table, file = tables["target"], names["target"]
    known = columns.text(table[files.label]).notna()
    held = _groups(table, known, file, files, found) if files.group else _latest(tables, known, file, files, found)
    if found.stops:
        return
    tables["target"], tables["test"] = table[held == 0], table[held == 1]
    names["test"] = f"{file} ({_('held out')})"
    more = tables.get("unlabelled")
    if files.group and more is not None and column in more:
        tables["unlabelled"] = more[~columns.text(more[column]).isin(columns.text(tables["test"][column]).dropna())]


def _groups(table: pd.DataFrame, known: pd.Series, file: str, files: Files, found: Findings) -> np.ndarray:
    """1 for the rows of groups that are held out, 0 for all others: about half of the labelled rows, of each label.

    The groups are gone through by what their rows are labelled, and each goes where fewer rows are. One without a
    value is a group of its own.
    """
    group = columns.text(table[files.group])
    group = group.fillna(pd.Series([f"\0{row}" for row in table.index], index=table.index))
    numbers = columns.numbers(table[files.label])
    answer = pd.Series(pd.factorize(columns.text(table[files.label]), sort=True)[0], index=table.index)
    usual = answer[known].groupby(group[known]).agg(lambda codes: codes.mode().iloc[0])
    about = pd.DataFrame(
        {
            "usual": usual if numbers is None else 0,
            "mean": (answer if numbers is None else numbers)[known].groupby(group[known]).mean(),
            "rows": group[known].value_counts().sort_index(),
        },
        index=usual.index,
    )
    if len(about) < 2:
        found.stop(
            _("The labelled rows of {file} all have the same value in column '{column}'.", file=file,
              column=files.group),
            where=file,
            remedy=_("Name a column such as a customer or a machine, with several of them in the target."),
        )  # fmt: skip
        return np.zeros(len(table))
    shuffled = about.iloc[np.random.default_rng(0).permutation(len(about))]
    rows, held = [0, 0], set()
    for name, count in shuffled.sort_values(["usual", "mean"], kind="stable")["rows"].items():
        side = int(rows[1] < rows[0])
        rows[side] += int(count)
        if side:
            held.add(name)
    say = found.warn if len(about) < FEW else found.note
    say(
        counted(
            "One of the {all} different '{column}' of {file} is the test set: {rows} labelled rows.",
            "{n} of the {all} different '{column}' of {file} are the test set: {rows} labelled rows.",
            len(held),
            all=len(about),
            column=files.group,
            file=file,
            rows=rows[1],
        ),
        where=file,
        remedy=_("The score rests on few groups, whatever the number of rows.") if len(about) < FEW else "",
    )
    return group.isin(held).to_numpy().astype(int)


def _latest(tables: dict[str, pd.DataFrame], known: pd.Series, file: str, files: Files, found: Findings) -> np.ndarray:
    """1 for the rows of the latest half, 0 for the earlier ones, -1 where the time is not known."""
    table = tables["target"]
    whole = pd.concat([tables["source"][files.time], table[files.time]]) if files.domain_column else table[files.time]
    dated = columns.days(whole)
    read = columns.numbers(whole) if dated is None else dated
    if read is None:
        found.stop(
            _("Column '{column}' of {file} holds neither dates nor numbers, so it orders no rows in time.",
              column=files.time, file=file),
            where=file,
        )  # fmt: skip
        return np.zeros(len(table))
    moments = read.loc[table.index]
    order = np.sort(moments[known].dropna().to_numpy())
    if not len(order) or order[0] == order[-1]:
        found.stop(
            _("Column '{column}' of {file} tells no time from another.", column=files.time, file=file), where=file
        )
        return np.zeros(len(table))
    middle = order[(len(order) - 1) // 2]
    first = order[order > middle].min() if middle < order[-1] else middle
    lost = int(moments.isna().sum())
    if lost:
        found.note(
            counted(
                "One row of {file} has no time in column '{column}' and is left out.",
                "{n} rows of {file} have no time in column '{column}' and are left out.",
                lost,
                file=file,
                column=files.time,
            ),
            where=file,
        )
    since = f"{first:g}" if dated is None else f"{pd.Timestamp('1970-01-01') + pd.Timedelta(days=first):%Y-%m-%d}"
    found.note(
        _("The test set of {file} is what comes from {since} on by '{column}': {rows} labelled rows.", file=file,
          since=since, column=files.time, rows=int((moments[known] >= first).sum())),
        where=file,
    )  # fmt: skip
    return np.where(moments.isna(), -1, moments >= first)
