"""The parts of the Value page that ask further: if only so many can be looked at, and when labels have paid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import compare, forms, show
from tlcore.charts import capacity as charts
from tlcore.charts import style, worth
from tlcore.charts.worth import money
from tlcore.errors import Unusable
from tlcore.measure import capacity as measure
from tlcore.measure import label_cost
from tlcore.measure.gain import CEILING
from tlcore.measure.ladders import Ladders
from tlcore.measure.payoffs import PER, Payoffs, Worth
from tlcore.measure.value import Flat, worth_of
from tlcore.store import StoredExperiment
from tlcore.words import _

FIGURE = 190  # pixels
CHECKS, CASES = 200.0, 10_000.0  # a day, until a person says
LABEL, HOUR = 2.0, 1.0  # prices, until a person says


def question(classes: bool) -> str:
    """Which further question is in view, "labels" or "alerts": one at a time, so that a payoff is answered at once."""
    st.subheader(_("And then?") if classes else _("When have the labels paid?"), anchor=False)
    words = {"labels": _("When have the labels paid?"), "alerts": _("If only so many can be looked at?")}
    if not classes:
        return "labels"
    return forms.choice(st.segmented_control, _("Question"), words, "further", "labels", required=True,
                        label_visibility="collapsed")  # fmt: skip


def alerts(found: Ladders, runs: pd.DataFrame, payoffs: Payoffs, flat: Flat) -> None:
    """If only so many can be looked at: what the most suspect hold, and what they bring."""
    said = st.container()
    with st.container(horizontal=True):
        checks = st.number_input(_("Looked at a day"), value=CHECKS, step=10.0, format="%.0f", width=FIGURE,
                                 key="checks", **forms.BOUND)  # fmt: skip
        cases = st.number_input(_("Cases a day"), value=CASES, step=100.0, format="%.0f", width=FIGURE, key="cases",
                                **forms.BOUND)  # fmt: skip
        words = {"found": _("Events found"), "lift": _("Lift")}
        of = forms.choice(st.segmented_control, _("Curve"), words, "gains", "found", required=True)
    try:
        share = measure.capacity(checks, cases)
    except Unusable as error:
        show.problems(error)
        return
    within = measure.within(found, runs, payoffs, share)
    summary = worth_of(within)
    rows = summary[summary["verdict"] != CEILING].sort_values("mean", ascending=False)
    by = within.groupby("strategy")[["recall", "precision"]].mean()
    said.markdown(f"##### {show.plain(worth.at_capacity(summary, by, cases, share, payoffs, flat))}")
    frame = measure.gains(found, runs, payoffs)
    left, right = st.columns(2)
    with left:
        show.chart(
            charts.gains(frame, share, of), frame[frame["strategy"].isin(rows["strategy"])].round(4), key="gains",
            what=_("Cases are sorted from the most to the least suspect. The curve says how many of all events lie "
                   "among the first so many; the lift, how many times as many that is as among cases taken blindly. "
                   "The higher, the better. The upright line is how many can be looked at."),
        )  # fmt: skip
    with right:
        daily = PER / cases if cases else 1.0
        told = pd.DataFrame(
            {
                _("Strategy"): [style.title(name) for name in rows["strategy"]],
                _("Profit a day ({currency})", currency=payoffs.currency): (rows["mean"] / daily).round(2),
                _("Above the best without transfer"): (rows["gain"] / daily).round(2),
                _("from"): (rows["gain_low"] / daily).round(2),
                _("to"): (rows["gain_high"] / daily).round(2),
                _("Verdict"): [style.sign(word).word for word in rows["verdict"]],
                _("Events found"): rows["strategy"].map(by["recall"]).round(4),
                _("Of those named, events"): rows["strategy"].map(by["precision"]).round(4),
            }
        )
        show.chart(
            charts.alerts(frame, cases, share, payoffs), told, key="alerts",
            what=_("What a day brings when so many of its cases are looked at, the most suspect first: where a curve "
                   "bends down, one more costs more than it brings."),
        )  # fmt: skip


def labels(
    experiment: StoredExperiment, worths: pd.DataFrame, runs: pd.DataFrame, labels: int | None, worth_: Worth,
    flat: Flat | None, strategy: str | None,
) -> None:  # fmt: skip
    """What labels and training cost, when that has paid, and how many labels it would take without transfer."""
    said = st.container()
    with st.container(horizontal=True):
        label = st.number_input(
            _("Price of a label ({currency})", currency=worth_.currency),
            value=LABEL,
            step=0.5,
            min_value=0.0,
            format="%.2f",
            width=FIGURE,
            key="label_price",
            **forms.BOUND,
        )
        hour = st.number_input(_("An hour of the machine ({currency})", currency=worth_.currency), value=HOUR, step=0.5,
                               min_value=0.0, format="%.2f", width=FIGURE, key="hour_price", **forms.BOUND)  # fmt: skip
    counts = experiment.facts.get("counts", {}).get("target", {})
    without = flat.best if flat is not None else label_cost.blind(worths)
    found = label_cost.paid_back(worths, runs, without, label, hour, counts.get("n"))
    here = compare.of_budget(found, labels)
    said.markdown(f"##### {show.plain(worth.paid(here, strategy, worth_))}")
    st.caption(
        _("Compared with {deed}. The prices are assumptions until you write your own.",
          deed=worth.whom(flat.all >= flat.none) if flat is not None else _("always predicting the same number"))
    )  # fmt: skip
    _table(here.sort_values("profit", ascending=False), worth_)


def _table(rows: pd.DataFrame, worth_: Worth) -> None:
    cash = worth_.currency
    shown = pd.DataFrame(
        {
            "strategy": [style.title(name) for name in rows["strategy"]],
            "labels": [money(cost, cash) for cost in rows["label_cost"]],
            "training": ["–" if pd.isna(cost) else money(cost, cash) for cost in rows["training_cost"]],
            "extra": ["–" if pd.isna(extra) else money(extra, cash) for extra in rows["extra"]],
            "break_even": [worth.cases(count) for count in rows["break_even"]],
            "between": [
                "–" if pd.isna(low) else f"{worth.cases(low)} – {worth.cases(high)}"
                for low, high in zip(rows["break_even_low"], rows["break_even_high"], strict=True)
            ],
            "same": [
                worth.labels(row.same_labels, row.least, row.most)
                + (f" ({money(row.same_cost, cash)})" if np.isfinite(row.same_cost) else "")
                for row in rows.itertuples()
            ],
        }
    )  # fmt: skip
    text = st.column_config.TextColumn
    st.dataframe(
        shown, hide_index=True, placeholder="–",
        column_order=["strategy", "extra", "labels", "training", "break_even", "between", "same"],
        column_config={
            "strategy": _("Strategy"),
            "labels": text(_("Labels cost")),
            "training": text(_("Training costs")),
            "extra": text(_("More per {n} cases", n=f"{PER:,}"), help=_("Than without any model.")),
            "break_even": text(_("Paid after (cases)"), help=_("Labels and training.")),
            "between": text(_("95 %: between")),
            "same": text(
                _("Labels for the same profit"),
                help=_("That the best model without transfer needs, read from the label budgets of this experiment. No "
                       "figure where it is open which of the two is worth more."),
            ),
        },
    )  # fmt: skip
    show.download(rows.round(4), key="labels paid")
