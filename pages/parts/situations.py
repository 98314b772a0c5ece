"""The cards of the first page: each situation with its example's answer, and the experiments so far."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import compare, frame, planned, reads, relations, show
from pages.parts.data import OWN
from pages.parts.forms import choice
from tlcore import catalog
from tlcore.charts import answers
from tlcore.errors import Unusable
from tlcore.plan import plan
from tlcore.spec import PRESETS, Experiment
from tlcore.words import _

LIVE = ("logistic_regression", "scratch", "fine_tune", "dann")  # quick to train, and a fair little comparison
LIVE_SEEDS = 3
RECENT_AT_MOST = 8
ABREAST = 2  # cards beside each other; wider ones read better than many


def headline() -> None:
    """The answer of one finished experiment, so that the first thing seen is what a result looks like."""
    known = _finished(reads.experiments())
    if known.empty:
        return
    row = known.sort_values(["example", "created"], ascending=[True, False]).iloc[0]
    word, sentence = answer(str(row["id"]))
    with st.container(border=True):
        st.caption(show.plain(frame.label(row)))
        st.markdown(f"#### :{word.colour}[{word.icon}] {show.plain(sentence)}")
        _open(str(row["id"]), _("See how we know"))


def cards() -> None:
    """One card per situation, then the ways to other data."""
    groups = list(catalog.by_situation(catalog.embedded()).items())
    for start in range(0, len(groups), ABREAST):
        for cell, (situation, names) in zip(st.columns(ABREAST), groups[start : start + ABREAST], strict=False):
            with cell.container(border=True, height="stretch"):
                card(situation, names)
    with st.container(border=True):
        own_card()
    if public := [name for name, offer in catalog.scenarios().items() if not offer.embedded and name != OWN]:
        with st.container(border=True):
            public_card(public)


def card(situation: str, names: list[str]) -> None:
    """A situation, in one of the stories that stand for it: the answer of its newest experiment, and two ways in."""
    st.markdown(f":gray[{_(situation)}]")
    known = reads.experiments()
    answered = [name for name in names if len(_finished(known[known["scenario"] == name]))]
    name = (answered or names)[0]
    if len(names) > 1:
        titles = {name: show.scenario_name(name) for name in names}
        name = choice(
            st.pills, _(situation), titles, f"story.{names[0]}", name, required=True, wrap=True,
            label_visibility="collapsed",
        )  # fmt: skip
    scenario = catalog.scenarios()[name]
    st.markdown(f"##### {_(scenario.title)}")
    frame.badges(example=False, simulated=scenario.simulated)
    st.markdown(_(scenario.story))
    relations.line(scenario().differs())
    known = _finished(known[known["scenario"] == name]).sort_values(["example", "created"], ascending=[False, False])
    if len(known):
        word, sentence = answer(str(known["id"].iloc[0]))
        st.markdown(f":{word.colour}[{word.icon}] **{show.plain(sentence)}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(known):
            _open(str(known["id"].iloc[0]), _("Open example") if known["example"].iloc[0] else _("Open result"))
        if st.button(
            _("Try it live"), key=f"live {name}", icon=":material/play_arrow:",
            help=_("Trains a small comparison on this machine's processor, in about a minute."),
        ):  # fmt: skip
            try_live(name)


def public_card(names: list[str]) -> None:
    """Data sets that others published: fetched once, when a person asks."""
    st.markdown(f":gray[{_('Public data')}]")
    st.markdown(f"##### {_('Well-known data sets')}")
    st.markdown(_("Downloaded once when you choose one, checked, and kept on this machine."))
    cells = st.columns(ABREAST)
    for position, name in enumerate(names):
        cells[position % ABREAST].page_link(
            "prepare/data.py", label=show.scenario_name(name), icon=":material/download:",
            query_params={"scenario": name},
        )  # fmt: skip


def own_card() -> None:
    st.markdown(f":gray[{_('Your own question')}]")
    st.markdown(f"##### {_(catalog.scenarios()[OWN].title)}")
    st.markdown(_(catalog.scenarios()[OWN].story))
    st.page_link(
        "prepare/data.py", label=_("Use my data"), icon=":material/upload_file:", query_params={"scenario": OWN}
    )


def try_live(name: str) -> None:
    """Queue a small comparison and go to watch it."""
    small = Experiment(name, LIVE, seeds=LIVE_SEEDS, training=PRESETS["quick"], device="cpu")
    try:
        planned.begin(plan(small))
    except Unusable as error:
        show.problems(error)


def recent() -> None:
    """The person's own experiments, the newest first."""
    known = reads.experiments()
    known = known[~known["example"].astype(bool)].sort_values("created", ascending=False).head(RECENT_AT_MOST)
    if known.empty:
        return
    st.subheader(_("Recent experiments"), anchor=False)
    for row in known.itertuples():
        over = row.active == 0
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "compare/verdict.py" if over else "run/runs.py",
                label=show.plain(frame.label(known.loc[row.Index])), query_params={frame.CHOSEN: row.id},
                icon=":material/gavel:" if over else ":material/monitoring:",
            )  # fmt: skip
            done, without = _("{done} of {n} runs done", done=row.done, n=row.runs), row.failed + row.cancelled
            st.caption(done + (" · " + _("{n} without a result", n=without) if without else ""))


def answer(experiment: str) -> tuple[show.Word, str]:
    """The verdict of an experiment at the label budget its scenario is about, as a word and a sentence."""
    stored = reads.store().experiment(experiment)
    summary = reads.summary(stored)
    labels = compare.usual(compare.budgets_of(summary), stored.experiment.scenario)
    said = answers.verdict(compare.of_budget(summary, labels))
    sentence = _("{answer} ({labels})", answer=said.headline.rstrip(".。"), labels=show.labels(labels))
    return show.verdict(said.verdict or "not enough evidence"), sentence


def _finished(known: pd.DataFrame) -> pd.DataFrame:
    """Those with an answer worth a headline: over, and not most of it cancelled or failed."""
    return known[(known["done"] > known["failed"] + known["cancelled"]) & (known["active"] == 0)]


def _open(experiment: str, label: str) -> None:
    st.page_link("compare/verdict.py", label=label, icon=":material/gavel:", query_params={frame.CHOSEN: experiment})
