"""Which language the screen speaks: the switch in the sidebar, else the address, else the browser's own."""

from __future__ import annotations

import streamlit as st

from tlcore import words
from tlcore.words import LANGUAGES, _

CHOSEN = "lang"
SWITCH = "language_switch"


def speak() -> None:
    """Set the language of this rerun. Fragments call it too: each of their reruns is a thread of its own."""
    wanted = st.query_params.get(CHOSEN) or st.session_state.get(CHOSEN) or st.context.locale or "en"
    words.set_language(wanted)
    if st.session_state.get(CHOSEN) or CHOSEN in st.query_params:
        _keep(words.language())


def switch() -> None:
    """The choice of language."""
    st.session_state[SWITCH] = words.language()
    st.selectbox(
        _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key=SWITCH,
        on_change=lambda: _keep(st.session_state[SWITCH]), label_visibility="collapsed", filter_mode=None,
    )  # fmt: skip


def _keep(language: str) -> None:
    st.session_state[CHOSEN] = language
    if st.query_params.get(CHOSEN) != language:
        st.query_params[CHOSEN] = language
