"""Did the gap between the domains close, and did closing it pay?"""

from __future__ import annotations

import pandas as pd

from tlcore import catalog
from tlcore.charts import adaptation as charts
from tlcore.charts import gap, style
from tlcore.measure import adaptation as measure
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 60, frozenset({TECHNICAL}), False


def tell(material: Material) -> Section | None:
    features = material.features
    if features.empty:
        return None
    table = measure.table(features)
    said = charts.answer(table, material.summary)
    name, meaning = gap.named(charts.HEADLINE)
    exhibits = []
    if table["measure"].eq(charts.HEADLINE).any():
        exhibits.append(
            Exhibit(
                _("How far apart the domains lie, before and after"), charts.dumbbells(table, charts.HEADLINE, name),
                _rows(table),
                charts.dumbbells_explained(meaning),
            )
        )  # fmt: skip
        baselines = material.summary["baseline"].dropna()
        sign = catalog.metric(material.metric).sign
        beside = measure.beside_gains(features, material.done, str(next(iter(baselines), "")), sign)
        beside = beside[beside["measure"] == charts.HEADLINE]
        if len(beside):
            exhibits.append(
                Exhibit(
                    _("Coming closer against gaining, one dot per run"), charts.worth(beside, material.metric, name),
                    what=charts.worth_explained(),
                )
            )  # fmt: skip
    return Section(
        _("Did the gap close, and did closing it pay?"), said.headline, said.sentences, exhibits=tuple(exhibits)
    )


def _rows(table: pd.DataFrame) -> Table:
    some = table[table["measure"] == charts.HEADLINE].sort_values("after")
    columns = (_("Strategy"), _("Before"), _("After"), _("Change"), _("95 % from"), _("95 % to"), _("By chance"))
    rows = [
        (style.title(row["strategy"]), *(f"{row[column]:.3f}" for column in ("before", "after")),
         *("–" if pd.isna(row[column]) else f"{row[column]:+.3f}" for column in measure.CHANGE),
         "–" if pd.isna(row["floor"]) else f"{row['floor']:.3f}")
        for _place, row in some.iterrows()
    ]  # fmt: skip
    return Table(columns, rows, frozenset(range(1, 7)))
