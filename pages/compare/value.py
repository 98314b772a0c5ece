"""What is it worth? What transfer brings in money, at a threshold that validation labels or the payoffs choose."""

import streamlit as st

from pages.parts import compare, compare_value, compare_value_more, compare_verdict, frame, reads
from tlcore.charts import answers
from tlcore.charts import worth as words
from tlcore.charts.answers import Answer
from tlcore.measure import value as measure
from tlcore.measure.payoffs import Payoffs
from tlcore.words import _

TITLE, ICON, PLACE = "Value", ":material/payments:", 6

frame.page(_("Value"), _("What is it worth?"))
experiment = frame.pick()
everything = compare.finished(experiment)
labels = compare.budget(everything, experiment.experiment.scenario)
event = compare_value.event(experiment)
runs = compare.of_budget(everything, labels)
scores = compare.of_budget(reads.summary(experiment, compare_verdict.margin(experiment)), labels)
by_score = answers.verdict(scores).verdict
found = reads.ladders(experiment, everything["run"], event)
if not runs["run"].isin(list(found)).any():
    st.markdown(f"### {_('No answer: no run kept what it would say of every case, so it cannot be priced.')}")
    st.page_link("compare/verdict.py", label=_("See the verdict"), icon=":material/arrow_forward:")
    st.stop()


@st.fragment
def priced() -> None:
    """All that a payoff changes, and nothing else."""
    answer, figures = st.container(), st.container()
    st.subheader(_("What is one case worth?"), anchor=False)
    worth = compare_value.asked(experiment, event)
    if worth is None or worth.objection:
        if worth is not None:
            with answer:
                compare.answer(Answer(worth.objection))
        return

    everywhere = measure.outcomes(found, everything, worth)
    worths = measure.worth_of(everywhere)
    outcomes, summary = compare.of_budget(everywhere, labels), compare.of_budget(worths, labels)
    flat = measure.flat(found, worth) if isinstance(worth, Payoffs) else None
    said = words.answer(summary, outcomes, worth, flat, by_score)
    with answer:
        compare.answer(said)
    with figures:
        compare_value.tiles(summary, said.strategy, worth, flat)
        compare.coverage(runs, found)

    compare_value.pictures(summary, outcomes, measure.against(found, runs, worth), worth, flat, experiment)
    further = compare_value_more.question(classes=flat is not None)
    if further == "alerts" and flat and isinstance(worth, Payoffs):
        compare_value_more.alerts(found, runs, worth, flat)
    else:
        compare_value_more.labels(experiment, worths, everything, labels, worth, flat, said.strategy)


priced()
compare.settings(experiment, runs)
