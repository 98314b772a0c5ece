"""What the diagnosis looks for: one symptom a file, each found by its file.

A symptom is ``look(seen)``, which gives a `tlcore.diagnosis.Finding` or None; ``TITLE`` names it, ``PLACE`` says where
it stands among those that are as grave.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding


@cache
def every() -> list[Callable[[Evidence], Finding | None]]:
    """Every symptom's look, in order."""
    modules: list[Any] = [import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)]
    return [module.look for module in sorted(modules, key=lambda module: module.PLACE)]
