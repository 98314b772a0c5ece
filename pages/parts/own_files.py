"""The form for a person's own files: which files, which column to predict, what splits one file in two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import show, uploads
from pages.parts.forms import BOUND, choice
from tlcore import files
from tlcore.errors import Unusable
from tlcore.files import columns, fixes, lists
from tlcore.files.finding import Fix
from tlcore.scenarios import own_files
from tlcore.words import _

ASKED = "own files asked for"
LARGE = 224  # pixels: what networks with published weights were trained on
LOOKED_AT = 200  # rows that show what a column holds
SAID = ("text", "places", "time")  # what may be said of columns beside what a fix says


def form() -> dict[str, object] | None:
    """The settings of the scenario ``own_files``; None until there is enough to read."""
    st.session_state.pop(ASKED, None)
    _follow_a_link()
    ways = {
        "two": _("Two files: source and target"),
        "one": _("One file, split by a column"),
        "alone": _("The target alone"),
    }
    way = choice(st.segmented_control, _("How does your data come?"), ways, "files", "two", required=True)
    try:
        given = {"two": _two, "one": _one, "alone": _alone}[way]()
    finally:
        _mended()
    if given is None:
        st.caption(
            _("Tables or texts as CSV, TSV, Parquet or JSON Lines, or a zip with a folder of images, sounds or texts "
              "per class.")
        )  # fmt: skip
        return None
    settings = _settings(given | {knob: text for knob in fixes.KNOBS if (text := _held(knob))})
    st.session_state[ASKED] = settings
    return settings


def asked() -> dict[str, Any] | None:
    """The settings the form came to on this run of the page, whether they can be used or not."""
    return st.session_state.get(ASKED)


def mend(fix: Fix) -> None:
    """Turn the knob that mends a finding."""
    _hold(fix.knob, fixes.added(_held(fix.knob), fix))


def unmend(fix: Fix) -> None:
    """Turn it back."""
    _hold(fix.knob, fixes.removed(_held(fix.knob), fix))


def _mended() -> None:
    """What was mended by a person's choice, each with a way back."""
    chosen = fixes.in_force({knob: _held(knob) for knob in fixes.KNOBS})
    if not chosen:
        return
    with st.container(border=True, gap="small"):
        st.markdown(f":material/healing: **{_('Mended as you chose')}**")
        st.caption(_("Your files stay as they are: this is applied whenever they are read."))
        for fix in chosen:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(show.plain(fixes.said(fix)), width="stretch")
                st.button(
                    _("Undo"), key=f"undo {fix.knob} {fix.entry}", icon=":material/undo:", type="tertiary",
                    on_click=unmend, args=(fix,),
                )  # fmt: skip


def _held(knob: str) -> str:
    """What a knob of `Files` is set to: in the address, and in the session where the page was left meanwhile."""
    key = f"files.{knob}"
    text = st.query_params.get(key) or st.session_state.get(key, "")
    if text and st.query_params.get(key) != text:
        st.query_params[key] = text
    if st.session_state.get(key) != text:  # an input that shows this knob may stand already
        st.session_state[key] = text
    return "" if text == fixes.UNTURNED.get(knob) else text


def _hold(knob: str, text: str) -> None:
    key = f"files.{knob}"
    st.session_state[key] = text
    if text:
        st.query_params[key] = text
    else:
        st.query_params.pop(key, None)


def _follow_a_link() -> None:
    """A link to an earlier experiment names everything that was mended there: nothing of another draft stays."""
    if st.query_params.pop("files.digest", None):
        for knob in (*fixes.KNOBS, *SAID):
            _hold(knob, st.query_params.get(f"files.{knob}", ""))


def _two() -> dict[str, Any] | None:
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
        return given | _as_read(source)
    table = _table(target)
    told = _label(table, _table(source))
    return given | told | _columns(table, told["label"])


def _one() -> dict[str, Any] | None:
    file = uploads.upload("source", _("One table that holds both"), _("For example all regions, one of them new."))
    if file is None:
        return None
    table = _table(file)
    few = _grouping(table)
    if not few or len(table.columns) < 2:
        raise Unusable(
            _("{file} has no column with 2 to 50 values that could split it into source and target.", file=file.name)
        )
    left, right = st.columns(2)
    domain = left.selectbox(_("Column that splits it"), few, key="files.domain_column", **BOUND)
    values = [str(value) for value in _written(table[domain]).value_counts().index[::-1]]
    _respell("files.target_domain", values)
    target = right.selectbox(_("Value that marks the target"), values, key="files.target_domain", **BOUND)
    given = {"source": str(file), "domain_column": str(domain), "target_domain": str(target)}
    table = table.drop(columns=domain)
    told = _label(table, table)
    return given | told | _columns(table, told["label"])


def _label(table: pd.DataFrame, source: pd.DataFrame) -> dict[str, str]:
    """The column to predict, guessed first from the source, where labels are plenty; the event of two classes."""
    names = [str(column) for column in table.columns]
    left, right = st.columns(2)
    usual = files.guess_label(source)
    guessed = names.index(usual if usual in names else files.guess_label(table))
    label = left.selectbox(_("Column to predict"), names, guessed, key="files.label", **BOUND)
    classes = sorted(_written(table[label]).dropna().unique())
    if len(classes) != 2:
        return {"label": label}
    _respell("files.positive", classes)
    help = _("The class that matters, such as churned or fraud.")
    events = _options(classes, _("found by itself"))
    event = choice(right.selectbox, _("The event"), events, "files.positive", "", help=help)
    return {"label": label, "positive": event}


