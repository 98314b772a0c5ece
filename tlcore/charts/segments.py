"""Who gains, who is harmed? The sentence and the picture of the gains within each segment of the test set."""

from __future__ import annotations

import altair as alt
import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts.verdict import gain_axis
from tlcore.measure.gain import LEAST_SEEDS
from tlcore.measure.segments import GAINS, LOSES, MISSING, OPEN, OTHER, SAME, TOO_FEW
from tlcore.words import _, counted

LOWER = 16  # pixels between the middle of a row and its interval: its words stand above
NAMED = 3  # segments that a sentence names


def sign(said: str) -> style.Sign:
    """The word, icon and colour of one of the values of ``said``."""
    return {
        GAINS: style.Sign(_("gains"), "▲", style.sign("helps").colour),
        LOSES: style.Sign(_("loses"), "▼", style.sign("negative transfer").colour),
        SAME: style.sign("no practical difference"),
        OPEN: style.Sign(_("not clear"), "?", style.sign("not enough evidence").colour),
        TOO_FEW: style.Sign(_("too few rows"), "·", style.PALE),
    }[said]


def name(segment: str) -> str:
    """A segment as a reader calls it."""
    return {OTHER: _("all others"), MISSING: _("not given")}.get(segment, segment)


def answer(frame: pd.DataFrame, strategy: str, metric: str) -> str:
    """Who gains and who loses, in one sentence, from the frame of `tlcore.measure.segments.gains`."""
    known = frame[(frame["said"] != TOO_FEW) & frame["gain"].notna()].sort_values("gain", ascending=False)
    if known.empty:
        return _("No segment has enough rows to say who gains.")
    who = style.title(strategy)
    best, worst = _list(known.head(1), metric), _list(known.tail(1), metric)
    seeds = int(known["seeds"].min())
    if seeds < LEAST_SEEDS:
        return counted(
            "Predictions of {n} seed are kept, too few to say who gains: so far from {worst} to {best}.",
            "Predictions of {n} seeds are kept, too few to say who gains: so far from {worst} to {best}.",
            seeds, best=best, worst=worst,
        )  # fmt: skip
    up, down = known[known["said"] == GAINS], known[known["said"] == LOSES].iloc[::-1]
    if len(up) and len(down):
        return _("With {strategy}: gain for {up}; loss for {down}.", strategy=who, up=_list(up, metric),
                 down=_list(down, metric))  # fmt: skip
    if len(up):
        return _("With {strategy}: gain for {up}; nobody surely loses.", strategy=who, up=_list(up, metric))
    if len(down):
        return _("With {strategy}: loss for {down}; nobody surely gains.", strategy=who, down=_list(down, metric))
    return _("Nobody surely gains or loses with {strategy}: from {worst} to {best}.", strategy=who, best=best,
             worst=worst)  # fmt: skip


def forest(frame: pd.DataFrame, metric: str, margin: float) -> style.Picture:
    """A row per segment: its share of the test rows, its gain with the interval, and what may be said of it.

    ``frame`` is that of `tlcore.measure.segments.gains`; ``margin`` is in the unit of the scores.
    """
    factor = answers.factor(metric)
    frame = frame.dropna(subset=["gain"])
    marks = [sign(said) for said in frame["said"]]
    rows = pd.DataFrame(
        {
            "segment": [name(segment) for segment in frame["segment"]],
            **{column: frame[column].to_numpy(float) * factor for column in ("gain", "low", "high")},
            "n": frame["n"].to_numpy(int),
            "share": frame["share"].to_numpy(float),
            "said": [mark.word for mark in marks],
            "text": [
                _("{segment}, {share} of rows", segment=name(row.segment), share=answers.percent(row.share))
                + f"\n{mark.icon} {mark.word}, {answers.figure(row.gain, metric, signed=True)}"
                for row, mark in zip(frame.itertuples(), marks, strict=True)
            ],
        }
    )
    signs = dict.fromkeys(marks)
    colour = alt.Color(
        "said:N",
        legend=None,
        scale=alt.Scale(domain=[mark.word for mark in signs], range=[mark.colour for mark in signs]),
    )
    axis, title, unit = gain_axis(metric)
    place = alt.Y("segment:N", title=None, sort=None, axis=None)
    tooltip = [
        alt.Tooltip("segment:N", title=_("Segment")),
        alt.Tooltip("said:N", title=_("Verdict")),
        alt.Tooltip("gain:Q", title=_("Gain"), format="+.2f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format="+.2f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format="+.2f"),
        alt.Tooltip("n:Q", title=_("Test rows"), format=","),
        alt.Tooltip("share:Q", title=_("Share of rows"), format=".1%"),
    ]
    zero = alt.Chart(pd.DataFrame({"gain": [0.0], "left": [-margin * factor], "right": [margin * factor]}))
    base = alt.Chart(rows).encode(place, colour, tooltip=tooltip)
    few = alt.condition(alt.datum.said == sign(TOO_FEW).word, alt.value("#00000000"), colour)
    text = base.mark_text(align="left", x=4, yOffset=-16, lineBreak="\n", fontSize=13, fontWeight="bold")
    told = "; ".join(f"{row.segment}: {row.gain:+.1f} ({row.said})" for row in rows.itertuples())
    return style.framed(
        alt.layer(
            zero.mark_rect(color=style.PALE, opacity=0.22).encode(alt.X("left:Q", title=title), alt.X2("right:Q")),
            zero.mark_rule(color=style.INK).encode(axis),
            base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.6, yOffset=LOWER)
            .encode(alt.X("low:Q", title=title), alt.X2("high:Q")),
            base.mark_point(size=130, strokeWidth=2, opacity=1, yOffset=LOWER).encode(axis, fill=few),
            text.encode(text="text:N"),
        ),
        alt.Step(60),
        _("Gain within each segment, {unit}: {rows}.", unit=unit, rows=told or "-"),
        _("Grey band: too small to matter."),
        _("Hollow: too few rows to say anything.") if TOO_FEW in set(frame["said"]) else "",
    )  # fmt: skip


def _list(rows: pd.DataFrame, metric: str) -> str:
    """Segments with their gains as one phrase."""
    told = [
        _("{segment} ({gain})", segment=name(row.segment), gain=answers.amount(row.gain, metric))
        for row in rows.head(NAMED).itertuples()
    ]
    more = len(rows) - NAMED
    return _(", ").join(told) + (" " + _("and {n} more", n=more) if more > 0 else "")
