"""Transfer learning when target labels are scarce: does it help, by how much, how surely?

Strategy and backbone files say ``import tlcore as tl`` and reach the torch side through ``tl.nets``,
``tl.losses`` and so on. Those load on first use, so whoever only lists what is on offer opens at once.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tlcore.catalog import Backbone, Fitted, Metric, Scenario, Strategy, Trained
from tlcore.errors import Unusable
from tlcore.knobs import knob, schedule, source_lr, target_lr
from tlcore.outcome import Note
from tlcore.phase import Move, Phase, ready
from tlcore.situation import Examples, Situation

__version__ = "0.1.0"

__all__ = [
    "Backbone", "Examples", "Fitted", "Metric", "Move", "Note", "Phase", "Scenario", "Situation", "Strategy", "Trained",
    "Unusable", "knob", "ready", "schedule", "source_lr", "target_lr",
]  # fmt: skip

_ON_FIRST_USE = {
    "torch": "torch",
    **{file.name: f"tlcore.learn.{file.name}" for file in iter_modules([f"{__path__[0]}/learn"])},
}


def __getattr__(name: str) -> Any:
    if name in _ON_FIRST_USE:
        return import_module(_ON_FIRST_USE[name])
    raise AttributeError(f"tlcore has no {name!r}. On offer: {', '.join([*__all__, *_ON_FIRST_USE])}.")
