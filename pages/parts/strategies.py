"""Which strategies a plan compares: those on offer with their reasons, those that always take part, those left out."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import show
from pages.parts.forms import BOUND
from tlcore import catalog, plan
from tlcore.catalog import Strategy
from tlcore.situation import Situation
from tlcore.words import _


def choose(situation: Situation) -> list[str]:
    """The chosen strategies, the baselines always among them."""
    refused = {name: why for name in catalog.strategies() if (why := plan.lacking(name, situation))}
    offered = {name: offer for name, offer in catalog.strategies().items() if name not in refused}
    baselines = [name for name, offer in offered.items() if not offer.transfers]
    chosen = []
    cells = st.columns(2)
    for place, name in enumerate(name for name, offer in offered.items() if offer.transfers):
        if _offer(name, offered[name], cells[place % 2]):
            chosen.append(name)
    st.markdown(_("**Always compared with**, so that the answer is honest:"))
    st.markdown("\n".join(f"- **{_(offered[name].title)}**: {_(offered[name].summary)}" for name in baselines))
    for name, reasons in refused.items():
        said = _("{strategy} does not apply here.", strategy=show.strategy_name(name))
        st.caption(f":material/block: {said} {' '.join(map(_, reasons))}")
    return [*baselines, *chosen]


def _offer(name: str, offer: type[Strategy], cell: DeltaGenerator) -> bool:
    """One strategy to tick, with what it does, when to avoid it and who wrote it down."""
    with cell.container(border=True):
        used = st.checkbox(f"**{_(offer.title)}**", True, key=f"use.{name}", **BOUND)
        st.markdown(_(offer.summary))
        avoid = _("Avoid it: {when}", when=_(offer.avoid))
        st.caption(f"{avoid}  \n{offer.paper}")
    return bool(used)
