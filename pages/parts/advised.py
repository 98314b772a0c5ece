"""What is advised before anything is trained: which strategies, why, and whether to transfer at all."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import data, show, strategies
from tlcore import advice
from tlcore.advice import Advice
from tlcore.errors import Unusable
from tlcore.words import _

SHOWN = 3


def panel(chosen: data.Data, labels: int | None, backbone: str) -> None:
    """The advice for the smallest label budget, and a button that ticks what it names."""
    try:
        told = _advice(chosen.scenario, tuple(sorted(chosen.settings.items())), labels, backbone, chosen)
    except Unusable:  # the plan says why, in its place
        return
    with st.container(border=True):
        st.markdown(f"**:material/lightbulb: {_headline(told)}**")
        for sentence in (*told.first, *told.against):
            st.markdown(f"- {_(sentence)}")
        for one in told.strategies[:SHOWN]:
            risk = show.plain(_("Avoid it: {when}", when=_(one.risk)))
            why = " ".join(map(_, one.why))
            st.markdown(f"**{show.strategy_name(one.strategy)}**: {why}  \n:small[:gray[{risk}]]")
        st.button(
            _("Compare these"), icon=":material/done_all:", type="tertiary", on_click=strategies.take,
            args=([one.strategy for one in told.strategies[:SHOWN]],),
        )  # fmt: skip


def _headline(told: Advice) -> str:
    if not told.transfer:
        return _("Advice: do not transfer here.")
    if not told.strategies:
        return _("Advice: nothing that is known of this data speaks for one way before another.")
    return _("Advice: start with {strategy}.", strategy=show.strategy_name(told.strategies[0].strategy))


@st.cache_data(show_spinner=False, max_entries=32)
def _advice(scenario: str, settings: tuple[Any, ...], labels: int | None, backbone: str, _data: data.Data) -> Advice:
    known = advice.facts(_data.situation, labels, backbone)
    return advice.advise(known, _data.situation, backbone)
