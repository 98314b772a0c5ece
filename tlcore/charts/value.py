"""Charts in money: what every strategy brings, and profit against the threshold."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from tlcore.charts import curves, style
from tlcore.charts.worth import money, whom
from tlcore.measure.gain import CEILING
from tlcore.measure.payoffs import PER, Payoffs, Worth
from tlcore.measure.value import Flat
from tlcore.words import _

ROWS_AT_MOST = 16
LOWER = 18  # pixels between the middle of a row and its interval: its words stand above
FEW, FINE = 0.1, [0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1]  # where p* is below, low thresholds are spread out
SUM = ",.4~r"


def profits(summary: pd.DataFrame, worth: Worth, flat: Flat | None = None) -> style.Picture:
    """What each strategy brings per 1,000 cases with its 95 % interval, best on top, from `value.worth_of`.

    Rules: what is brought without any model, where it is near enough to be drawn.
    """
    rows = summary[summary["mean"].notna() & (summary["verdict"] != CEILING)].sort_values("mean", ascending=False)
    rows, cut = rows.head(ROWS_AT_MOST), len(rows) - ROWS_AT_MOST
    signs = [style.sign(word) for word in rows["verdict"]]
    frame = pd.DataFrame(
        {
            "row": [style.title(name) for name in rows["strategy"]],
            "sum": rows["mean"].to_numpy(float),
            "low": rows["ci_low"].to_numpy(float),
            "high": rows["ci_high"].to_numpy(float),
            "verdict": [sign.word for sign in signs],
            "text": [
                f"{style.title(name)}: {money(mean, worth.currency)}\n{sign.icon} {sign.word}"
                + ("" if pd.isna(gain) else f", {money(gain, worth.currency, signed=True)}")
                for name, mean, gain, sign in zip(rows["strategy"], rows["mean"], rows["gain"], signs, strict=True)
            ],
        }
    )
    looks = {sign.word: sign.colour for sign in signs}
    colour = alt.Color("verdict:N", legend=None, scale=alt.Scale(domain=[*looks], range=[*looks.values()]))
    place = alt.Y("row:N", title=None, sort=None, axis=None)
    title = _per(worth)
    low, high = frame[["sum", "low"]].min().min(), frame[["sum", "high"]].max().max()
    near = _flat(flat, low - 0.6 * (high - low), high + 0.6 * (high - low))
    axis = alt.X("sum:Q", title=title, scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(format=SUM, tickCount=6))
    tooltip = [
        alt.Tooltip("row:N", title=_("Strategy")),
        alt.Tooltip("sum:Q", title=title, format=",.0f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=",.0f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=",.0f"),
    ]
    base = alt.Chart(frame).encode(place, colour, tooltip=tooltip)
    text = base.mark_text(align="left", x=4, yOffset=-14, lineBreak="\n", fontSize=13, fontWeight="bold")
    every = frame[["row"]].merge(near, how="cross")  # a stroke in each row, where no words stand
    strokes = alt.Chart(every).mark_tick(color=style.INK, thickness=1.6, size=14, yOffset=LOWER)
    strokes = strokes.encode(place, alt.X("profit:Q", title=title), tooltip=[alt.Tooltip("label:N")])
    return style.framed(
        alt.layer(
            *([strokes] if len(every) else []),
            base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.6, yOffset=LOWER)
            .encode(alt.X("low:Q", title=title), alt.X2("high:Q")),
            base.mark_point(size=120, filled=True, opacity=1, yOffset=LOWER).encode(axis),
            text.encode(text="text:N"),
        ),
        alt.Step(62),
        _("Profit per {n} cases: {rows}.", n=f"{PER:,}",
          rows="; ".join(text.replace("\n", ", ") for text in frame["text"]) or "-"),
        _("Upright strokes, without any model: {rules}.", rules=_(", ").join(near["label"])) if len(near) else "",
        _("No line: too few seeds for an interval.") if frame["low"].isna().any() else "",
        _("{n} rows are not drawn.", n=cut) if cut > 0 else "",
    )  # fmt: skip


def profits_explained() -> str:
    """How `profits` is read."""
    return _(
        "Profit of {n} test cases, the mean over seeds with its 95 % interval: how far it would move with other "
        "labels and other starts. The words say whether it is more than the best model without transfer brings, seed "
        "by seed. Of numbers the profit is what errors cost, below zero.",
        n=f"{PER:,}",
    )


def against_threshold(
    curve: pd.DataFrame, summary: pd.DataFrame, outcomes: pd.DataFrame, worth: Worth, flat: Flat | None = None,
    unit: str = "",
) -> style.Picture:  # fmt: skip
    """Profit per 1,000 cases against the threshold (of numbers: against what is added, in ``unit``).

    ``curve`` is `value.curve` or `value.shifted`; dots stand at the threshold in use, the mean over seeds, with its
    reach over seeds and the 95 % interval of the profit, from ``outcomes`` and ``summary``.
    """
    kept, left_out = curves.kept(summary.dropna(subset=["mean"]).sort_values("mean", ascending=False)["strategy"])
    names = curves.named(curve, kept)
    dots = _in_use(outcomes, summary, kept)
    low, high = _reach(curve[curve["strategy"].isin(kept)], flat)
    classes = isinstance(worth, Payoffs)
    title = _per(worth)
    at = (
        _("Threshold: named from this probability on")
        if classes
        else _("Added to every prediction ({unit})", unit=unit)
    )
    fine = isinstance(worth, Payoffs) and worth.threshold < FEW
    scale, ticks = alt.Scale(nice=False), alt.Axis(format=SUM)
    if classes:
        scale = alt.Scale(domain=[0, 1], type="sqrt" if fine else "linear")
        ticks = alt.Axis(format="~%", values=FINE) if fine else alt.Axis(format="~%")
    x = alt.X("threshold:Q", title=at, scale=scale, axis=ticks)
    y = alt.Y("profit:Q", title=title, axis=alt.Axis(format=SUM), scale=alt.Scale(domain=[low, high], nice=True))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("threshold:Q", title=at, format=".1%" if classes else SUM),
        alt.Tooltip("profit:Q", title=title, format=",.0f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=",.0f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=",.0f"),
    ]
    dots = dots.assign(series=dots["strategy"].map(names))
    colour = style.encodings(names)[0]
    marks = alt.Chart(dots[["series", "threshold", "first", "last", "profit", "low", "high"]])
    own = [
        marks.mark_rule(strokeWidth=2, clip=True).encode(alt.X("first:Q"), alt.X2("last:Q"), y, colour),
        marks.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2, clip=True)
        .encode(x, alt.Y("low:Q", title=title), alt.Y2("high:Q"), colour),
        marks.mark_point(size=130, filled=True, opacity=1, stroke="white", clip=True)
        .encode(x, y, colour, tooltip=tooltip),
    ]  # fmt: skip
    lines = curves.lines(curve, names, "threshold", x, y, ("low", "high"), tooltip)
    told = "; ".join(f"{row.series}: {money(row.profit, worth.currency)}" for row in dots.itertuples())
    return style.framed(
        alt.layer(*_rules(_flat(flat, low, high)), *lines, *own).resolve_scale(
            color="independent", strokeDash="independent"
        ),
        style.HEIGHT,
        _("Profit against threshold; at the threshold in use: {strategies}.", strategies=told or "-")
        if classes
        else _("Cost of errors against a shift of the predictions; as in use: {strategies}.", strategies=told or "-"),
        _("Dot: the threshold in use, with its reach over seeds.") if classes else _("Dot: the shift in use."),
        _("One seed gives no band: {strategies}.", strategies=style.titles(curves.single(curve, kept)))
        if curves.single(curve, kept)
        else "",
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
    )


def against_threshold_explained(worth: Worth) -> str:
    """How `against_threshold` is read."""
    if isinstance(worth, Payoffs):
        return _(
            "Every point of a curve is a rule: name a case when its probability is at least so high. The dot is the "
            "rule in use, chosen without a look at the test set: by validation labels where there are enough of "
            "them, else by the payoffs alone. A higher point elsewhere is known only in hindsight."
        )
    return _(
        "Where one side of an error is dearer, predictions should lean to the other. The dot is the shift in use, "
        "chosen on validation labels where there are enough of them."
    )


def _in_use(outcomes: pd.DataFrame, summary: pd.DataFrame, kept: list[str]) -> pd.DataFrame:
    """The threshold in use and what it brings: ``strategy, threshold, first, last, profit, low, high``."""
    told = outcomes[outcomes["strategy"].isin(kept) & np.isfinite(outcomes["threshold"])].groupby("strategy")
    use = told["threshold"].agg(["mean", "min", "max"])
    use.columns = pd.Index(["threshold", "first", "last"])
    brings = summary.set_index("strategy")[["mean", "ci_low", "ci_high"]]
    brings.columns = pd.Index(["profit", "low", "high"])
    return use.join(brings).reset_index()


def _reach(curve: pd.DataFrame, flat: Flat | None) -> tuple[float, float]:
    """The profits worth looking at: from the best down to a little below doing without a model; where naming
    everybody ruins, nothing would be seen beside it."""
    if curve.empty:
        return 0.0, 1.0
    lowest, top = float(curve["profit"].min()), float(curve["profit"].max())
    if flat is not None:
        lowest, top = min(lowest, flat.all, flat.none), max(top, flat.best)
    span = max(top - flat.best, 0.05 * (top - lowest)) if flat is not None else top - lowest
    return max(lowest, top - 2.5 * span) if span else lowest - 1, top + 0.12 * (span or 1)


def _flat(flat: Flat | None, low: float, high: float) -> pd.DataFrame:
    """What is brought without a model, where it lies between two sums: ``profit, label``."""
    found = [] if flat is None else [(flat.all, whom(True)), (flat.none, whom(False))]
    rows = [(profit, f"{name} {profit:,.0f}") for profit, name in found if low <= profit <= high]
    return pd.DataFrame(rows, columns=["profit", "label"])


def _rules(frame: pd.DataFrame) -> list[Any]:
    """A dashed line for each sum without a model; the words stand apart, so that none covers the other."""
    if frame.empty:
        return []
    height = alt.Y("profit:Q")
    layers: list[Any] = [alt.Chart(frame).mark_rule(color=style.INK, strokeDash=[4, 4]).encode(height)]
    for row, (where, align, away) in enumerate([("width", "right", -4), (4, "left", 0)][: len(frame)]):
        text = alt.Chart(frame.iloc[[row]]).mark_text(color=style.INK, align=align, dx=away, dy=-7)
        layers.append(text.encode(height, alt.XValue(where), alt.Text("label:N")))
    return layers


def _per(worth: Worth) -> str:
    if isinstance(worth, Payoffs):
        return _("Profit per {n} cases ({currency})", n=f"{PER:,}", currency=worth.currency)
    return _("Minus the cost of errors per {n} cases ({currency})", n=f"{PER:,}", currency=worth.currency)
