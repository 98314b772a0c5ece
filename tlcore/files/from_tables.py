"""A situation from tables: split by a column where there is one file only, and read in common terms."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.files import checks, columns, fixes, lists, texts
from tlcore.files.finding import Findings, Fix
from tlcore.files.held_out import hold_out
from tlcore.files.labels import labelled, read_labels
from tlcore.files.request import Files
from tlcore.files.tables import read_table
from tlcore.situation import Examples, Situation
from tlcore.words import _, counted

LEAST_OF_ALL = 20  # rows; of fewer, each may well be from a place of its own


def from_tables(files: Files, found: Findings, *, examined: bool = False) -> Situation | None:
    """The situation in these tables; ``examined`` lets the doctor look at them as they lie there."""
    tables, names = {}, files.names
    for role, path in files.paths.items():
        try:
            tables[role] = read_table(path, found)
        except Unusable as error:
            for problem in error.problems:
                found.stop(problem, where=names[role])
    if found.stops:
        return None
    fixes.rename_and_fold(tables, names, files, found)
    if found.stops:
        return None
    files = fixes.respelt(tables, files)
    _check_label(tables, names, files, found)
    if files.domain_column and not _divide(tables, names, files, found):
        return None
    tables.setdefault("source", tables["target"].iloc[:0])
    names.setdefault("source", names["target"])
    fixes.rescale(tables, files, found)
    if examined:
        checks.run("files", checks.Tables(tables, names, files), found)
    if files.places:
        _check_places(tables, names, files, found)
    for role, table in tables.items():
        if files.text and files.text not in table.columns:
            _say_missing(files.text, table, names[role], found)
    for column in files.ignored:
        if not any(column in table.columns for table in tables.values()):
            found.warn(_("Column '{column}' is to be left out, but no file has it.", column=column))
    if found.stops:
        return None
    for column in filter(None, (files.group, files.time)):
        if column not in tables["target"]:
            _say_missing(column, tables["target"], names["target"], found)
            return None
    hold_out(tables, names, files, found)
    if found.stops:
        return None
    spoken = texts.column(tables, files, found)
    if not spoken and not len(tables["source"]):
        found.stop(
            _("No source is named."),
            remedy=_("Name the table where labels are plenty. Only images, sounds and texts can do without: networks "
                     "with published weights bring what is carried over."),
        )  # fmt: skip
    if spoken:
        tables = texts.written(tables, spoken, names, found)
    if found.stops:
        return None
    labels, regression = read_labels(
        {role: table[files.label] for role, table in tables.items() if role != "unlabelled"},
        files.label,
        names,
        found,
        files.task,
    )
    inputs: Mapping[str, pd.DataFrame | np.ndarray]
    if spoken:
        inputs = {role: columns.text(table[spoken]).to_numpy(dtype=object) for role, table in tables.items()}
    else:
        inputs = _rows(tables, names, files, found)
    inputs, labels = fixes.once(inputs, labels, files, found)
    numbered = {role: [_("row {row}", row=row) for row in rows.index] for role, rows in labels.items()}
    members = numbered if spoken else None
    examples = labelled(inputs, labels, names, found, regression=regression, positive=files.positive, members=members)
    if found.stops:
        return None
    return Situation(
        source=examples["source"],
        target=examples["target"],
        test=examples.get("test"),
        unlabelled=_unlabelled(inputs, labels["target"]),
        label=files.label,
        modality="text" if spoken else "table",
        positive=files.positive or None,
        regression=regression,
        places=files.places or None,
        notes=found.notes,
    )


def _rows(
    tables: dict[str, pd.DataFrame], names: dict[str, str], files: Files, found: Findings
) -> dict[str, pd.DataFrame]:
    """The columns that all tables share, read alike."""
    left_out = {files.label, files.domain_column, files.group, *files.ignored} - {files.places}
    inputs = columns.common(
        {role: table[[c for c in table.columns if c not in left_out]] for role, table in tables.items()}, names, found
    )
    inputs = columns.typed(inputs, names, found, files.places, {role: _file(role, files) for role in inputs})
    if inputs["source"].shape[1] == 0:
        found.stop(
            _("{source} and {target} share no column that could explain '{label}'.", source=names["source"],
              target=names["target"], label=files.label),
            remedy=_("Give the same things the same column names."),
        )  # fmt: skip
    return inputs


def _file(role: str, files: Files) -> str:
    """The file that a part is from: its own, or the one it was divided from."""
    names = files.names
    return next(names[other] for other in (role, "target", "source") if other in names)


def _unlabelled(inputs: Mapping[str, pd.DataFrame | np.ndarray], labels: pd.Series) -> Examples | None:
    """The rows of the target without a label, and those of the file of unlabelled ones."""
    parts = [inputs["target"][labels.isna().to_numpy()], *([inputs["unlabelled"]] if "unlabelled" in inputs else [])]
    frames = isinstance(parts[0], pd.DataFrame)
    more = pd.concat(parts).reset_index(drop=True) if frames else np.concatenate(parts)
    return Examples(more) if len(more) else None


def _divide(tables: dict[str, pd.DataFrame], names: dict[str, str], files: Files, found: Findings) -> bool:
    """Split the one table into source and target by its domain column."""
    whole, file = tables["source"], names["source"]
    if files.domain_column not in whole.columns:
        _say_missing(files.domain_column, whole, file, found)
        return False
    domains = columns.text(whole[files.domain_column])
    values = sorted(domains.dropna().unique())
    if files.target_domain not in values:
        near = get_close_matches(files.target_domain, values, n=1)
        hint = _("Did you mean '{near}'?", near=near[0]) + " " if near else ""
        found.stop(
            _("Column '{column}' of {file} holds no '{value}'.", column=files.domain_column, file=file,
              value=files.target_domain),
            where=file,
            remedy=hint + _("It holds {values}.", values=", ".join(f"'{value}'" for value in values[:20])),
        )  # fmt: skip
        return False
    if len(values) < 2:
        found.stop(
            _("All rows of {file} are '{value}' in column '{column}'; nothing is left for the source.", file=file,
              value=files.target_domain, column=files.domain_column),
            where=file,
        )  # fmt: skip
        return False
    homeless = int(domains.isna().sum())
    if homeless:
        found.note(
            counted(
                "One row of {file} has no value in column '{column}' and is left out.",
                "{n} rows of {file} have no value in column '{column}' and are left out.",
                homeless,
                file=file,
                column=files.domain_column,
            ),
            where=file,
        )
    within = domains == files.target_domain
    tables["target"] = whole[within]
    tables["source"] = whole[domains.notna() & ~within]
    names["target"] = f"{file} ({files.domain_column} = {files.target_domain})"
    names["source"] = f"{file} ({_('other rows')})"
    return True


def _check_label(tables: dict[str, pd.DataFrame], names: dict[str, str], files: Files, found: Findings) -> None:
    if not files.label:
        shown = ", ".join(f"'{column}'" for column in list(tables["source"].columns)[:30])
        found.stop(
            _("No label is named: which column is to be predicted?"),
            remedy=_("The columns are {columns}.", columns=shown),
        )
        return
    for role, table in tables.items():
        if role == "unlabelled":
            continue
        if files.label not in table.columns:
            # Another name in one file is mended by renaming; where no file has the label, the label was mistyped.
            known = any(files.label in other.columns for other in tables.values())
            _say_missing(files.label, table, names[role], found, mend=known)
        elif columns.text(table[files.label]).isna().all():
            found.stop(
                _("Column '{label}' of {file} holds no label at all.", label=files.label, file=names[role]),
                where=names[role],
                remedy=_("At least a few rows must be labelled."),
            )


def _check_places(tables: dict[str, pd.DataFrame], names: dict[str, str], files: Files, found: Findings) -> None:
    """Whether every table says in this column where its rows are from."""
    if files.places in (files.label, *files.ignored):
        found.stop(
            _("Column '{column}' is to name the places, and also to be predicted or left out.", column=files.places),
            remedy=_("Choose one of the two."),
        )
        return
    for role, table in tables.items():
        if files.places not in table.columns:
            _say_missing(files.places, table, names[role], found)
            continue
        present = columns.text(table[files.places]).dropna()
        if present.empty or (len(table) > LEAST_OF_ALL and 2 * present.nunique() > len(table)):
            found.stop(
                _("Column '{column}' of {file} cannot name places: hardly any two rows share a value.",
                  column=files.places, file=names[role]),
                where=names[role],
                remedy=_("Name a column such as a region, a shop or a brand."),
            )  # fmt: skip


def _say_missing(column: str, table: pd.DataFrame, file: str, found: Findings, *, mend: bool = False) -> None:
    near = columns.nearest(column, list(table.columns), cutoff=0.6)
    hint = _("Did you mean '{near}'?", near=near) + " " if near else ""
    shown = ", ".join(f"'{name}'" for name in list(table.columns)[:30])
    found.stop(
        _("{file} has no column '{column}'.", file=file, column=column),
        where=file,
        remedy=hint + _("Its columns are {columns}.", columns=shown),
        fix=Fix("rename", lists.entry(near, column)) if mend and near else None,
    )
