"""What if a strategy had other settings? A search for better ones, and whether they hold what they promise."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts import again, compare, forms, frame, language, reads, searched
from pages.parts.show import chart, metric_name, problems
from tlcore import catalog
from tlcore.charts import tuning as charts
from tlcore.errors import Unusable
from tlcore.search import driver, study
from tlcore.search.study import Standing
from tlcore.store import StoredExperiment
from tlcore.words import _, amount

TITLE, PLACE = "Settings", 3

EVERY = 2.0  # seconds between two looks while it is under way


def show(experiment: StoredExperiment) -> None:
    """The search in view, or the question for a new one."""
    number = searched.choose(experiment)
    if number != searched.NEW:
        _one(number)
        return
    st.markdown(f"##### {_('Do other settings pay? Search some, and see whether they hold what they promise.')}")
    try:
        asked = searched.controls(experiment)
    except Unusable as error:
        problems(error)
        return
    if asked is not None:
        searched.start(asked)
    st.caption(_("To change one setting by hand: *Change and run again* on the page Runs, then compare both on Verdict "
                 "under *What differs from another experiment*."))  # fmt: skip


def _one(number: str) -> None:
    store = reads.store()
    found = study.standing(store, number)
    going = not found.over and not found.stopped
    if going:
        driver.start(store, number)  # whoever carried it out may be gone
    top = st.container()
    with st.container(horizontal=True):
        if going:
            st.button(_("Stop"), icon=":material/stop_circle:", key="stop_search",
                      on_click=driver.stop, args=(store, number))  # fmt: skip
        elif not found.over:
            st.button(_("Go on"), icon=":material/play_arrow:", key="resume_search", on_click=_go_on, args=(number,))
        if found.best:
            _again(found)
    with top:
        st.fragment(_progress, run_every=EVERY if going else None)(number, going)


def _progress(number: str, was_going: bool) -> None:
    """The answer so far, the trials; refreshed by itself while it is under way."""
    language.speak()
    found = study.standing(reads.store(), number)
    if was_going and (found.over or found.stopped):
        st.rerun()
    compare.answer(charts.answer(found))
    if was_going:
        st.progress(float((found.trials["state"] != "running").sum() / found.search.trials))
    if found.under_way:
        st.page_link(
            "run/runs.py", label=_("See the runs"), icon=":material/monitoring:",
            query_params={frame.CHOSEN: found.under_way},
        )  # fmt: skip
    if found.trials["value"].isna().all():
        st.caption(_("The first point appears after the first trial."))
        return
    chart(
        charts.progress(found), _table(found), key="trials",
        what=_(
            "Each point is a trial: other settings, its mean score on validation labels over several seeds. The step "
            "is the best so far. With few validation labels the best is partly luck, so what won is trained again with "
            "seeds that no trial has seen, and judged on the test set against the settings as they were."
        ),
    )  # fmt: skip
    st.dataframe(_table(found), hide_index=True, placeholder="–", height=min(38 + 35 * max(1, len(found.trials)), 320))
    shares = study.importances(reads.store(), number)
    if shares:
        told = _(", ").join(f"{name} {share:.0%}" for name, share in shares.items())
        st.caption(_("What differs between trials is owed to: {shares}.", shares=told))


def _again(found: Standing) -> None:
    """The plan with what won, to go on with."""
    asked = found.search.experiment
    knobs = {**asked.knobs, found.search.strategy: {**asked.knobs.get(found.search.strategy, {}), **(found.best or {})}}
    query = again.address(replace(asked, knobs=knobs, seeds=found.search.fresh))
    if query is not None:
        st.page_link("run/plan.py", label=_("Plan with these settings"), icon=":material/edit:", query_params=query)


def _go_on(number: str) -> None:
    asked, _study = study.load(reads.store(), number)
    study.begin(reads.store(), asked)
    driver.start(reads.store(), number)


def _table(found: Standing) -> pd.DataFrame:
    """Every trial, the best on top."""
    lower = not catalog.metric(found.search.experiment.metric).higher_is_better
    rows = found.trials.sort_values("value", ascending=lower)
    named = {"complete": _("done"), "running": _("running"), "fail": _("no score")}
    knobs = {name: forms.called(knob) for name, knob in searched.searchable(found.search.strategy).items()}
    table = pd.DataFrame({_("Trial"): rows["number"] + 1})
    for name in found.search.over:
        table[knobs.get(name, name)] = [None if pd.isna(value) else amount(value) for value in rows[name]]
    table[_("{metric} on validation", metric=metric_name(found.search.experiment.metric))] = rows["value"].round(4)
    table[_("Standard error")] = rows["error"].astype(float).round(4)
    table[_("State")] = rows["state"].map(lambda word: named.get(word, word))
    return table
