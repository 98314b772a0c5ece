"""If only so many cases can be looked at: cumulative gains, lift, and what an alert budget brings."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from tlcore.charts import curves, style
from tlcore.charts.value import SUM
from tlcore.measure.payoffs import PER, Payoffs
from tlcore.words import _


def gains(frame: pd.DataFrame, share: float | None = None, of: str = "found") -> style.Picture:
    """Cumulative gains ("found"), or "lift", against the share of cases looked at; a rule at the one in view.

    ``frame``: `tlcore.measure.capacity.gains`.
    """
    lift = of == "lift"
    title = _("Lift: times as many events as blindly") if lift else _("Share of all events that is found")
    y = alt.Y(f"{of}:Q", title=title, axis=alt.Axis(format="~r" if lift else "%"),
              scale=alt.Scale(domainMin=0) if lift else alt.Scale(domain=[0, 1]))  # fmt: skip
    x = alt.X("share:Q", title=_("Share of cases looked at, the most suspect first"),
              scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))  # fmt: skip
    blind = pd.DataFrame({"share": [0.0, 1.0], of: [1.0, 1.0] if lift else [0.0, 1.0]})
    dashed = alt.Chart(blind).mark_line(color=style.INK, strokeDash=[4, 4], strokeWidth=1.2).encode(x, y)
    extra = [] if share is None else [_upright(pd.DataFrame({"share": [share]}), "share")]
    band = None if lift else ("found_low", "found_high")
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("share:Q", title=_("Cases looked at"), format=".1%"),
        alt.Tooltip("found:Q", title=_("Events found"), format=".1%"),
        alt.Tooltip("precision:Q", title=_("Of those named, events"), format=".1%"),
        alt.Tooltip("lift:Q", title=_("Lift"), format=".2f"),
    ]
    return _curves(frame.dropna(subset=[of]), "found", x, y, tooltip, [dashed, *extra], band,
                   _("Cumulative gains of {strategies}."), _("Dashed: cases taken blindly."))  # fmt: skip


def alerts(frame: pd.DataFrame, cases: float, share: float, worth: Payoffs) -> style.Picture:
    """Profit a day against how many of ``cases`` a day are looked at, a rule at the budget (``share`` of them)."""
    columns = ["profit", "profit_low", "profit_high"]
    daily = frame.assign(checks=frame["share"] * cases, **{name: frame[name] * cases / PER for name in columns})
    # What lies far beyond the budget would squeeze what lies near it.
    daily = daily[daily["share"] <= max(share * 5, 0.02)] if 0 < share < 0.2 else daily
    title = _("Profit a day ({currency})", currency=worth.currency)
    x = alt.X("checks:Q", title=_("Cases looked at a day"), axis=alt.Axis(format=SUM), scale=alt.Scale(nice=False))
    y = alt.Y("profit:Q", title=title, axis=alt.Axis(format=SUM), scale=alt.Scale(zero=False))
    tooltip = [
        alt.Tooltip("series:N", title=_("Strategy")),
        alt.Tooltip("checks:Q", title=_("Cases looked at a day"), format=",.0f"),
        alt.Tooltip("profit:Q", title=title, format=",.0f"),
        alt.Tooltip("precision:Q", title=_("Of those named, events"), format=".1%"),
    ]
    rule = _upright(pd.DataFrame({"checks": [share * cases]}), "checks")
    return _curves(daily, "profit", x, y, tooltip, [rule], ("profit_low", "profit_high"),
                   _("Profit a day against the alert budget: {strategies}."), _("Dashed: the budget."))  # fmt: skip


def _curves(
    frame: pd.DataFrame, by: str, x: alt.X, y: alt.Y, tooltip: list[alt.Tooltip], rules: list[Any],
    band: tuple[str, str] | None, words: str, note: str,
) -> style.Picture:  # fmt: skip
    """A line per strategy over a share of cases, the band of its seeds behind it."""
    kept, left_out = curves.kept(frame.groupby("strategy")[by].mean().sort_values(ascending=False).index)
    along = x["shorthand"].split(":")[0]
    lines = curves.lines(frame, curves.named(frame, kept), along, x, y, band, tooltip)
    return style.framed(
        alt.layer(*rules, *lines).resolve_scale(color="independent", strokeDash="independent"),
        style.HEIGHT,
        words.format(strategies=style.titles(kept) or "-"),
        note,
        _("Not drawn: {strategies}.", strategies=style.titles(left_out)) if left_out else "",
    )


def _upright(frame: pd.DataFrame, column: str) -> alt.Chart:
    return alt.Chart(frame).mark_rule(color=style.INK, strokeDash=[5, 3]).encode(alt.X(f"{column}:Q"))
