"""What went wrong while training, said once for each strategy instead of once for each run."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from tlcore.measure.statistics import by_strategy
from tlcore.words import told

MEANT = {"frequency_table"}  # always to give the same answer


class Warned(NamedTuple):
    """A grave note of a strategy: in how many of its finished runs, and as its first run has it."""

    strategy: str
    note: Any  # for `tlcore.words.told`
    runs: int
    of: int


def is_grave(note: Any) -> bool:
    """Whether a note, as the store keeps it, says that something went wrong; else it is a fact worth knowing."""
    return isinstance(note, str) or bool(note[-1])


def grave(runs: pd.DataFrame) -> list[Warned]:
    """The grave notes of a runs frame by strategy, the most frequent first; figures in a note may differ by run."""
    found: list[Warned] = []
    done = runs[runs["state"].isin(["done", "stopped"]) & ~runs["strategy"].isin(MEANT)].drop_duplicates("run")
    for strategy, some in by_strategy(done):
        seen: dict[str, list[Any]] = {}
        for notes in some["warnings"]:
            for kind, note in {_kind(note): note for note in notes if is_grave(note)}.items():
                seen.setdefault(kind, []).append(note)
        counted = sorted(seen.values(), key=len, reverse=True)
        found += [Warned(strategy, notes[0], len(notes), len(some)) for notes in counted]
    return found


def sentences(notes: list[Any], grave: bool) -> list[str]:
    """The notes of one run that are grave, or those that are not, as a person reads them."""
    return [told(note) for note in notes if is_grave(note) == grave]


def _kind(note: Any) -> str:
    return note if isinstance(note, str) else str(note[0])
