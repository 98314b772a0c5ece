"""How fast and how steadily does each learn?"""

from __future__ import annotations

import pandas as pd

from tlcore import catalog
from tlcore.charts import answers, style
from tlcore.charts.convergence import picture, picture_explained, without_training
from tlcore.measure import convergence as measure
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 50, frozenset({TECHNICAL}), False


def tell(material: Material) -> Section | None:
    epochs = material.epochs
    if epochs.empty:
        return None
    table = measure.table(epochs, material.done)
    said = answers.convergence(table, without_training(measure.curves(epochs)))
    return Section(
        _("How fast and how steadily does each learn?"), said.headline, said.sentences,
        exhibits=(
            Exhibit(
                _("Score on the target while learning"), picture(epochs, material.own, material.metric),
                _costs(table, material.metric),
                picture_explained(),
            ),
        ),
        notes=(_("Epochs, steps and seconds are those to come within 5 % of the best score from scratch, the median "
                 "over runs; learning the source is counted in steps and seconds."),),
    )  # fmt: skip


def _costs(table: pd.DataFrame, metric: str) -> Table:
    table = table.sort_values("area", ascending=not catalog.metric(metric).higher_is_better)
    columns = (_("Strategy"), _("Epochs"), _("Steps"), _("Seconds"), _("Area under the curve"), _("Spread over seeds"))
    rows = [
        (
            style.title(row.strategy),
            *(_told(value, digits) for value, digits in ((row.epochs, 0), (row.steps, 0), (row.seconds, 1))),
            _told(row.area, 3),
            _told(row.spread, 3),
        )
        for row in table.itertuples()
    ]
    return Table(columns, rows, frozenset({1, 2, 3, 4, 5}))


def _told(value: float, digits: int) -> str:
    return "–" if pd.isna(value) else f"{value:,.{digits}f}"
