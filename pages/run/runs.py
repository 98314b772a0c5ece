"""What is happening? The runs of an experiment, live: stop, cancel, try again; curves as they arrive."""

import streamlit as st

from pages.parts import frame, live, reads, same_again
from tlcore import launch
from tlcore.words import _

TITLE, ICON, PLACE = "Runs", ":material/monitoring:", 2
EVERY = 1.0  # seconds between two looks while something is active

frame.page(_("Runs"), _("What is happening?"))
launch.reconcile(reads.store())
experiment = frame.pick()
active = live.active(reads.runs(experiment))
chosen = live.controls(experiment)
same_again.asked(experiment)
st.fragment(live.progress, run_every=EVERY if active else None)(experiment, chosen, active)
