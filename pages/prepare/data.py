"""What do I have? Source and target as two cards, what was noticed in them, and what a run will see."""

import streamlit as st

from pages.parts import cards, data, doctor, frame, relations, show
from tlcore import catalog
from tlcore.situation import hold_out
from tlcore.words import _

TITLE, ICON, PLACE = "Data", ":material/table_view:", 1

frame.page(_("Data"), _("What do I have, and is it fit for use?"))
chosen = data.choose()
if chosen is None:
    doctor.way_out()
    st.stop()

situation = chosen.situation
pool, test = hold_out(situation)
st.markdown(f"##### {show.plain(data.line(chosen))}")
with st.container(horizontal=True):
    frame.badges(example=False, simulated=situation.simulated)
    doctor.badge(chosen)
left, right = st.columns(2)
with left:
    if len(situation.source):
        cards.domain(_("Source"), _("Where knowledge is rich: many labelled examples."), situation.source, situation)
    else:
        cards.no_source()
with right:
    cards.domain(_("Target"), _("Where labels are scarce, and what the model is for."), situation.target, situation)
if len(situation.source):
    relations.card(catalog.scenario(chosen.scenario, **chosen.settings), situation)

st.subheader(_("What was noticed"), anchor=False)
doctor.findings(chosen)

st.subheader(_("A look at the examples"), anchor=False)
places = {_("Source"): situation.source, _("Target"): situation.target}
seen = {name: part for name, part in places.items() if len(part)}
for tab, part in zip(st.tabs(list(seen)), seen.values(), strict=True):
    with tab:
        cards.sample(part)

st.subheader(_("Who sees what"), anchor=False)
st.markdown(
    _("A run may use the labels of a few of the {pool} target examples outside the test set. The {test} test labels "
      "are used once, at the end, to judge; no strategy ever sees them.", pool=f"{len(pool):,}", test=f"{len(test):,}")
)  # fmt: skip
with st.container(horizontal=True):
    if len(situation.source):
        st.page_link("prepare/domain_gap.py", label=_("How far apart are they?"), icon=":material/compare_arrows:")
    st.page_link("run/plan.py", label=_("Plan a comparison"), icon=":material/checklist:")
