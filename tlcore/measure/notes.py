"""What went wrong while training, said once for each strategy instead of once for each run."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from tlcore.measure.statistics import by_strategy
from tlcore.words import message, told

# What training notes (tlcore/learn) and the diagnosis looks for (tlcore/diagnosis): one sentence, said here.
DEAD_CRITIC = message(
    "The critic of phase '{phase}' never learnt: its loss stood at {loss:.3f} throughout. Nothing was adapted."
)
GAVE_UP = message(
    "In phase '{phase}' the critic can no longer tell the domains apart while the score worsened from "
    "{best:.3f} to {last:.3f}: the features gave up what the task needs. Try a smaller weight."
)
ONE_ANSWER = message("Every case of the test set is given the same answer, '{answer}'.")
EXPLODED = message(
    "The loss exploded in epoch {number} of phase '{phase}'; training ended there and epoch {kept} "
    "was kept. Try a smaller learning rate."
)
NO_NUMBERS = message(
    "Loss or weights were no longer numbers in epoch {number} of phase '{phase}'; "
    "training ended there and epoch {kept} was kept."
)

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
            for said, note in {kind(note): note for note in notes if is_grave(note)}.items():
                seen.setdefault(said, []).append(note)
        counted = sorted(seen.values(), key=len, reverse=True)
        found += [Warned(strategy, notes[0], len(notes), len(some)) for notes in counted]
    return found


def sentences(notes: list[Any], grave: bool) -> list[str]:
    """The notes of one run that are grave, or those that are not, as a person reads them."""
    return [told(note) for note in notes if is_grave(note) == grave]


def kind(note: Any) -> str:
    """What a note says, whatever its figures: its sentence with the fields open."""
    return note if isinstance(note, str) else str(note[0])
