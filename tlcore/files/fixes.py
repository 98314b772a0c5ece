"""Fixes as settings: what a person chose to mend, applied whenever the files are read. A file is never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from hashlib import blake2s
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.files import columns, lists
from tlcore.files.finding import Findings, Fix
from tlcore.files.request import Files
from tlcore.words import _, counted

KNOBS = ("rename", "fold", "scale", "ignore", "copies", "task", "group")  # of `Files`, that a fix can turn
DROP = Fix("copies", "drop")
UNTURNED = {"copies": "keep", "task": "auto", "group": ""}  # what those hold that are no lists while nothing is mended


def added(text: str, fix: Fix) -> str:
    """What a knob that holds ``text`` holds once this fix is in it."""
    if fix.knob in UNTURNED:
        return fix.entry
    return ", ".join(dict.fromkeys(lists.written(fix.knob, text) + lists.written(fix.knob, fix.entry)))


def removed(text: str, fix: Fix) -> str:
    """What a knob holds once this fix is taken out again."""
    if fix.knob in UNTURNED or fix.entry == text:
        return ""
    return ", ".join(entry for entry in lists.written(fix.knob, text) if entry != fix.entry)


def in_force(settings: Mapping[str, Any]) -> list[Fix]:
    """Every fix among these settings of `Files`, one by one; what cannot be read is one entry."""
    found: list[Fix] = []
    for knob in KNOBS:
        text = settings.get(knob) or ""
        if knob in UNTURNED:
            found += [Fix(knob, text)] if text not in ("", UNTURNED[knob]) else []
            continue
        try:
            found += [Fix(knob, entry) for entry in lists.written(knob, text)]
        except Unusable:
            found.append(Fix(knob, text))
    return found


def said(fix: Fix) -> str:
    """What a fix does, in a sentence."""
    if fix.knob in UNTURNED:
        return {
            "copies": _("Each row counts once: copies are left out."),
            "task": _("The label is read as classes.")
            if fix.entry == "classes"
            else _("The label is read as a number."),
            "group": _("Rows with the same '{name}' are never both learnt from and judged.", name=fix.entry),
        }[fix.knob]
    try:
        name, value = lists.entries(fix.knob, fix.entry)[0]
    except (Unusable, IndexError):
        return f"{fix.knob}: {fix.entry}"
    return {
        "rename": _("Column '{name}' is read as '{value}'.", name=name, value=value),
        "fold": _("In column '{name}' capital letters and blanks do not count.", name=name),
        "scale": _("Column '{name}' of the target is multiplied by {value}.", name=name, value=value),
        "ignore": _("Column '{name}' is left out.", name=name),
    }[fix.knob]


def renamed(table: pd.DataFrame, text: str) -> pd.DataFrame:
    """The table with its columns called as ``text`` says; where it already has the new name, they stay as they are."""
    given = {old: new for old, new in lists.entries("rename", text) if new and old in table and new not in table}
    return table.rename(columns=given)


def rename_and_fold(
    tables: dict[str, pd.DataFrame], files_of: Mapping[str, str], files: Files, found: Findings
) -> None:
    """Give columns their new names and values one spelling, in place. What cannot be done is a finding that stops."""
    _tried(found, lambda: _rename(tables, files_of, files))
    _tried(found, lambda: _fold(tables, files))


def respelt(tables: Mapping[str, pd.DataFrame], files: Files) -> Files:
    """The settings, with the values they name spelt as the folded columns now spell them."""
    folded = lists.names("fold", files.fold)
    spelt: dict[str, Any] = {}
    for knob, column in (("target_domain", files.domain_column), ("positive", files.label)):
        if column in folded:
            values = {value for table in tables.values() if column in table for value in columns.text(table[column])}
            spelt[knob] = spelling_of(getattr(files, knob), values)
    return replace(files, **spelt)


def spelling_of(value: str, values: Iterable[object]) -> str:
    """The one of these values that this one is, whatever its capital letters and blanks; itself where none is."""
    known = [str(other) for other in values if isinstance(other, str)]
    return value if value in known else {plain(other): other for other in known}.get(plain(value), value)


def rescale(tables: dict[str, pd.DataFrame], files: Files, found: Findings) -> None:
    """Multiply the columns named in ``scale`` everywhere but in the source, whose units are kept, in place."""
    _tried(found, lambda: _rescale(tables, files))


def once(
    inputs: Mapping[str, pd.DataFrame | np.ndarray], labels: Mapping[str, pd.Series], files: Files, found: Findings
) -> tuple[dict[str, pd.DataFrame | np.ndarray], dict[str, pd.Series]]:
    """The inputs and labels, without the rows that are copies where ``copies`` is "drop".

    A row stays in the test file rather than in the target, there rather than in the source. One without a label goes
    where its inputs are judged: what learns from inputs alone would have seen them.
    """
    if files.copies != DROP.entry:
        return dict(inputs), dict(labels)
    kept = {role: np.ones(len(rows), dtype=bool) for role, rows in inputs.items()}
    seen = np.array([], dtype=np.uint64)
    for role in ("test", "target", "source"):
        if role in labels:
            values, known = marks(inputs[role], labels[role]), labels[role].notna().to_numpy()
            kept[role] = ~(known & (pd.Series(values).duplicated().to_numpy() | np.isin(values, seen)))
            seen = np.append(seen, values)
    judged = "test" if "test" in labels else "target"
    tested = marks(inputs[judged])[labels[judged].notna().to_numpy()]
    for role in ("target", "unlabelled"):
        if role in inputs:
            blank = labels[role].isna().to_numpy() if role in labels else True
            kept[role] &= ~(blank & np.isin(marks(inputs[role]), tested))
    lost = int(sum((~rows).sum() for rows in kept.values()))
    if lost:
        found.note(counted("One row is a copy and is left out.", "{n} rows are copies and are left out.", lost))
    return (
        {role: rows[kept[role]] for role, rows in inputs.items()},
        {role: column[kept[role]] for role, column in labels.items()},
    )


def marks(inputs: pd.DataFrame | np.ndarray, labels: Any = None) -> np.ndarray:
    """A number for each row ``(N,)``: equal inputs (and equal label, where labels are given), equal number."""
    if isinstance(inputs, pd.DataFrame):
        hashed = pd.util.hash_pandas_object(inputs, index=False).to_numpy()
    else:
        flat = [row if isinstance(row, str) else blake2s(row.tobytes()).hexdigest() for row in inputs]
        hashed = pd.util.hash_array(np.array(flat, dtype=object))
    if labels is None:
        return hashed
    return hashed * np.uint64(31) + pd.util.hash_array(np.asarray(labels, dtype=object).astype(str).astype(object))


def usual(values: pd.Series) -> dict[str, str]:
    """For each spelling the most frequent one that differs from it in nothing but capital letters and blanks."""
    first: dict[str, str] = {}
    return {value: first.setdefault(plain(value), value) for value in values.dropna().value_counts().index}


def plain(value: str) -> str:
    """A value without the case of its letters, with single blanks."""
    return " ".join(value.casefold().split())


def _tried(found: Findings, step: Callable[[], None]) -> None:
    try:
        step()
    except Unusable as error:
        for problem in error.problems:
            found.stop(problem)


def _rename(tables: dict[str, pd.DataFrame], files_of: Mapping[str, str], files: Files) -> None:
    for old, new in lists.entries("rename", files.rename):
        if not new:
            raise Unusable(
                _(
                    "rename gives '{old}' no new name; it reads like {example}.",
                    old=old,
                    example=lists.example("rename"),
                )
            )
        free = [role for role in _owners("rename", old, tables) if new not in tables[role]]
        if not free:
            owner = next(file for role, file in files_of.items() if role in tables and old in tables[role])
            raise Unusable(
                _("'{old}' cannot be renamed to '{new}': {file} already has a column of that name.", old=old, new=new,
                  file=owner)
            )  # fmt: skip
        for role in free:
            tables[role] = tables[role].rename(columns={old: new})


def _fold(tables: dict[str, pd.DataFrame], files: Files) -> None:
    for column in lists.names("fold", files.fold):
        written = {role: columns.text(tables[role][column]) for role in _owners("fold", column, tables)}
        spelling = usual(pd.concat(list(written.values())))
        for role, values in written.items():
            tables[role] = tables[role].assign(**{column: values.map(spelling).astype("str")})


def _rescale(tables: dict[str, pd.DataFrame], files: Files) -> None:
    for column, times in lists.entries("scale", files.scale):
        try:
            factor = float(times)
        except ValueError:
            factor = 0.0
        if not isfinite(factor) or factor == 0:
            raise Unusable(
                _("scale multiplies '{column}' by '{times}', which is no number other than 0; it reads like {example}.",
                  column=column, times=times, example=lists.example("scale"))
            )  # fmt: skip
        for role in _owners("scale", column, tables):
            if role == "source":
                continue
            read = columns.numbers(tables[role][column])
            if read is None:
                raise Unusable(_("Column '{column}' cannot be rescaled: it holds no numbers.", column=column))
            tables[role] = tables[role].assign(**{column: read * factor})


def _owners(knob: str, column: str, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The tables that have this column. Raises `Unusable`, with the nearest name, where none has."""
    owners = [role for role, table in tables.items() if column in table]
    if owners:
        return owners
    near = columns.nearest(column, list({c: None for table in tables.values() for c in table.columns}), cutoff=0.6)
    hint = " " + _("Did you mean '{near}'?", near=near) if near else ""
    raise Unusable(_("{knob} names the column '{column}', which no file has.", knob=knob, column=column) + hint)
