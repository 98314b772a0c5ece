"""What if I had more or fewer labels? How many labels transfer saves."""

from __future__ import annotations

from pages.parts import compare
from tlcore.store import StoredExperiment

TITLE, PLACE = "Labels", 1


def show(experiment: StoredExperiment) -> None:
    """The answer for every label budget of the experiment."""
    compare.finished(experiment)
