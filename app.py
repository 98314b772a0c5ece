"""The dashboard: ``streamlit run app.py``. What runs for every visitor is ``pages/main.py``.

The script stands one folder down so that no folder called ``pages`` lies beside it: Streamlit would
answer the first request of a fresh server by itself, without the frame (docs/decisions/0021).
"""

import streamlit as st

from pages.parts import warm

app = st.App("pages/main.py")
warm.up()
