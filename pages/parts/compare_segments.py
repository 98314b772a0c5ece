"""Who gains, who is harmed: the gain of one strategy over another within each segment of the test set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import forms, reads, show
from tlcore import catalog
from tlcore.charts import answers, segments, style
from tlcore.errors import Unusable
from tlcore.measure import segments as measure
from tlcore.situation import Examples
from tlcore.store import StoredExperiment
from tlcore.words import _, counted

ANSWER, PLACE = "=answer", "=place"  # no column is called so


class Choice(NamedTuple):
    """Whose gain, over whom, judged by what, in which segments."""

    strategy: str
    baseline: str
    metric: str
    by: str
    classes: tuple[str, ...]  # of the true answers; none where they are numbers


@st.fragment
def gains(experiment: StoredExperiment, done: pd.DataFrame, summary: pd.DataFrame, first: str | None) -> None:
    """The whole part: one sentence, the chart, the table. ``first`` is whose gains are shown unless a person chooses.

    ``done`` and ``summary`` are of one label budget.
    """
    if summary["gain"].isna().all():  # nothing transfers, or there is nothing to hold it against: the answer says so
        return
    st.subheader(_("Who gains, who is harmed?"), anchor=False)
    predictions = reads.predictions(experiment, done["run"])
    kept = list(dict.fromkeys(done.loc[done["run"].isin(predictions), "strategy"]))
    baseline = summary["baseline"].iloc[0]
    rivals = [name for name in summary.loc[summary["gain"].notna(), "strategy"] if name in kept]
    if not rivals or baseline not in kept:
        st.caption(_("The predictions of these runs are not kept, so gains cannot be told apart by segment."))
        return
    test, why = _tested(experiment, predictions)
    ways = _ways(experiment, test, predictions)
    place = reads.situation(experiment).places if test is not None else None
    with st.container(horizontal=True):
        words = {name: style.title(name) for name in rivals}
        usual = first if first is not None and first in rivals else rivals[0]
        strategy = forms.choice(st.selectbox, _("Whose gain"), words, "whose", usual, width=320)
        by = forms.choice(st.selectbox, _("Within each"), ways, "by", _default(ways, test, place), width=320)
    if why:
        st.caption(why)
    metric = _metric(experiment, by)
    margin = _margin(summary, metric)
    asked = Choice(strategy, str(baseline), metric, by, tuple(experiment.facts["classes"]))
    measured = _gains(predictions, done, test, reads.stamp(experiment), tuple(done["run"]), asked)
    frame = measure.judged(measured, margin)
    st.markdown(f"##### {show.plain(segments.answer(frame, strategy, metric))}")
    show.chart(
        segments.forest(frame, metric, margin), _table(frame, metric), key="segments",
        what=_("Each point is the gain over the best model without transfer within one part of the test set: the mean "
               "over seeds. Filled and beyond the grey band: this part surely gains or loses."),
    )  # fmt: skip
    st.caption(_method(frame, asked))


def _tested(experiment: StoredExperiment, predictions: dict[str, pd.DataFrame]) -> tuple[Examples | None, str]:
    """The test examples; where there are none any more, one sentence that says why."""
    try:
        return reads.test_examples(experiment, predictions), ""
    except Unusable as error:
        return None, " ".join(error.problems)


def _ways(experiment: StoredExperiment, test: Examples | None, predictions: dict[str, pd.DataFrame]) -> dict[str, str]:
    """What the test set can be told apart by, in words: columns that make at least two groups, the true answer."""
    ways = {}
    if test is not None and isinstance(test.inputs, pd.DataFrame):
        ways = {name: name for name in _columns(test, reads.stamp(experiment))}
        places = reads.situation(experiment).places
        if places in ways:
            ways = {places: places, **ways}
    elif test is None and "place" in next(iter(predictions.values())):
        ways[PLACE] = _("Place")
    return ways | {ANSWER: _("True {label}", label=experiment.facts["label"])}


@st.cache_data(show_spinner=False, max_entries=50)
def _columns(_test: Examples, key: tuple) -> list[str]:
    assert isinstance(_test.inputs, pd.DataFrame)
    return [str(name) for name, values in _test.inputs.items() if measure.splittable(values)]


def _default(ways: dict[str, str], test: Examples | None, place: str | None) -> str:
    """The place where there is one, else the first column of words, else the first there is."""
    first = next(iter(ways))
    if test is None or not isinstance(test.inputs, pd.DataFrame) or first == place:
        return first
    words = (str(name) for name, values in test.inputs.items() if not pd.api.types.is_numeric_dtype(values))
    return next((name for name in words if name in ways), first)


def _metric(experiment: StoredExperiment, by: str) -> str:
    """The experiment's own measure; where a segment holds one answer only, how often or how closely it is found."""
    if by != ANSWER:
        return experiment.experiment.metric
    return "mae" if experiment.facts["kind"] == "regression" else "accuracy"


def _margin(summary: pd.DataFrame, metric: str) -> float:
    """The margin in the unit of this measure; the experiment's own may be in another."""
    row = summary.iloc[0]
    return float(row["margin"]) if answers.factor(metric) == answers.factor(row["metric"]) else 0.0


@st.cache_data(show_spinner=False, max_entries=50)
def _gains(
    _predictions: dict[str, pd.DataFrame], _runs: pd.DataFrame, _test: Examples | None, key: tuple,
    of: tuple[str, ...], asked: Choice,
) -> pd.DataFrame:  # fmt: skip
    frame = next(iter(_predictions.values()))
    seen = frame[frame["part"] == "test"].sort_values("row")
    values: pd.Series | np.ndarray
    if asked.by == ANSWER:
        values = np.array(asked.classes)[seen["truth"]] if asked.classes else seen["truth"]
    elif asked.by == PLACE or _test is None:
        values = seen["place"]
    else:
        assert isinstance(_test.inputs, pd.DataFrame)
        values = _test.inputs[asked.by]
    metric, pair = catalog.metric(asked.metric), (asked.strategy, asked.baseline)
    return measure.gains(_predictions, _runs, metric, pair, measure.segments_of(values))


def _table(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    factor = answers.factor(metric)
    return pd.DataFrame(
        {
            _("Segment"): [segments.name(name) for name in frame["segment"]],
            _("Test rows"): frame["n"],
            _("Share of rows"): [answers.percent(share) for share in frame["share"]],
            _("Seeds"): frame["seeds"],
            _("Gain"): (frame["gain"] * factor).round(2),
            _("95 % from"): (frame["low"] * factor).round(2),
            _("95 % to"): (frame["high"] * factor).round(2),
            _("Verdict"): [f"{segments.sign(said).icon} {segments.sign(said).word}" for said in frame["said"]],
        }
    )


def _method(frame: pd.DataFrame, asked: Choice) -> str:
    """What the intervals allow for, in words."""
    tested = int((frame["said"] != measure.TOO_FEW).sum())
    seeds = int(frame["seeds"].max()) if len(frame) else 0
    told = _(
        "{metric} of {strategy} against {baseline}. The intervals hold for all {n} segments together with 95 % "
        "(Bonferroni).",
        metric=show.metric_name(asked.metric), strategy=style.title(asked.strategy),
        baseline=style.title(asked.baseline), n=tested,
    )  # fmt: skip
    over = (
        counted("They allow for other cases and for other trainings ({n} seed).",
                "They allow for other cases and for other trainings ({n} seeds).", seeds)
        if seeds >= measure.LEAST_SEEDS
        else _("They allow for other cases only, not for other trainings: that takes three seeds.")
    )  # fmt: skip
    return f"{told} {over} {_('Whoever looks through many columns finds something by chance.')}"
