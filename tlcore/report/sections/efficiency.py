"""How many labels does transfer save, and what would more of them bring?"""

from __future__ import annotations

import pandas as pd

from tlcore import catalog
from tlcore.charts import answers, labels_saved, style
from tlcore.charts import efficiency as charts
from tlcore.measure import efficiency as measure
from tlcore.measure.gain import OPEN, recommended
from tlcore.measure.learning_curve import bought
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 40, frozenset({TECHNICAL}), True


def tell(material: Material) -> Section:
    question, pool = _("How many labels does transfer save?"), int(material.facts["counts"]["target"]["n"])
    curves, labels = measure.curves(material.runs, pool), float(pool if material.labels is None else material.labels)
    # Asked of this budget alone: a rival is needed at every one of its own.
    asked = {name: curve if catalog.is_baseline(name) else curve.filter([labels]) for name, curve in curves.items()}
    here = measure.saved(asked)
    if here.empty:
        why = _("No answer: to count labels saved, a strategy with transfer must stand beside one without.")
        return Section(question, why, verdict=OPEN)
    row = here[here["strategy"] == _whom(material, list(here["strategy"]))].iloc[0]
    said = labels_saved.answer(row)
    found = bought(curves[row["strategy"]], labels, labels, float(catalog.metric(material.metric).higher_is_better))
    more = labels_saved.more(row["strategy"], material.metric, labels, labels, found)
    points = measure.points(curves, material.metric)
    few = points[points["strategy"].isin([row["strategy"], row["baseline"], "scratch"])]
    chart, brief = (charts.curves(some, material.metric, row, pool=pool) for some in (points, few))
    return Section(
        question, said.headline, (*said.sentences, more), ((_("Difference"), labels_saved.saved(row)),),
        exhibits=(
            Exhibit(
                _("Score on the test set against target labels"), chart, _table(here),
                charts.curves_explained(),
                brief,
            ),
        ),
        notes=(_("The interval goes from the fewest labels at which a paired t-test over seeds does not find the model "
                 "without transfer behind to the most at which it does not find it ahead."),),
        verdict=said.verdict,
    )  # fmt: skip


def _whom(material: Material, known: list[str]) -> str:
    """Whom the verdict speaks of, else whom it recommends, else the first there is."""
    wanted = (answers.verdict(material.summary).strategy, recommended(material.summary))
    return next((name for name in wanted if name in known), known[0])


def _table(rows: pd.DataFrame) -> Table:
    columns = (_("Strategy"), _("Labels saved"), _("The best without transfer needs"), _("Best without transfer"),
               _("Saved for sure"))  # fmt: skip
    told = [
        (style.title(row["strategy"]), labels_saved.saved(row), labels_saved.needs(row), style.title(row["baseline"]),
         labels_saved.sure(row))
        for row in rows.sort_values("need", ascending=False).to_dict("records")
    ]  # fmt: skip
    return Table(columns, told)
