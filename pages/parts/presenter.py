"""Presenter mode: the seven slides over the whole window, as the comparison stood when they were opened.

The slides are one HTML file in a frame of its own, which covers the menu too; Esc, or the cross, gives the page back.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import report
from tlcore.words import _

SLIDES = "slides being presented"
COVER = """
export default function ({ data, setTriggerValue }) {
  let cover = document.querySelector("#presented");
  if (!cover) {
    cover = document.createElement("iframe");
    Object.assign(cover, { id: "presented", srcdoc: data, allow: "fullscreen", sandbox: "allow-scripts" });
    cover.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0;z-index:2000000;background:Canvas";
    cover.onload = () => cover.contentWindow.focus();
    document.body.append(cover);
  }
  const told = (event) => {
    if (event.source === cover.contentWindow && event.data === "leave the slides") setTriggerValue("leave", true);
  };
  addEventListener("message", told);
  return () => { removeEventListener("message", told); cover.remove(); };
}
"""
_cover = st.components.v2.component("transferlab.presenter", js=COVER)


def button(asked: report.Asked) -> None:
    """Opens the slides."""
    if st.button(_("Present"), icon=":material/play_arrow:", type="primary", help=_(
        "Seven slides over the whole window. Arrow keys, a click or a swipe move on, F fills the screen, Esc ends."
    )):  # fmt: skip
        with st.spinner(_("Making the slides ..."), show_time=True):
            st.session_state[SLIDES] = report.made("slides", asked).decode()
        st.rerun()


def go_on() -> None:
    """Show the slides that are open; whatever has happened in the store since, they stay as they were."""
    if SLIDES in st.session_state:
        _cover(data=st.session_state[SLIDES], key="presenter", on_leave_change=_leave)


def _leave() -> None:
    st.session_state.pop(SLIDES, None)
