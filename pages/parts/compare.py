"""What the Compare pages share: the label budget in view, the answer on top, and how far the runs have got."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts import compare_settings, forms, planned, reads, same_again, show
from tlcore.charts import names
from tlcore.charts.answers import Answer
from tlcore.errors import Unusable
from tlcore.measure import budgets
from tlcore.plan import plan
from tlcore.spec import Experiment
from tlcore.store import StoredExperiment
from tlcore.words import _, counted

budgets_of, of_budget, usual = budgets.budgets_of, budgets.of_budget, budgets.usual

MORE_SEEDS, SEEDS_AT_MOST = 3, 30


def finished(experiment: StoredExperiment) -> pd.DataFrame:
    """The runs with a score, a ceiling's beside every label budget; where there is none, no further.

    What is still to come or went wrong is said.
    """
    runs = reads.runs(experiment)
    state = runs["state"].value_counts()
    active = int(state.reindex(["queued", "starting", "running", "stopping"]).fillna(0).sum())
    failed = int(state.reindex(["failed", "lost"]).fillna(0).sum())
    if active:
        st.info(
            _(
                "{active} of {all} runs are still to finish; what stands here will change.",
                active=active,
                all=len(runs),
            ),
            icon=":material/hourglass_top:",
        )
    if failed:
        st.warning(
            counted("{n} run failed; the rest is compared.", "{n} runs failed; the rest is compared.", failed),
            icon=":material/error:",
        )
    cancelled = int(state.get("cancelled", 0))
    if cancelled:
        st.warning(
            counted("{n} run was cancelled; the rest is compared.", "{n} runs were cancelled; the rest is compared.",
                    cancelled), icon=":material/cancel:",
        )  # fmt: skip
    done = budgets.finished(runs)
    if active or failed or cancelled or done.empty:
        st.page_link("run/runs.py", label=_("See the runs"), icon=":material/arrow_forward:")
    if done.empty:
        st.markdown(f"##### {_('No run has finished yet, so there is nothing to compare.')}")
        st.stop()
    return done


def budget(frame: pd.DataFrame, scenario: str) -> int | None:
    """The label budget in view; asked for only where there are several."""
    known = budgets_of(frame)
    if len(known) == 1:
        return known[0]
    words = {"all" if count is None else str(count): show.labels(count) for count in known}
    first = usual(known, scenario)
    chosen = forms.choice(
        st.segmented_control, _("Target labels"), words, "budget", "all" if first is None else str(first), required=True
    )
    return None if chosen == "all" else int(chosen)


def answer(said: Answer) -> None:
    """The answer: an icon, one sentence, and what else must be known."""
    word = show.verdict(said.verdict) if said.verdict else None
    headline = show.plain(said.headline)
    st.markdown(f"### :{word.colour}[{word.icon}] {headline}" if word else f"### {headline}")
    if said.sentences:
        st.markdown("  \n".join(map(show.plain, said.sentences)))


def coverage(done: pd.DataFrame, kept: Iterable[str]) -> None:
    """Say so where figures rest on some of these runs alone, those that kept their predictions."""
    if words := names.coverage(done, kept):
        st.caption(words)


def add_seeds(experiment: StoredExperiment, needed: int | None) -> None:
    """A button that runs the same experiment with as many more seeds as are needed; three where nobody knows.

    Finished runs are not trained again.
    """
    asked = experiment.experiment
    more_seeds = min(needed or MORE_SEEDS, SEEDS_AT_MOST - asked.seeds)
    label = counted("Add {n} seed", "Add {n} seeds", more_seeds)
    if more_seeds < 1 or not st.button(label, icon=":material/add:", type="primary"):
        return
    start(asked.varied(seeds=asked.seeds + more_seeds))


def start(asked: Experiment) -> None:
    """Plan an experiment and begin it at once; what stands in the way is said in place."""
    try:
        with st.spinner(_("Planning ...")):
            ready = plan(replace(asked, name=asked.own_name))
    except Unusable as error:
        show.problems(error)
        return
    planned.begin(ready)


def settings(experiment: StoredExperiment, done: pd.DataFrame, selected: Sequence[str] = ()) -> None:
    """What was held equal for every strategy, who chose the epochs, the experiment as a file; and what differs.

    ``selected`` are strategies that a person picked on the page.
    """
    asked = experiment.experiment
    with st.expander(_("Settings"), icon=":material/tune:"):
        st.markdown(
            "\n".join(f"- {name}: **{show.plain(value)}**" for name, value in names.settings(asked, done).items())
        )
        planned.written(asked, asked)
    same_again.panel(experiment)
    compare_settings.between_strategies(experiment, done, selected)
    compare_settings.between_experiments(experiment)
