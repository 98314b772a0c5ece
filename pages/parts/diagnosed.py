"""What went wrong in a comparison and what to try: each remedy a link that opens the plan with just that change."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from pages.parts import again, compare, notes, reads, show
from tlcore import advice
from tlcore.diagnosis import SHOWN, Evidence, Finding, diagnose
from tlcore.store import StoredExperiment
from tlcore.words import _, counted, language


def panel(experiment: StoredExperiment, labels: int | None, done: pd.DataFrame, summary: pd.DataFrame) -> None:
    """The findings at a label budget, the gravest first, and below what the runs noted besides.

    ``done`` are the finished runs of this budget and ``summary`` its rows of the summary frame.
    """
    found = _found(experiment, labels, reads.stamp(experiment), language(), summary)
    st.subheader(_("What went wrong, and what to try"), anchor=False)
    if not found:
        st.markdown(_("Nothing stands out: curves, losses and scores look sound at this label budget."))
    for one in found[:SHOWN]:
        _finding(one)
    rest = found[SHOWN:]
    if rest:
        with st.expander(
            counted("{n} further finding", "{n} further findings", len(rest)), icon=":material/more_horiz:"
        ):
            for one in rest:
                _finding(one)
    notes.of_strategies(done, told={(name, kind) for one in found for name in one.strategies for kind in one.notes})


def _finding(found: Finding) -> None:
    icon, colour = (":material/error:", "red") if found.grave else (":material/info:", "gray")
    with st.container(border=True):
        st.markdown(f":{colour}[{icon}] **{show.plain(found.title)}**  \n{show.plain(found.sentence)}")
        with st.container(horizontal=True):
            for remedy in found.remedies:
                query = again.address(remedy.experiment)
                if query is not None:
                    st.page_link("run/plan.py", label=remedy.words, icon=":material/science:", query_params=query)
                elif st.button(
                    remedy.words,
                    icon=":material/science:",
                    type="tertiary",
                    key=f"{found.symptom} {remedy.words}",
                    help=_("Starts at once: the form of the plan cannot show files that the command line named."),
                ):
                    compare.start(remedy.experiment)


@st.cache_data(show_spinner=False, max_entries=50)
def _found(
    _experiment: StoredExperiment, labels: int | None, stamp: tuple, language: str, summary: pd.DataFrame
) -> list[Finding]:
    asked = _experiment.experiment
    draw = partial(reads.situation, _experiment)
    seen = Evidence.of(
        asked, _experiment.facts, labels, reads.runs(_experiment), reads.epochs(_experiment), summary, draw=draw,
        measure=lambda: advice.facts(draw(), labels, asked.backbone),
    )  # fmt: skip
    return diagnose(seen)
