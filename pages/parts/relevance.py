"""Does the source's model say anything about the target's labels? A sentence, and each score beside chance."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import show
from pages.parts.data import Data
from tlcore import catalog
from tlcore.charts.relevance import answer, caution, named, question
from tlcore.measure.relevance import OF_INPUTS, OF_SOURCE, relevance
from tlcore.words import _

TILE = 210  # pixels: tiles that do not fit beside each other go below


def section(data: Data) -> None:
    """The answer first, then what the source's model tells, then what the inputs do."""
    with st.spinner(_("Measuring"), show_time=True):
        table = _measured(data.scenario, tuple(sorted(data.settings.items())), data)
    st.subheader(question(table), anchor=False)
    st.markdown(show.plain(answer(table)))
    for of, what in (
        (OF_SOURCE, _("What the source's model answers")),
        (OF_INPUTS, _("What the inputs themselves tell")),
    ):
        rows = table[table["of"] == of]
        if len(rows):
            st.caption(what)
            _tiles(rows)
    st.caption(f"{caution()} {_('Chance: the same with shuffled labels, those of the target or those of the source.')}")


def _tiles(rows: pd.DataFrame) -> None:
    row = st.container(horizontal=True)
    for tile in rows.itertuples():
        name, help = named(str(tile.measure))
        with row.container(border=True, height="stretch", width=TILE):
            st.metric(name, f"{tile.value:.3g}", help=help)
            above = tile.value > tile.floor
            st.markdown(
                f":green[:material/check_circle: {_('above chance')}]"
                if above
                else f":gray[:material/remove: {_('within chance')}]"
            )
            st.caption(
                _(
                    "99 of 100 by chance stay below {floor} (p = {p})",
                    floor=f"{tile.floor:.3g}",
                    p=f"{tile.p_value:.2g}",
                )
            )


@st.cache_data(show_spinner=False, max_entries=16)
def _measured(scenario: str, settings: tuple, _data: Data) -> pd.DataFrame:
    return relevance(_data.situation, catalog.scenarios()[scenario].budget)
