"""The parts of the Convergence page: what is drawn, the picture, and the table of costs."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st

from pages.parts import forms, show
from tlcore import catalog
from tlcore.charts import answers, convergence, forgetting, style
from tlcore.measure import convergence as measure
from tlcore.store import StoredExperiment
from tlcore.words import _


class View(NamedTuple):
    """What a person asked to see: a column of the epochs frame as x, and what is drawn besides the means."""

    x: str
    seeds: bool
    source: bool


def view() -> View:
    """What to draw: the controls above the chart."""
    words = {"position": _("Epochs"), "step": _("Steps"), "seconds": _("Seconds"), "seen": _("Labels seen")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        x = forms.choice(st.segmented_control, _("Along"), words, "along", "position", required=True)
        seeds = st.toggle(_("Every seed"), key="every_seed", **forms.BOUND)
        source = st.toggle(
            _("Source too"), key="source_too", **forms.BOUND,
            help=_("The score on held-out source examples, dotted: does the model forget the source?"),
        )  # fmt: skip
    return View(x, seeds, source)


def costs(table: pd.DataFrame, metric: str) -> None:
    """What it takes each strategy to come within 5 % of the best score from scratch."""
    table = table.sort_values("area", ascending=not catalog.metric(metric).higher_is_better)
    missing = _("not reached") if table["threshold"].notna().any() else "-"

    def cost(column: str, digits: int = 0) -> list[str]:
        return [missing if pd.isna(value) else f"{value:,.{digits}f}" for value in table[column]]

    shown = pd.DataFrame(
        {
            "strategy": [style.title(name) for name in table["strategy"]],
            "reached": [
                "-" if pd.isna(there) else f"{there} / {n}"
                for there, n in zip(table["reached"], table["n"], strict=True)
            ],
            "epochs": cost("epochs"),
            "steps": cost("steps"),
            "seen": cost("seen"),
            "seconds": cost("seconds", 1),
            "area": table["area"].to_numpy(),
            "spread": table["spread"].to_numpy(),
            "kept": table["best_epoch"].to_numpy(),
            "signs": ["; ".join(map(answers.flag, words)) for words in table["flags"]],
        }
    )
    number = st.column_config.NumberColumn
    text = st.column_config.TextColumn
    st.dataframe(
        shown, hide_index=True, placeholder="–",
        column_config={
            "strategy": _("Strategy"),
            "reached": text(_("Runs that got there"), help=_("Within 5 % of the best score from scratch.")),
            "epochs": text(_("Epochs"), width=95, help=_("On the target; the median over runs.")),
            "steps": text(_("Steps"), width=95, help=_("Learning the source included.")),
            "seen": text(_("Labels seen"), width=95, help=_("Target labels walked through, each time counted.")),
            "seconds": text(_("Seconds"), width=95, help=_("Learning the source included, also where it was shared.")),
            "area": number(_("Area under the curve"), format="%.3f", help=_("The mean score over all target epochs.")),
            "spread": number(_("Spread over seeds"), format="%.3f", help=_("Standard deviation of the test score.")),
            "kept": number(_("Epoch kept"), format="%.0f", help=_("On the target; the median over runs.")),
            "signs": text(_("Warning signs"), width="large"),
        },
    )  # fmt: skip
    if table["threshold"].notna().any():
        st.caption(_("The mark to reach: {score}.", score=f"{table['threshold'].dropna().iloc[0]:.3f}"))


def forgotten(epochs: pd.DataFrame, experiment: StoredExperiment) -> None:
    """The score on the source beside the target's, and what of it learning the target cost."""
    metric = experiment.experiment.metric
    table = measure.forgotten(epochs, metric)
    if table.empty:
        st.markdown(_why_not(experiment))
        return
    st.markdown(f"##### {show.plain(answers.forgotten(table, metric))}")
    some = epochs[epochs["strategy"].isin(table["strategy"])]
    left, right = st.columns(2)
    with left:
        show.chart(
            convergence.convergence(
                measure.curves(some, score="source"), _("{metric} on the source", metric=show.metric_name(metric)),
                convergence.axes()["position"], higher_is_better=catalog.metric(metric).higher_is_better,
            ), key="source curves",
            what=_("The score on held-out source examples after every epoch: first while the source is learnt, then "
                   "while the target is. Where a line falls, the source is being forgotten."),
        )  # fmt: skip
    with right:
        show.chart(
            forgetting.forgetting(table, metric), _told(table, metric), key="forgetting",
            what=_("Hollow: the score on the source when it had been learnt. Filled: at the epoch that was kept, after "
                   "learning the target. The longer the line, the more was forgotten. The square is the score on the "
                   "target there: what it was given up for."),
        )  # fmt: skip


def _why_not(experiment: StoredExperiment) -> str:
    """Why there is no score on the source to show."""
    facts = experiment.facts
    if facts.get("kind") != "regression" and facts.get("source_classes") != facts.get("classes"):
        return _("Source and target have different classes here, so no model answers for both: forgetting cannot be "
                 "measured.")  # fmt: skip
    if experiment.experiment.training.watch_source:
        return _("No strategy in view first learnt the source and then the target.")
    return _(
        "Not measured. In the plan, under *Advanced*, switch on *{toggle}* (on the command line: `--watch-source`); "
        "every epoch is then judged on held-out source examples too.",
        toggle=_("Judge every epoch on the source too, so that forgetting can be seen"),
    )


def _told(table: pd.DataFrame, metric: str) -> pd.DataFrame:
    factor = answers.factor(metric)
    unit = _("points") if factor == 100 else _("label's unit")
    return pd.DataFrame(
        {
            _("Strategy"): table["strategy"].map(style.title),
            _("Source, when learnt"): table["knew"],
            _("Source, at the kept epoch"): table["keeps"],
            _("Forgotten ({unit})", unit=unit): table["drop"] * factor,
            _("Target, at the kept epoch"): table["target"],
            _("Seeds"): table["n"],
        }
    )
