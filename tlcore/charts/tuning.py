"""Do other settings pay? The answer of a search, and how the best grew from trial to trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from tlcore import catalog
from tlcore.charts import answers, style
from tlcore.charts.answers import Answer
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME
from tlcore.words import _, amount, counted

if TYPE_CHECKING:
    from tlcore.search.study import Standing


def answer(found: Standing) -> Answer:
    """What came of a search, or how far it is."""
    asked = found.search
    named = style.title(asked.strategy)
    ended = int((found.trials["state"] != "running").sum())
    if not found.tried:
        so_far = _best(found)
        if found.stopped:
            return Answer(_("Stopped after {n} of {of} trials.", n=ended, of=asked.trials), so_far)
        return Answer(_("{n} of {of} trials have ended.", n=ended, of=asked.trials), so_far)
    if found.best_number is None:
        return Answer(_("No answer: no trial has a validation score."), verdict=OPEN)
    if found.best_number == 0:
        headline = _(
            "Keep the settings: of {of} trials of {strategy}, none looked better on the validation labels.",
            of=asked.trials, strategy=named,
        )  # fmt: skip
        return Answer(headline, verdict=SAME)
    if found.final is None and found.stopped:
        return Answer(_("Stopped before what won was judged."), _best(found))
    if found.final is None:
        return Answer(_("All {of} trials have ended; what won is being judged.", of=asked.trials), _best(found))
    final = found.final
    gain = answers.gain({"gain": final.gain, "gain_low": final.low, "gain_high": final.high, "metric": final.metric})
    headline = {
        HELPS: _("Yes: the settings found for {strategy} are better than those as they were: {gain}."),
        SAME: _("No practical difference: the settings found for {strategy} bring {gain}. Keep those as they were."),
        HURTS: _("No: the settings found for {strategy} are worse than those as they were: {gain}."),
        OPEN: _("Not enough evidence that the settings found for {strategy} are better: {gain}."),
    }[final.verdict].format(strategy=named, gain=gain)
    judged = counted(
        "Judged on the test set, with {n} seed that no trial has seen.",
        "Judged on the test set, with {n} seeds that no trial has seen.", final.pairs,
    )  # fmt: skip
    return Answer(headline, (judged, _settings(found)), asked.strategy, final.verdict)


def progress(found: Standing) -> style.Picture:
    """The validation score of every trial with its standard error, and the best so far as a step."""
    metric = found.search.experiment.metric
    sign = catalog.metric(metric).sign
    rows = found.trials.dropna(subset=["value"]).sort_values("number")
    best = sign * (sign * rows["value"]).cummax()
    frame = pd.DataFrame(
        {
            "trial": rows["number"] + 1,
            "value": rows["value"],
            "low": rows["value"] - rows["error"].astype(float),
            "high": rows["value"] + rows["error"].astype(float),
            "best": best,
            "told": [
                ", ".join(f"{name} {amount(row[name])}" for name in found.search.over) for _i, row in rows.iterrows()
            ],
        }
    )
    score = _(catalog.metric(metric).title)
    title = _("{metric} on validation labels", metric=score)
    axis = alt.X(
        "trial:Q",
        title=_("Trial"),
        axis=alt.Axis(tickMinStep=1, format="d"),
        scale=alt.Scale(nice=False, zero=False, padding=14),
    )
    height = alt.Scale(zero=False, padding=14)
    tooltip = [
        alt.Tooltip("trial:Q", title=_("Trial")),
        alt.Tooltip("told:N", title=_("Settings")),
        alt.Tooltip("value:Q", title=score, format=".3f"),
    ]
    base = alt.Chart(frame).encode(axis, tooltip=tooltip)
    start = frame[frame["trial"] == 1]
    colour = style.look(found.search.strategy).colour
    return style.framed(
        alt.layer(
            alt.Chart(start).mark_rule(color=style.INK, strokeDash=[5, 4]).encode(alt.Y("value:Q", title=title)),
            base.transform_filter("isValid(datum.low)").mark_rule(color=style.PALE)
            .encode(alt.Y("low:Q", title=title, scale=height), alt.Y2("high:Q")),
            base.mark_line(interpolate="step-after", strokeWidth=2.2, color=colour)
            .encode(alt.Y("best:Q", title=title)),
            base.mark_point(size=80, filled=True, opacity=1, color=colour).encode(alt.Y("value:Q", title=title)),
        ),
        style.HEIGHT,
        _("Validation score of {n} trials; best {best}.", n=len(frame),
          best="-" if frame.empty else f"{frame['best'].iloc[-1]:.3f}"),
        _("No trial has ended yet.") if frame.empty else "",
        _("Step: the best so far. Dashed: the settings as they were. Bars: one standard error over seeds."),
        _("The best of many looks better than it is; the last comparison tells."),
    )  # fmt: skip


def _best(found: Standing) -> tuple[str, ...]:
    if found.best is None:
        return ()
    score = float(found.trials.loc[found.trials["number"] == found.best_number, "value"].iloc[0])
    named = _(catalog.metric(found.search.experiment.metric).title)
    return (
        _("Best so far: {metric} {score} on the validation labels.", metric=named, score=f"{score:.3f}"),
        _settings(found),
    )


def _settings(found: Standing) -> str:
    own = found.search.settings
    told = (f"{name} {amount(value)} ({amount(own[name])})" for name, value in (found.best or {}).items())
    return _("Its settings, and those as they were: {settings}.", settings=_(", ").join(told))
