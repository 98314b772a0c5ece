"""Is more score worth what it costs? Score against seconds or size, with the front and its sentence."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.charts import answers, style
from tlcore.measure.pareto import cheapest, front
from tlcore.words import _

LEAST = {"seconds": 0.01, "bytes": 1.0}  # what a logarithmic axis can show
CHANCE = "frequency_table"


def table(board: pd.DataFrame, cost: pd.Series) -> pd.DataFrame:
    """One row per strategy with a score and a cost: ``strategy, cost, mean, ci_low, ci_high, first, front``.

    ``board`` is the leaderboard frame; ``cost`` is by strategy, missing where it is not known. ``first``: who shares
    the first place. A ceiling, which learns from more labels, and the frequency table, which looks at no case, take no
    part.
    """
    rows = board[~board["strategy"].map(lambda name: name == CHANCE or catalog.is_ceiling(name)).astype(bool)]
    rows = rows.assign(cost=rows["strategy"].map(cost).astype(float)).dropna(subset=["cost", "mean"])
    told = rows[["strategy", "cost", "mean", "ci_low", "ci_high"]].assign(first=rows["rank"].eq(1).fillna(False))
    return told.assign(front=front(told["cost"].to_numpy(), _good(told, board))).reset_index(drop=True)


def answer(rows: pd.DataFrame, board: pd.DataFrame, of: str) -> str:
    """The cheapest within the margin of the best, in one sentence."""
    metric, margin = str(board["metric"].iloc[0]), float(board["margin"].iloc[0])
    good = _good(rows, board)
    best, least = rows.iloc[int(good.argmax())], rows.iloc[cheapest(rows["cost"].to_numpy(), good, margin)]
    told = {
        "strategy": style.title(least["strategy"]),
        "score": f"{least['mean']:.3f}",
        "cost": amount(least["cost"], of),
    }
    if least["strategy"] == best["strategy"]:
        return _("Nothing cheaper comes close to the best: {strategy} ({score}, {cost}).", **told)
    near = answers.figure(margin, metric)
    near = _("{points} points", points=near) if answers.factor(metric) == 100 else near
    return _(
        "Cheapest within {margin} of the best: {strategy} ({score}, {cost}). The best, {best}: {top}, {price}.",
        margin=near, best=style.title(best["strategy"]), top=f"{best['mean']:.3f}", price=amount(best["cost"], of),
        **told,
    )  # fmt: skip


def explained() -> str:
    """How `scatter` is read."""
    return _(
        "Each point is a strategy: further left is cheaper, higher is better. The dashed line joins those that "
        "nobody beats in both at once; whoever lies below it scored less than one that costs no more; where "
        "intervals overlap, that may be luck. Seconds are those of one "
        "run, learning the source included; weights that everybody can fetch do not count as a network's own."
    )


def amount(cost: float, of: str) -> str:
    """A cost as people say it."""
    if of == "seconds":
        return _("{n} s", n=f"{cost:.1f}" if cost < 100 else f"{cost:,.0f}")
    return _("{n} MB", n=f"{cost / 1e6:.2f}") if cost >= 1e5 else _("{n} kB", n=f"{cost / 1e3:.1f}")


def scatter(rows: pd.DataFrame, metric: str, of: str) -> style.Picture:
    """Score against cost, from `table`: the front as a line with its names, 95 % intervals, the first place filled."""
    lower = not catalog.metric(metric).higher_is_better
    frame = rows.assign(
        name=[style.title(name) for name in rows["strategy"]],
        told=[amount(cost, of) for cost in rows["cost"]],
        cost=rows["cost"].clip(lower=LEAST[of]) / (1e6 if of == "bytes" else 1),
        kind=np.where(rows["front"], _("on the front"), _("not on the front")),
        leftmost=rows["cost"].eq(rows["cost"].min()),
    )
    kinds = [_("on the front"), _("not on the front")]
    scale = alt.Scale(domain=kinds, range=[style.look("fine_tune").colour, style.PALE])
    key = alt.Legend(title=None, orient="bottom", columns=style.COLUMNS, labelLimit=300, symbolSize=110)
    colour = alt.Color("kind:N", scale=scale, legend=key)
    title = (
        _("Seconds of training (logarithmic)") if of == "seconds" else _("Megabytes of its own weights (logarithmic)")
    )
    axis = alt.X(
        "cost:Q", title=title, scale=alt.Scale(type="log", padding=30), axis=alt.Axis(format="~g", tickCount=6)
    )
    score = catalog.metrics()[metric].title if metric in catalog.metrics() else metric
    score = _("{metric} (lower is better)", metric=_(score)) if lower else _(score)
    height = alt.Y("mean:Q", title=score, scale=alt.Scale(zero=False, padding=14))
    tooltip = [
        alt.Tooltip("name:N", title=_("Strategy")),
        alt.Tooltip("mean:Q", title=_("Score on test"), format=".3f"),
        alt.Tooltip("ci_low:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("ci_high:Q", title=_("95 % to"), format=".3f"),
        alt.Tooltip("told:N", title=_("Cost")),
    ]
    base = alt.Chart(frame[["name", "told", "cost", "kind", "mean", "ci_low", "ci_high", "front", "first", "leftmost"]])
    base = base.encode(axis, tooltip=tooltip)
    on_it = base.transform_filter("datum.front")
    filled = alt.Fill("kind:N", scale=scale, legend=None)
    hollow = alt.condition("datum.first", filled, alt.value("#00000000"))
    return style.framed(
        alt.layer(
            base.transform_filter("isValid(datum.ci_low)").mark_rule(strokeWidth=1.4, opacity=0.7)
            .encode(alt.Y("ci_low:Q", title=score), alt.Y2("ci_high:Q"), colour),
            on_it.mark_line(interpolate="step-after", strokeDash=[5, 4], strokeWidth=1.4, color=scale.range[0])
            .encode(height, order="cost:Q"),
            base.mark_point(size=110, strokeWidth=2, opacity=1).encode(height, colour, fill=hollow),
            # Above and left of the front nobody can lie; the cheapest has no room on its left.
            *(on_it.transform_filter(f"datum.leftmost === {flag}")
              .mark_text(align=side, dx=away, dy=-9, fontSize=12, color=style.INK).encode(height, text="name:N")
              for flag, side, away in (("true", "left", 9), ("false", "right", -9))),
        ),
        style.HEIGHT,
        _("Score against cost; on the front: {strategies}.",
          strategies=style.titles(rows.loc[rows["front"], "strategy"])),
        _("Dashed: the front. Nobody on it is beaten in score and cost at once."),
        _("Only what trains a network has weights; the others are left out.") if of == "bytes" else "",
        _("Filled: shares the first place, its interval overlaps that of the best.") if rows["first"].any() else "",
    )  # fmt: skip


def _good(rows: pd.DataFrame, board: pd.DataFrame) -> np.ndarray:
    """The scores, turned so that more is better."""
    return catalog.metric(str(board["metric"].iloc[0])).sign * rows["mean"].to_numpy(float)
