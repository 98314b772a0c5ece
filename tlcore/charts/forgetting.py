"""What learning the target cost on the source: the score there before and after, strategy by strategy."""

from __future__ import annotations

import altair as alt
import pandas as pd

from tlcore.charts import answers, style
from tlcore.words import _

ROWS_AT_MOST = 20


def forgetting(table: pd.DataFrame, metric: str) -> style.Picture:
    """A row per strategy of one label budget of `tlcore.measure.convergence.forgotten`, who forgot most on top."""
    rows = table.sort_values("drop", ascending=False)
    rows, cut = rows.head(ROWS_AT_MOST), len(rows) - ROWS_AT_MOST
    factor = answers.factor(metric)
    names = [style.title(name) for name in rows["strategy"]]
    drops = [f"{-drop * factor:+.1f}" if factor == 100 else f"{-drop:+.3g}" for drop in rows["drop"]]
    frame = (
        rows[["knew", "keeps", "target", "n"]]
        .astype(float)
        .assign(
            strategy=names,
            drop=-rows["drop"] * factor,
            text=[f"{name}  {drop}" for name, drop in zip(names, drops, strict=True)],
        )
    )
    title = _("Score")
    place = alt.Y("text:N", title=None, sort=None, axis=None)
    tooltip = [
        alt.Tooltip("strategy:N", title=_("Strategy")),
        alt.Tooltip("knew:Q", title=_("Source, when learnt"), format=".3f"),
        alt.Tooltip("keeps:Q", title=_("Source, at the kept epoch"), format=".3f"),
        alt.Tooltip("target:Q", title=_("Target, at the kept epoch"), format=".3f"),
    ]

    def at(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=title, scale=alt.Scale(zero=False, padding=14))

    base = alt.Chart(frame).encode(place, tooltip=tooltip)
    low = 9  # pixels below the middle of a row: its words stand above
    text = alt.Chart(frame).mark_text(align="left", x=4, yOffset=-9, fontSize=13, fontWeight="bold", color=style.INK)
    said = "; ".join(f"{name} {drop}" for name, drop in zip(names, drops, strict=True))
    return style.framed(
        alt.layer(
            base.mark_rule(strokeWidth=3, color=style.SOURCE, yOffset=low).encode(at("knew"), alt.X2("keeps:Q")),
            base.mark_point(size=110, color=style.SOURCE, filled=False, strokeWidth=2, opacity=1, yOffset=low).encode(
                at("knew")
            ),
            base.mark_point(size=110, color=style.SOURCE, filled=True, opacity=1, yOffset=low).encode(at("keeps")),
            base.mark_point(size=90, color=style.TARGET, shape="square", filled=True, opacity=1, yOffset=low).encode(
                at("target")
            ),
            text.encode(place, alt.Text("text:N")),
        ),
        alt.Step(46),
        _("Score on the source before and after learning the target, and the change: {rows}.", rows=said or "-"),
        _("Hollow: the source, when learnt. Filled: the source, at the kept epoch. Square: the target there."),
        _("{n} rows are not drawn.", n=cut) if cut > 0 else "",
    )
