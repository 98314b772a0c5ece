"""What the data doctor found, in words: what must be solved, what may mislead, what was mended, what it means."""

from __future__ import annotations

import streamlit as st

from pages.parts import own_files, show, uploads
from pages.parts.data import OWN, Data
from pages.parts.show import Word
from tlcore import catalog, words
from tlcore.files import examine, fixes
from tlcore.files.finding import Finding
from tlcore.words import _, counted


def badge(data: Data) -> None:
    """One word about the data: fit, or how many things to know."""
    serious = [finding for finding in _found(data) if finding.severity in ("stop", "warning")]
    if serious:
        text = counted("{n} thing to check", "{n} things to check", len(serious))
        st.badge(text, icon=":material/warning:", color="orange")
    else:
        st.badge(_("Fit for use"), icon=":material/check_circle:", color="green")


def findings(data: Data) -> None:
    """Every finding in its group, the gravest group first, with what to do about it."""
    found = _found(data)
    if not any(finding.severity != "hint" for finding in found):
        st.caption(_("Nothing wrong was found."))
    for severity in ("stop", "warning", "note", "hint"):
        group = [finding for finding in found if finding.severity == severity]
        if not group:
            continue
        if severity == "note":
            title = f"{_word(severity).text} ({len(group)})"
            with st.expander(title, any(finding.fix for finding in group), icon=_word(severity).icon):
                _list(group)
        else:
            st.markdown(_word(severity).markdown)
            _list(group)


def way_out() -> None:
    """Where own files cannot be used as they are: what can be mended by a click."""
    settings = own_files.asked()
    found = _examined(OWN, tuple(sorted(settings.items())), words.language(), None) if settings else []
    mendable = [finding for finding in found if finding.fix]
    if mendable:
        st.subheader(_("What can be mended at once"), anchor=False)
        _list(mendable)


def _list(group: list[Finding]) -> None:
    with st.container(gap="small"):
        for position, finding in enumerate(group):
            _one(finding, f"{finding.severity} {position}")


def _one(finding: Finding, place: str) -> None:
    """One finding: what, where, what to do; and the button that does it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(_plain(finding.what))
            if finding.remedy:
                st.caption(_plain(finding.remedy))
        if finding.rows:
            with st.popover(_("Where"), icon=":material/search:", type="tertiary"):
                st.markdown("\n".join(f"- {_plain(row)}" for row in finding.rows))
        if finding.fix is not None:
            st.button(
                _("Fix it"), key=f"fix {place} {finding.what}", icon=":material/healing:",
                on_click=own_files.mend, args=(finding.fix,), help=_plain(fixes.said(finding.fix)),
            )  # fmt: skip


def _plain(sentence: str) -> str:
    return show.plain(uploads.plain(sentence))


def _word(severity: str) -> Word:
    return {
        "stop": Word(":material/block:", _("Must be solved"), "red"),
        "warning": Word(":material/warning:", _("May mislead"), "orange"),
        "note": Word(":material/info:", _("Mended by itself, or good to know"), "blue"),
        "hint": Word(":material/lightbulb:", _("What it means for the choice of a strategy"), "gray"),
    }[severity]


def _found(data: Data) -> list[Finding]:
    """The findings of this data, examined once."""
    settings = tuple(sorted(data.settings.items()))
    return _examined(data.scenario, settings, words.language(), data)


@st.cache_data(show_spinner=False, max_entries=16)
def _examined(scenario: str, settings: tuple, language: str, _data: Data | None) -> list[Finding]:
    if _data is not None and scenario != OWN:
        return examine(_data.situation)
    return examine(catalog.scenario(scenario, **dict(settings)))  # type: ignore[arg-type]
