"""The data doctor: what is wrong with these examples, where, and what would be right.

Everything that reading notices is among the findings; here is added what only shows when the parts
are laid side by side: rows that occur twice, columns that differ between source and target.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.files.assemble import gather
from tlcore.files.finding import Finding, Findings
from tlcore.files.request import Files
from tlcore.situation import Examples, Situation
from tlcore.words import _, counted

ORDER = {"stop": 0, "warning": 1, "note": 2}
FEW_SHOWN = 5


def examine(data: Files | Situation) -> list[Finding]:
    """All findings about a person's files, or about any situation, the gravest first. Never raises for bad data."""
    if isinstance(data, Files):
        situation, found = gather(data)
    else:
        situation, found = data, Findings()
    if situation is not None:
        _check_classes(situation, found)
        _check_copies(situation, found)
        if situation.modality == "table":
            _check_columns(situation, found)
    return sorted(found, key=lambda finding: ORDER[finding.severity])


def _check_classes(situation: Situation, found: Findings) -> None:
    """Whether there are two classes to tell apart, and two examples of each."""
    if situation.regression:
        return
    try:
        classes = situation.target_space.classes
    except Unusable as error:
        found.stop(str(error))
        return
    counts = pd.Series(np.asarray(situation.target.labels, dtype=str)).value_counts().reindex(classes, fill_value=0)
    few = [f"'{name}'" for name, count in counts.items() if count < 2]
    if few:
        found.warn(
            counted(
                "Class {classes} has fewer than two labelled examples in the target.",
                "Classes {classes} have fewer than two labelled examples in the target.",
                len(few),
                classes=", ".join(few[:FEW_SHOWN]),
            ),
            remedy=_("Label more of them, or leave the class out."),
        )


def _check_copies(situation: Situation, found: Findings) -> None:
    """Rows of the test set that were seen before, and rows that occur twice in one place."""
    names = {"source": _("the source"), "target": _("the target"), "test": _("the test set")}
    parts = {"source": situation.source, "target": situation.target}
    marks = {role: _marks(examples) for role, examples in parts.items()}
    if situation.test is not None:
        test = _marks(situation.test)
        for role, seen in marks.items():
            rows = np.flatnonzero(np.isin(test, seen))
            if len(rows):
                found.warn(
                    counted(
                        "One example of {test} is also in {other}.",
                        "{n} examples of {test} are also in {other}.",
                        len(rows),
                        test=names["test"],
                        other=names[role],
                    ),
                    where=names["test"],
                    remedy=_("Remove them from one of the two, or the score will flatter whoever learns by heart."),
                    rows=_named(situation.test, rows),
                )
        parts["test"], marks["test"] = situation.test, test
    else:
        rows = np.flatnonzero(np.isin(marks["target"], marks["source"]))
        if len(rows):
            found.warn(
                counted(
                    "One example of {target} is also in {source}.",
                    "{n} examples of {target} are also in {source}.",
                    len(rows),
                    target=names["target"],
                    source=names["source"],
                ),
                where=names["target"],
                remedy=_("Half of the target is the test set; remove the copies, or the score will flatter transfer."),
                rows=_named(situation.target, rows),
            )
    for role, values in marks.items():
        rows = np.flatnonzero(pd.Series(values).duplicated().to_numpy())
        if len(rows):
            say = found.warn if role == "target" and situation.test is None else found.note
            say(
                counted(
                    "One example of {file} repeats an earlier one.",
                    "{n} examples of {file} repeat earlier ones.",
                    len(rows),
                    file=names[role],
                ),
                where=names[role],
                remedy=_("Remove the copies if they are the same case recorded twice."),
                rows=_named(parts[role], rows),
            )


def _marks(examples: Examples) -> np.ndarray:
    """A number per example: equal inputs and equal label, equal number."""
    inputs = examples.inputs
    if examples.modality == "text":
        labels = [""] * len(examples) if examples.labels is None else examples.labels
        return np.array([hash((str(text), str(label))) for text, label in zip(inputs, labels, strict=True)])
    if isinstance(inputs, np.ndarray):
        return np.array([hash(picture.tobytes()) for picture in inputs], dtype=np.int64)
    labels = pd.Series(examples.labels, index=inputs.index, dtype=object).astype(str)
    return pd.util.hash_pandas_object(inputs.assign(**{"\0label": labels}), index=False).to_numpy()


def _named(examples: Examples, rows: np.ndarray) -> list[str]:
    if examples.names:
        return [examples.names[row] for row in rows]
    if not isinstance(examples.inputs, pd.DataFrame):
        return [_("row {row}", row=row + 1) for row in rows]
    index = examples.inputs.index
    counted_from_0 = isinstance(index, pd.RangeIndex) and index.start == 0  # made, not read from a file
    return [_("row {row}", row=index[row] + counted_from_0) for row in rows]


def _check_columns(situation: Situation, found: Findings) -> None:
    """Columns that say something in one place and nothing, or something else, in the other."""
    source, target = situation.source.inputs, situation.target.inputs
    assert isinstance(source, pd.DataFrame)
    assert isinstance(target, pd.DataFrame)
    places = {_("the source"): (source, target), _("the target"): (target, source)}
    for place, (here, there) in places.items():
        for column in here.columns:
            if here[column].isna().all() and there[column].notna().any():
                found.warn(
                    _("Column '{column}' is empty in {place}.", column=column, place=place),
                    where=str(column),
                    remedy=_("It gives the domain away and teaches nothing; leave it out."),
                )
            elif here[column].nunique(dropna=False) == 1 and there[column].nunique(dropna=False) > 1:
                found.warn(
                    _("Column '{column}' never changes in {place} ('{value}').", column=column, place=place,
                      value=here[column].iloc[0]),
                    where=str(column),
                    remedy=_("What is learnt from it in one place cannot help in the other."),
                )  # fmt: skip
    for column in source.columns:
        if pd.api.types.is_numeric_dtype(source[column]):
            continue
        new = sorted(set(target[column].dropna().astype(str)) - set(source[column].dropna().astype(str)))
        if new and source[column].notna().any():
            share = target[column].astype(str).isin(new).mean()
            found.note(
                _("Column '{column}' has values in the target that the source never shows: {values} ({share} of rows).",
                  column=column, values=", ".join(f"'{v}'" for v in new[:FEW_SHOWN]), share=f"{share:.0%}"),
                where=str(column),
            )  # fmt: skip
