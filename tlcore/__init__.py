"""Transfer learning when target labels are scarce: does it help, by how much, how surely?

Strategy and backbone files say ``import tlcore as tl`` and reach the torch side through ``tl.nets``,
``tl.losses`` and so on. Those load on first use, so whoever only lists what is on offer opens at once.
"""

from importlib import import_module
from typing import Any

from tlcore.catalog import Backbone, Metric, Scenario, Strategy, knob
from tlcore.errors import Unusable
from tlcore.phase import Move, Phase, ready
from tlcore.situation import Examples, Situation

__version__ = "0.1.0"

__all__ = [
    "Backbone", "Examples", "Metric", "Move", "Phase", "Scenario", "Situation", "Strategy", "Unusable", "knob", "ready",
]  # fmt: skip

_ON_FIRST_USE = {
    "torch": "torch",
    **{name: f"tlcore.learn.{name}" for name in ("classical", "data", "losses", "nets", "recipes")},
}


def __getattr__(name: str) -> Any:
    if name in _ON_FIRST_USE:
        return import_module(_ON_FIRST_USE[name])
    raise AttributeError(f"tlcore has no {name!r}. On offer: {', '.join([*__all__, *_ON_FIRST_USE])}.")
