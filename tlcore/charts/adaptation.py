"""Did the gap close, and did closing it pay? Before and after by strategy, in one picture, and against the gain."""

from __future__ import annotations

import altair as alt
import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts.answers import Answer
from tlcore.measure.adaptation import surely_closer
from tlcore.measure.gain import HELPS, HURTS, SAME
from tlcore.words import _

ROWS_AT_MOST = 20
HEADLINE = "a_distance"  # what a reader can be told in words: how often a simple model tells the domains apart
# Two scatters share one view, so that they are as wide as there is room; a brush in one half is empty in the other.
HALVES = {
    "before": [8, alt.ExprRef("width / 2 - 16")],
    "after": [alt.ExprRef("width / 2 + 16"), alt.ExprRef("width - 8")],
}
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left", "triangle-right"]
OTHER = 7  # classes with a shape of their own; the rest share the last one


def answer(table: pd.DataFrame, summary: pd.DataFrame) -> Answer:
    """Who brought the domains closest, and whether it paid; from the rows of one label budget."""
    rows = table[table["measure"] == HEADLINE].sort_values("change")
    if rows.empty:
        return Answer(_("How far apart the domains lie was not measured: there are too few source examples."))
    closed = surely_closer(rows).sort_values("after")
    if rows["before"].median() <= rows["floor"].median():
        return Answer(_("There was hardly a gap to close: before any adaptation the network told the domains apart no "
                        "better than chance."))  # fmt: skip
    if closed.empty:
        moved = rows[rows["change"] < 0]  # what leaves the features as they are has closed nothing
        shown = (_told(moved.iloc[0]),) if len(moved) else ()
        unknown = _("So what closing the gap would bring cannot be told from these runs.")
        return Answer(_("No strategy surely brought the domains closer."), (unknown, *shown))
    best = closed.iloc[0]
    gains = summary.set_index("strategy")
    paid = gains.loc[best["strategy"]] if best["strategy"] in gains.index else None
    if paid is None or pd.isna(paid["gain"]):
        return Answer(
            _("{strategy} brought the domains closest.", strategy=style.title(best["strategy"])), (_told(best),)
        )
    name, gain = style.title(best["strategy"]), answers.gain(paid)
    if paid["verdict"] == HELPS:
        headline = _("{strategy} brought the domains closest, and gained {gain}.", strategy=name, gain=gain)
    elif paid["verdict"] == HURTS:
        headline = _("{strategy} brought the domains closest, yet did worse: {gain}.", strategy=name, gain=gain)
    elif paid["verdict"] == SAME:
        headline = _(
            "{strategy} brought the domains closest, and it made no practical difference: {gain}.",
            strategy=name, gain=gain,
        )  # fmt: skip
    else:
        headline = _(
            "{strategy} brought the domains closest; whether that paid is not settled: {gain}.",
            strategy=name, gain=gain,
        )  # fmt: skip
    return Answer(headline, (_told(best),), best["strategy"])


def dumbbells(table: pd.DataFrame, measure: str, title: str, lowest_first: bool = True) -> style.Picture:
    """A row per strategy of one measure, best on top: hollow before, filled after, the grey band what chance shows."""
    rows = table[table["measure"] == measure].sort_values("after", ascending=lowest_first)
    rows, cut = rows.head(ROWS_AT_MOST), len(rows) - ROWS_AT_MOST
    names = [style.title(name) for name in rows["strategy"]]
    frame = rows[["before", "after", "change", "change_low", "change_high"]].astype(float).assign(
        strategy=names, floor=float(rows["floor"].median()), none=0.0, n=rows["seeds"].astype(int)
    )  # fmt: skip
    place = alt.Y("strategy:N", title=None, sort=None, axis=None)
    tooltip = [
        alt.Tooltip("strategy:N", title=_("Strategy")),
        alt.Tooltip("before:Q", title=_("Before"), format=".3f"),
        alt.Tooltip("after:Q", title=_("After"), format=".3f"),
        alt.Tooltip("change:Q", title=_("Change"), format="+.3f"),
        alt.Tooltip("change_low:Q", title=_("95 % from"), format="+.3f"),
        alt.Tooltip("change_high:Q", title=_("95 % to"), format="+.3f"),
        alt.Tooltip("n:Q", title=_("Seeds")),
    ]

    def at(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=title, scale=alt.Scale(zero=True, padding=14))

    base, low = alt.Chart(frame).encode(place, tooltip=tooltip), 9
    band = alt.Chart(frame.fillna({"floor": 0.0})).mark_rect(color=style.PALE, opacity=0.22)
    said = "; ".join(f"{row.strategy} {row.before:.3g} - {row.after:.3g}" for row in frame.itertuples())
    return style.framed(
        alt.layer(
            band.encode(at("none"), alt.X2("floor:Q"), place),
            base.mark_rule(strokeWidth=3, color=style.PALE, yOffset=low).encode(at("before"), alt.X2("after:Q")),
            base.mark_point(size=110, color=style.INK, strokeWidth=2, opacity=1, yOffset=low).encode(at("before")),
            base.mark_point(size=120, color=style.TARGET, filled=True, opacity=1, yOffset=low).encode(at("after")),
            base.mark_text(align="left", x=4, yOffset=-9, fontSize=13, fontWeight="bold", color=style.INK).encode(
                text="strategy:N"
            ),
        ),
        alt.Step(42),
        _("{measure} before and after, by strategy: {rows}.", measure=title, rows=said or "-"),
        _("Hollow: before. Filled: after."),
        _("Grey band: what chance alone shows.") if frame["floor"].notna().any() else "",
        _("{n} rows are not drawn.", n=cut) if cut > 0 else "",
    )


