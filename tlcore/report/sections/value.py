"""What is it worth? Transfer in money, at a threshold that validation labels or the payoffs choose."""

from __future__ import annotations

import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts import value as charts
from tlcore.charts import worth as words
from tlcore.charts.worth import money
from tlcore.measure import value as measure
from tlcore.measure.gain import CEILING
from tlcore.measure.payoffs import PER, Payoffs, Worth
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 90, frozenset({EXECUTIVE, TECHNICAL}), True
BRIEF = 4  # strategies on a slide, besides the best without transfer


def tell(material: Material) -> Section:
    question, worth, found = _("What is it worth?"), material.price, material.ladders
    if worth.objection:
        return Section(question, worth.objection)
    told = measure.outcomes(found, material.done, worth)
    summary = measure.worth_of(told)
    flat = measure.flat(found, worth) if isinstance(worth, Payoffs) and found else None
    said = words.answer(summary, told, worth, flat, answers.verdict(material.summary).verdict)
    if not found:
        return Section(question, said.headline)
    return Section(
        question, said.headline, (*material.coverage(found), _figures(material, worth), *said.sentences),
        tuple((figure.label, figure.value) for figure in words.figures(summary, said.strategy, worth, flat)),
        exhibits=(
            Exhibit(
                _("What each strategy brings"), charts.profits(summary, worth, flat), _table(summary, worth),
                charts.profits_explained(),
                charts.profits(_few(summary), worth, flat),
            ),
            Exhibit(
                _("Where to draw the line") if flat else _("Where to lean"),
                charts.against_threshold(measure.against(found, material.done, worth), summary, told, worth, flat,
                                         material.facts["label"]),
                what=charts.against_threshold_explained(worth),
            ),
        ),
        notes=(_("Money is compared as scores are: paired by seed, with Student t intervals and Holm's procedure."),),
        verdict=said.verdict,
    )  # fmt: skip


def _few(summary: pd.DataFrame) -> pd.DataFrame:
    """The best, and the best without transfer, for a slide."""
    ranked = summary.sort_values("mean", ascending=False)
    return ranked[(ranked["strategy"] == ranked["baseline"]) | (ranked["verdict"] != CEILING).cumsum().le(BRIEF)]


def _figures(material: Material, worth: Worth) -> str:
    """What a case was taken to be worth, and whether somebody said so."""
    sums = {name: money(figure, worth.currency) for name, figure in worth.figures.items()}
    if isinstance(worth, Payoffs):
        name = f"{material.facts['label']} = {material.facts['classes'][material.event]}"
        told = _("A found {event} brings {tp}, a false alarm {fp}, a missed one {fn}, a case rightly left alone {tn}.",
                 event=name, **sums)  # fmt: skip
    else:
        told = _("Predicting one unit too much costs {over}, one too little {under}.", **sums)
    return told if material.worth else f"{told} {_('These figures are assumptions, not data.')}"


def _table(summary: pd.DataFrame, worth: Worth) -> Table:
    rows = summary.dropna(subset=["mean"]).sort_values("mean", ascending=False)
    columns = (
        _("Strategy"), _("Profit per {n} cases ({currency})", n=f"{PER:,}", currency=worth.currency),
        _("95 % interval"), _("Above the best without transfer"), _("Verdict"),
    )  # fmt: skip
    told = [
        (style.title(row.strategy), money(row.mean, worth.currency),
         "–" if pd.isna(row.ci_low) else f"{row.ci_low:,.0f} – {row.ci_high:,.0f}",
         "–" if pd.isna(row.gain) else money(row.gain, worth.currency, signed=True), style.sign(row.verdict).word)
        for row in rows.itertuples()
    ]  # fmt: skip
    return Table(columns, told, frozenset({1, 2, 3}))
