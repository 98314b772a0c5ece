"""The frame around every page: the window, the language, the menu, the queue. Nothing else."""

from pathlib import Path

import streamlit as st

from pages.parts import forms, frame, language, menu, queue, show
from tlcore.errors import Unusable

ICON = Path(__file__).parent / "parts" / "icon.svg"  # a named symbol would be fetched from the network

st.set_page_config(page_title="TransferLab", page_icon=ICON, layout="wide")
language.speak()
page = st.navigation(menu.build(), expanded=True)  # else the last pages hide behind a click
frame.follow(page.url_path)
forms.arrive(page.url_path)
try:
    with st.sidebar:
        queue.strip()
        language.switch()
    page.run()
except Unusable as error:
    show.problems(error)
