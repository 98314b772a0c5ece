"""The form for a person's own files: which files, which column to predict, what splits one file in two."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.parts import uploads
from pages.parts.forms import BOUND, choice
from tlcore import files
from tlcore.errors import Unusable
from tlcore.files.columns import text
from tlcore.scenarios import own_files
from tlcore.words import _


def form() -> dict[str, object] | None:
    """The settings of the scenario ``own_files``; None until there is enough to read."""
    ways = {"two": _("Two files: source and target"), "one": _("One file, split by a column")}
    way = choice(st.segmented_control, _("How does your data come?"), ways, "files", "two", required=True)
    given = _two() if way == "two" else _one()
    if given is None:
        st.caption(_("Tables as CSV, TSV or Parquet, or a zip of one image folder per class."))
        return None
    return _settings(given)


def _two() -> dict[str, str] | None:
    left, right = st.columns(2)
    with left:
        source = uploads.upload(
            "source", _("Source: where labels are plenty"), _("For example an established product.")
        )
        test = uploads.upload("test", _("Test file (optional)"), _("Labelled target examples for the final judgement."))
    with right:
        target = uploads.upload("target", _("Target: where labels are scarce"), _("For example a new product."))
        more = uploads.upload("unlabelled", _("Unlabelled target examples (optional)"), _("Inputs without an answer."))
    if source is None or target is None:
        return None
    paths = {"source": source, "target": target, "test": test, "unlabelled": more}
    given = {role: str(path) for role, path in paths.items() if path is not None}
    if ".zip" in (source.suffix.lower(), target.suffix.lower()):
        return given
    table = _table(target)
    shared = [column for column in table.columns if column in set(_table(source).columns)]
    if not shared:
        raise Unusable(
            _("{source} and {target} have no column in common; both must hold the same columns.",
              source=source.name, target=target.name)
        )  # fmt: skip
    return given | _label(table[shared])


def _one() -> dict[str, str] | None:
    file = uploads.upload("source", _("One table that holds both"), _("For example all regions, one of them new."))
    if file is None:
        return None
    table = _table(file)
    few = [column for column in table.columns if 2 <= table[column].nunique() <= 50]
    if not few or len(table.columns) < 2:
        raise Unusable(
            _("{file} has no column with 2 to 50 values that could split it into source and target.", file=file.name)
        )
    left, right = st.columns(2)
    domain = left.selectbox(_("Column that splits it"), few, key="files.domain_column", **BOUND)
    values = [str(value) for value in text(table[domain]).value_counts().index[::-1]]
    target = right.selectbox(_("Value that marks the target"), values, key="files.target_domain", **BOUND)
    given = {"source": str(file), "domain_column": str(domain), "target_domain": str(target)}
    return given | _label(table.drop(columns=domain))


def _label(table: pd.DataFrame) -> dict[str, str]:
    """The column to predict, guessed first, and the event where it has two classes."""
    columns = [str(column) for column in table.columns]
    left, right = st.columns(2)
    guessed = columns.index(files.guess_label(table))
    label = left.selectbox(_("Column to predict"), columns, guessed, key="files.label", **BOUND)
    classes = sorted(text(table[label]).dropna().unique())
    if len(classes) != 2:
        return {"label": label}
    help = _("The class that matters, such as churned or fraud.")
    names = {"": _("found by itself"), **{name: name for name in classes}}
    return {"label": label, "positive": choice(right.selectbox, _("The event"), names, "files.positive", "", help=help)}


def _table(path: Path) -> pd.DataFrame:
    return _read(str(path))


@st.cache_resource(show_spinner=False, max_entries=8)
def _read(path: str) -> pd.DataFrame:
    """Read once, as the place of an upload names its content, and never written to."""
    return files.read_table(path)


@st.cache_data(show_spinner=False, max_entries=8)
def _settings(given: dict[str, str]) -> dict[str, object]:
    """The settings with a digest of the files: not worked out anew on every click."""
    return own_files.settings(**given)
