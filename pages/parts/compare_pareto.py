"""Is more score worth what it costs: score against seconds, or against the size of what was learnt."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import forms, reads, show
from tlcore.charts import pareto, style
from tlcore.store import Store, StoredExperiment
from tlcore.words import _


@st.fragment
def costs(experiment: StoredExperiment, board: pd.DataFrame, runs: pd.DataFrame) -> None:
    """One sentence and the scatter; what it costs is chosen where sizes are kept. ``runs`` are of one label budget."""
    known = {"seconds": runs.groupby("strategy")["seconds"].mean()}
    sizes = _sizes(reads.store(), reads.stamp(experiment), tuple(zip(runs["strategy"], runs["run"], strict=True)))
    if sizes.notna().sum() > 1:
        known["bytes"] = sizes
    rows = {of: pareto.table(board, cost) for of, cost in known.items()}
    rows = {of: frame for of, frame in rows.items() if len(frame) > 1}
    if not rows:
        return
    st.subheader(_("Is more score worth what it costs?"), anchor=False)
    of = next(iter(rows))
    if len(rows) > 1:
        words = {"seconds": _("Seconds of training"), "bytes": _("Size of its own weights")}
        of = forms.choice(st.segmented_control, _("Cost"), words, "cost", of, required=True)
    st.markdown(f"##### {show.plain(pareto.answer(rows[of], board, of))}")
    show.chart(
        pareto.scatter(rows[of], experiment.experiment.metric, of), _table(rows[of], of), key="pareto",
        what=pareto.explained(),
    )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=50)
def _sizes(_store: Store, key: tuple, runs: tuple[tuple[str, str], ...]) -> pd.Series:
    """Bytes of the weights that a strategy learnt; of examples, and of what trains no network, none are kept."""
    found = {strategy: size for strategy, run in runs if (size := _store.size(run)) is not None}
    return pd.Series(found, dtype=float)


def _table(rows: pd.DataFrame, of: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Strategy"): [style.title(name) for name in rows["strategy"]],
            _("Score on test"): rows["mean"].round(4),
            _("95 % from"): rows["ci_low"].round(4),
            _("95 % to"): rows["ci_high"].round(4),
            _("Cost"): [pareto.amount(cost, of) for cost in rows["cost"]],
            _("On the front"): rows["front"],
        }
    )
