"""What should I try? Strategies, labels, seeds: what they will cost and what they can show. Then start."""

import streamlit as st

from pages.parts import advanced, advised, data, frame, planned, show, strategies
from tlcore.errors import Unusable
from tlcore.plan import plan
from tlcore.spec import Experiment
from tlcore.words import _

TITLE, ICON, PLACE = "Plan", ":material/checklist:", 1

frame.page(_("Plan"), _("What should I try, and what will it tell me?"))
chosen = data.choose()
if chosen is None:
    st.stop()

budgets, seeds, preset, device = planned.controls(chosen.situation, chosen.scenario)
answer = st.container()
advised.panel(chosen, budgets[0], advanced.network(chosen.situation))
st.subheader(_("Strategies"), anchor=False)
names = strategies.choose(chosen.situation, advanced.network(chosen.situation))
rest = advanced.choose(chosen.situation, names, preset)
try:
    experiment = Experiment(
        chosen.scenario, tuple(names), dict(chosen.settings), labels=budgets, seeds=seeds, device=device, **rest
    )
    ready = plan(experiment)
except Unusable as error:
    with answer:
        show.problems(error)
    st.stop()

with answer:
    planned.start(ready, planned.before(ready))
with st.expander(_("The same from a file or the command line"), icon=":material/terminal:"):
    planned.written(experiment, ready.experiment)
