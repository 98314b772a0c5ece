"""Who pays for the rare class?"""

from __future__ import annotations

import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts import imbalance as charts
from tlcore.measure import imbalance as measure
from tlcore.measure.gain import best
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.report.sections.data import counts
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 70, frozenset({TECHNICAL}), False


def tell(material: Material) -> Section | None:
    if material.regression or not material.tested:
        return None
    classes, tested, done = material.facts["classes"], material.tested, material.done
    overview = measure.overview(counts(material))
    rarest = measure.rarest(overview)
    event = classes.index(rarest)
    per_class = measure.per_class(tested, done, classes)
    points = measure.operating_points(tested, done, event=event)
    first = best(material.summary)
    first = first if (per_class["strategy"] == first).any() else str(per_class["strategy"].iloc[0])
    alarms = points if len(classes) == 2 else points.head(0)
    said = answers.imbalance(overview, per_class, first, alarms, material.facts["label"])
    shown = per_class[per_class["strategy"].isin([first, "scratch"])]
    curves = measure.precision_recall(tested, done, event=event)
    of = [tested[run] for run in done.loc[done["strategy"] == first, "run"] if run in tested]
    return Section(
        _("Who pays for the rare class?"), said.headline, said.sentences,
        exhibits=(
            Exhibit(
                _("How much of each class {strategy} finds", strategy=style.title(first)), charts.recalls(shown),
                _table(shown),
                charts.recalls_explained(),
            ),
            Exhibit(
                _("Alarms for {name}: how many are right, how many events are found",
                  name=f"{material.facts['label']} = {rarest}"),
                charts.precision_recall(curves, points["actual_rate"].mean(), points),
                what=charts.precision_recall_explained(),
            ),
            Exhibit(
                _("What {strategy} takes for what", strategy=style.title(first)),
                charts.confusion(charts.tally(of, classes), first),
                what=_("Test examples by actual class (rows) and predicted class (columns), the mean over the seeds "
                       "whose predictions are kept. The diagonal is right."),
            ),
        ),
        notes=material.coverage(material.tested),
    )  # fmt: skip


def _table(per_class: pd.DataFrame) -> Table:
    columns = (_("Strategy"), _("Class"), _("Test examples"), _("Recall"), _("95 % interval"), _("Precision"), "F1")
    rows = [
        (style.title(str(row["strategy"])), str(row["class"]), f"{row['n']:,}", answers.percent(row["recall"]),
         f"{row['low']:.0%} – {row['high']:.0%}", answers.percent(row["precision"]), f"{row['f1']:.3f}")
        for _place, row in per_class.iterrows()
    ]  # fmt: skip
    return Table(columns, rows, frozenset({2, 3, 4, 5, 6}))
