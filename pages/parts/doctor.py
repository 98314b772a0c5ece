"""What the data doctor found, in words: what stops, what may mislead, what was mended."""

from __future__ import annotations

import streamlit as st

from pages.parts import show
from pages.parts.data import OWN, Data
from pages.parts.show import Word
from tlcore import catalog, words
from tlcore.files import doctor
from tlcore.files.finding import Finding
from tlcore.words import _, counted


def badge(data: Data) -> None:
    """One word about the data: fit, or how many things to know."""
    serious = [finding for finding in _found(data) if finding.severity != "note"]
    if serious:
        text = counted("{n} thing to check", "{n} things to check", len(serious))
        st.badge(text, icon=":material/warning:", color="orange")
    else:
        st.badge(_("Fit for use"), icon=":material/check_circle:", color="green")


def findings(data: Data) -> None:
    """Every finding, the most serious first, with what to do about it."""
    found = _found(data)
    if not found:
        st.caption(_("Nothing wrong was found."))
    for finding in found:
        word = _word(finding.severity)
        where = "\n".join(f"- {show.plain(row)}" for row in finding.rows)
        st.markdown(f"{word.markdown}: {show.plain(finding.sentence)}", help=where or None)


def _word(severity: str) -> Word:
    return {
        "stop": Word(":material/block:", _("must be mended"), "red"),
        "warning": Word(":material/warning:", _("may mislead"), "orange"),
        "note": Word(":material/info:", _("good to know"), "blue"),
    }[severity]


def _found(data: Data) -> list[Finding]:
    """The findings of this data, examined once."""
    settings = tuple(sorted(data.settings.items()))
    return _examined(data.scenario, settings, words.language(), data)


@st.cache_data(show_spinner=False, max_entries=16)
def _examined(scenario: str, settings: tuple, language: str, _data: Data) -> list[Finding]:
    files = catalog.scenario(scenario, **_data.settings) if scenario == OWN else _data.situation
    return doctor.examine(files)  # type: ignore[arg-type]
