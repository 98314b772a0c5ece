"""How far apart are source and target, before any training?"""

import streamlit as st

from pages.parts import data, distances, frame, relevance, show
from tlcore.charts.gap import answer
from tlcore.words import _

TITLE, ICON, PLACE = "Domain gap", ":material/compare_arrows:", 2

frame.page(_("Domain gap"), _("How far apart are source and target, before any training?"))
with st.expander(_("Data"), icon=":material/table_view:"):
    chosen = data.choose()
if chosen is None:
    st.stop()
if not len(chosen.situation.source):
    st.markdown("##### " + _("There is no source that the target could be apart from."))
    st.page_link("run/plan.py", label=_("Plan a comparison"), icon=":material/checklist:")
    st.stop()

with st.spinner(_("Measuring"), show_time=True):
    gap = distances.measured(chosen)
st.markdown(f"##### {answer(gap)}")
with st.container(horizontal=True):
    frame.badges(example=False, simulated=chosen.situation.simulated)
st.caption(show.plain(data.line(chosen)))
distances.tiles(gap)
if chosen.situation.modality == "table":
    st.subheader(_("Which columns drifted"), anchor=False)
    distances.drift(chosen)
distances.classes(chosen)
relevance.section(chosen)
st.subheader(_("Both in one picture"), anchor=False)
distances.picture(chosen)
st.page_link("run/plan.py", label=_("Plan a comparison"), icon=":material/checklist:")
