"""Can a probability be taken at its word? What was held to be likely, against what came true."""

from __future__ import annotations

import altair as alt
import pandas as pd

from tlcore.charts import style
from tlcore.words import _

CURVES_AT_MOST = 4  # their intervals overlap


def reliability(curve: pd.DataFrame, scores: pd.DataFrame) -> style.Picture:
    """The share that came true against the probability, the diagonal beside it, the calibration error in the legend.

    ``curve``: ``strategy, held, share, low, high, n, runs``; ``scores``: ``strategy, error, brier``, as
    `tlcore.measure.calibration` returns them.
    """
    kept, left_out = style.shown(curve["strategy"], must=["scratch"], most=CURVES_AT_MOST)
    errors = scores.set_index("strategy")["error"]
    names = {
        name: _("{strategy} (error {error})", strategy=style.title(name), error=f"{errors[name]:.1%}") for name in kept
    }
    rows = curve[curve["strategy"].isin(kept)].assign(series=lambda f: f["strategy"].map(names))
    colour, *coded = style.encodings(names)
    most = min(1.0, rows[["held", "high"]].max().max()) if len(rows) else 1.0  # of a rare event all are close to 0
    unit = alt.Scale(domain=[0, most])
    held = alt.X("held:Q", title=_("Probability that was given"), scale=unit, axis=alt.Axis(format="%"))
    title = _("Share that came true")
    share = alt.Y("share:Q", title=title, scale=unit, axis=alt.Axis(format="%"))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("held:Q", title=_("Probability that was given"), format=".1%"),
        alt.Tooltip("share:Q", title=title, format=".1%"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=".1%"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=".1%"),
        alt.Tooltip("n:Q", title=_("Examples"), format=",.0f"),
    ]
    even = pd.DataFrame({"held": [0.0, most], "share": [0.0, most]})
    base = alt.Chart(rows)
    return style.framed(
        alt.layer(
            alt.Chart(even).mark_line(color=style.INK, strokeDash=[4, 4]).encode(held, share),
            base.mark_rule(opacity=0.5).encode(held, alt.Y("low:Q", title=title), alt.Y2("high:Q"), colour),
            base.mark_line(strokeWidth=2.2).encode(held, share, *coded, alt.Order("held:Q")),
            base.mark_point(size=60, filled=True, opacity=1).encode(held, share, colour, tooltip=tooltip),
        ).resolve_scale(color="independent", strokeDash="independent"),
        style.HEIGHT,
        _("Reliability curves: {strategies}.", strategies=_(", ").join(names.values()) or "-"),
        _("No run has left predictions yet.") if curve.empty else "",
        _("Dashed: every probability comes true as often as it says."),
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
    )


def reliability_explained() -> str:
    """How `reliability` is read."""
    return _(
        "Test examples in ten groups of equal size, by the probability they were given: of those at 30 %, 30 % "
        "should come true. Below the dashed line probabilities are too high, above it too low. With two classes the "
        "probability is that of the event, with more that of the class that is named. The error is the mean distance "
        "from the dashed line."
    )
