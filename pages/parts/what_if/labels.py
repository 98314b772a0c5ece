"""What if I had more or fewer labels? How many transfer saves, and what more of them would bring."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import compare, compare_verdict, forms, missing_budgets, reads
from pages.parts import show as shown
from tlcore import catalog
from tlcore.charts import answers, efficiency, labels_saved, style
from tlcore.charts.answers import Answer
from tlcore.measure import efficiency as measure
from tlcore.measure.gain import OPEN
from tlcore.measure.learning_curve import Bought, bought, fitted
from tlcore.store import StoredExperiment
from tlcore.words import _, language

TITLE, PLACE = "Labels", 1

STEPS = 24  # points of an extrapolated line


def show(experiment: StoredExperiment) -> None:
    """The answer for one strategy and budget, the learning curves, what more labels bring, and every other answer."""
    done, runs, metric = compare.finished(experiment), reads.runs(experiment), experiment.experiment.metric
    pool, key = int(experiment.facts["counts"]["target"]["n"]), reads.stamp(experiment)
    curves, points, rows = _measured(runs, key, pool)
    if rows.empty:
        compare.answer(_unanswerable(done))
        return
    row = _chosen(experiment, done[done["labels"].fillna(pool).isin(rows["labels"])], rows, pool)
    answer = st.container()
    price, further = _inputs()
    names, labels = (str(row["strategy"]), str(row["baseline"])), float(row["labels"])
    found = {name: _bought(curves[name], (*key, language()), name, labels, further, metric) for name in names}
    beyond = [name for name in names if found[name].extrapolated]
    with answer:
        compare.answer(labels_saved.answer(row, price))
        _tiles(row, price)
        shown.chart(
            efficiency.curves(
                points, metric, row, pool=pool, price=price,
                further={name: _band(curves[name], key, name, labels + further, metric) for name in beyond},
            ),
            _points(points), key="efficiency",
            what=efficiency.curves_explained(),
        )  # fmt: skip
        missing_budgets.offer(experiment, {float(count) for curve in curves.values() for count in curve}, pool)
        st.subheader(_("What would more labels bring?"), anchor=False)
        for name in names:
            st.markdown(shown.plain(labels_saved.more(name, metric, labels, further, found[name], price)))
    st.subheader(_("Every strategy and budget"), anchor=False)
    _every(rows, price)
    compare.settings(experiment, done)


def _unanswerable(done: pd.DataFrame) -> Answer:
    """Why nothing can be said about labels saved."""
    names = set(done["strategy"])
    if not any(map(catalog.is_baseline, names)):
        return Answer(
            _("No answer: no model without transfer took part, so there is nothing to hold transfer against."),
            verdict=OPEN,
        )
    return Answer(_("No answer yet: no transfer strategy has finished."), verdict=OPEN)


def _chosen(experiment: StoredExperiment, done: pd.DataFrame, rows: pd.DataFrame, pool: int) -> pd.Series:
    """Whom and how many labels the answer speaks of: what a person chose, else whom the verdict speaks of."""
    transfers = done[done["strategy"].isin(rows["strategy"])]
    left, right = st.columns(2)  # four budgets and more have room
    with right:
        labels = compare.budget(transfers, experiment.experiment.scenario)
    mine = rows[rows["labels"] == (pool if labels is None else labels)]
    summary = compare.of_budget(reads.summary(experiment, compare_verdict.margin(experiment)), labels)
    first = compare_verdict.first(answers.verdict(summary), summary)
    words = {name: style.title(name) for name in mine["strategy"]}
    first = first if first in words else next(iter(words))
    with left:
        name = forms.choice(st.selectbox, _("Strategy"), words, "saver", str(first))
    return mine[mine["strategy"] == name].iloc[0]


def _inputs() -> tuple[float | None, int]:
    """A label's price, None where it has none, and how many more labels to ask about."""
    left, right = st.columns(2)
    price = left.number_input(
        _("Price of a label, in any currency"), 0.0, value=0.0, step=0.5, format="%g", key="saver_price", **forms.BOUND,
        help=_("What it costs to have one more case labelled. 0: labels are counted, not priced."),
    )  # fmt: skip
    further = right.number_input(
        _("More labels to ask about"), 1, 1_000_000, 100, 50, key="more_labels", **forms.BOUND,
        help=_("Within what was tried it is read off the curve; beyond, off a power law that says so."),
    )  # fmt: skip
    return price or None, int(further)


def _tiles(row: pd.Series, price: float | None) -> None:
    """The figures of the answer side by side."""
    with st.container(horizontal=True):
        clear = labels_saved.verdict(row) != OPEN
        st.metric(_("Difference"), labels_saved.saved(row) if clear else _("not clear yet"), border=True,
                  width="content")  # fmt: skip
        st.metric(_("The best without transfer needs"), labels_saved.need(row), border=True, width="content",
                  help=labels_saved.needs(row))  # fmt: skip
        if price and clear:
            st.metric(_("Worth"), labels_saved.worth(row, price), border=True, width="content")


def _points(points: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Strategy"): [style.title(name) for name in points["strategy"]],
            _("Target labels"): points["labels"].astype(int),
            _("Score on test"): points["mean"].round(4),
            _("95 % from"): points["ci_low"].round(4),
            _("95 % to"): points["ci_high"].round(4),
            _("Seeds"): points["n"],
        }
    )


def _every(rows: pd.DataFrame, price: float | None) -> None:
    """What every strategy saves at every budget."""
    table: list[dict[str, Any]] = []
    for row in rows.sort_values(["labels", "need"], ascending=[True, False]).to_dict("records"):
        table.append(
            {
                _("Strategy"): style.title(row["strategy"]),
                _("Target labels"): int(row["labels"]),
                _("Labels saved"): labels_saved.saved(row, price),
                _("The best without transfer needs"): labels_saved.needs(row),
                _("Best without transfer"): style.title(row["baseline"]),
                _("Saved for sure"): labels_saved.sure(row),
            }
        )
    shown_rows = pd.DataFrame(table)
    st.dataframe(shown_rows, hide_index=True)
    shown.download(shown_rows, key="labels saved")


def _best(metric: str) -> float:
    """The best score there can be, turned so that more is better."""
    return float(catalog.metric(metric).higher_is_better)


@st.cache_data(show_spinner=False, max_entries=50)
def _measured(_runs: pd.DataFrame, key: tuple, pool: int) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    curves = measure.curves(_runs, pool)
    return curves, measure.points(curves, str(_runs["metric"].dropna().iloc[0])), measure.saved(curves)


@st.cache_data(show_spinner=False, max_entries=200)
def _bought(_curve: pd.DataFrame, key: tuple, strategy: str, labels: float, further: int, metric: str) -> Bought:
    return bought(_curve, labels, further, _best(metric))


@st.cache_data(show_spinner=False, max_entries=200)
def _band(_curve: pd.DataFrame, key: tuple, strategy: str, end: float, metric: str) -> pd.DataFrame:
    """What the law says from the last budget on, in the metric's own direction."""
    last = float(measure.complete(_curve).columns[-1])
    band = fitted(_curve, _best(metric)).band(np.geomspace(last, end, STEPS))
    return band.assign(**{name: catalog.metric(metric).sign * band[name] for name in ("mean", "low", "high")})