def dumbbells_explained(meaning: str) -> str:
    """How `dumbbells` is read; ``meaning``: what its measure says."""
    return _(
        "How far source and target lie apart in the features of each strategy's network, on examples that no one "
        "learnt from: hollow when it had learnt the source, filled at the end. Left is closer. Within the grey band "
        "the domains look alike. {measure}",
        measure=meaning,
    )


def scatters(picture: pd.DataFrame, x: str = "x0", y: str = "x1") -> style.Picture:
    """Both domains before and after, side by side: colour is the domain, shape the class of a target example.

    Drag over a part of one to see where the same examples lie in the other. ``picture``: ``moment, domain, example,
    label`` and the two columns of places.
    """
    words = {"source": _("Source"), "target": _("Target")}
    moments = {"before": _("Before"), "after": _("After")}
    common = list(picture["label"].dropna().value_counts().index[:OTHER])
    spare = _("other")
    label = picture["label"].where(picture["label"].isna() | picture["label"].isin(common), spare)
    known = picture[["moment", "domain", "example", x, y]].assign(
        label=label.fillna(words["source"]).astype(str), domain=picture["domain"].map(words)
    )
    # One row per example, with its place at either moment: so a brush over one scatter finds it in the other.
    frame = known.pivot(index=["domain", "example", "label"], columns="moment", values=[x, y]).astype(float)
    frame.columns = [f"{column}_{moment}" for column, moment in frame.columns]
    frame = frame.reset_index()
    shown = [words["source"], *map(str, common), *([spare] if spare in set(frame["label"]) else [])]
    ends = {c: [float(known[c].min()), float(known[c].max())] for c in (x, y)}
    veil = alt.BrushConfig(fill=style.PALE, fillOpacity=0.15, stroke=style.INK)
    brushes = {
        moment: alt.selection_interval(name=f"in_{moment}", encodings=["x", "y"], mark=veil) for moment in moments
    }
    pointed = {
        moment: alt.selection_point(
            name=f"at_{moment}", fields=["domain", "example"], on="pointerover", clear="pointerout", empty=False
        )
        for moment in moments
    }
    key = alt.Legend(title=None, orient="bottom", symbolOpacity=1, symbolSize=110)
    tooltip = [alt.Tooltip("domain:N", title=_("Domain")), alt.Tooltip("label:N", title=_("Label"))]
    classes = alt.Legend(title=None, orient="bottom", symbolOpacity=1, symbolSize=110, values=shown[1:])

    def one(moment: str) -> alt.LayerChart:
        x_scale = alt.Scale(domain=ends[x], range=HALVES[moment], nice=False)
        at_x = alt.X(f"{x}_{moment}:Q", axis=None, scale=x_scale)
        dots = (
            alt.Chart(frame)
            .mark_point(strokeWidth=1.5)
            .encode(
                at_x,
                alt.Y(f"{y}_{moment}:Q", axis=None, scale=alt.Scale(domain=ends[y], nice=False, padding=24)),
                alt.Color("domain:N", legend=key,
                          scale=alt.Scale(domain=[*words.values()], range=[style.SOURCE, style.TARGET])),
                alt.Shape("label:N", legend=classes if common else None,
                          scale=alt.Scale(domain=shown, range=SHAPES[: len(shown)])),
                opacity=alt.condition(brushes["before"] | brushes["after"], alt.value(0.75), alt.value(0.1)),
                size=alt.condition(pointed["before"] | pointed["after"], alt.value(140), alt.value(26)),
                tooltip=tooltip if common else tooltip[:1],  # numbers are no classes: nothing is noted of them
            )
            .add_params(brushes[moment], pointed[moment])
        )  # fmt: skip
        name = alt.Chart(pd.DataFrame({"x": [ends[x][0]], "name": [moments[moment]]}))
        word = name.mark_text(align="left", baseline="top", fontSize=13, fontWeight="bold", color=style.INK)
        return alt.layer(dots, word.encode(alt.X("x:Q", axis=None, scale=x_scale), alt.YValue(0), text="name:N"))

    return style.framed(
        alt.layer(one("before"), one("after")).resolve_scale(x="independent"),
        style.HEIGHT,
        _("Source and target in the network's features, before and after, in one projection."),
        _("Distances in a picture are no evidence."),
    )


