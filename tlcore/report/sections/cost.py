"""Is more score worth what it costs? Score against seconds of training, and the cheapest that is good enough."""

from __future__ import annotations

import pandas as pd

from tlcore.charts import pareto, style
from tlcore.charts.verdict import leaderboard
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 85, frozenset({TECHNICAL}), False
OF = "seconds"


def tell(material: Material) -> Section | None:
    board = leaderboard(material.summary)
    rows = pareto.table(board, material.done.groupby("strategy")["seconds"].mean())
    if len(rows) < 2:
        return None
    chart = pareto.scatter(rows, material.metric, OF)
    return Section(
        _("Is more score worth what it costs?"), pareto.answer(rows, board, OF),
        exhibits=(Exhibit(_("Score against seconds of training"), chart, _table(rows), pareto.explained()),),
        notes=(_("Seconds are those of one run on the machine of the experiment, the mean over seeds."),),
    )  # fmt: skip


def _table(rows: pd.DataFrame) -> Table:
    columns = (_("Strategy"), _("Score"), _("Cost"), _("On the front"))
    told = [
        (style.title(row.strategy), f"{row.mean:.3f}", pareto.amount(row.cost, OF), _("yes") if row.front else "–")
        for row in rows.sort_values("cost").itertuples()
    ]
    return Table(columns, told, frozenset({1, 2}))
