"""The parts of the Report page: who is told in which language, the sentences, the files."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import streamlit as st

from pages.parts import compare_value, compare_verdict, forms, reads, show
from tlcore.charts import style
from tlcore.measure.payoffs import Worth
from tlcore.report import AUDIENCES, EXECUTIVE, TECHNICAL, Material, drawing, files, story
from tlcore.store import Store, StoredExperiment
from tlcore.words import LANGUAGES, _, language, speaking


class Asked(NamedTuple):
    """Everything a report depends on; ``stamp`` is that of the store."""

    experiment: str
    labels: int | None
    audience: str
    language: str
    worth: Worth | None
    event: int | None
    margin: float
    stamp: tuple


def asked(experiment: StoredExperiment, labels: int | None) -> Asked:
    """Who is told, and in which language: the controls."""
    words = {EXECUTIVE: _("Executive: the answer"), TECHNICAL: _("Technical: everything")}
    audience = forms.choice(
        st.segmented_control, _("Audience"), {name: words[name] for name in AUDIENCES}, "audience", EXECUTIVE,
        required=True,
    )  # fmt: skip
    spoken = forms.choice(st.selectbox, _("Language"), LANGUAGES, "report_language", language(), width=160)
    worth, event = compare_value.typed(experiment), compare_value.chosen_event(experiment)
    margin = compare_verdict.margin(experiment)
    return Asked(experiment.id, labels, audience, spoken, worth, event, margin, reads.stamp(experiment))


def budget_in_words(asked: Asked) -> str:
    return show.labels(asked.labels)


def downloads(asked: Asked) -> None:
    """A button for each file; a file is made when it is asked for."""
    words = {
        "html": (_("HTML"), ":material/html:", _("One file: charts answer to the pointer; prints on A4.")),
        "pptx": (_("PowerPoint"), ":material/co_present:", _("One message a slide, tables that can be edited, the "
                                                             "method in the notes.")),
        "slides": (_("Slides"), ":material/slideshow:", _("The seven slides of the presenter mode in one file.")),
        "bundle": (_("Figures"), ":material/folder_zip:", _("Every figure as CSV and JSON.")),
    }  # fmt: skip
    for kind, (label, icon, help) in words.items():
        about = files.KINDS[kind]
        st.download_button(
            label, partial(made, kind, asked), f"transferlab-{asked.experiment}.{about.ending}", about.mime,
            key=f"download {kind}", icon=icon, help=help, on_click="ignore",
        )  # fmt: skip
    if asked.language == "zh_CN" and not drawing.chinese_in_pictures():
        st.caption(_("There is no font with Chinese characters on this server, so charts in the PowerPoint file show "
                     "empty boxes; HTML and slides use their reader's fonts."))  # fmt: skip


def outline(asked: Asked) -> None:
    """What the report will say: the message of every section."""
    st.subheader(_("What it says"), anchor=False)
    with st.spinner(_("Reading the results ..."), show_time=True):
        told = _messages(reads.store(), asked)
    for question, message, verdict in told:
        sign = f"{style.sign(verdict).icon} " if verdict else ""
        st.markdown(f":gray[{show.plain(question)}]  \n**{sign}{show.plain(message)}**")


def made(kind: str, asked: Asked) -> bytes:
    """The content of a file, made once for each state of the store."""
    return _made(reads.store(), kind, asked)


@st.cache_data(show_spinner=False, max_entries=12)
def _made(_store: Store, kind: str, asked: Asked) -> bytes:
    with speaking(asked.language):
        return files.made(kind, _material(_store, asked), asked.audience)


@st.cache_data(show_spinner=False, max_entries=50)
def _messages(_store: Store, asked: Asked) -> list[tuple[str, str, str | None]]:
    with speaking(asked.language):
        told = story(_material(_store, asked), asked.audience)
    return [(section.question, section.message, section.verdict) for section in told]


def _material(store: Store, asked: Asked) -> Material:
    labels = "all" if asked.labels is None else asked.labels
    return Material.of(store, asked.experiment, labels, asked.worth, asked.event, asked.margin)
