"""How fast and how steadily each strategy learns: the score on the target, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from tlcore import catalog
from tlcore.charts import names, style
from tlcore.measure import convergence as measure
from tlcore.words import _

RUN = ["strategy", "seed"]


def axes() -> dict[str, str]:
    """The columns that may stand on the x axis, and how the axis is then called."""
    return {
        "position": _("Epoch of the run, on source and target"),
        "step": _("Training steps"),
        "seconds": _("Seconds"),
        "seen": _("Target labels seen"),
    }


def picture(
    epochs: pd.DataFrame, runs: pd.DataFrame, metric: str, x: str = "position", *, seeds: bool = False,
    source: bool = False,
) -> style.Picture:  # fmt: skip
    """The chart of one label budget, from its epochs and all of its runs; ``x`` is one of `axes`."""
    means = measure.curves(epochs, x, runs=runs)
    better = catalog.metric(metric).higher_is_better
    return convergence(
        means,
        names.watched(metric),
        axes()[x],
        higher_is_better=better,
        seeds=measure.seed_curves(epochs, x) if seeds else None,
        best=kept_epochs(epochs, means, x),
        source=measure.curves(epochs, x, score="source", runs=runs) if source else None,
        rules=references(means, better) | ceiling(runs),
    )


def convergence(
    means: pd.DataFrame,
    metric: str,
    x: str,
    *,
    higher_is_better: bool = True,
    seeds: pd.DataFrame | None = None,
    best: pd.DataFrame | None = None,
    source: pd.DataFrame | None = None,
    rules: Mapping[str, float] | None = None,
) -> style.Picture:
    """Mean score with its 95 % band over seeds, one line per strategy, at most eight.

    What needs no training has one point and no line; it belongs among the ``rules``, as does a ceiling, which
    learns from more labels.

    ``means`` (and ``source``, drawn thin and dotted): ``strategy, x, mean, low, high, n`` of one label
    budget, ``low`` and ``high`` NaN where one seed gives no band. ``seeds``: ``strategy, seed, x, score``,
    a thin line per run. ``best``: ``strategy, x, mean``, the epoch that was kept. ``rules``: a label and
    a score each, such as the best classical model. ``metric`` and ``x`` are axis titles.
    """
    means = means.dropna(subset=["mean"])
    at_once = [name for name in without_training(means) if not catalog.is_ceiling(name)]
    means = means[~means["strategy"].isin(at_once) & ~means["strategy"].map(catalog.is_ceiling).astype(bool)]
    ends = means.sort_values("x").groupby("strategy")["mean"].last().sort_values(ascending=not higher_is_better)
    kept, left_out = style.shown(ends.index, must=["scratch"])
    counts = means.groupby("strategy")["n"].max()
    names = {name: _("{strategy} (n = {n})", strategy=style.title(name), n=int(counts[name])) for name in kept}
    single = [name for name in kept if counts[name] == 1]

    def drawn(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
        frame = frame[frame["strategy"].isin(kept)]
        return style.thinned(frame, by, style.POINTS_AT_MOST // 4).assign(series=lambda f: f["strategy"].map(names))

    means = drawn(means, ["strategy"])
    colour, *coded = style.encodings(names)
    axis = alt.X("x:Q", title=x, axis=alt.Axis(grid=False, tickMinStep=1), scale=alt.Scale(nice=False, zero=True))
    score = alt.Y("mean:Q", title=metric, scale=_reach(means, rules or {}))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("x:Q", title=x, format=",.4~r"),
        alt.Tooltip("mean:Q", title=metric, format=".3f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=".3f"),
    ]
    lines = alt.Chart(means).encode(axis, score)
    band = alt.Chart(means.dropna(subset=["low", "high"])).mark_area(opacity=0.11, clip=True)
    layers = [band.encode(axis, alt.Y("low:Q", title=metric), alt.Y2("high:Q"), colour)]
    if seeds is not None:
        each = alt.Chart(drawn(seeds.dropna(subset=["score"]), RUN)).mark_line(strokeWidth=0.8, opacity=0.55, clip=True)
        layers.append(each.encode(axis, alt.Y("score:Q", title=metric), colour, alt.Detail("seed:N")))
    if source is not None:
        dotted = alt.Chart(drawn(source.dropna(subset=["mean"]), ["strategy"]))
        layers.append(dotted.mark_line(strokeWidth=1.3, strokeDash=[1, 3], clip=True).encode(axis, score, colour))
    layers.append(lines.mark_line(strokeWidth=2.5).encode(*coded))
    layers.append(lines.mark_point(size=160, opacity=0, filled=True).encode(colour, tooltip=tooltip))
    if best is not None:
        point = alt.Chart(drawn(best, ["strategy"])).mark_point(size=110, filled=True, opacity=1, stroke="white")
        layers.append(point.encode(axis, score, colour, tooltip=tooltip[:3]))
    layers += _ruled(rules or {})

    return style.framed(
        alt.layer(*layers).resolve_scale(color="independent", strokeDash="independent"),
        style.HEIGHT,
        _description(means, names, metric, x),
        _("No epoch has been judged yet.") if means.empty else "",
        _("One seed gives no band: {strategies}.", strategies=style.titles(single)) if single else "",
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
        _("Ready at once, so without a curve: {strategies}.", strategies=style.titles(at_once)) if at_once else "",
        _("Dotted: the score on the source.") if source is not None else "",
    )


def picture_explained() -> str:
    """How `picture` is read."""
    return _(
        "Each line is the mean score of a strategy over its seeds, on target examples that it does not learn from; "
        "the band is the 95 % interval. A line starts once the strategy can answer for the target: what learning the "
        "source took comes before. The dot marks the epoch that was kept. The highest line on the left is the "
        "fastest."
    )


def kept_epochs(epochs: pd.DataFrame, means: pd.DataFrame, x: str) -> pd.DataFrame:
    """Where on the mean line the kept epoch lies: ``strategy, x, mean`` at the median over seeds.

    ``epochs`` is the epochs frame of one label budget; ``x`` one of its columns.
    """
    kept = epochs[epochs["kept"].astype(bool)].sort_values("position").groupby("run").tail(1)
    if kept.empty:
        return pd.DataFrame(columns=["strategy", "x", "mean"])
    middle = kept.groupby("strategy")[x].median().astype(float).rename("at").reset_index().sort_values("at")
    line = means.dropna(subset=["mean"])[["strategy", "x", "mean"]].astype({"x": float}).sort_values("x")
    near = pd.merge_asof(middle, line, left_on="at", right_on="x", by="strategy", direction="nearest")
    return near.dropna(subset=["mean"])[["strategy", "x", "mean"]]


def without_training(means: pd.DataFrame) -> list[str]:
    """The strategies that were ready at once: they were judged in one place only."""
    places = means.dropna(subset=["mean"]).groupby("strategy", sort=False)["x"].nunique()
    return [*places.index[places == 1]]


def references(means: pd.DataFrame, higher_is_better: bool = True) -> dict[str, float]:
    """The scores to hold a curve against, by the same labels as the curves: always answering the same, the
    best classical model and the best point of scratch's mean curve, as far as they took part."""
    scores = means.dropna(subset=["mean"]).sort_values("x", kind="stable").groupby("strategy")["mean"]
    last, best = scores.last(), scores.max() if higher_is_better else scores.min()
    models = [name for name in without_training(means) if catalog.is_baseline(name) and name != "frequency_table"]
    classical = last[last.index.isin(models)]
    found = {}
    if "frequency_table" in last:
        found[_("always the same")] = float(last["frequency_table"])
    if len(classical):
        found[_("best classical")] = float(classical.max() if higher_is_better else classical.min())
    if "scratch" in best:
        found[_("best scratch")] = float(best["scratch"])
    return found


