"""The parts of the Verdict page: the figures, the leaderboard and the margin."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import forms, show
from tlcore.charts import answers, style
from tlcore.charts import verdict as charts
from tlcore.charts.answers import Answer
from tlcore.measure.choices import STRATEGY, choices
from tlcore.measure.gain import recommended
from tlcore.store import StoredExperiment
from tlcore.words import _

TILE = 190  # pixels

MARGIN_AT_MOST = 100.0


def margin(experiment: StoredExperiment) -> float:
    """The margin to judge with: what a person typed below or the link says, else the experiment's own."""
    key, own = _margin_key(experiment), 100 * experiment.experiment.margin
    try:
        typed = float(st.session_state.get(key, st.query_params.get(key, own)))
    except ValueError:
        return own / 100
    return typed / 100 if 0 <= typed <= MARGIN_AT_MOST else own / 100


def margin_input(experiment: StoredExperiment, metric: str) -> None:
    """The one setting that changes the verdict without training anything."""
    unit = _("points") if answers.factor(metric) == 100 else _("% of the baseline's error")
    st.number_input(
        _("Smallest difference that matters ({unit})", unit=unit),
        min_value=0.0, max_value=MARGIN_AT_MOST, step=0.5, value=100 * experiment.experiment.margin, format="%.1f",
        width=320, key=_margin_key(experiment), **forms.BOUND,
        help=_("A gain inside this margin is called no practical difference. Changing it changes the verdict at once."),
    )  # fmt: skip


def figures(said: Answer, summary: pd.DataFrame) -> None:
    """The gain, and with transfer, without, and from scratch, side by side."""
    row_of_tiles = st.container(horizontal=True)  # those that do not fit beside each other go below
    for place, tile in enumerate(charts.figures(said, summary)):
        row_of_tiles.metric(tile.label, tile.value, border=True, help=tile.told, width=TILE if place else "content")


def first(said: Answer, summary: pd.DataFrame) -> str | None:
    """Whom a closer look begins with: the strategy that the answer speaks of, else the one to recommend."""
    transfers = set(summary.loc[summary["gain"].notna(), "strategy"])
    return next((name for name in (said.strategy, recommended(summary)) if name in transfers), None)


def choice(runs: pd.DataFrame) -> None:
    """Whom the product's own choice took, seed by seed."""
    taken = choices(runs)
    if taken:
        among = sum(count for _members, count in taken)
        parts = (
            _("{strategies} in {n} of {of} runs", strategies=" + ".join(map(style.title, members)), n=count, of=among)
            for members, count in taken
        )
        st.caption(
            _("*{auto}* looked at no test label. It took {choices}.", auto=style.title(STRATEGY),
              choices=_(", ").join(parts))
        )  # fmt: skip


def chosen(board: pd.DataFrame, key: str) -> list[str]:
    """The strategies with a gain whose rows are selected in the leaderboard ``key``; all of them where none is."""
    known = set(board.loc[board["gain"].notna(), "strategy"])
    return [name for name in selected(board, key) if name in known] or list(board["strategy"])


def selected(board: pd.DataFrame, key: str) -> list[str]:
    """The strategies whose rows are selected in the leaderboard ``key``."""
    rows = st.session_state.get(key, {}).get("selection", {}).get("rows", [])
    return list(board["strategy"].iloc[[row for row in rows if row < len(board)]])


def leaderboard(board: pd.DataFrame, runs: pd.DataFrame, metric: str, key: str) -> None:
    """Every strategy with its rank; selecting rows narrows the chart above. What is too wide stands below, folded."""
    factor = answers.factor(metric)
    unit = _("points") if factor == 100 else _("label's unit")
    signs = [style.sign(word) for word in board["verdict"]]
    table = pd.DataFrame(
        {
            "rank": board["rank"],
            "strategy": [style.title(name) for name in board["strategy"]],
            "score": board["mean"],
            "interval": [_interval(low, high) for low, high in zip(board["ci_low"], board["ci_high"], strict=True)],
            "gain": board["gain"] * factor,
            "verdict": [f"{sign.icon} {sign.word}" for sign in signs],
            "scratch": board["gain_scratch"] * factor,
            "seeds": board["n"],
            "seconds": board["strategy"].map(runs.groupby("strategy")["seconds"].mean()),
        }
    )
    number = st.column_config.NumberColumn
    config: dict[str, Any] = {
        "rank": number(_("Rank"), width=56, help=_("Strategies whose intervals overlap share a rank.")),
        "strategy": _("Strategy"),
        "score": number(_("Score"), width=72, format="%.3f", help=_("On the test set, the mean over seeds.")),
        "interval": st.column_config.TextColumn(_("95 % interval"), help=_("Over other label samples and starts.")),
        "gain": number(_("Gain"), width=72, format="%+.1f",
                       help=_("Over the best without transfer, in {unit}.", unit=unit)),
        "verdict": _("Verdict"),
        "scratch": number(_("Over scratch ({unit})", unit=unit), format="%+.1f"),
        "seeds": number(_("Seeds"), width=60),
        "seconds": number(_("Seconds"), width=76, format="%.1f", help=_("Of training, the mean over seeds.")),
    }  # fmt: skip
    st.dataframe(
        table, hide_index=True, placeholder="–", key=key, on_select="rerun", selection_mode="multi-row",
        column_order=["rank", "strategy", "score", "gain", "verdict", "seconds"], column_config=config,
    )  # fmt: skip
    unranked = _("No rank: one seed gives no interval.") if board["ci_low"].isna().any() else ""
    st.caption(f"{_('All ranked on the same test set. Select rows to narrow the chart.')} {unranked}")
    with st.expander(_("Intervals, seeds and gains over scratch"), icon=":material/table:"):
        more = ["strategy", "score", "interval", "scratch", "seeds"]
        st.dataframe(table, hide_index=True, placeholder="–", column_order=more, column_config=config)
        show.download(table.round(4), key="leaderboard")


def _interval(low: float, high: float) -> str:
    return "-" if pd.isna(low) else f"{low:.3f} – {high:.3f}"


def _margin_key(experiment: StoredExperiment) -> str:
    return f"margin_{experiment.id}"
