"""How fast and how steadily does each learn? The fastest in one sentence, the curves, what they cost."""

import streamlit as st

from pages.parts import compare, compare_convergence, frame, reads, show
from tlcore.charts import answers
from tlcore.charts.convergence import picture, picture_explained, without_training
from tlcore.measure import convergence as measure
from tlcore.measure.statistics import beside
from tlcore.words import _

TITLE, ICON, PLACE = "Convergence", ":material/show_chart:", 2

frame.page(_("Convergence"), _("How fast and how steadily does each learn?"))
experiment = frame.pick()
done = compare.finished(experiment)
labels = compare.budget(done, experiment.experiment.scenario)
runs = compare.of_budget(beside(reads.runs(experiment)), labels)
epochs = reads.epochs(experiment, runs["run"]).assign(labels=labels)  # a ceiling's stand at this budget too
done = compare.of_budget(done, labels)

table = measure.table(epochs, done)
compare.answer(answers.convergence(table, without_training(measure.curves(epochs))))


@st.fragment
def drawn() -> None:
    """The curves and what of them is drawn: nothing else waits for that choice."""
    st.subheader(_("Score on the target while learning"), anchor=False)
    view = compare_convergence.view()
    show.chart(
        picture(epochs, runs, experiment.experiment.metric, view.x, seeds=view.seeds, source=view.source),
        what=picture_explained(),
        key="convergence",
    )


drawn()

st.subheader(_("What a good score costs"), anchor=False)
compare_convergence.costs(table, experiment.experiment.metric)

st.subheader(_("What was forgotten"), anchor=False)
compare_convergence.forgotten(epochs, experiment)
compare.settings(experiment, done)
