"""The queue in one line: what runs, what waits, and on which machine."""

from __future__ import annotations

import streamlit as st

from pages.parts import language, reads
from tlcore import launch
from tlcore.words import _, counted

EVERY = 3.0  # seconds between two looks while anything is active


def strip() -> None:
    """Shown in the sidebar of every page; it refreshes by itself while anything is active."""
    status = launch.status(reads.store())
    under_way = status["queued"] + status["active"] > 0
    if under_way:
        launch.start(reads.store())  # whoever worked the queue may be gone
    st.fragment(_line, run_every=EVERY if under_way else None)(under_way)


def _line(was_under_way: bool) -> None:
    language.speak()
    status = launch.status(reads.store())
    active, waiting = status["active"], status["queued"]
    if active + waiting:
        words = _("{active} running, {waiting} waiting", active=active, waiting=waiting)
    else:
        words = _("Nothing is running")
        if was_under_way:
            st.rerun()
    gpus = status["gpus"]
    machine = (
        counted("{n} GPU", "{n} GPUs", len(gpus))
        if gpus
        else counted("{n} processor", "{n} processors", status["slots"]["cpu"])
    )
    st.caption(f":material/memory: {words} · {machine}", help=", ".join(gpus) or None)