def _alone() -> dict[str, Any] | None:
    """Images, sounds or texts without a source: what is carried over comes with a network's weights."""
    file = uploads.upload(
        "target", _("Target: where labels are scarce"),
        _("Images, sounds or texts; what is carried over comes with a network that has published weights."),
    )  # fmt: skip
    if file is None:
        return None
    given = {"target": str(file)}
    if file.suffix.lower() == ".zip":
        return given | _as_read(file, LARGE)
    table = _table(file)
    told = _label(table, table)
    return given | told | _columns(table, told["label"])


def _columns(table: pd.DataFrame, label: str) -> dict[str, str]:
    """What else a person may say of a table: what its columns are for, and which of them to leave out.

    What a fix may say as well (the columns left out, the groups, the kind of label) is held where fixes are.
    """
    rest = table.drop(columns=label)
    names = [str(column) for column in rest.columns]
    words = [str(column) for column in rest.select_dtypes(exclude=["number", "bool", "datetime"])]
    with st.expander(_("More about the columns"), icon=":material/view_column:"):
        _left_out(names)
        left, right = st.columns(2)
        texts = choice(
            left.selectbox, _("Column with the texts to read"), _options(words, _("found by itself")), "files.text", "",
            help=_("For messages, reviews, notes: this column alone is read, word by word."),
        )  # fmt: skip
        places = "" if texts else choice(
            right.selectbox, _("Column that names the place"), _options(_grouping(rest), _("none")), "files.places", "",
            help=_("A region, shop or brand: the verdict then says which of them gain and which are harmed."),
        )  # fmt: skip
        owners = [name for name in names if 2 <= rest[name].nunique() < len(rest) or name == _held("group")]
        choice(
            left.selectbox, _("Column whose rows stay together"), _options(owners, _("none")), "files.group", "",
            help=_("A customer, patient or machine with several rows: it is either learnt from or judged, never both."),
        )  # fmt: skip
        time = choice(
            right.selectbox, _("Column that orders rows in time"), _options(_moments(rest), _("none")), "files.time",
            "", help=_("The latest half of the target is then the test set, as in a forecast."),
        )  # fmt: skip
        kinds = {"": _("found by itself"), "classes": _("classes"), "number": _("a number")}
        choice(left.selectbox, _("What the label is"), kinds, "files.task", "")
    return {"text": texts, "places": places, "time": time}


def _options(names: list[str], none: str) -> dict[str, str]:
    return {"": none, **{name: name for name in names}}


def _left_out(names: list[str]) -> None:
    """The columns that are left out, by choice or by a fix."""
    key = "columns left out"
    st.session_state[key] = [name for name in lists.names("ignore", _held("ignore")) if name in names]
    st.multiselect(_("Columns to leave out"), names, key=key, on_change=_leave_out, args=(key, names))


def _leave_out(key: str, names: list[str]) -> None:
    others = [name for name in lists.names("ignore", _held("ignore")) if name not in names]
    _hold("ignore", ", ".join(map(lists.entry, [*others, *st.session_state[key]])))


def _as_read(source: Path, size: int = files.Files.size) -> dict[str, int | float]:
    """How much of each image or sound is read."""
    kind = files.modality_of(source)
    if kind == "image":
        label, key = _("Height and width of images, in pixels"), "files.size"
        help = _("The middle of the long side is cut out. A published network is best served with 224.")
        return {"size": st.number_input(label, 8, 512, size, 8, key=key, help=help, **BOUND)}
    if kind == "audio":
        label, key = _("Seconds of a sound that are read; what follows is cut off"), "files.seconds"
        return {"seconds": st.number_input(label, 0.1, 30.0, files.Files.seconds, 0.5, key=key, **BOUND)}
    return {}


def _grouping(table: pd.DataFrame) -> list[str]:
    """The columns with few enough values to tell groups of rows apart."""
    return [str(column) for column in table.columns if 2 <= table[column].nunique() <= 50]


def _moments(table: pd.DataFrame) -> list[str]:
    """The columns that may say when: dates, or numbers of many values."""
    numeric = set(table.select_dtypes("number"))
    return [
        str(column)
        for column, values in table.head(LOOKED_AT).items()
        if (values.nunique() > 2 if column in numeric else columns.days(values) is not None)
    ]


def _table(path: Path) -> pd.DataFrame:
    """The table with its columns as they will be called."""
    return fixes.renamed(_read(str(path)), _held("rename"))


def _written(column: pd.Series) -> pd.Series:
    """The values of a column as they will be read."""
    values = columns.text(column)
    return values.map(fixes.usual(values)) if str(column.name) in lists.names("fold", _held("fold")) else values


def _respell(key: str, values: list[str]) -> None:
    """Keep what was chosen before its column's values got one spelling."""
    held = st.query_params.get(key) or st.session_state.get(key) or ""
    spelt = fixes.spelling_of(held, values)
    if spelt != held:
        st.session_state[key] = spelt


@st.cache_resource(show_spinner=False, max_entries=8)
def _read(path: str) -> pd.DataFrame:
    """Read once, as the place of an upload names its content, and never written to."""
    return files.read_table(path)


@st.cache_data(show_spinner=False, max_entries=8)
def _settings(given: dict[str, Any]) -> dict[str, object]:
    """The settings with a digest of the files: not worked out anew on every click."""
    return own_files.settings(**given)
