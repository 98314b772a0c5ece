"""Who pays for the rare class: how rare it is, what is found of it, and at what price."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.charts import style
from tlcore.measure import scores
from tlcore.measure.imbalance import Tested, taken_out
from tlcore.words import _

CLASSES_AT_MOST = 20
CELL = "cell"  # of the confusion matrix, as its selection is called
CURVES_AT_MOST = 6  # their bands overlap


def named(parts: pd.DataFrame) -> pd.DataFrame:
    """The same counts with the parts as a reader calls them."""
    words = {
        "source": _("Source"),
        "target": _("Target"),
        "train": _("Labels to learn from"),
        "valid": _("Labels to choose by"),
        "test": _("Test"),
    }
    return parts.assign(part=parts["part"].map(words))


def counts(frame: pd.DataFrame) -> style.Picture:
    """Examples per class and part on a logarithmic axis, rarest on top: ``part, class, count``."""
    total = frame.groupby("class")["count"].sum().sort_values()
    classes = [*total.index[:CLASSES_AT_MOST]]
    parts = list(dict.fromkeys(frame["part"]))
    rows = frame[frame["class"].isin(classes) & (frame["count"] > 0)].assign(start=0.7)
    missing = frame[frame["class"].isin(classes) & (frame["count"] == 0)]
    base = alt.Chart(rows[["part", "class", "count", "start"]]).encode(
        alt.Y("class:N", sort=classes, title=None, axis=alt.Axis(labelLimit=140)),
        alt.YOffset("part:N", sort=parts),
    )
    scale = alt.Scale(type="log", domainMin=0.7, padding=24)
    axis = alt.X("count:Q", title=_("Examples (logarithmic)"), scale=scale, axis=alt.Axis(labelFlush=True))
    palette = [style.SOURCE, style.TARGET, "#9a5fd6", style.SLATE, "#a8693f"]
    cut = len(total) - len(classes)
    return style.framed(
        alt.layer(
            base.mark_bar(cornerRadiusEnd=2).encode(
                axis,
                alt.X2("start:Q"),
                alt.Color(
                    "part:N",
                    sort=parts,
                    legend=alt.Legend(title=None, orient="bottom", columns=style.COLUMNS, labelLimit=300),
                    scale=alt.Scale(domain=parts, range=palette[: len(parts)]),
                ),
                tooltip=[
                    alt.Tooltip("class:N", title=_("Class")),
                    alt.Tooltip("part:N", title=_("Part")),
                    alt.Tooltip("count:Q", title=_("Examples"), format=","),
                ],
            ),
            base.mark_text(align="left", dx=4, color=style.INK, fontSize=10).encode(
                axis, alt.Text("count:Q", format=",")
            ),
        ),
        alt.Step(12),
        _(
            "Examples per class and part; the rarest class is {name} with {n} in all.",
            name=classes[0] if classes else "-",
            n=int(total.iloc[0]) if classes else 0,
        ),
        *[_("None of {name} in: {part}.", name=row[0], part=row[1]) for row in missing[["class", "part"]].to_numpy()],
        _("{n} more frequent classes are not drawn.", n=cut) if cut else "",
    )


def counts_explained() -> str:
    """How `counts` is read."""
    return _(
        "How many examples of each class the source, the target labels of one run and the test set hold. The axis is "
        "logarithmic: each step is ten times as many."
    )


def precision_recall(curve: pd.DataFrame, prevalence: float, points: pd.DataFrame | None = None) -> style.Picture:
    """Precision against recall, mean and band over seeds, with the prevalence as what chance reaches.

    ``curve``: ``strategy, recall, precision, low, high, n``. ``points``: ``strategy, recall,
    precision`` at the threshold in use.
    """
    curve = curve[curve["strategy"] != "frequency_table"]  # that is what chance reaches: the rule
    area = curve.groupby("strategy")["precision"].mean().sort_values(ascending=False)
    # Those a person chooses between come first; what every label would bring is drawn where there is room.
    ranked = sorted(area.index, key=catalog.is_ceiling)
    rival = next((name for name in ranked if catalog.is_baseline(name)), "scratch")
    kept, left_out = style.shown(ranked, must=[rival, "scratch"], most=CURVES_AT_MOST)
    n = curve.groupby("strategy")["n"].max()
    names = {name: _("{strategy} (n = {n})", strategy=style.title(name), n=int(n[name])) for name in kept}
    single = [name for name in kept if n[name] == 1]

    def drawn(frame: pd.DataFrame) -> pd.DataFrame:
        frame = style.thinned(frame[frame["strategy"].isin(kept)], ["strategy"], style.POINTS_AT_MOST // 2)
        return frame.assign(series=frame["strategy"].map(names))

    colour, *coded = style.encodings(names)
    unit = alt.Scale(domain=[0, 1])
    recall = alt.X("recall:Q", title=_("Recall: events that are found"), scale=unit, axis=alt.Axis(format="%"))
    title = _("Precision: alarms that are right")
    precision = alt.Y("precision:Q", title=title, scale=alt.Scale(domainMin=0), axis=alt.Axis(format="%"))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("recall:Q", title=_("Recall"), format=".1%"),
        alt.Tooltip("precision:Q", title=_("Precision"), format=".1%"),
    ]
    rows = drawn(curve)
    chance = pd.DataFrame({"precision": [prevalence], "text": [_("chance {share}", share=f"{prevalence:.1%}")]})
    layers = [
        alt.Chart(rows.dropna(subset=["low", "high"]))
        .mark_area(opacity=0.09)
        .encode(recall, alt.Y("low:Q", title=title), alt.Y2("high:Q"), colour),
        alt.Chart(chance).mark_rule(color=style.INK, strokeDash=[4, 4]).encode(precision),
        alt.Chart(chance)
        .mark_text(color=style.INK, align="right", dy=-7)
        .encode(precision, alt.XValue("width"), alt.Text("text:N")),
        alt.Chart(rows).mark_line(strokeWidth=2.2).encode(recall, precision, *coded, alt.Order("recall:Q")),
        alt.Chart(rows).mark_point(size=120, opacity=0, filled=True).encode(recall, precision, colour, tooltip=tooltip),
    ]
    if points is not None:
        dots = alt.Chart(drawn(points)).mark_point(size=120, filled=True, opacity=1, stroke="white")
        layers.append(dots.encode(recall, precision, colour, tooltip=tooltip))
    return style.framed(
        alt.layer(*layers).resolve_scale(color="independent", strokeDash="independent"),
        style.HEIGHT,
        _(
            "Precision-recall curves of {strategies}; chance reaches a precision of {share}.",
            strategies=style.titles(kept) or "-",
            share=f"{prevalence:.1%}",
        ),
        _("No run has left predictions yet.") if curve.empty else "",
        _("Dot: at the threshold in use.") if points is not None else "",
        _("One seed gives no band: {strategies}.", strategies=style.titles(single)) if single else "",
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
    )


def precision_recall_explained() -> str:
    """How `precision_recall` is read."""
    return _(
        "Every threshold is a compromise: further right finds more of the events, higher up means fewer false "
        "alarms. The higher a line, the better. The dashed rule is what blind guessing reaches."
    )


def recalls(frame: pd.DataFrame) -> style.Picture:
    """Recall of each class with its Wilson interval, hollow for scratch, the rarest class on top.

    ``frame``: ``strategy, class, recall, low, high, n`` (``n``: test examples of the class).
    """
    sizes = frame.groupby("class")["n"].max().sort_values()
    classes = [*sizes.index[:CLASSES_AT_MOST]]
    kept, left_out = style.shown(frame["strategy"], must=["scratch"], most=4)
    rows = frame[frame["class"].isin(classes) & frame["strategy"].isin(kept)].dropna(subset=["recall"])
    rows = rows.assign(
        series=rows["strategy"].map(style.title),
        row=[_("{name} (n = {n})", name=name, n=int(sizes[name])) for name in rows["class"]],
    )
    rows = rows.sort_values("class", key=lambda column: column.map(classes.index), kind="stable")
    order = [style.title(name) for name in kept]
    looks = [style.look(name) for name in kept]
    place = [
        alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)),
        alt.YOffset("series:N", sort=order),
    ]
    key = alt.Legend(title=None, orient="bottom", columns=style.COLUMNS, labelLimit=300, symbolSize=110)
    colour = alt.Color("series:N", legend=key, scale=alt.Scale(domain=order, range=[mark.colour for mark in looks]))
    fill = alt.Fill(
        "series:N",
        legend=key,
        scale=alt.Scale(domain=order, range=["#00000000" if n == "scratch" else style.look(n).colour for n in kept]),
    )
    title = _("Share found (recall)")
    axis = alt.X("recall:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("row:N", title=_("Class")),
        alt.Tooltip("recall:Q", title=_("Recall"), format=".1%"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=".1%"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=".1%"),
    ]
    base = alt.Chart(rows.drop(columns=["class"])).encode(*place, tooltip=tooltip)
    cut = len(sizes) - len(classes)
    return style.framed(
        alt.layer(
            base.mark_rule(strokeWidth=2.2).encode(alt.X("low:Q", title=title), alt.X2("high:Q"), colour),
            base.mark_point(size=110, strokeWidth=2, opacity=1).encode(axis, colour, fill),
        ),
        alt.Step(20),
        _(
            "Recall per class with intervals; rarest class: {found}.",
            found="; ".join(
                f"{row.series} {row.recall:.0%}" for row in rows[rows["class"].isin(classes[:1])].itertuples()
            )
            or "-",
        ),
        _("No run has left predictions yet.") if rows.empty else "",
        _("Hollow: trained from scratch.") if "scratch" in kept else "",
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
        _("{n} more frequent classes are not drawn.", n=cut) if cut else "",
    )


def recalls_explained() -> str:
    """How `recalls` is read."""
    return _(
        "The share of each class that is recognised, with the interval that so many test examples allow. Hollow: the "
        "model trained from scratch. A filled dot left of a hollow one: this class pays."
    )


def tally(predictions: Sequence[pd.DataFrame | Tested], classes: Sequence[str]) -> pd.DataFrame:
    """Test examples by true and predicted class, the mean over runs: ``truth, predicted, count, share``.

    ``predictions``: those of each run, a frame or `taken_out`. A prediction is the most probable class; ``share`` is
    of the true class.
    """
    tests = map(taken_out, predictions)
    tables = [scores.confusion(test.truth, test.chance.argmax(axis=1), len(classes)) for test in tests]
    mean = np.mean(tables, axis=0) if tables else np.zeros((len(classes), len(classes)))
    share = mean / np.maximum(mean.sum(axis=1, keepdims=True), 1e-12)
    grid = pd.MultiIndex.from_product([classes, classes], names=["truth", "predicted"])
    return pd.DataFrame({"count": mean.ravel(), "share": share.ravel()}, index=grid).reset_index()


def confusion(table: pd.DataFrame, strategy: str) -> style.Picture:
    """True against predicted class in counts, see `tally`; the shade is the share of the true class.

    Of more than twenty classes the rarest twenty are drawn. A click on a cell selects it: the parameter `CELL` then
    holds its ``truth`` and ``predicted``.
    """
    sizes = table.groupby("truth", sort=False)["count"].sum()
    few = set(sizes.nsmallest(CLASSES_AT_MOST).index)
    classes = [name for name in sizes.index if name in few]
    rows = table[table["truth"].isin(few) & table["predicted"].isin(few)]
    turned = -40 if len(classes) > 5 and max(map(len, classes)) > 4 else 0
    base = alt.Chart(rows).encode(
        alt.X("predicted:N", sort=classes, title=_("Predicted"), axis=alt.Axis(labelAngle=turned, labelLimit=120)),
        alt.Y("truth:N", sort=classes, title=_("Actual"), axis=alt.Axis(labelLimit=120)),
        tooltip=[
            alt.Tooltip("truth:N", title=_("Actual")),
            alt.Tooltip("predicted:N", title=_("Predicted")),
            alt.Tooltip("count:Q", title=_("Examples"), format=",.1f"),
            alt.Tooltip("share:Q", title=_("Share of the actual class"), format=".1%"),
        ],
    )
    pick = alt.selection_point(name=CELL, fields=["truth", "predicted"], empty=False)
    # A jump at one half, so that a count is readable on every shade, on a white and on a black page.
    steps = alt.Scale(domain=[0, 0.5, 0.5001, 1], range=[0.04, 0.3, 0.88, 1])
    shade = alt.Opacity("share:Q", legend=None, scale=steps)
    ink = alt.ColorValue(style.INK, condition={"test": "datum.share > 0.5", "value": "white"})
    right = table.loc[table["truth"] == table["predicted"], "count"].sum() / max(1e-12, table["count"].sum())
    cut = len(sizes) - len(classes)
    return style.framed(
        alt.layer(
            base.mark_rect(color=style.look("fine_tune").colour, stroke=style.PALE)
            .encode(shade, strokeWidth=alt.condition(pick, alt.value(4), alt.value(0.5)))
            .add_params(pick),
            base.mark_text(fontSize=12, fontWeight="bold").encode(alt.Text("count:Q", format=",.0f"), ink),
        ),
        max(160, min(480, 44 * len(classes))),
        _(
            "Confusion matrix of {strategy}: {share} on the diagonal.",
            strategy=style.title(strategy),
            share=f"{right:.0%}",
        ),
        _("{n} more frequent classes are not drawn.", n=cut) if cut else "",
    )
