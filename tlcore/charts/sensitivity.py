"""Where does transfer pay, where does it harm? A map over two conditions, and the sentence that sums it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts.answers import Answer
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME
from tlcore.measure.sensitivity import BEST, DUE, place, region
from tlcore.words import _, amount, counted

CELL = "cell"  # of the map, as its selection is called
ROW = 58  # pixels


def answer(rows: pd.DataFrame, axes: Mapping[str, str], strategy: str) -> Answer:
    """Where it pays, in a sentence, from the frame of `tlcore.measure.sensitivity.table`.

    ``axes`` holds each axis with what it is called.
    """
    count = {verdict: int((rows["verdict"] == verdict).sum()) for verdict in (HELPS, HURTS, SAME, OPEN, DUE)}
    named = _("Transfer") if strategy == BEST else style.title(strategy)
    said = {verdict: _said(verdict, rows, axes, named) for verdict in (HELPS, HURTS, SAME, OPEN) if count[verdict]}
    due = counted("{n} condition has no result yet.", "{n} conditions have no result yet.", count[DUE])
    more = [due] if count[DUE] else []
    if not said:
        return Answer(_("No answer yet: no condition has a result."), verdict=OPEN)
    first = next(iter(said))
    if first == OPEN and len(said) == 1:
        more = [_("More seeds make it clearer."), *more]
    rest = [sentence for verdict, sentence in said.items() if verdict != first]
    return Answer(said[first], (*rest, *more), None if strategy == BEST else strategy, first)


def grid(rows: pd.DataFrame, axes: Mapping[str, str], strategy: str) -> style.Picture:
    """The verdict of every condition: the first axis to the right, the second, if there is one, upwards.

    A click on a cell selects it: the parameter `CELL` then holds its ``number``, its row in the frame.
    """
    metric = next(iter(rows["metric"].dropna()), "accuracy")
    factor = answers.factor(metric)
    across, *up = axes
    frame = pd.DataFrame(
        {
            "number": range(len(rows)),
            "across": rows[across].map(amount),
            "up": rows[up[0]].map(amount) if up else "",
            "verdict": rows["verdict"],
            "told": [_key(verdict) for verdict in rows["verdict"]],
            "icon": [sign(verdict).icon for verdict in rows["verdict"]],
            "text": ["" if pd.isna(gain) else answers.figure(gain, metric, signed=True) for gain in rows["gain"]],
            "strategy": ["–" if pd.isna(name) else style.title(name) for name in rows["strategy"]],
            "rival": ["–" if pd.isna(name) else style.title(name) for name in rows["baseline"]],
            "low": rows["gain_low"].astype(float) * factor,
            "high": rows["gain_high"].astype(float) * factor,
            "seeds": rows["pairs"],
        }
    )
    order = [HELPS, SAME, OPEN, HURTS, DUE]
    kinds = [verdict for verdict in order if verdict in set(rows["verdict"])]
    key = alt.Legend(
        title=None, orient="bottom", columns=style.COLUMNS, labelLimit=300, symbolType="square", symbolStrokeWidth=0
    )
    colour = alt.Color(
        "told:N", legend=key, scale=alt.Scale(domain=[*map(_key, kinds)], range=[sign(kind).colour for kind in kinds])
    )
    unit = _("points") if factor == 100 else _("in the label's own unit")
    tooltip = [
        alt.Tooltip("across:N", title=axes[across]),
        *([alt.Tooltip("up:N", title=axes[up[0]])] if up else []),
        alt.Tooltip("told:N", title=_("Verdict")),
        alt.Tooltip("strategy:N", title=_("Strategy")),
        alt.Tooltip("text:N", title=_("Gain ({unit})", unit=unit)),
        alt.Tooltip("low:Q", title=_("95 % from"), format="+.2f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format="+.2f"),
        alt.Tooltip("rival:N", title=_("Held against")),
        alt.Tooltip("seeds:Q", title=_("Seeds compared")),
    ]
    apart = alt.Scale(paddingInner=0.04, paddingOuter=0)
    label = alt.Axis(labelAngle=0, labelLimit=100, titleLimit=600)
    x = alt.X("across:N", scale=apart, sort=_order(rows[across]), title=axes[across], axis=label)
    above = alt.Axis(titleAngle=0, titleAlign="left", titleAnchor="start", titleX=0, titleY=-10, titleLimit=600)
    y = alt.Y("up:N", scale=apart, sort=_order(rows[up[0]])[::-1] if up else None, title=axes[up[0]] if up else None,
              axis=above if up else None)  # fmt: skip
    pick = alt.selection_point(name=CELL, fields=["number"], empty=False)
    base = alt.Chart(frame).encode(x, y, tooltip=tooltip)
    return style.framed(
        alt.layer(
            base.mark_rect(stroke=style.PALE, cursor="pointer")
            .encode(colour, strokeWidth=alt.condition(pick, alt.value(4), alt.value(1)))
            .add_params(pick),
            base.mark_text(fontSize=17, dy=-9, color="white").encode(alt.Text("icon:N")),
            base.mark_text(fontSize=13, dy=11, color="white", fontWeight="bold").encode(alt.Text("text:N")),
        ),
        ROW * (rows[up[0]].nunique(dropna=False) if up else 1),
        _("Map of verdicts: {answer}", answer=answer(rows, axes, strategy).headline),
        _("Figures: the gain over the best model without transfer, {unit}.", unit=unit),
        _("Each condition is judged by itself: of twenty, one may say so by chance.") if len(rows) > 1 else "",
        _("Fewer than 3 seeds never give a verdict.") if (rows["pairs"].fillna(3) < 3).any() else "",
    )


def sign(verdict: str) -> style.Sign:
    """How a condition says its verdict; in words about a condition, not about a strategy."""
    if verdict == DUE:
        return style.Sign(_("no result yet"), "…", style.PALE)
    word = {HELPS: _("transfer pays"), SAME: _("makes no difference"), HURTS: _("transfer harms"),
            OPEN: _("not enough evidence")}[verdict]  # fmt: skip
    return style.sign(verdict)._replace(word=word)


def _key(verdict: str) -> str:
    return f"{sign(verdict).icon} {sign(verdict).word}"


def _order(column: pd.Series) -> list[str]:
    return [amount(value) for value in sorted(column.unique(), key=place)]


def _said(verdict: str, rows: pd.DataFrame, axes: Mapping[str, str], strategy: str) -> str:
    """Where this verdict holds: in a region, if it has one, else in how many conditions."""
    found = region(rows, axes, verdict)
    told = {"strategy": strategy, "n": int((rows["verdict"] == verdict).sum()), "of": len(rows)}
    if found is None:
        return {
            HELPS: _("{strategy} pays in {n} of {of} conditions.", **told),
            HURTS: _("{strategy} harms in {n} of {of} conditions.", **told),
            SAME: _("{strategy} makes no practical difference in {n} of {of} conditions.", **told),
            OPEN: _("Not enough evidence in {n} of {of} conditions.", **told),
        }[verdict]
    if not found:
        return {
            HELPS: _("{strategy} pays in every one of {of} conditions.", **told),
            HURTS: _("Do not transfer here: {strategy} harms in every one of {of} conditions.", **told),
            SAME: _("{strategy} makes no practical difference in any of {of} conditions.", **told),
            OPEN: _("Not enough evidence in any of {of} conditions.", **told),
        }[verdict]
    where = _("; ").join(
        _range(axes[axis][:1].lower() + axes[axis][1:], rows[axis], *ends) for axis, ends in found.items()
    )
    return {
        HELPS: _("{strategy} pays where: {where}.", strategy=strategy, where=where),
        HURTS: _("{strategy} harms where: {where}.", strategy=strategy, where=where),
        SAME: _("{strategy} makes no practical difference where: {where}.", strategy=strategy, where=where),
        OPEN: _("Not enough evidence where: {where}.", where=where),
    }[verdict]


def _range(name: str, column: pd.Series, low: Any, high: Any) -> str:
    """An axis with the part of it that is meant: "share of buyers up to 0.1"."""
    ends = sorted(column.unique(), key=place)
    if place(low) == place(high):
        return _("{axis} = {value}", axis=name, value=amount(low))
    if place(low) == place(ends[0]):
        return _("{axis} up to {value}", axis=name, value=amount(high))
    if place(high) == place(ends[-1]):
        return _("{axis} from {value} on", axis=name, value=amount(low))
    return _("{axis} from {low} to {high}", axis=name, low=amount(low), high=amount(high))
