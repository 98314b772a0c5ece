"""What do I show? What a report will say, at once; then the report as a file, or as slides to present."""

import streamlit as st

from pages.parts import compare, frame, presenter, report
from tlcore.words import _

TITLE, ICON, PLACE = "Report", ":material/slideshow:", 1

frame.page(_("Report"), _("What do I show?"))
experiment = frame.pick()
done = compare.finished(experiment)
with st.container(horizontal=True, vertical_alignment="bottom"):
    labels = compare.budget(done, experiment.experiment.scenario)
    asked = report.asked(experiment, labels)

presenter.go_on()
with st.container(horizontal=True):
    presenter.button(asked)
    report.downloads(asked)
st.caption(_("Made from what is stored now, of {labels}. Slides and reports open without a network.",
             labels=report.budget_in_words(asked)))  # fmt: skip
report.outline(asked)
