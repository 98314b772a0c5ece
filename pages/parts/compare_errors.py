"""Which examples are wrong: those of a cell of the confusion matrix, and where two strategies differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import forms, reads, samples, show
from tlcore.charts import mistakes as charts
from tlcore.charts import style
from tlcore.charts.imbalance import CELL
from tlcore.errors import Unusable
from tlcore.measure import mistakes as measure
from tlcore.measure.gain import recommended
from tlcore.situation import Examples
from tlcore.store import StoredExperiment
from tlcore.words import _, counted

AT_MOST = 24  # examples that are shown
ACTUAL, PREDICTED, FIRST, SECOND, WHICH = "actual", "predicted", "first", "second", "which"  # in the address
Predictions = dict[str, pd.DataFrame]


def picked(chart: str) -> Callable[[], None]:
    """What a click on the confusion matrix with this key does: choose its cell in the inputs of `of_cell`."""

    def choose() -> None:
        for cell in st.session_state[chart]["selection"][CELL][:1]:
            forms.put(ACTUAL, str(cell["truth"]))
            forms.put(PREDICTED, str(cell["predicted"]))

    return choose


def of_cell(experiment: StoredExperiment, done: pd.DataFrame, strategy: str) -> None:
    """The examples of one cell of the confusion matrix, clicked on above or chosen here."""
    st.subheader(_("Which examples are they?"), anchor=False)
    predictions = _of(experiment, done, strategy)
    (tests,) = measure.paired(predictions, done, [strategy])
    if not tests:
        st.caption(_("No predictions of this strategy are kept."))
        return
    told = measure.voted(tests)
    names = experiment.facts["classes"]
    truth, predicted = measure.commonest(told)
    words = {name: name for name in names}
    with st.container(horizontal=True):
        actual = forms.choice(st.selectbox, _("Actual"), words, ACTUAL, names[truth], width=240)
        taken = forms.choice(st.selectbox, _("Predicted"), words, PREDICTED, names[predicted], width=240)
    found = measure.cell(told, names.index(actual), names.index(taken))
    sentence = counted(
        "{n} of {all} test examples is {actual} and was taken for {predicted}.",
        "{n} of {all} test examples are {actual} and were taken for {predicted}.",
        len(found), all=f"{len(told):,}", actual=actual, predicted=taken,
    )  # fmt: skip
    st.markdown(f"{show.plain(sentence)} {_judged(len(tests))}")
    if len(tests) > 1:
        st.caption(_("The cell above counts the mean over seeds, this list whom most of them agree about."))
    beside = pd.DataFrame({"→": actual, "→ predicted": taken, "→ held": found["held"]})
    captions = [f"{held:.0%}" for held in found["held"]]
    _examples(experiment, predictions, found["row"], beside, captions, {"→ predicted": _("Predicted")})


@st.fragment
def of_two(experiment: StoredExperiment, done: pd.DataFrame, summary: pd.DataFrame) -> None:
    """Right under one, wrong under the other; of numbers, how the other does on the largest errors."""
    st.subheader(_("Where do two strategies differ?"), anchor=False)
    told = set(done.loc[done["run"].isin(reads.tested(experiment, done["run"])), "strategy"])
    kept = [name for name in summary["strategy"] if name in told]
    if len(kept) < 2:
        st.caption(_("The predictions of two strategies at least are needed, and they are not kept."))
        return
    numbers = experiment.facts["kind"] == "regression"
    words = {name: style.title(name) for name in kept}
    usual = _usual(summary, kept)
    with st.container(horizontal=True):
        asked = (_("Largest errors of"), _("Held against")) if numbers else (_("Wrong under"), _("Right under"))
        first = forms.choice(st.selectbox, asked[0], words, FIRST, usual[0], width=320)
        second = forms.choice(st.selectbox, asked[1], words, SECOND, usual[1], width=320)
    predictions = _of(experiment, done, first, second)
    tests = measure.paired(predictions, done, [first, second])
    if first == second or not tests[0]:
        st.caption(_("Choose two different strategies whose predictions of the same seed are kept."))
        return
    both = measure.crossed(*map(measure.voted, tests))
    if numbers:
        _numbers(experiment, predictions, both.head(AT_MOST), first, second, len(tests[0]))
    else:
        _classes(experiment, predictions, both, first, second, len(tests[0]))


def _classes(
    experiment: StoredExperiment, predictions: Predictions, both: pd.DataFrame, first: str, second: str, seeds: int
) -> None:
    counts = measure.counts(both)
    st.markdown(f"##### {show.plain(charts.answer(counts, first, second))}")
    st.caption(f"{_judged(seeds)} {_('The test speaks of other cases, not of other trainings.')}")
    words = {name: f"{charts.cell(name, first, second)}: {count:,}" for name, count in counts.items()}
    which = forms.choice(st.segmented_control, _("Examples"), words, WHICH, measure.CELLS[0], required=True)
    found, names = both[both["cell"] == which], experiment.facts["classes"]
    beside = pd.DataFrame({"→": [names[place] for place in found["truth"].astype(int)]}, index=found.index)
    for column in ("first", "second"):
        beside[f"→ {column}"] = [names[place] for place in found[column]]
    captions = [" / ".join(answers) for answers in beside.itertuples(index=False)]
    if experiment.facts["modality"] in ("image", "audio"):
        names = [show.plain(style.title(name)) for name in (first, second)]
        st.caption(_("Below each: the true class / what {first} says / what {second} says.", first=names[0],
                     second=names[1]))  # fmt: skip
    config = {"→ first": style.title(first), "→ second": style.title(second)}
    _examples(experiment, predictions, found["row"], beside, captions, config)


def _numbers(
    experiment: StoredExperiment, predictions: Predictions, both: pd.DataFrame, first: str, second: str, seeds: int
) -> None:
    st.markdown(f"##### {show.plain(charts.closer(both, first, second))}")
    by = counted("By the prediction of one seed.", "By the mean prediction of {n} seeds.", seeds)
    luck = _("Picked where one was worst, an equally good one is closer in more than half of them, too: see the gain.")
    st.caption(f"{by} {luck}")
    beside = both[["truth", "first", "off_first", "second", "off_second"]].add_prefix("→ ")
    number = st.column_config.NumberColumn
    names = style.title(first), style.title(second)
    config: dict[str, Any] = {
        "→ truth": number(_("True {label}", label=experiment.facts["label"]), format="localized"),
        "→ first": number(names[0], format="localized"),
        "→ off_first": number(_("Off: {strategy}", strategy=names[0]), format="localized"),
        "→ second": number(names[1], format="localized"),
        "→ off_second": number(_("Off: {strategy}", strategy=names[1]), format="localized"),
    }
    digits = both["truth"].abs().max()
    captions = [f"{row.truth:,.4g}: {row.first:,.4g} / {row.second:,.4g}" for row in both.itertuples()]
    beside = beside.astype(float).round(0 if digits >= 1000 else 3)
    _examples(experiment, predictions, both["row"], beside, captions, config)


def _of(experiment: StoredExperiment, done: pd.DataFrame, *strategies: str) -> Predictions:
    """The predictions of these strategies alone: those of a thousand runs take seconds to read."""
    return reads.predictions(experiment, done.loc[done["strategy"].isin(strategies), "run"])


def _usual(summary: pd.DataFrame, kept: list[str]) -> tuple[str, str]:
    """The best without transfer, and the strategy to recommend; else whoever gains most, else whoever comes next."""
    ranked = summary.sort_values("gain", ascending=False)["strategy"]
    baseline = summary["baseline"].iloc[0]
    first = baseline if baseline in kept else kept[0]
    second = next(name for name in [recommended(summary), *ranked, *kept] if name in kept and name != first)
    return first, second


def _judged(seeds: int) -> str:
    return counted("(By one seed.)", "(By majority vote over {n} seeds.)", seeds)


def _examples(
    experiment: StoredExperiment, predictions: Predictions, rows: pd.Series, beside: pd.DataFrame,
    captions: list[str], config: dict[str, Any],
) -> None:  # fmt: skip
    """The first of these test examples, as they are; where the data are gone, what was said of them."""
    if not len(rows):
        st.caption(_("There is no such example."))
        return
    if len(rows) > AT_MOST:
        st.caption(_("The first {n} of {all} are shown, the surest on top.", n=AT_MOST, all=f"{len(rows):,}"))
    rows, beside, captions = rows.head(AT_MOST), beside.head(AT_MOST), captions[:AT_MOST]
    held = st.column_config.NumberColumn(_("Probability"), format="percent", help=_("Of the class it was taken for."))
    config = {"→": _("Actual"), "→ held": held, **config}
    try:
        test: Examples = reads.test_examples(experiment, predictions)
    except Unusable as error:
        st.caption(" ".join(error.problems))
        st.dataframe(beside, hide_index=True, column_config=config)
        return
    samples.shown(test.take(rows.to_numpy()), beside, captions, config)
