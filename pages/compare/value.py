"""What is it worth? What transfer brings in money, at a threshold that validation labels or the payoffs choose."""

import streamlit as st

from pages.parts import compare, compare_value, compare_value_more, frame, reads, show
from tlcore.charts import value as charts
from tlcore.charts import worth as words
from tlcore.measure import value as measure
from tlcore.measure.payoffs import PER, Payoffs
from tlcore.words import _

TITLE, ICON, PLACE = "Value", ":material/payments:", 5

frame.page(_("Value"), _("What is it worth?"))
experiment = frame.pick()
everything = compare.finished(experiment)
labels = compare.budget(everything, experiment.experiment.scenario)
event = compare_value.event(experiment)
runs = compare.of_budget(everything, labels)
found = reads.ladders(experiment, everything["run"], event)
if not runs["run"].isin(list(found)).any():
    st.markdown(f"### {_('No answer: no run kept what it would say of every case, so it cannot be priced.')}")
    st.page_link("compare/verdict.py", label=_("See the verdict"), icon=":material/arrow_forward:")
    st.stop()

answer, figures = st.container(), st.container()
st.subheader(_("What is one case worth?"), anchor=False)
worth = compare_value.asked(experiment, event)
if worth is None or worth.objection:
    if worth is not None:
        with answer:
            compare.answer(words.answered(found, runs, worth))
    st.stop()

everywhere = measure.outcomes(found, everything, worth)
worths = measure.worth_of(everywhere)
outcomes, summary = compare.of_budget(everywhere, labels), compare.of_budget(worths, labels)
flat = measure.flat(found, worth) if isinstance(worth, Payoffs) else None
said = words.answer(summary, outcomes, worth, flat)
with answer:
    compare.answer(said)
with figures:
    compare_value.tiles(summary, said.strategy, worth, flat)
    compare_value.coverage(runs, found)

left, right = st.columns(2)
with left:
    st.subheader(_("What each strategy brings"), anchor=False)
    show.chart(
        charts.profits(summary, worth, flat), compare_value.table(summary, outcomes, worth), key="profits",
        what=_("Profit of {n} test cases, the mean over seeds with its 95 % interval: how far it would move with other "
               "labels and other starts. The words say whether it is more than the best model without transfer "
               "brings, seed by seed. Of numbers the profit is what errors cost, below zero.", n=f"{PER:,}"),
    )  # fmt: skip
with right:
    st.subheader(_("Where to draw the line") if flat else _("Where to lean"), anchor=False)
    drawn = measure.against(found, runs, worth)
    show.chart(
        charts.against_threshold(drawn, summary, outcomes, worth, flat, experiment.facts["label"]),
        drawn.round(4), key="threshold",
        what=_("Every point of a curve is a rule: name a case when its probability is at least so high. The dot is the "
               "rule in use, chosen without a look at the test set: by validation labels where there are enough of "
               "them, else by the payoffs alone. A higher point elsewhere is known only in hindsight.")
        if flat
        else _("Where one side of an error is dearer, predictions should lean to the other. The dot is the shift in "
               "use, chosen on validation labels where there are enough of them."),
    )  # fmt: skip

further = compare_value_more.question(classes=flat is not None)
if further == "alerts" and flat and isinstance(worth, Payoffs):
    compare_value_more.alerts(found, runs, worth, flat)
else:
    compare_value_more.labels(experiment, worths, everything, labels, worth, flat, said.strategy)
compare.settings(experiment, runs)
