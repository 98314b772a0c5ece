"""What the data doctor looks for: one check a file, each found by its file.

A check is ``check(data, found)``; ``ON`` says what it is given. With "files" that is `Tables`, as they lie in the
files; with a modality ("table", "image", "text", "audio") the `tlcore.situation.Situation` that was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pandas as pd

from tlcore.files.finding import Findings
from tlcore.files.request import Files

EVERY = frozenset({"table", "image", "text", "audio"})


@dataclass(frozen=True)
class Tables:
    """The tables by role as they lie in the files, with the fixes that were chosen; ``names`` are their files."""

    tables: Mapping[str, pd.DataFrame]
    names: Mapping[str, str]
    files: Files


def run(on: str, data: Any, found: Findings) -> None:
    """Every check that looks at this; ``on`` is "files" or a modality."""
    for check in _on(on):
        check(data, found)


@cache
def _on(on: str) -> list[Callable[[Any, Findings], None]]:
    return [module.check for module in _modules() if on in module.ON]


def _modules() -> Iterator[Any]:
    for file in iter_modules(__path__):
        yield import_module(f"{__name__}.{file.name}")
