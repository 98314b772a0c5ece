"""What if the conditions were others? A map over one or two of them: where transfer pays, and where it harms."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import compare, frame, language, live, reads, varying
from pages.parts.show import chart, problems
from tlcore import sweep
from tlcore.charts import answers, style
from tlcore.charts import sensitivity as charts
from tlcore.errors import Unusable
from tlcore.measure import sensitivity as measure
from tlcore.store import StoredExperiment
from tlcore.sweep import Sweep
from tlcore.words import _, amount

TITLE, PLACE = "Conditions", 2

EVERY = 2.0  # seconds between two looks while something is active
MAP = "map of conditions"


def show(experiment: StoredExperiment) -> None:
    """The answer and the map on top; below, what varies, what it costs, and the start."""
    top = st.container()
    st.subheader(_("What should vary?"), anchor=False)
    try:
        grid = varying.controls(experiment)
    except Unusable as error:
        problems(error)
        return
    active = live.active(pd.concat(sweep.runs(reads.store(), grid)))
    varying.start(grid, active)
    with top:
        st.fragment(_map, run_every=EVERY if active else None)(grid, active)


def _map(grid: Sweep, was_active: bool) -> None:
    """The verdict of every condition so far; refreshed by itself while something is active."""
    language.speak()
    runs = sweep.runs(reads.store(), grid)
    together = pd.concat(runs).drop_duplicates("run")
    if was_active and not live.active(together):
        st.rerun()
    _open(grid)
    asked = grid.whole.experiment
    names = {axis.name: varying.called(asked.scenario, axis.name) for axis in grid.axes}
    transfers = varying.transfers(asked.strategies)
    whose = transfers[0] if len(transfers) == 1 else measure.BEST
    rows = measure.table([cell.at for cell in grid.cells], runs, asked.margin, whose)
    compare.answer(charts.answer(rows, names, whose))
    if was_active:
        ended = int((~together["state"].isin(live.ACTIVE)).sum())
        st.progress(ended / len(grid.whole.runs), live.headline(together, asked.device))
    chart(
        charts.grid(rows, names, whose), _table(rows, names), key=MAP, on_select=_clicked,
        what=_(
            "Each cell is the same comparison under other conditions: how much the best strategy gains over the best "
            "model without transfer, both trained on the same labels, and whether that is settled. A click on a cell "
            "opens its verdict with every strategy and interval."
        ),
    )  # fmt: skip


def _clicked() -> None:
    """Remember which cell was clicked: the page can only be changed while it is drawn."""
    for cell in st.session_state[MAP]["selection"][charts.CELL][:1]:
        st.session_state[f"{MAP} opened"] = int(cell["number"])


def _open(grid: Sweep) -> None:
    """Go to the verdict of the cell that was clicked, if it has one."""
    number = st.session_state.pop(f"{MAP} opened", None)
    if number is None or number >= len(grid.cells):
        return
    cell, store = grid.cells[number], reads.store()
    if not store.asked(run.key for run in cell.runs).empty:
        known = cell.id in set(reads.experiments()["id"])
        frame.choose(cell.id if known else sweep.submit_cell(store, cell))
        st.switch_page("compare/verdict.py", query_params={frame.CHOSEN: cell.id})


def _table(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    metric = next(iter(rows["metric"].dropna()), "accuracy")
    factor = answers.factor(metric)
    table = pd.DataFrame({name: rows[axis].map(amount) for axis, name in names.items()})
    table[_("Verdict")] = [charts.sign(verdict).word for verdict in rows["verdict"]]
    table[_("Strategy")] = [style.title(name) if isinstance(name, str) else "–" for name in rows["strategy"]]
    for title, column in ((_("Gain"), "gain"), (_("95 % from"), "gain_low"), (_("95 % to"), "gain_high")):
        table[title] = (rows[column].astype(float) * factor).round(3)
    return table
