"""Does transfer help? The answer, the gains with their intervals, the ranking."""

from __future__ import annotations

import pandas as pd

from tlcore.charts import answers, names, style
from tlcore.charts import verdict as charts
from tlcore.measure.gain import OPEN
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 30, frozenset({EXECUTIVE, TECHNICAL}), True
BRIEF = 5  # strategies on a slide


def tell(material: Material) -> Section:
    summary = material.summary
    said = answers.verdict(summary)
    board = charts.leaderboard(summary)
    forest = Exhibit(
        _("Gain of each strategy over the best model without transfer"), charts.forest(summary), None,
        charts.forest_explained(),
        charts.forest(summary, BRIEF),
    )  # fmt: skip
    return Section(
        _("Does transfer help?"), said.headline, (*said.sentences, *material.missing),
        tuple((figure.label, figure.value) for figure in charts.figures(said, summary)),
        exhibits=(*((forest,) if summary["gain"].notna().any() else ()), Exhibit(_first(board), table=_table(board))),
        notes=(
            names.judged_by(material.metric, material.facts),
            _("Intervals are 95 % t intervals of the paired differences over seeds: they speak of other samples of "
              "labels and other first weights on this one test set. The verdict allows for several strategies being "
              "asked at once (Holm) and for a margin below which a difference does not matter."),
        ),
        verdict=said.verdict or OPEN,
    )  # fmt: skip


def _first(board: pd.DataFrame) -> str:
    """Who leads the ranking, in one sentence."""
    top = board[board["rank"].eq(1).fillna(False)]
    if top.empty:
        return _("All strategies by their score; so few seeds give no rank")
    if len(top) == 1:
        return _("{strategy} has the best score: {score}", strategy=style.title(top["strategy"].iloc[0]),
                 score=f"{top['mean'].iloc[0]:.3f}")  # fmt: skip
    return _("{strategy} has the best score, {score}; {n} strategies share the first place",
             strategy=style.title(top["strategy"].iloc[0]), score=f"{top['mean'].iloc[0]:.3f}", n=len(top))  # fmt: skip


def _table(board: pd.DataFrame) -> Table:
    metric = str(board["metric"].iloc[0])
    unit = _("points") if answers.factor(metric) == 100 else _("label's unit")
    columns = (_("Rank"), _("Strategy"), _("Score"), _("95 % interval"), _("Gain ({unit})", unit=unit), _("Verdict"),
               _("Seeds"))  # fmt: skip
    rows = [
        (
            "–" if pd.isna(row.rank) else str(row.rank),
            style.title(row.strategy),
            f"{row.mean:.3f}",
            "–" if pd.isna(row.ci_low) else f"{row.ci_low:.3f} – {row.ci_high:.3f}",
            "–" if pd.isna(row.gain) else answers.figure(row.gain, metric, signed=True),
            "{} {}".format(*style.sign(row.verdict)[1::-1]),
            str(row.n),
        )
        for row in board.itertuples()
    ]
    return Table(columns, rows, frozenset({0, 2, 3, 4, 6}))
