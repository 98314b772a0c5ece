"""Settings, each declared once as a field of a dataclass.

The form, the command line, the record of a run and the documentation read a knob from its declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any, TypeVar

from tlcore.errors import Unusable, unknown
from tlcore.words import _

Bag = TypeVar("Bag")


def knob(
    default: Any,
    help: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: tuple = (),
    by: Mapping[str, Any] | None = None,
) -> Any:
    """A setting: its default, one line of help, and the range or the choices it is held to.

    ``by`` names other defaults for some modalities: ``by={"image": 1e-3}``.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices, "by": by or {}})


def source_lr() -> Any:
    """How fast a network learns the source, from nothing: one default for all, so that they share that training."""
    return knob(3e-3, "Learning rate on the source", 1e-6, 1.0)


def target_lr() -> Any:
    """How fast a network that knows the source moves on the target's few labels (docs/decisions/0030)."""
    return knob(3e-4, "Learning rate on the target", 1e-6, 1.0, by={"table": 1e-4, "text": 3e-3})


def schedule() -> Any:
    """How a strategy that aligns two domains comes to its full weight (`tlcore.learn.alignment.pace`)."""
    return knob(
        "ramp",
        "When alignment has its weight: rising, at once, or the more the further apart the domains lie",
        choices=("ramp", "constant", "distance"),
    )


def filled(bag: type[Bag], owner: str, knobs: Mapping[str, Any]) -> Bag:
    """This dataclass with these knobs set. Raises `Unusable` for those it does not have."""
    known = [f.name for f in fields(bag)]  # type: ignore[arg-type]
    strangers = [
        p
        for knob in knobs
        if knob not in known
        for p in unknown(_("knob of {owner}", owner=owner), knob, known).problems
    ]
    if strangers:
        raise Unusable(*strangers)
    return bag(**knobs)


def check(bag: Any, owner: str) -> None:
    """Raise `Unusable` for every knob of this dataclass that is outside its range."""
    problems = [wrong for declared in fields(bag) if (wrong := _problem(owner, declared, getattr(bag, declared.name)))]
    if problems:
        raise Unusable(*problems)


def whole(name: str, value: object, low: int, high: int) -> list[str]:
    """What is wrong with a whole number from outside, in a sentence; none where it lies in its range."""
    if type(value) is int and low <= value <= high:
        return []
    return [_("{name} is {value}; it must be a whole number between {low} and {high}.", name=name, value=repr(value),
              low=low, high=high)]  # fmt: skip


def _problem(owner: str, declared: Any, value: Any) -> str | None:
    """What is wrong with this value of a knob, in one sentence; None where it fits."""
    low, high, choices = (declared.metadata.get(key) for key in ("low", "high", "choices"))
    said, default = {"where": f"{owner}.{declared.name}", "value": repr(value)}, declared.default
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    if choices and value not in choices:
        named = ", ".join(map(repr, choices))
        return _("{where} is {value}; it must be one of {names}.", **said, names=named)
    if isinstance(default, bool):
        return None if isinstance(value, bool) else _("{where} is {value}; it must be true or false.", **said)
    if isinstance(default, int) and not (number and isinstance(value, int)):
        return _("{where} is {value}; it must be a whole number.", **said)
    if isinstance(default, float) and not number:
        return _("{where} is {value}; it must be a number.", **said)
    if isinstance(default, str) and not isinstance(value, str):
        return _("{where} is {value}; it must be text.", **said)
    if number and not (low if low is not None else value) <= value <= (high if high is not None else value):
        return _("{where} is {value}; it must lie between {low} and {high}.", low=low, high=high, **said)
    return None
