"""How source and target relate, in the field's terms and in plain words."""

from __future__ import annotations

from collections.abc import Set

import streamlit as st

from pages.parts import show
from tlcore import catalog, relation
from tlcore.situation import Situation
from tlcore.words import _


def line(differs: Set[str] | None) -> None:
    """One line for a card."""
    if differs is None:
        return
    found = relation.relation(differs)
    what = ", ".join(relation.words(differs))
    st.caption(f"**{found.name}**" + (f": {what}" if what else ""), help=found.meaning)


def card(scenario: catalog.Scenario, situation: Situation) -> None:
    """The relation of the two, what follows from it, and whose labels there are to learn from."""
    declared = scenario.differs()
    seen = frozenset({"classes"} if situation.source_space != situation.target_space else ())
    found, setting = relation.relation(declared or seen), relation.setting()
    with st.container(border=True):
        if declared is None and not seen:
            st.markdown(
                f"**{_('The same classes in both')}**: "
                + _("whether the cases differ, *Domain gap* measures; whether the answers mean the same, only a "
                    "comparison shows.")
            )  # fmt: skip
        else:
            st.markdown(f"**{show.plain(found.name)}**: {show.plain(found.meaning)}")
        if declared:
            st.caption(_("What differs: {what}.", what=", ".join(relation.words(declared))))
        left_aside = _("Strategies that leave these labels aside, such as *source only*, work transductively.")
        st.caption(f"**{setting.name}**: {setting.meaning} {left_aside}")
