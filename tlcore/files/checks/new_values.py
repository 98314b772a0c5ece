"""Categories the target has and the source never shows."""

from __future__ import annotations

import pandas as pd

from tlcore.files.finding import Findings
from tlcore.files.parts import frame, listed
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})


def check(data: Situation, found: Findings) -> None:
    source, target = frame(data.source), frame(data.target)
    for column in source.columns:
        if pd.api.types.is_numeric_dtype(source[column]):
            continue
        new = sorted(set(target[column].dropna().unique()) - set(source[column].dropna().unique()), key=str)
        if new and source[column].notna().any():
            share = target[column].isin(new).mean()
            found.note(
                _("Column '{column}' has values in the target that the source never shows: {values} ({share} of rows).",
                  column=column, values=listed([str(value) for value in new]), share=f"{share:.0%}"),
                where=str(column),
            )  # fmt: skip