def worth(frame: pd.DataFrame, metric: str, title: str) -> style.Picture:
    """A dot per run: how much nearer the domains came (left is nearer) against what it gained on the target."""
    factor = answers.factor(metric)
    strategies, left_out = style.shown(frame["strategy"])
    rows = frame[frame["strategy"].isin(strategies)]
    rows = style.thinned(rows, ["strategy"]).assign(gain=lambda f: f["gain"] * factor)
    rows = rows.assign(series=rows["strategy"].map(style.title))
    names = [style.title(name) for name in strategies]
    unit = _("points") if factor == 100 else _("in the label's own unit")
    x_title = _("Change of the gap ({measure}), left is closer", measure=title)
    key = alt.Legend(title=None, orient="bottom", columns=style.COLUMNS, labelLimit=300, symbolSize=110)
    x = alt.X("change:Q", title=x_title, scale=alt.Scale(zero=True, padding=14))
    y = alt.Y("gain:Q", title=_("Gain ({unit})", unit=unit), scale=alt.Scale(zero=True, padding=14))
    zero = pd.DataFrame({"change": [0.0], "gain": [0.0]})
    rules = alt.Chart(zero).mark_rule(color=style.INK, strokeDash=[4, 4])
    return style.framed(
        alt.layer(
            rules.encode(x), rules.encode(y),
            alt.Chart(rows[["series", "change", "gain", "seed", "before", "after"]])
            .mark_point(size=70, strokeWidth=1.8, filled=False, opacity=0.9)
            .encode(
                x, y,
                alt.Color("series:N", legend=key,
                          scale=alt.Scale(domain=names, range=[style.look(name).colour for name in strategies])),
                alt.Shape("series:N", legend=key, scale=alt.Scale(domain=names, range=SHAPES[: len(names)])),
                tooltip=[
                    alt.Tooltip("series:N", title=_("Strategy")), alt.Tooltip("seed:Q", title=_("Seed")),
                    alt.Tooltip("before:Q", title=_("Before"), format=".3f"),
                    alt.Tooltip("after:Q", title=_("After"), format=".3f"),
                    alt.Tooltip("gain:Q", title=_("Gain"), format="+.2f"),
                ],
            ),
        ),
        style.HEIGHT,
        _("Change of the gap against the gain, one dot per run of {strategies}.", strategies=", ".join(names) or "-"),
        _("Upper left: came closer, and gained."),
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
    )  # fmt: skip


def worth_explained() -> str:
    """How `worth` is read."""
    return _(
        "One dot is one run. Left of the dashed line the domains came closer; above it the run did better than the "
        "best model without transfer on the same labels. If closing the gap is what pays, the dots run from the "
        "upper left to the lower right."
    )


def _told(row: pd.Series) -> str:
    """One strategy's gap in words a manager can repeat: A = 2 (1 - 2e), so 1 - e = 1/2 + A/4 are told apart rightly."""
    before, after = (0.5 + value / 4 for value in (row["before"], row["after"]))
    return _(
        "From its network's features a simple model tells source and target apart in {after:.0%} of cases, before in "
        "{before:.0%} ({strategy}; 50 % is chance).",
        after=after, before=before, strategy=style.title(row["strategy"]),
    )  # fmt: skip
