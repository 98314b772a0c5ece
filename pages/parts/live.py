"""The runs of one experiment as they go: how far, the curves so far, and what a person can do about it."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from pages.parts import again, compare, frame, language, notes, reads, same_again, show
from tlcore import catalog, launch
from tlcore.charts import convergence as charts
from tlcore.measure import convergence
from tlcore.measure.statistics import beside
from tlcore.preflight import duration
from tlcore.store import StoredExperiment
from tlcore.words import _

ACTIVE = ["queued", "starting", "running", "stopping"]
GONE = ["failed", "lost", "cancelled"]
ALL = "all"
TAIL = 60  # lines of a log


def active(runs: pd.DataFrame) -> bool:
    """Whether anything is still to come."""
    return bool(runs["state"].isin(ACTIVE).any())


def controls(experiment: StoredExperiment) -> str:
    """Which runs, and what to do with them. In the main script, so that it answers while the rest refreshes.

    Returns the chosen run, or `ALL`.
    """
    runs = reads.runs(experiment).set_index("run")
    names = {ALL: _("All {n} runs", n=len(runs))} | {str(run.Index): name(run) for run in runs.itertuples()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Runs"), list(names), key="run", persist_state="session", width=420, format_func=names.__getitem__,
        )  # fmt: skip
        some = runs if chosen == ALL else runs.loc[[chosen]]
        gone = list(some.index[some["state"].isin(GONE)])
        if some["state"].isin(ACTIVE).any():
            st.button(
                _("Stop, keep the best"), icon=":material/stop_circle:", key="stop",
                on_click=_ask, args=(list(some.index), "stop"),
                help=_("A run ends after its current epoch and is judged by its best; one that waits is dropped."),
            )  # fmt: skip
            st.button(
                _("Cancel"), icon=":material/cancel:", key="cancel",
                on_click=_ask, args=(list(some.index), "cancel"),
                help=_("A run ends now; nothing of it is kept."),
            )  # fmt: skip
        if gone and not experiment.example:
            st.button(
                _("Try {n} again", n=len(gone)), icon=":material/replay:", key="retry", on_click=_retry, args=(gone,)
            )
        again.link(experiment.experiment)
        if not active(runs):
            same_again.button(experiment)
            st.page_link(
                "compare/verdict.py", label=_("See the verdict"), icon=":material/gavel:",
                query_params={frame.CHOSEN: experiment.id},
            )  # fmt: skip
    return chosen


def progress(experiment: StoredExperiment, chosen: str, was_active: bool) -> None:
    """How far it is, the curves so far, every run; refreshed by itself while something is active."""
    language.speak()
    runs = reads.runs(experiment)
    if was_active and not active(runs):
        st.rerun()
    st.markdown(f"##### {headline(runs, experiment.experiment.device)}")
    st.progress(float((~runs["state"].isin(ACTIVE)).mean()))
    with st.container(horizontal=True):
        for word, n in runs["state"].value_counts().items():
            state = show.state(str(word))
            st.markdown(f":{state.colour}[{state.icon} {state.text}] **{n}**")
    if not active(runs):
        same_again.told(experiment)
    _failures(runs if chosen == ALL else runs[runs["run"] == chosen])
    _curves(experiment, runs if chosen == ALL else runs[runs["run"] == chosen])
    _table(runs, reads.epochs(experiment, runs.loc[runs["state"].isin(ACTIVE), "run"]))
    if chosen != ALL:
        run = runs.set_index("run").loc[chosen]
        notes.of_run(run["warnings"])
        _diagnostics(run, expanded=True)


def headline(runs: pd.DataFrame, device: str) -> str:
    """One sentence and one number."""
    ended = ~runs["state"].isin(ACTIVE)
    if ended.all():
        return _("All {n} runs have ended.", n=len(runs))
    times = runs[runs["state"] == "done"].groupby("strategy")["seconds"].mean()
    due = runs.loc[~ended, "strategy"].map(times)
    if due.isna().any():  # a strategy of which no run has ended yet may take any time
        return _("{done} of {n} runs have ended.", done=int(ended.sum()), n=len(runs))
    left = due.sum() / launch.at_once(reads.store(), device)
    return _(
        "{done} of {n} runs have ended; about {left} to go.", done=int(ended.sum()), n=len(runs), left=duration(left)
    )


def name(run: Any) -> str:
    """A run in words: its strategy, its label budget, its seed."""
    return _(
        "{strategy}, {labels}, seed {seed}", strategy=show.strategy_name(run.strategy), labels=show.labels(run.labels),
        seed=run.seed,
    )  # fmt: skip


def diagnostics(run: pd.Series, log: str) -> str:
    """All that helps somebody else to understand what happened to a run."""
    said = (
        "strategy",
        "labels",
        "seed",
        "scenario",
        "backbone",
        "state",
        "failure_kind",
        "failure",
        "device",
        "seconds",
    )
    lines = [f"{field}: {run[field]}" for field in said]
    return "\n".join([f"run: {run.name}", *lines, "", *log.splitlines()[-TAIL:]])


def _ask(runs: list[str], request: Literal["stop", "cancel"]) -> None:
    for run in runs:
        reads.store().ask(run, request)


def _retry(runs: list[str]) -> None:
    for run in runs:
        reads.store().retry(run)
    launch.start(reads.store())


def _failures(runs: pd.DataFrame) -> None:
    """What went wrong, a sentence each, with what somebody who helps will ask for."""
    for _key, run in runs[runs["state"].isin(["failed", "lost"])].set_index("run").head(5).iterrows():
        said = show.plain(run["failure"] or show.state(run["state"]).text)
        st.error(f"**{name(run)}**: {said}", icon=":material/error:")
        _diagnostics(run)


def _diagnostics(run: pd.Series, expanded: bool = False) -> None:
    with st.expander(_("Log and diagnostics"), icon=":material/article:", expanded=expanded):
        st.caption(_("The button in the corner copies all of it."))
        st.code(diagnostics(run, reads.store().log(str(run.name))), language=None, height=260)


def _curves(experiment: StoredExperiment, runs: pd.DataFrame) -> None:
    """The curves so far, one label budget at a time."""
    begun = beside(runs[runs["epochs"].notna()])
    if begun.empty:
        if active(runs):
            st.caption(_("The first point appears after the first epoch."))
        return
    labels = compare.budget(begun, experiment.experiment.scenario)
    epochs = reads.epochs(experiment, compare.of_budget(begun, labels)["run"]).assign(labels=labels)
    means, metric = convergence.curves(epochs, runs=runs), experiment.experiment.metric
    show.chart(
        charts.convergence(
            means, show.watched_name(metric), _("Epoch"), rules=charts.ceiling(runs),
            higher_is_better=catalog.metric(metric).sign > 0,
        ), means, key="curves",
        what=_("The score on target examples that are not trained on, after every epoch: the mean over seeds, and the "
               "band in which that mean lies with 95 % confidence. An epoch is one pass over a phase's examples."),
    )  # fmt: skip


def _table(runs: pd.DataFrame, epochs: pd.DataFrame) -> None:
    """Every run, what is under way on top, with what it is doing."""
    last = epochs.sort_values("position").groupby("run").tail(1).set_index("run")
    order = {"running": 0, "stopping": 0, "starting": 1, "failed": 2, "lost": 2, "queued": 3}
    runs = runs.assign(rank=runs["state"].map(order).fillna(4)).sort_values("rank", kind="stable")

    def doing(run: Any) -> str:
        if run.state not in ACTIVE or run.run not in last.index:
            return ""
        return _("phase {phase}, epoch {n}", phase=last.loc[run.run, "phase"], n=int(last.loc[run.run, "number"]))

    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(
            {
                "strategy": runs["strategy"].map(show.strategy_name),
                "labels": [show.labels(count) for count in runs["labels"]],
                "seed": runs["seed"],
                "state": runs["state"].map(lambda word: show.state(word).text),
                "doing": [doing(run) for run in runs.itertuples()],
                "score": runs["test_score"],
                "seconds": runs["seconds"],
                "warnings": notes.warnings(runs),
                "device": runs["device"].fillna(""),
            }
        ),
        hide_index=True, placeholder="–", height=min(38 + 35 * len(runs), 390), key="every run",
        column_config={
            "strategy": _("Strategy"), "labels": _("Target labels"), "seed": number(_("Seed"), width="small"),
            "state": _("State"), "doing": _("Now"), "score": number(_("Score on test"), format="%.3f"),
            "seconds": number(_("Seconds"), format="%.1f", width="small"), "device": _("Device"),
            "warnings": number(_("Warnings"), width="small", help=_("Choose the run above to read them.")),
        },
    )  # fmt: skip
