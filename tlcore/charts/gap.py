"""How far source and target lie apart: per feature, in a picture, and before against after."""

from __future__ import annotations

import altair as alt
import pandas as pd

from tlcore.charts import style
from tlcore.words import _

FEATURES_AT_MOST = 20
CLASSES_AT_MOST = 20
DOTS_AT_MOST = 2_000  # of either domain; more only hide each other
WATCH, SHIFTED = 0.1, 0.25  # how the credit industry reads the population stability index


def answer(tiles: pd.DataFrame) -> str:
    """The gap in one sentence, from the lights of the tiles frame of `tlcore.measure.gap`."""
    seen = set(tiles["light"])
    if seen <= {"none"}:
        return _("Source and target look alike: no measure exceeds what two halves of the source show.")
    if "large" in seen:
        return _("Source and target differ clearly: transfer has a gap to bridge.")
    return _("Source and target differ a little.")


def drift(features: pd.DataFrame) -> style.Picture:
    """A bar per feature, the most shifted on top, with the two usual limits of the stability index.

    ``features``: ``feature, psi, importance``, as `tlcore.measure.gap.drift` returns it.
    """
    ranked = features.dropna(subset=["psi"]).sort_values("psi", ascending=False)
    frame = ranked.head(FEATURES_AT_MOST)
    levels = [_("stable"), _("watch"), _("shifted")]
    level = pd.cut(frame["psi"], [-float("inf"), WATCH, SHIFTED, float("inf")], labels=levels).astype(str)
    bars = alt.Chart(frame[["feature", "psi", "importance"]].assign(level=level))
    place = alt.Y("feature:N", sort=None, title=None, axis=alt.Axis(labelLimit=150))
    axis = alt.X("psi:Q", title=_("Population stability index"))
    limits = pd.DataFrame({"psi": [WATCH, SHIFTED]})
    cut = len(ranked) - len(frame)
    return style.framed(
        alt.layer(
            bars.mark_bar(cornerRadiusEnd=2).encode(
                axis,
                place,
                alt.Color(
                    "level:N",
                    title=None,
                    legend=alt.Legend(orient="bottom"),
                    scale=alt.Scale(domain=levels, range=[style.SLATE, "#b57400", "#d64545"]),
                ),
                tooltip=[
                    alt.Tooltip("feature:N", title=_("Feature")),
                    alt.Tooltip("psi:Q", title=_("Stability index"), format=".3f"),
                    alt.Tooltip("level:N", title=_("Reading")),
                    alt.Tooltip("importance:Q", title=_("Gives the domain away"), format=".3f"),
                ],
            ),
            alt.Chart(limits).mark_rule(color=style.INK, strokeDash=[4, 4]).encode(axis),
        ),
        alt.Step(22),
        _(
            "Bar chart of drift per feature; most shifted: {features}.",
            features=", ".join(frame["feature"].head(5)) or "-",
        ),
        _("No feature can be compared.") if frame.empty else "",
        _("Above 0.1: watch. Above 0.25: shifted."),
        _("{n} less shifted features are not drawn.", n=cut) if cut else "",
    )


def embedding(points: pd.DataFrame) -> style.Picture:
    """Both domains in one projection: ``x, y, domain`` ("source" or "target") and ``label`` (may be NaN)."""
    half = [frame.iloc[:: -(-len(frame) // DOTS_AT_MOST)] for _name, frame in points.groupby("domain") if len(frame)]
    words = {"source": _("Source"), "target": _("Target")}
    frame = pd.concat(half, ignore_index=True) if half else points.head(0)
    frame = frame.assign(domain=frame["domain"].map(words), label=frame["label"].astype(object))
    key = alt.Legend(title=None, orient="bottom", symbolOpacity=1, symbolSize=110)
    blank = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    return style.framed(
        alt.Chart(frame[["x", "y", "domain", "label"]])
        .mark_point(size=24, opacity=0.55, strokeWidth=1.4)
        .encode(
            alt.X("x:Q", title=_("First principal component"), axis=blank, scale=alt.Scale(zero=False)),
            alt.Y("y:Q", title=_("Second principal component"), axis=blank, scale=alt.Scale(zero=False)),
            alt.Color(
                "domain:N", legend=key, scale=alt.Scale(domain=[*words.values()], range=[style.SOURCE, style.TARGET])
            ),
            alt.Shape(
                "domain:N", legend=key, scale=alt.Scale(domain=[*words.values()], range=["circle", "triangle-up"])
            ),
            tooltip=[alt.Tooltip("domain:N", title=_("Domain")), alt.Tooltip("label:N", title=_("Label"))],
        ),
        style.HEIGHT,
        _("Scatter of source and target in one projection; distances in it are no evidence."),
        _("Distances in a picture are no evidence."),
    )


def classes(shares: pd.DataFrame) -> style.Picture:
    """How common each class is: ``class, source, target, estimate, low, high``, those that differ most on top."""
    away = (shares[["target", "estimate"]].sub(shares["source"], axis=0)).abs().max(axis=1)
    frame = shares.loc[away.sort_values(ascending=False, kind="stable").index].head(CLASSES_AT_MOST)
    words = {
        "source": _("Source"),
        "target": _("Target, by its labels"),
        "estimate": _("Target, estimated without labels"),
    }
    dots = frame.melt(["class", "low", "high"], [*words], var_name="part", value_name="share").dropna(subset=["share"])
    dots = dots.assign(part=dots["part"].map(words))
    place = alt.Y("class:N", sort=None, title=None, axis=alt.Axis(labelLimit=150))
    title = _("Share of the examples")
    axis = alt.X("share:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(zero=True))
    key = alt.Legend(title=None, orient="bottom", columns=style.COLUMNS, labelLimit=300, symbolSize=110)
    colours = alt.Scale(domain=[*words.values()], range=[style.SOURCE, style.TARGET, "#9a5fd6"])
    shapes = alt.Scale(domain=[*words.values()], range=["circle", "triangle-up", "diamond"])
    tooltip = [
        alt.Tooltip("class:N", title=_("Class")),
        alt.Tooltip("part:N", title=_("Part")),
        alt.Tooltip("share:Q", title=title, format=".1%"),
    ]
    ends = frame.dropna(subset=["low", "high"])[["class", "low", "high"]]
    cut = len(shares) - len(frame)
    return style.framed(
        alt.layer(
            alt.Chart(ends)
            .mark_rule(strokeWidth=2.2, color="#9a5fd6")
            .encode(place, alt.X("low:Q", title=title), alt.X2("high:Q")),
            alt.Chart(dots[["class", "part", "share"]])
            .mark_point(size=90, strokeWidth=2, opacity=1)
            .encode(
                place,
                axis,
                alt.Color("part:N", legend=key, scale=colours),
                alt.Shape("part:N", legend=key, scale=shapes),
                tooltip=tooltip,
            ),
        ),
        alt.Step(26),
        _("How common each class is; most different: {classes}.", classes=", ".join(frame["class"].head(5)) or "-"),
        _("Bar: 95 % interval of the estimate.") if len(ends) else "",
        _("{n} classes whose shares differ less are not drawn.", n=cut) if cut else "",
    )
