"""The parts of the Value page: which event, what a case is worth, the figures on top and the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import forms, reads, show
from tlcore.charts import answers, style, worth
from tlcore.charts import value as charts
from tlcore.errors import Unusable
from tlcore.measure import imbalance
from tlcore.measure.payoffs import PER, Payoffs, Worth
from tlcore.measure.payoffs import usual as usual_worth
from tlcore.measure.payoffs import worth as worth_from
from tlcore.measure.value import VALID, Flat
from tlcore.store import StoredExperiment
from tlcore.words import _

FIGURE = 150  # pixels
ASSUMED = ""  # the name of those nobody saved


def event(experiment: StoredExperiment) -> int:
    """The class that is to be found: of two the event, of more the rarest unless a person chooses."""
    classes, usual = experiment.facts["classes"], imbalance.event(experiment.facts)
    if len(classes) < 3:
        return usual
    return classes.index(forms.choice(st.selectbox, _("Event"), {name: name for name in classes}, "event",
                                      classes[usual], width=FIGURE * 2))  # fmt: skip


def chosen_event(experiment: StoredExperiment) -> int | None:
    """The class that a person chose, on this page or in a link; None where nobody did, or there is no choice."""
    classes = experiment.facts["classes"]
    asked = st.query_params.get("event", st.session_state.get("event"))
    return classes.index(asked) if len(classes) > 2 and asked in classes else None


def asked(experiment: StoredExperiment, event: int) -> Worth | None:
    """What a case is worth, as a person or a link says, else as the scenario assumes. What is wrong is said in place.

    Every figure stands in the address under the experiment: another business has other figures.
    """
    usual = usual_worth(experiment.experiment.scenario, experiment.facts["kind"] == "regression")
    saved = reads.store().payoffs(usual.kind)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        figures = {
            name: st.number_input(
                label, value=float(usual.figures[name]), step=1.0, format="%.2f", width=FIGURE, help=help_,
                key=_key(name, experiment), **forms.BOUND,
            )
            for name, (label, help_) in _words(usual).items()
        }  # fmt: skip
        currency = st.text_input(_("Currency"), usual.currency, max_chars=12, width=90,
                                 key=_key("currency", experiment), **forms.BOUND)  # fmt: skip
        try:
            found = worth_from(figures, currency)
        except Unusable as error:
            found, problem = None, error
        _saved(experiment, usual, saved, found)
    if found is None:
        show.problems(problem)
    elif found == usual:
        st.caption(_("These figures are assumptions, not data: write your own, and every sum follows."))
    if isinstance(usual, Payoffs):
        name = experiment.facts["classes"][event]
        st.caption(show.plain(_("The event: {event}. A case is named when a model takes it for one.",
                                event=f"{experiment.facts['label']} = {name}")))  # fmt: skip
    return found


def typed(experiment: StoredExperiment) -> Worth | None:
    """What a person said a case is worth, on this page or in a link; None where nobody did, or it was no figure."""
    usual = usual_worth(experiment.experiment.scenario, experiment.facts["kind"] == "regression")
    known = {name: st.session_state.get(_key(name, experiment), figure) for name, figure in usual.figures.items()}
    try:
        found = worth_from(known, st.session_state.get(_key("currency", experiment), usual.currency))
    except Unusable:
        return None
    return None if found == usual else found


def tiles(summary: pd.DataFrame, strategy: str | None, worth_: Worth, flat: Flat | None) -> None:
    """The figures side by side."""
    with st.container(horizontal=True):
        for figure in worth.figures(summary, strategy, worth_, flat):
            st.metric(figure.label, figure.value, border=True, help=figure.told, width="content")


def pictures(
    summary: pd.DataFrame, outcomes: pd.DataFrame, drawn: pd.DataFrame, worth_: Worth, flat: Flat | None,
    experiment: StoredExperiment,
) -> None:  # fmt: skip
    """What each strategy brings, and how that depends on the threshold, or on the shift; ``drawn``: `value.against`."""
    left, right = st.columns(2)
    with left:
        st.subheader(_("What each strategy brings"), anchor=False)
        show.chart(
            charts.profits(summary, worth_, flat), table(summary, outcomes, worth_), key="profits",
            what=charts.profits_explained(),
        )  # fmt: skip
    with right:
        st.subheader(_("Where to draw the line") if flat else _("Where to lean"), anchor=False)
        show.chart(
            charts.against_threshold(drawn, summary, outcomes, worth_, flat, experiment.facts["label"]),
            drawn.round(4), key="threshold",
            what=charts.against_threshold_explained(worth_),
        )  # fmt: skip


def table(summary: pd.DataFrame, outcomes: pd.DataFrame, worth_: Worth) -> pd.DataFrame:
    """Every strategy with its sums, who chose its threshold, and what hindsight would have brought."""
    rows = summary.dropna(subset=["mean"]).sort_values("mean", ascending=False)
    by = outcomes.assign(own=outcomes["chosen_by"] == VALID).groupby("strategy")
    at = _("Threshold") if isinstance(worth_, Payoffs) else _("Added to predictions")
    shown = {
        _("Strategy"): [style.title(name) for name in rows["strategy"]],
        _("Profit per {n} cases ({currency})", n=f"{PER:,}", currency=worth_.currency): rows["mean"].round(2),
        _("95 % from"): rows["ci_low"].round(2),
        _("95 % to"): rows["ci_high"].round(2),
        _("Above the best without transfer"): rows["gain"].round(2),
        _("from"): rows["gain_low"].round(2),
        _("to"): rows["gain_high"].round(2),
        _("Verdict"): [style.sign(word).word for word in rows["verdict"]],
        at: _each(rows, by["threshold"].mean()).round(4),
        _("Chosen by"): [_chosen(share) for share in _each(rows, by["own"].mean())],
        _("In hindsight"): _each(rows, by["hindsight"].mean()).round(2),
    }
    if isinstance(worth_, Payoffs):
        shown |= {
            _("Named"): [answers.percent(share) for share in _each(rows, by["named"].mean())],
            _("Events found"): [answers.percent(share) for share in _each(rows, by["recall"].mean())],
            _("Of those named, events"): [answers.percent(share) for share in _each(rows, by["precision"].mean())],
        }
    return pd.DataFrame(shown)


def _words(usual: Worth) -> dict[str, tuple[str, str]]:
    """What each figure is, and what it means."""
    if isinstance(usual, Payoffs):
        return {
            "tp": (_("Event found"), _("What a case brings that is named and is an event (true positive, TP).")),
            "fp": (_("False alarm"), _("What a case brings that is named and is none; a cost is below 0 (FP).")),
            "tn": (_("Rightly left alone"), _("What a case brings that is not named and is none (true negative, TN).")),
            "fn": (_("Event missed"), _("What an event brings that is not named; a cost is below 0 (FN).")),
        }
    return {
        "over": (_("Too much, a unit"), _("What predicting one unit too much costs, 0 or more.")),
        "under": (_("Too little, a unit"), _("What predicting one unit too little costs, 0 or more.")),
    }


def _saved(experiment: StoredExperiment, usual: Worth, saved: dict[str, Worth], now: Worth | None) -> None:
    """The figures people gave a name: choose, keep, forget."""
    with st.popover(_("Saved figures"), icon=":material/bookmark:"):
        if "payoffs_kept" in st.session_state:
            st.session_state["payoffs_chosen"] = st.session_state.pop("payoffs_kept")
        offered = {ASSUMED: usual, **saved}
        names = {name: name or _("as assumed") for name in offered}
        same = [name for name, one in offered.items() if one == now]
        here = next((name for name in (st.session_state.get("payoffs_chosen"), *same) if name in same), None)
        st.session_state["payoffs_chosen"] = here
        st.selectbox(_("Take"), list(offered), format_func=names.__getitem__, key="payoffs_chosen", index=None,
                     placeholder=_("not saved yet"), on_change=_take, args=(experiment, offered))  # fmt: skip
        name = st.text_input(_("Keep under the name"), max_chars=80, key="payoffs_name")
        if st.button(_("Keep"), icon=":material/save:", disabled=now is None) and now is not None:
            try:
                st.session_state["payoffs_kept"] = reads.store().keep_payoffs(name, now)
            except Unusable as error:
                show.problems(error)
            else:
                st.rerun()
        if here and st.button(_("Delete {name}", name=here), icon=":material/delete:"):
            reads.store().drop_payoffs(here)
            st.rerun()


def _take(experiment: StoredExperiment, offered: dict[str, Worth]) -> None:
    one = offered.get(st.session_state["payoffs_chosen"])
    if one is not None:
        for name, figure in {**one.figures, "currency": one.currency}.items():
            st.session_state[_key(name, experiment)] = figure


def _key(name: str, experiment: StoredExperiment) -> str:
    return f"{name}_{experiment.id}"


def _each(rows: pd.DataFrame, by: pd.Series) -> pd.Series:
    return rows["strategy"].map(by).astype(float).replace([np.inf, -np.inf], np.nan)


def _chosen(share: float) -> str:
    if share == 1:
        return _("validation labels")
    return _("the payoffs") if share == 0 else _("both, by seed")
