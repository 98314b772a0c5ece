"""What is told after the verdict of a comparison: one question a file, each found by its file.

A file has ``PLACE``, where it stands, and ``show(ended)``, which prints and returns what ``--json`` adds to the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pandas as pd

from tlcore.plan import Plan
from tlcore.store import Store


@dataclass(frozen=True, eq=False)
class Ended:
    """A comparison that has ended: what was planned, its runs, and their summary (`tlcore.measure.gain`)."""

    plan: Plan
    experiment_id: str
    runs: pd.DataFrame
    summary: pd.DataFrame
    store: Store


def show(ended: Ended) -> dict[str, Any]:
    """Print everything that is told afterwards; returns what it adds to the record."""
    modules: list[Any] = [import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)]
    added: dict[str, Any] = {}
    for module in sorted(modules, key=lambda module: module.PLACE):
        added |= module.show(ended)
    return added
