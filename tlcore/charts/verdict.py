"""Does transfer help? The gain of every strategy with its interval, and the ranking with its ties."""

from __future__ import annotations

from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.charts import answers, style
from tlcore.charts.answers import Answer
from tlcore.words import _

ROWS_AT_MOST = 40
LOWER = 18  # pixels between the middle of a row and its interval: its words stand above


class Figure(NamedTuple):
    """One number, what it is, and what else is to be known of it."""

    label: str
    value: str
    told: str


def figures(said: Answer, summary: pd.DataFrame) -> list[Figure]:
    """The gain of the strategy that the answer speaks of, then the scores with transfer, without, and from scratch;
    none where it speaks of nobody. ``summary``: the rows of one label budget."""
    if said.strategy is None:
        return []
    rows = summary.set_index("strategy").to_dict("index")
    row = rows[said.strategy]
    told = answers.figure(row["gain"], row["metric"], signed=True)
    points = answers.factor(row["metric"]) == 100
    found = [Figure(_("Gain"), _("{points} points", points=told) if points else told, answers.gain(row))]
    names = {
        _("With transfer"): said.strategy,
        _("Best without transfer"): row["baseline"],
        _("From scratch"): "scratch",
    }
    for label, name in names.items():
        if name in rows:
            low, high = rows[name]["ci_low"], rows[name]["ci_high"]
            interval = "" if pd.isna(low) else _("95 %: {low} to {high}", low=f"{low:.3f}", high=f"{high:.3f}")
            told = f"{style.title(name)}. {interval}"
            found.append(Figure(label, f"{_beside(row, rows[name], name):.3f}", told))
    return found


def _beside(row: dict[Any, Any], other: dict[Any, Any], name: str) -> float:
    """The mean score of the baseline on the seeds that the gain speaks of, so that the figures add up where runs are
    missing; of anybody else over all seeds."""
    if name != row["baseline"] or row["pairs"] != row["n"]:
        return float(other["mean"])
    return float(row["mean"] - catalog.metric(row["metric"]).sign * row["gain"])


def forest(summary: pd.DataFrame, most: int = ROWS_AT_MOST) -> style.Picture:
    """A row per transfer strategy and label budget of the summary frame: its gain over the best no-transfer
    model, best on top, ``most`` of them. The thick line is its 95 % interval; the thin one, wider because several
    strategies are asked at once, is the one the verdict is read from. The grey band is the practical margin; the
    diamond is how far the best ceiling stands above that model.

    Where there is no interval (one seed) there is no line; what could not be compared yet gets no row.
    """
    rows = summary[summary["gain"].notna()]
    several = rows["labels"].nunique(dropna=False) > 1
    rows = rows.sort_values("gain", ascending=False).sort_values("labels", kind="stable")
    rows, cut = rows.head(most), len(rows) - most
    metric = rows["metric"].iloc[0] if len(rows) else "accuracy"
    factor = answers.factor(metric)
    marks = [style.sign(verdict) for verdict in rows["verdict"]]
    frame = pd.DataFrame(
        {
            "row": [_row(name, labels, several) for name, labels in zip(rows["strategy"], rows["labels"], strict=True)],
            "gain": rows["gain"].to_numpy(float) * factor,
            "low": rows["gain_low"].to_numpy(float) * factor,
            "high": rows["gain_high"].to_numpy(float) * factor,
            "wide_low": rows["settled_low"].to_numpy(float) * factor,
            "wide_high": rows["settled_high"].to_numpy(float) * factor,
            "band": rows["margin"].to_numpy(float) * factor,
            "ceiling": rows["headroom"].to_numpy(float) * factor,
            "n": rows["pairs"].to_numpy(int),
            "verdict": [mark.word for mark in marks],
            "text": [
                f"{_row(name, labels, several)}\n{mark.icon} {mark.word}, {answers.figure(gain, metric, signed=True)}"
                for name, labels, mark, gain in zip(rows["strategy"], rows["labels"], marks, rows["gain"], strict=True)
            ],
        }
    )
    verdicts = {name: style.sign(name) for name in dict.fromkeys(rows["verdict"])}
    colour = alt.Color(
        "verdict:N",
        legend=None,
        scale=alt.Scale(domain=[m.word for m in verdicts.values()], range=[m.colour for m in verdicts.values()]),
    )
    axis, title, unit = gain_axis(metric)
    place = alt.Y("row:N", title=None, sort=None, axis=None)
    tooltip = [
        alt.Tooltip("row:N", title=_("Strategy")),
        alt.Tooltip("verdict:N", title=_("Verdict")),
        alt.Tooltip("gain:Q", title=_("Gain"), format="+.2f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format="+.2f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format="+.2f"),
        alt.Tooltip("n:Q", title=_("Seeds compared")),
    ]
    base = alt.Chart(frame).encode(axis, place, colour, tooltip=tooltip)
    text = alt.Chart(frame).mark_text(align="left", x=4, yOffset=-18, lineBreak="\n", fontSize=13, fontWeight="bold")
    band = alt.Chart(frame.assign(left=-frame["band"])).mark_rect(color=style.PALE, opacity=0.22)
    ceiling = alt.Chart(frame.dropna(subset=["ceiling"])).mark_point(
        shape="diamond", size=130, filled=True, opacity=1, color=style.INK, yOffset=LOWER
    )
    above = alt.Tooltip("ceiling:Q", title=_("Ceiling: with every target label"), format="+.2f")
    return style.framed(
        alt.layer(
            band.encode(alt.X("left:Q", title=title), alt.X2("band:Q"), place),
            alt.Chart(pd.DataFrame({"gain": [0.0]})).mark_rule(color=style.INK).encode(axis),
            _line(frame, "wide_low", "wide_high", 1.2).encode(place, colour, tooltip=tooltip),
            _line(frame, "low", "high", 4).encode(place, colour, tooltip=tooltip),
            ceiling.encode(alt.X("ceiling:Q", title=title), place, tooltip=[tooltip[0], above]),
            base.mark_point(size=130, filled=True, opacity=1, yOffset=LOWER),
            text.encode(place, colour, alt.Text("text:N"), tooltip=tooltip),
        ),
        alt.Step(66),
        _forest_description(frame, unit),
        _("No strategy can be compared yet.") if frame.empty else "",
        _("Grey band: too small to matter."),
        _("Diamond: the ceiling, what every target label would bring.") if frame["ceiling"].notna().any() else "",
        _("Thin line: allows for asking about several strategies at once.") if frame["wide_low"].notna().any() else "",
        _("No line: too few seeds for an interval.") if frame["low"].isna().any() else "",
        _("{n} rows are not drawn.", n=cut) if cut > 0 else "",
    )


