"""The label budgets that are missing for a learning curve: what they cost, and a button that runs them."""

from __future__ import annotations

import streamlit as st

from pages.parts import again, compare, reads, show
from tlcore import launch
from tlcore.charts.labels_saved import count
from tlcore.errors import Unusable
from tlcore.measure.efficiency import missing
from tlcore.plan import plan
from tlcore.preflight import duration, preflight
from tlcore.spec import Experiment
from tlcore.store import Store, StoredExperiment
from tlcore.words import _, counted


def offer(experiment: StoredExperiment, tried: set[float], pool: int) -> None:
    """Where budgets are missing: how many runs they are, how long those take, and a button. What is finished is not
    trained again."""
    asked, least = experiment.experiment, 2 * len(experiment.facts["classes"]) or 4
    budgets = missing(tried, least, pool)
    if not budgets:
        return
    more = asked.varied(labels=(*asked.labels, *budgets))
    try:
        due, seconds = _cost(reads.store(), reads.stamp(experiment), more)
    except Unusable as error:
        show.problems(error)
        return
    named = _(", ").join(map(count, budgets))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Try {budgets} labels too", budgets=named), icon=":material/add:", key="missing budgets"):
            compare.start(more)
        st.caption(
            counted("{n} run to train, about {time}. What is finished is not trained again.",
                    "{n} runs to train, about {time}. What is finished is not trained again.",
                    due, time=duration(seconds))
        )  # fmt: skip
        again.link(asked)


@st.cache_data(show_spinner=False, max_entries=50)
def _cost(_store: Store, key: tuple, asked: Experiment) -> tuple[int, float]:
    facts = preflight(plan(asked), reads.runs(), launch.at_once(reads.store(), asked.device))
    return facts.runs - facts.finished, facts.seconds
