"""The domain gap as a person reads it: one sentence, tiles with their noise floor, drift, one picture."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import show
from pages.parts.data import Data
from pages.parts.show import Word
from tlcore.charts import gap as charts
from tlcore.measure import gap as measures
from tlcore.measure.label_shift import DOUBT, ClassShares, class_shares
from tlcore.situation import Examples, hold_out
from tlcore.words import _

TILE = 210  # pixels: tiles that do not fit beside each other go below


def measured(data: Data) -> pd.DataFrame:
    """The tiles frame of this data: measure, value, floor, p_value, n, light."""
    return _measured(*_key(data), data)


def light(word: str) -> Word:
    """A traffic light in words: never by colour alone."""
    return {
        "none": Word(":material/check_circle:", _("within the noise"), "green"),
        "small": Word(":material/error:", _("small gap"), "orange"),
        "large": Word(":material/warning:", _("large gap"), "red"),
    }[word]


def tiles(tiles: pd.DataFrame) -> None:
    """One tile per measure: its value, the noise floor, the p-value, a light."""
    row = st.container(horizontal=True)
    for tile in tiles.itertuples():
        name, help = named(str(tile.measure))
        with row.container(border=True, height="stretch", width=TILE):
            st.metric(name, f"{tile.value:.3g}", help=help)
            st.markdown(light(str(tile.light)).markdown)
            st.caption(_("Noise floor {floor}", floor=f"{tile.floor:.3g}"))
            if pd.notna(tile.p_value):
                st.caption(_("p = {p} (n = {n} each)", p=f"{tile.p_value:.3g}", n=int(tile.n)))


def drift(data: Data) -> None:
    """Which columns are distributed differently."""
    table = _drift(*_key(data), data)
    show.chart(
        charts.drift(table), table, key="drift",
        what=_("How differently each column is distributed in source and target. The population stability index is how "
               "the credit industry reads it: below 0.1 stable, 0.1 to 0.25 watch, above 0.25 shifted."),
    )  # fmt: skip


def classes(data: Data) -> None:
    """How common each class is, by labels and as estimated without; nothing where the answer is a number."""
    table, p_value = _classes(*_key(data), data)
    if table.empty:
        return
    st.subheader(_("How common each class is"), anchor=False)
    if pd.isna(p_value):
        st.caption(_("Nothing is estimated from inputs: the classes differ, or examples are too few."))
    elif p_value < DOUBT:
        st.warning(
            _("More than the shares of the classes differs (p = {p}): the estimate takes all of it for a difference "
              "in shares, so do not rely on it.", p=f"{p_value:.2g}"),
            icon=":material/error:",
        )  # fmt: skip
    else:
        st.caption(_("Source examples in the estimated shares look like the target's (p = {p}).", p=f"{p_value:.2g}"))
    show.chart(
        charts.classes(table), table, key="classes",
        what=_("The share of each class in the source, in the target by the labels it has, and in the target as "
               "estimated from its inputs alone (black-box shift estimation): what a classifier of the source answers "
               "there is set against what it answers on held-out source examples. The estimate is right where only "
               "the shares differ and each class looks the same in both places."),
    )  # fmt: skip


def picture(data: Data) -> None:
    """Both domains in one projection."""
    points = _embedding(*_key(data), data)
    show.chart(
        charts.embedding(points), points, key="embedding",
        what=_("Every dot is an example, placed by the two directions in which the examples vary most. Where the two "
               "colours lie apart, a model of the source sees things it has never seen."),
    )  # fmt: skip


def named(measure: str) -> tuple[str, str]:
    """A measure's name and what it says, in one line."""
    return {
        "mmd": (_("MMD²"), _("Maximum mean discrepancy: how far apart the two distributions are; 0 is none.")),
        "coral": (_("CORAL"), _("How differently the columns vary together; blind to a mere move of the mean.")),
        "mean_distance": (_("Mean distance"), _("How far apart the averages are, in standard deviations.")),
        "frechet": (
            _("Fréchet distance"),
            _("How far apart two bell curves fitted to both are: in their averages and in how columns vary together."),
        ),
        "sliced_wasserstein": (
            _("Sliced Wasserstein"),
            _("How far the examples must be moved to become the others, in standard deviations."),
        ),
        "a_distance": (
            _("Proxy A-distance"),
            _("How well a simple model tells the two apart: 0 not at all, 2 without error."),
        ),
    }.get(measure, (measure, ""))


def _pool(data: Data) -> Examples:
    """The target without its test set, as the command line measures it."""
    return hold_out(data.situation)[0]


def _key(data: Data) -> tuple[str, tuple]:
    return data.scenario, tuple(sorted(data.settings.items()))


@st.cache_data(show_spinner=False, max_entries=16)
def _measured(scenario: str, settings: tuple, _data: Data) -> pd.DataFrame:
    return measures.measure_gap(_data.situation.source, _pool(_data)).tiles()


@st.cache_data(show_spinner=False, max_entries=16)
def _drift(scenario: str, settings: tuple, _data: Data) -> pd.DataFrame:
    return measures.drift(_data.situation.source, _pool(_data))


@st.cache_data(show_spinner=False, max_entries=16)
def _embedding(scenario: str, settings: tuple, _data: Data) -> pd.DataFrame:
    return measures.embedding(_data.situation.source, _pool(_data))


@st.cache_data(show_spinner=False, max_entries=16)
def _classes(scenario: str, settings: tuple, _data: Data) -> ClassShares:
    return class_shares(_data.situation)