def forest_explained() -> str:
    """How `forest` is read."""
    return _(
        "Each point is the mean difference, over seeds, between a strategy and the best model without transfer, both "
        "trained on the same target labels. The thick line is its 95 % interval. Right of the grey band: transfer "
        "helps. Left of it: transfer hurts. A line that crosses the edge of the band: not enough evidence."
    )


def gain_axis(metric: str) -> tuple[alt.X, str, str]:
    """The x axis of a column "gain" in what a reader is told, its title, and the unit."""
    unit = _("points") if answers.factor(metric) == 100 else _("in the label's own unit")
    title = _("Gain ({unit}), right is better", unit=unit)
    signed = alt.Axis(labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.3~r')", tickCount=8)
    return alt.X("gain:Q", title=title, scale=alt.Scale(zero=True, padding=14), axis=signed), title, unit


def leaderboard(summary: pd.DataFrame) -> pd.DataFrame:
    """The strategies of one label budget by score, best first, with a ``rank`` in front.

    Going down the list, whoever's interval overlaps that of the best of the current place shares it; the
    first who does not opens the next place, counted from the top. Without an interval (one seed) there is
    no rank, nor is there for a ceiling, which learns from more labels.
    """
    sign = catalog.metric(summary["metric"].iloc[0]).sign if len(summary) else 1
    board = summary.dropna(subset=["mean"]).sort_values("mean", ascending=sign < 0, kind="stable")
    board = board.reset_index(drop=True)
    ranks: list[Any] = []
    position, place, worst_of_best = 0, 0, np.nan
    for name, ends in zip(board["strategy"], board[["ci_low", "ci_high"]].to_numpy(float) * sign, strict=True):
        if catalog.is_ceiling(name):
            ranks.append(pd.NA)
            continue
        position += 1
        if np.isfinite(ends).all() and not max(ends) >= worst_of_best:
            place, worst_of_best = position, min(ends)
        ranks.append(place if np.isfinite(ends).all() else pd.NA)
    board.insert(0, "rank", pd.Series(ranks, dtype="Int64"))
    return board


def _line(frame: pd.DataFrame, low: str, high: str, width: float) -> alt.Chart:
    drawn = alt.Chart(frame.dropna(subset=[low, high])).mark_rule(strokeWidth=width, yOffset=LOWER)
    return drawn.encode(alt.X(f"{low}:Q"), alt.X2(f"{high}:Q"))


def _row(strategy: str, labels: object, several: bool) -> str:
    """The name of a row; with its label budget where the chart holds several."""
    if not several:
        return style.title(strategy)
    budget = _("all") if pd.isna(labels) else str(labels)  # type: ignore[call-overload]
    return _("{strategy}, {labels} labels", strategy=style.title(strategy), labels=budget)


def _forest_description(frame: pd.DataFrame, unit: str) -> str:
    rows = "; ".join(f"{row}: {gain:+.1f} ({word})" for row, gain, word in frame[["row", "gain", "verdict"]].to_numpy())
    return _("Gain of each strategy over the best model without transfer, {unit}: {rows}.", unit=unit, rows=rows or "-")