def ceiling(runs: pd.DataFrame) -> dict[str, float]:
    """The best ceiling, as a score to hold a curve against; nothing where none has finished.

    It learns from every target label, so none is left to watch it by: its score is that on the test set.
    """
    done = runs[runs["strategy"].map(catalog.is_ceiling).astype(bool) & runs["test_score"].notna()]
    scores = done.groupby("strategy")["test_score"].mean().astype(float)
    if scores.empty:
        return {}
    better = catalog.metric(done["metric"].iloc[0]).higher_is_better
    return {_("ceiling, on the test set"): scores.max() if better else scores.min()}


def _reach(means: pd.DataFrame, rules: Mapping[str, float]) -> alt.Scale:
    """A score axis made for the lines: bands of few seeds may be so wide that they would leave nothing to see."""
    if means.empty:
        return alt.Scale(zero=False)
    scores = [*means["mean"], *rules.values()]
    low, high = min(scores), max(scores)
    room = max(0.3 * (high - low), 0.01 * abs(high), 1e-6)
    ends = [max(low - room, min(low, means["low"].min())), min(high + room, max(high, means["high"].max()))]
    if low >= 0:  # nor does a band say that a score may leave its range
        ends = [max(ends[0], 0.0), min(ends[1], 1.0) if high <= 1 else ends[1]]
    return alt.Scale(domain=ends, zero=False, nice=True)


def _ruled(rules: Mapping[str, float]) -> list[alt.Chart]:
    """A horizontal line per reference score; the labels stand apart from left to right, so that none covers another."""
    layers = []
    places: list[tuple[Any, Literal["left", "center", "right"]]] = [
        ("width", "right"),
        (4, "left"),
        ({"expr": "width / 2"}, "center"),
        ({"expr": "width / 4"}, "center"),
    ]
    for (label, value), (place, align) in zip(rules.items(), places, strict=False):
        frame = pd.DataFrame({"mean": [value], "label": [f"{label} {value:.2f}"]})
        layers.append(
            alt.Chart(frame)
            .mark_rule(color=style.INK, strokeDash=[4, 4])
            .encode(alt.Y("mean:Q"), alt.Tooltip("label:N"))
        )
        text = alt.Chart(frame).mark_text(color=style.INK, align=align, dy=-7, fontSize=12)
        layers.append(text.encode(alt.XValue(place), alt.Y("mean:Q"), alt.Text("label:N")))
    return layers


def _description(means: pd.DataFrame, names: Mapping[str, str], metric: str, x: str) -> str:
    ends = means.sort_values("x").groupby("strategy")["mean"].last()
    last = "; ".join(f"{names[name]}: {ends[name]:.3f}" for name in names)
    return _("Line chart of {metric} by {x}. At the end: {scores}.", metric=metric, x=x, scores=last or "-")
