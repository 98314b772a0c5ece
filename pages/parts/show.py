"""How things are shown: charts with their table, verdicts as word and icon, empty states, problems."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import pandas as pd
import streamlit as st

from tlcore.charts import names
from tlcore.errors import Unusable
from tlcore.files import export
from tlcore.words import _

strategy_name, scenario_name, metric_name, backbone_name = names.strategy, names.scenario, names.metric, names.backbone
labels, watched_name = names.labels, names.watched


AT_ONCE = 60  # rows of a table that is sent with its page


class Word(NamedTuple):
    """A state or a verdict as a person reads it: never by colour alone."""

    icon: str
    text: str
    colour: str  # one of Streamlit's colour names

    @property
    def markdown(self) -> str:
        return f":{self.colour}[{self.icon} **{self.text}**]"


def verdict(word: str) -> Word:
    """A verdict of the summary frame in the reader's language, with its icon and colour."""
    return {
        "helps": Word(":material/trending_up:", _("helps"), "green"),
        "no practical difference": Word(":material/drag_handle:", _("no practical difference"), "gray"),
        "negative transfer": Word(":material/trending_down:", _("negative transfer"), "red"),
        "not enough evidence": Word(":material/help:", _("not enough evidence"), "orange"),
        "baseline": Word(":material/flag:", _("baseline"), "blue"),
        "ceiling": Word(":material/vertical_align_top:", _("ceiling"), "gray"),
    }[word]


def state(word: str) -> Word:
    """The state of a run in the reader's language, with its icon and colour."""
    return {
        "queued": Word(":material/schedule:", _("queued"), "gray"),
        "starting": Word(":material/rocket_launch:", _("starting"), "blue"),
        "running": Word(":material/play_arrow:", _("running"), "blue"),
        "stopping": Word(":material/hourglass_bottom:", _("stopping"), "orange"),
        "done": Word(":material/check_circle:", _("done"), "green"),
        "stopped": Word(":material/stop_circle:", _("stopped, best kept"), "green"),
        "cancelled": Word(":material/cancel:", _("cancelled"), "gray"),
        "failed": Word(":material/error:", _("failed"), "red"),
        "lost": Word(":material/link_off:", _("lost"), "red"),
    }[word]


def plain(sentence: str) -> str:
    """A sentence that may hold a person's own words (columns, classes, file names), with none of it read as Markdown.

    Two dollar signs would make a formula of what stands between them.
    """
    return re.sub(r"[\\`*\[\]$~<>|]|(?<!\w)_|_(?!\w)", r"\\\g<0>", sentence)


class _Drawn:
    """A chart as Streamlit asks for it, unchecked: the tests hold it against the schema, which takes longer than all
    else about a chart."""

    def __init__(self, picture: Any):
        self._picture = picture

    def to_dict(self) -> dict[str, Any]:
        return self._picture.to_dict(validate=False)


def chart(
    picture: Any, table: pd.DataFrame | None = None, what: str | None = None, *, key: str | None = None,
    on_select: Callable[[], None] | Literal["ignore"] = "ignore",
) -> None:  # fmt: skip
    """An Altair chart, with what one is looking at, and its data as a table to read or to take away.

    ``on_select`` is called before the page is drawn again when a person clicks on a mark of a chart that has a
    selection; ``st.session_state[key]`` then holds what was clicked.
    """
    st.altair_chart(_Drawn(picture), width="stretch", key=key, on_select=on_select)  # type: ignore[arg-type]
    if table is None and what is None:
        return
    with st.container(horizontal=True):
        if what:
            with st.popover(_("What am I looking at?"), icon=":material/help:", type="tertiary"):
                st.markdown(what)
        if table is not None:
            _data(table, f"{key or what}")


def _data(table: pd.DataFrame, key: str) -> None:
    """The data of a chart behind a button; a long table is sent when it is opened, as every control would wait for
    it."""
    later = len(table) > AT_ONCE
    box = st.popover(_("Data"), icon=":material/table:", type="tertiary", key=f"data {key}",
                     on_change="rerun" if later else "ignore")  # fmt: skip
    if box.open or not later:
        with box:
            st.dataframe(table, hide_index=True, width="content")
            download(table, key=key)


def download(table: pd.DataFrame, *, key: str, name: str = "transferlab.csv") -> None:
    st.download_button(
        _("Download as CSV"), lambda: export.as_csv(table), name, "text/csv",
        key=f"download {key}", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def empty(what: str, next_step: str, page: str, icon: str = ":material/arrow_forward:") -> None:
    """Nothing here yet: say so, and where to go. ``page`` is the file of the page to go to."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"**{what}**", text_alignment="center")
        st.page_link(page, label=next_step, icon=icon)


def problems(error: Unusable) -> None:
    """Every sentence of a request that cannot be carried out, in place."""
    for sentence in error.problems:
        st.error(plain(sentence), icon=":material/error:")
