"""Whom `auto` chose, counted over its runs."""

from __future__ import annotations

from collections import Counter

import pandas as pd

STRATEGY = "auto"


def choices(runs: pd.DataFrame) -> list[tuple[tuple[str, ...], int]]:
    """The strategies that were chosen together, and in how many of the runs; the most frequent first.

    A run says it in a note whose values hold the ``members``: several where their answers are averaged.
    """
    own = runs[runs["strategy"] == STRATEGY].drop_duplicates("run")
    found: Counter[tuple[str, ...]] = Counter()
    for notes in own["warnings"]:
        found.update(tuple(note[1]["members"]) for note in notes if not isinstance(note, str) and "members" in note[1])
    return found.most_common()
