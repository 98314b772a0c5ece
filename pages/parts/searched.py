"""A search for better settings as a person asks for it: whose, which, how many trials; what that costs; the start."""

from __future__ import annotations

import streamlit as st

from pages.parts import compare, forms, reads, show
from pages.parts.forms import BOUND
from tlcore import catalog, search
from tlcore.errors import Unusable
from tlcore.plan import out_of_reach, plan
from tlcore.preflight import duration
from tlcore.search import driver, study
from tlcore.search.space import searchable
from tlcore.search.study import Search
from tlcore.store import StoredExperiment
from tlcore.words import _

NEW = "new"
SHOWN = "search"  # which one is in view
FIRST = ("lr", "decay", "weight", "imbalance")  # what is searched unless a person chooses otherwise
TRIALS, SEEDS = 20, 3


def choose(experiment: StoredExperiment) -> str:
    """Which search of this scenario is in view, or `NEW`; asked for only where there is one."""
    known = {number: asked for number, asked in reversed(study.found(reads.store()).items())
             if asked.experiment.scenario == experiment.experiment.scenario}  # fmt: skip
    if not known:
        return NEW
    words = {number: _called(asked) for number, asked in known.items()} | {NEW: _("A new search")}
    return forms.choice(st.selectbox, _("Search"), words, SHOWN, next(iter(known)), width=560)


def controls(experiment: StoredExperiment) -> Search | None:
    """What is searched. Raises `Unusable` where it makes no search; None where nothing can be searched."""
    asked = experiment.experiment
    offers = catalog.strategies()
    names = {
        name: show.strategy_name(name)
        for name in asked.strategies
        if name in offers and offers[name].epochs and not offers[name].ceiling and searchable(name)
    }
    if not names:
        st.markdown(_("No strategy of this experiment trains a network, so there are no settings to search."))
        return None
    left, right = st.columns(2)
    best = compare.usual(list(asked.labels), asked.scenario)
    first = "fine_tune" if "fine_tune" in names else next(iter(names))
    strategy = forms.choice(left.selectbox, _("Settings of"), names, "searched", first)
    knobs = {name: forms.called(knob) for name, knob in searchable(strategy).items()}
    usual = [name for name in FIRST if name in knobs][:2] or list(knobs)[:1]
    over = forms.choices(right.multiselect, _("Which settings"), knobs, f"over.{strategy}", ",".join(usual))
    trials = left.slider(
        _("Trials: how many settings are tried"), 2, 100, TRIALS, key="search_trials", **BOUND,
        help=_("The first tries the settings as they are; where to look next follows from what was seen so far."),
    )  # fmt: skip
    seeds = right.slider(
        _("Seeds of each trial"), 1, 10, SEEDS, key="search_seeds", **BOUND,
        help=_("Few validation labels make a choice by luck likely; every seed has labels of its own, and the mean "
               "counts."),
    )  # fmt: skip
    return study.search(asked.varied(labels=(best,), seeds=int(seeds)), strategy, over, int(trials))


def start(asked: Search) -> None:
    """What it costs, and the button."""
    cost = search.cost(asked, reads.store())
    st.markdown(
        _(
            "At most **{n}** runs, about **{time}** on this machine: {trials} trials of {seeds} seeds, then what won "
            "against the settings as they are, on {fresh} fresh seeds.",
            n=cost.runs, time=duration(cost.seconds), trials=asked.trials, seeds=asked.experiment.seeds,
            fresh=asked.fresh,
        )
    )  # fmt: skip
    st.caption(
        _(
            "Settings are chosen by validation labels, a part of the label budget. Test labels are used once, at the "
            "end."
        )
    )
    if not st.button(_("Start"), type="primary", icon=":material/play_arrow:", key="start_search"):
        return
    if unreachable := out_of_reach(plan(asked.experiment)):
        show.problems(Unusable(unreachable))
        return
    study.begin(reads.store(), asked)
    driver.start(reads.store(), asked.id)
    forms.put(SHOWN, asked.id)
    st.rerun()


def _called(asked: Search) -> str:
    return _(
        "{strategy}: {knobs}, {n} trials, {labels}", strategy=show.strategy_name(asked.strategy),
        knobs=", ".join(asked.over), n=asked.trials, labels=show.labels(asked.experiment.labels[0]),
    )  # fmt: skip
