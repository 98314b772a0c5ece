"""The parts of the Imbalance page: what was predicted, how many of each class there are, and the tables."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import forms, reads, show
from tlcore.charts import imbalance as charts
from tlcore.charts import style
from tlcore.errors import Unusable
from tlcore.measure import imbalance as measure
from tlcore.store import StoredExperiment
from tlcore.words import _


def counts(experiment: StoredExperiment, labels: int | None) -> pd.DataFrame:
    """Examples by part and class; from what was noted at the start where the data can no longer be read."""
    try:
        return measure.counts(reads.situation(experiment), labels)
    except Unusable as error:
        show.problems(error)
        return measure.noted(experiment.facts["counts"])


def event(rarest: str, classes: list[str]) -> int:
    """Which of several classes the alarms are about; the rarest unless a person chooses."""
    words = {name: name for name in classes}
    return classes.index(forms.choice(st.selectbox, _("Class"), words, "class", rarest))


def curve(experiment: StoredExperiment, done: pd.DataFrame, event: int) -> style.Picture:
    """Precision against recall for one class, the dots at the threshold one half."""
    points = reads.measured(measure.operating_points, experiment, done, event=event)
    curves = reads.measured(measure.precision_recall, experiment, done, event=event)
    return charts.precision_recall(curves, points["actual_rate"].mean(), points)


def strategy(per_class: pd.DataFrame, best: str) -> str:
    """Whose classes are shown; the best strategy unless a person chooses."""
    words = {name: style.title(name) for name in dict.fromkeys(per_class["strategy"])}
    return forms.choice(st.selectbox, _("Strategy"), words, "strategy", best, width=420)


def calibration(scores: pd.DataFrame) -> None:
    """Calibration error and Brier score of every strategy, the best calibrated on top."""
    shown = scores.sort_values("error", kind="stable")
    shown = shown.assign(
        strategy=shown["strategy"].map(style.title),
        interval=[f"{low:.1%} – {high:.1%}" for low, high in zip(shown["low"], shown["high"], strict=True)],
    )
    share = st.column_config.NumberColumn
    off = _("How far probabilities are off on average.")
    chance = _("What 95 of 100 models whose probabilities are right show on so few test examples.")
    st.dataframe(
        shown, hide_index=True, placeholder="–",
        column_order=["strategy", "error", "interval", "by_chance", "brier"],
        column_config={
            "strategy": _("Strategy"),
            "error": share(_("Calibration error"), format="percent", help=off),
            "interval": st.column_config.TextColumn(_("95 % interval"), help=_("Bootstrap over test examples.")),
            "by_chance": share(_("By chance up to"), format="percent", help=chance),
            "brier": share(_("Brier score"), format="%.3f", help=_("Mean squared distance from what came true.")),
        },
    )  # fmt: skip


def table(per_class: pd.DataFrame) -> None:
    """Recall, precision and F1 of every strategy and class, the strategies that find most on top."""
    per_class = per_class.assign(found=per_class.groupby("strategy")["recall"].transform("mean"))
    per_class = per_class.sort_values("found", ascending=False, kind="stable")
    shown = per_class.assign(strategy=per_class["strategy"].map(style.title))
    shown["interval"] = [f"{low:.0%} – {high:.0%}" for low, high in zip(shown["low"], shown["high"], strict=True)]
    share = st.column_config.NumberColumn
    st.dataframe(
        shown, hide_index=True, placeholder="–",
        column_order=["strategy", "class", "n", "predicted", "recall", "interval", "precision", "f1"],
        column_config={
            "strategy": _("Strategy"),
            "class": _("Class"),
            "n": share(_("Test examples"), format="localized"),
            "predicted": share(_("Times predicted"), format="%.0f", help=_("The mean over seeds.")),
            "recall": share(_("Recall"), format="percent", help=_("Share of the class that is found.")),
            "interval": st.column_config.TextColumn(_("95 % interval"), help=_("Wilson interval of the recall.")),
            "precision": share(_("Precision"), format="percent", help=_("Share of its alarms that are right.")),
            "f1": share("F1", format="%.3f", help=_("Harmonic mean of recall and precision.")),
        },
    )  # fmt: skip
