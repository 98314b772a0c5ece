"""What can I find out here? Business situations with an example answer each, and a way in for own data."""

import streamlit as st

from pages.parts import frame, situations
from tlcore.words import _

TITLE, ICON, PLACE = "Home", ":material/home:", 1

frame.page(
    "TransferLab",
    _("Few labels? See whether knowledge from elsewhere helps, by how much, how surely, and what it is worth."),
)
situations.headline()
st.subheader(_("Situations to explore"), anchor=False)
situations.cards()
situations.recent()
