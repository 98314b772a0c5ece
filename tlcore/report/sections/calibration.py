"""Can the probabilities be taken at their word?"""

from __future__ import annotations

import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts import calibration as charts
from tlcore.measure import calibration as measure
from tlcore.measure.gain import best
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 80, frozenset({TECHNICAL}), False


def tell(material: Material) -> Section | None:
    if material.regression or not material.tested:
        return None
    scores = measure.scores(material.tested, material.done)
    if scores.empty:
        return None
    first = best(material.summary)
    first = first if (scores["strategy"] == first).any() else str(scores["strategy"].iloc[0])
    shown = material.done[material.done["strategy"].isin([first, "scratch"])]
    curve = measure.reliability(material.tested, shown)
    return Section(
        _("Can the probabilities be taken at their word?"), _message(scores.set_index("strategy").loc[first], first),
        exhibits=(
            Exhibit(
                _("What was held to be likely, against what came true"), charts.reliability(curve, scores),
                _table(scores),
                charts.reliability_explained(),
            ),
        ),
    )  # fmt: skip


def _message(row: pd.Series, strategy: str) -> str:
    told = {
        "strategy": style.title(strategy),
        "error": answers.percent(row["error"]),
        "chance": answers.percent(row["by_chance"]),
    }
    if row["error"] <= row["by_chance"]:
        return _(
            "Yes: the probabilities of {strategy} are off by {error} on average, no more than chance allows.", **told
        )
    return _(
        "Not quite: the probabilities of {strategy} are off by {error} on average; chance explains {chance}.", **told
    )


def _table(scores: pd.DataFrame) -> Table:
    columns = (_("Strategy"), _("Calibration error"), _("95 % interval"), _("By chance up to"), _("Brier score"))
    rows = [
        (style.title(row.strategy), f"{row.error:.1%}", f"{row.low:.1%} – {row.high:.1%}", f"{row.by_chance:.1%}",
         f"{row.brier:.3f}")
        for row in scores.sort_values("error", kind="stable").itertuples()
    ]  # fmt: skip
    return Table(columns, rows, frozenset({1, 2, 3, 4}))
