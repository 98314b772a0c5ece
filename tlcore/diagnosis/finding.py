"""What a diagnosis is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from tlcore.spec import Experiment


class Remedy(NamedTuple):
    """A small change of the experiment that would show whether it helps, and what the change is, in words."""

    words: str
    experiment: Experiment


@dataclass(frozen=True)
class Finding:
    """A symptom, whom it concerns, and what it is told by.

    ``grave``: a result is wrong, or worse than it would be without; else it is a caution. ``sentence`` is in the
    language of the moment. ``notes`` are the kinds of notes of the runs that it stands for, so that nobody says them
    a second time (`tlcore.measure.notes.kind`).
    """

    symptom: str  # the name of its file
    title: str
    strategies: tuple[str, ...]
    grave: bool
    sentence: str
    remedies: tuple[Remedy, ...] = ()
    notes: frozenset[str] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        """Plain strings, lists and dicts: what JSON keeps."""
        return {
            "symptom": self.symptom,
            "strategies": list(self.strategies),
            "grave": self.grave,
            "sentence": self.sentence,
            "remedies": [{"words": one.words, "experiment": one.experiment.to_dict()} for one in self.remedies],
        }
