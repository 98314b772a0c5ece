"""How many labels does transfer save? The learning curves over label budgets, the saving as an arrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.charts import style
from tlcore.charts.labels_saved import Row, count, saved, verdict
from tlcore.measure.gain import OPEN
from tlcore.words import _

AHEAD = 1.3  # times the most labels: how far the axis goes on where an arrow ends nowhere


def curves(
    points: pd.DataFrame, metric: str, row: Row | None = None, *, pool: int | None = None,
    further: Mapping[str, pd.DataFrame] | None = None, price: float | None = None,
) -> style.Picture:  # fmt: skip
    """Score on the test set against labels (log2), a line per strategy, at most eight, with 95 % intervals over seeds.

    ``points`` and ``row`` are of ``points`` and ``saved`` in `tlcore.measure.efficiency`; its saving is the arrow,
    where it is sure, priced where a label has a price. ``pool``: how many labels "all" are; scratch with all of them
    is the rule.
    ``further``: by strategy, what a law says beyond the last budget (`tlcore.measure.learning_curve.Fit.band`, in the
    metric's own direction), drawn dashed.
    """
    further = further or {}
    names, left_out = _named(points, metric, row)
    frame = points[points["strategy"].isin(names)].assign(series=lambda f: f["strategy"].map(names))
    frame["main"] = frame["strategy"].isin([] if row is None else [row["strategy"], row["baseline"]])
    colour, *coded = style.encodings(names)
    title = metric_title(metric)
    axis = _axis(points, pool, further, row)
    score = alt.Y("mean:Q", title=title, scale=_reach(frame, further))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("labels:Q", title=_("Target labels"), format=",.0f"),
        alt.Tooltip("mean:Q", title=title, format=".3f"),
        alt.Tooltip("ci_low:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("ci_high:Q", title=_("95 % to"), format=".3f"),
        alt.Tooltip("n:Q", title=_("Seeds")),
    ]
    base = alt.Chart(frame).encode(axis, tooltip=tooltip)
    bold = alt.condition("datum.main", alt.value(3), alt.value(1.6))
    pale = alt.condition("datum.main", alt.value(1), alt.value(0.75))
    layers = [
        *_extrapolated(further, names, axis, title),
        base.transform_filter("isValid(datum.ci_low)").mark_rule(clip=True, strokeWidth=1.6)
        .encode(alt.Y("ci_low:Q", title=title), alt.Y2("ci_high:Q"), colour, opacity=pale),
        base.mark_line().encode(score, *coded, strokeWidth=bold, opacity=pale),
        base.mark_point(filled=True, size=70, opacity=1).encode(score, colour),
        *_ruled(points, pool, title),
        *([] if row is None or verdict(row) == OPEN else _arrow(row, points, axis, title, price, pool)),
    ]  # fmt: skip
    alone = points.groupby("strategy")["ci_low"].apply(lambda low: low.isna().any())
    return style.framed(
        alt.layer(*layers).resolve_scale(color="independent", strokeDash="independent"),
        style.HEIGHT,
        _description(points, names, metric),
        _("Upright lines: 95 % intervals over seeds."),
        _("One seed gives no interval.") if alone.any() else "",
        _("Dashed, with its band: extrapolated by a power law; nobody tried so many labels.") if further else "",
        _("The arrow goes on: the best without transfer never gets there.")
        if row is not None and np.isinf(row["need"]) else "",
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
    )  # fmt: skip


def curves_explained() -> str:
    """How `curves` is read."""
    return _(
        "Each line is a strategy: its mean score on the test set with so many target labels. The arrow starts where "
        "the strategy stands and ends where the best model without transfer does as well: its length is the labels "
        "saved. Where that is not sure there is no arrow. Each doubling of the labels is as wide."
    )


def metric_title(metric: str) -> str:
    """The metric as an axis names it."""
    offer = catalog.metric(metric)
    return _(offer.title) if offer.higher_is_better else _("{metric} (lower is better)", metric=_(offer.title))


def _named(points: pd.DataFrame, metric: str, row: Row | None) -> tuple[dict[str, str], list[str]]:
    """Whom the chart draws, with the name in the legend, the best first; and whom it leaves out."""
    last = points.sort_values("labels").groupby("strategy")["mean"].last()
    ranked = last.sort_values(ascending=not catalog.metric(metric).higher_is_better).index
    must = ["scratch", *([] if row is None else [row["strategy"], row["baseline"]])]
    kept, left_out = style.shown(ranked, must=must)
    return {name: style.title(name) for name in kept}, left_out


def _axis(points: pd.DataFrame, pool: int | None, further: Mapping[str, pd.DataFrame], row: Any) -> alt.X:
    budgets = sorted({int(labels) for labels in points["labels"]})
    ends = [*budgets, *(float(band["labels"].max()) for band in further.values())]
    most = max(ends, default=2) * (AHEAD if row is not None and np.isinf(row["need"]) else 1)
    if further:
        last = int(max(ends))
        budgets = [*budgets, last] if last not in budgets else budgets
    every = f"datum.value == {pool or -1} ? '{_('all')} ' + format(datum.value, ',') : format(datum.value, ',')"
    scale = alt.Scale(type="log", base=2, domain=[min(ends, default=1) / 1.08, most * 1.08], nice=False)
    ticks = alt.Axis(values=budgets, labelExpr=every, labelOverlap=True, labelFlush=True, grid=False)
    return alt.X("labels:Q", title=_("Target labels (each doubling as wide)"), scale=scale, axis=ticks)


def _reach(frame: pd.DataFrame, further: Mapping[str, pd.DataFrame]) -> alt.Scale:
    """A score axis made for the lines: an interval of few seeds may be so wide that it would leave nothing to see."""
    if frame.empty:
        return alt.Scale(zero=False)
    scores = [*frame["mean"], *(score for band in further.values() for score in band["mean"])]
    low, high = min(scores), max(scores)
    room = max(0.2 * (high - low), 0.01 * abs(high), 1e-6)
    ends = [max(low - room, min(low, frame["ci_low"].min())), min(high + room, max(high, frame["ci_high"].max()))]
    return alt.Scale(domain=[float(end) for end in ends], zero=False, nice=True)


def _extrapolated(
    further: Mapping[str, pd.DataFrame], names: Mapping[str, str], axis: alt.X, title: str
) -> list[alt.Chart]:
    layers = []
    for name, band in further.items():
        if name not in names:
            continue
        colour = style.look(name).colour
        base = alt.Chart(band).encode(axis)
        layers += [
            base.mark_area(opacity=0.13, color=colour, clip=True).encode(alt.Y("low:Q", title=title), alt.Y2("high:Q")),
            base.mark_line(strokeDash=[3, 5], strokeWidth=2, color=colour, clip=True).encode(
                alt.Y("mean:Q", title=title)
            ),
        ]
    return layers


def _ruled(points: pd.DataFrame, pool: int | None, title: str) -> list[alt.Chart]:
    """The score of scratch with every label there is."""
    there = points[(points["strategy"] == "scratch") & (points["labels"] == pool)]
    if there.empty:
        return []
    label = _("from scratch with all labels {score}", score=f"{there['mean'].iloc[0]:.2f}")
    last = _last_tried(points, pool)
    base = alt.Chart(pd.DataFrame({"mean": there["mean"], "label": label, "labels": last}))
    height = alt.Y("mean:Q", title=title)
    return [
        base.mark_rule(color=style.INK, strokeDash=[4, 4]).encode(height, alt.Tooltip("label:N")),
        base.mark_text(color=style.INK, align="left", dx=10, dy=13, fontSize=12).encode(
            alt.X("labels:Q"), height, alt.Text("label:N")
        ),
    ]


def _last_tried(points: pd.DataFrame, pool: int | None) -> float:
    """The most labels that were tried, short of all: beyond them words lie on few lines."""
    return float(points.loc[points["labels"] != pool, "labels"].max())


def _arrow(
    row: Row, points: pd.DataFrame, axis: alt.X, title: str, price: float | None, pool: int | None
) -> list[alt.Chart]:
    """From where the strategy is to where the best without transfer is as good, and what that saves."""
    here = points[(points["strategy"] == row["strategy"]) & (points["labels"] == row["labels"])]
    if here.empty or row["need"] == row["labels"]:
        return []
    own, right = float(row["labels"]), row["need"] > row["labels"]
    end = float(np.clip(row["need"], row["least"], row["most"] * AHEAD))
    if end == own:  # already ahead with the fewest that were tried: no labels to point to
        return []
    last = _last_tried(points, pool)
    frame = pd.DataFrame(
        {
            "labels": [own],
            "end": [end],
            "middle": [(max(own, last) * end) ** 0.5 if end > 1.5 * last else (own * end) ** 0.5],
            "mean": here["mean"].to_numpy(),
            "told": [saved(row, price)],
        }
    )
    base, height = alt.Chart(frame), alt.Y("mean:Q", title=title)
    above = points[points["strategy"] == "scratch"]["mean"].max() < here["mean"].iloc[0]  # clear of the rule below it
    tip = alt.Tooltip("told:N", title=_("Labels saved"))
    return [
        base.mark_rule(color=style.INK, strokeWidth=2.5).encode(axis, alt.X2("end:Q"), height, tip),
        base.mark_point(
            shape="triangle-right" if right else "triangle-left", size=170, filled=True, opacity=1, color=style.INK
        ).encode(alt.X("end:Q"), height, tip),
        base.mark_text(color=style.INK, dy=-12 if above else 15, fontSize=13, fontWeight="bold").encode(
            alt.X("middle:Q"), height, alt.Text("told:N")
        ),
    ]


def _description(points: pd.DataFrame, names: Mapping[str, str], metric: str) -> str:
    ends = points.sort_values("labels").groupby("strategy").last()
    told = "; ".join(
        _("{strategy}: {score} with {n} labels", strategy=label, score=f"{ends.loc[name, 'mean']:.3f}",
          n=count(ends.loc[name, "labels"]))
        for name, label in names.items()
    )  # fmt: skip
    return _("Line chart of {metric} by target labels. At the end: {scores}.", metric=metric_title(metric),
             scores=told or "-")  # fmt: skip
