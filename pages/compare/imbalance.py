"""Who pays for the rare class? How rare it is, who finds it, and what that costs the others."""

import streamlit as st

from pages.parts import compare, compare_errors, compare_imbalance, frame, reads, show
from tlcore.charts import answers, calibration
from tlcore.charts import imbalance as charts
from tlcore.measure import calibration as calibrated
from tlcore.measure import gain
from tlcore.measure import imbalance as measure
from tlcore.words import _

TITLE, ICON, PLACE = "Imbalance", ":material/balance:", 4

frame.page(_("Imbalance"), _("Who pays for the rare class?"))
experiment = frame.pick()
if experiment.facts["kind"] == "regression":
    st.markdown(f"### {_('This question does not apply: the answer is a number, and numbers have no rare class.')}")
    st.page_link("compare/verdict.py", label=_("See the verdict"), icon=":material/arrow_forward:")
    st.stop()
done = compare.finished(experiment)
labels = compare.budget(done, experiment.experiment.scenario)
done = compare.of_budget(done, labels)

classes = experiment.facts["classes"]
predictions = reads.tested(experiment, done["run"])
parts = compare_imbalance.counts(experiment, labels)
per_class = reads.measured(measure.per_class, experiment, done, classes=classes)
binary = len(classes) == 2
best = gain.best(compare.of_budget(reads.summary(experiment), labels))
overview = measure.overview(parts)
rarest = measure.rarest(overview)
alarms = reads.measured(measure.operating_points, experiment, done, event=classes.index(rarest))
alarms = alarms if binary else alarms.head(0)
compare.answer(answers.imbalance(overview, per_class, best, alarms, experiment.facts["label"]))
compare.coverage(done, predictions)

left, right = st.columns(2)
with left:
    st.subheader(_("How rare is it?"), anchor=False)
    named = charts.named(parts)
    show.chart(
        charts.counts(named), named, key="counts",
        what=charts.counts_explained(),
    )  # fmt: skip
with right:
    st.subheader(_("Alarms: how many are right, how many events are found"), anchor=False)
    event = 1 if binary else compare_imbalance.event(rarest, classes)
    show.chart(
        compare_imbalance.curve(experiment, done, event), key="precision_recall",
        what=charts.precision_recall_explained(),
    )  # fmt: skip


@st.fragment
def of_one() -> None:
    """All that the strategy in view changes, and nothing else."""
    strategy = compare_imbalance.strategy(per_class, best)
    left, right = st.columns(2)
    with left:
        st.subheader(_("How much of each class is found?"), anchor=False)
        show.chart(
            charts.recalls(per_class[per_class["strategy"].isin([strategy, "scratch"])]), key="recalls",
            what=charts.recalls_explained(),
        )  # fmt: skip
    with right:
        st.subheader(_("What is taken for what?"), anchor=False)
        of = [predictions[run] for run in done.loc[done["strategy"] == strategy, "run"] if run in predictions]
        show.chart(
            charts.confusion(charts.tally(of, classes), strategy), key="confusion",
            on_select=compare_errors.picked("confusion"),
            what=_("Test examples by actual class (rows) and predicted class (columns), the mean over the "
                   "seeds whose predictions are kept. The diagonal "
                   "is right. A click on a cell shows its examples below."),
        )  # fmt: skip

    compare_errors.of_cell(experiment, done, strategy)

    st.subheader(_("Can the probabilities be taken at their word?"), anchor=False)
    scores = reads.measured(calibrated.scores, experiment, done)
    curve = reads.measured(calibrated.reliability, experiment, done[done["strategy"].isin([strategy, "scratch"])])
    show.chart(
        calibration.reliability(curve, scores), curve, key="reliability",
        what=calibration.reliability_explained(),
    )  # fmt: skip
    compare_imbalance.calibration(scores)


of_one()
compare_errors.of_two(experiment, done, compare.of_budget(reads.summary(experiment), labels))

st.subheader(_("Every class in figures"), anchor=False)
compare_imbalance.table(per_class)
compare.settings(experiment, done)
