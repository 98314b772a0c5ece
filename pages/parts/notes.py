"""What runs noted about themselves: something went wrong, or a fact worth knowing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import show
from tlcore import words
from tlcore.measure import notes as measure
from tlcore.words import _, counted


def of_run(notes: list[Any]) -> None:
    """The notes of one run: warnings as one box, facts as another."""
    for grave, box, icon in ((True, st.warning, ":material/warning:"), (False, st.info, ":material/info:")):
        lines = [show.plain(sentence) for sentence in measure.sentences(notes, grave)]
        if lines:
            box("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else lines[0], icon=icon)


def warnings(runs: pd.DataFrame) -> pd.Series:
    """How many notes of each run are grave; missing where none is, or where they say what the strategy is for."""
    counts = runs["warnings"].map(lambda notes: sum(map(measure.is_grave, notes))).astype("Int64")
    return counts.where((counts > 0) & ~runs["strategy"].isin(measure.MEANT))


def of_strategies(done: pd.DataFrame, told: Collection[tuple[str, str]] = ()) -> None:
    """What went wrong in the runs in view, once for each strategy, folded away.

    ``told`` are kinds of notes by strategy that the page says elsewhere.
    """
    found = [one for one in measure.grave(done) if (one.strategy, measure.kind(one.note)) not in told]
    if not found:
        return
    strategies = dict.fromkeys(one.strategy for one in found)
    label = counted("Warnings from training: {n} strategy", "Warnings from training: {n} strategies", len(strategies))
    with st.expander(label, icon=":material/warning:"):
        for strategy in strategies:
            lines = [
                _("in {n} of {of} seeds: {sentence}", n=one.runs, of=one.of, sentence=show.plain(words.told(one.note)))
                for one in found
                if one.strategy == strategy
            ]
            st.markdown(f"**{show.strategy_name(strategy)}**\n" + "\n".join(f"- {line}" for line in lines))
