"""What is on offer: strategies, scenarios, backbones and metrics, each found by its file.

Whoever adds one writes one file and edits nothing. A setting is declared once, as a field made by
`knob`; the form, the command line, the record of a run and the documentation read it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tlcore.errors import Unusable, unknown

if TYPE_CHECKING:
    import numpy as np

    from tlcore.learn.data import Space, Task
    from tlcore.learn.nets import Body
    from tlcore.phase import Phase
    from tlcore.situation import Situation


Bag = TypeVar("Bag")


def knob(default: Any, help: str, low: float | None = None, high: float | None = None, *, choices: tuple = ()) -> Any:
    """A setting: its default, one line of help, and the range or the choices it is held to."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Offer:
    """Something a person can choose, with its knobs. The file it stands in gives its name."""

    name: ClassVar[str] = ""
    title: ClassVar[str]

    def __post_init__(self) -> None:
        check(self, self.name)

    @property
    def knobs(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Strategy(Offer):
    """A way to bring what the source knows to a small target.

    A strategy is a frozen bag of knobs and one generator. It never trains: it yields the phases it
    wants run, in order, and may compute between them.
    """

    family: ClassVar[str]
    summary: ClassVar[str]  # one sentence for a business reader
    avoid: ClassVar[str]  # when it is a bad idea, one sentence
    paper: ClassVar[str] = ""  # authors, year
    transfers: ClassVar[bool] = True  # False: a baseline that never sees the source
    epochs: ClassVar[bool] = True  # False: a learner that is fitted at once
    needs: ClassVar[frozenset[str]] = frozenset()  # of NEEDS

    def phases(self, task: Task) -> Iterator[Phase]:
        raise NotImplementedError(f"{type(self).__name__} yields no phases yet.")


@dataclass(frozen=True)
class Scenario(Offer):
    """A business situation: where knowledge is rich, where labels are scarce, and its knobs."""

    situation: ClassVar[str]  # cold start, rare events, ...
    modality: ClassVar[str]
    story: ClassVar[str]  # a paragraph for a business reader
    simulated: ClassVar[bool]
    budget: ClassVar[int] = 50  # target labels, unless a person chooses otherwise

    def draw(self) -> Situation:
        """The examples themselves. The same knobs give the same examples, to the last bit."""
        raise NotImplementedError(f"{type(self).__name__} draws nothing yet.")


@dataclass(frozen=True)
class Backbone(Offer):
    """The network that makes features, before it has seen anything."""

    modality: ClassVar[str]
    summary: ClassVar[str]
    width: int

    def scaled(self, share: float) -> Backbone:
        """The same network, this much wider or thinner."""
        return replace(self, width=max(4, round(self.width * share)))

    def build(self, space: Space) -> Body:
        """A module of ``blocks`` from input to features, of ``width`` features (see learn/nets.py)."""
        raise NotImplementedError(f"{type(self).__name__} builds nothing yet.")


@dataclass(frozen=True)
class Metric:
    """A measure of predictions. ``measure(truth, prediction)`` returns a float.

    Classes: ``truth`` holds positions (N,), ``prediction`` probabilities (N, C). Regression: both
    are numbers (N,). For two classes the event is position 1.
    """

    title: str
    kinds: frozenset[str]
    measure: Callable[[np.ndarray, np.ndarray], float]
    higher_is_better: bool = True
    unit: str = "points"  # differences read in points (hundredths), or in the label's own unit

    @property
    def sign(self) -> int:
        """Multiply by this and more is better: the one place where the direction is turned."""
        return 1 if self.higher_is_better else -1


NEEDS: Mapping[str, str] = {
    "source data": "It needs the source's examples.",
    "unlabelled target": "It needs target inputs, which may be unlabelled.",
    "same classes": "It needs source and target to share their classes.",
    "classes": "It needs classes to predict, not a number.",
    "batch norm": "It needs a network with batch normalisation.",
}


@cache
def strategies() -> dict[str, type[Strategy]]:
    """Every strategy by name, one per file in ``tlcore/strategies``."""
    return _found_in("tlcore.strategies", "STRATEGY")


@cache
def scenarios() -> dict[str, type[Scenario]]:
    """Every scenario by name, one per file in ``tlcore/scenarios``."""
    return _found_in("tlcore.scenarios", "SCENARIO")


@cache
def backbones() -> dict[str, type[Backbone]]:
    """Every backbone by name, one per file in ``tlcore/backbones``."""
    return _found_in("tlcore.backbones", "BACKBONE")


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by name, one per file in ``tlcore/metrics``."""
    return _found_in("tlcore.metrics", "METRIC")


def strategy(name: str, **knobs: Any) -> Strategy:
    return _make("strategy", name, strategies(), knobs)


def scenario(name: str, **knobs: Any) -> Scenario:
    return _make("scenario", name, scenarios(), knobs)


def backbone(name: str, **knobs: Any) -> Backbone:
    return _make("backbone", name, backbones(), knobs)


def metric(name: str) -> Metric:
    if name not in metrics():
        raise unknown("metric", name, metrics())
    return metrics()[name]


def _found_in(package: str, attribute: str) -> dict[str, Any]:
    found = {}
    for module in iter_modules(import_module(package).__path__):
        offer = getattr(import_module(f"{package}.{module.name}"), attribute)
        if isinstance(offer, type):
            offer.name = module.name  # type: ignore[attr-defined]
        found[module.name] = offer
    return found


def _make(kind: str, name: str, offer: Mapping[str, Any], knobs: Mapping[str, Any]) -> Any:
    if name not in offer:
        raise unknown(kind, name, offer)
    return filled(offer[name], name, knobs)


def filled(bag: type[Bag], owner: str, knobs: Mapping[str, Any]) -> Bag:
    """This dataclass with these knobs set. Raises `Unusable` for those it does not have."""
    known = [f.name for f in fields(bag)]  # type: ignore[arg-type]
    strangers = [p for knob in knobs if knob not in known for p in unknown(f"knob of {owner}", knob, known).problems]
    if strangers:
        raise Unusable(*strangers)
    return bag(**knobs)


def check(bag: Any, owner: str) -> None:
    """Raise `Unusable` for every knob of this dataclass that is outside its range."""
    problems = [wrong for declared in fields(bag) if (wrong := _problem(owner, declared, getattr(bag, declared.name)))]
    if problems:
        raise Unusable(*problems)


def _problem(owner: str, declared: Any, value: Any) -> str | None:
    """What is wrong with this value of a knob, in one sentence; None where it fits."""
    low, high, choices = (declared.metadata.get(key) for key in ("low", "high", "choices"))
    where, default = f"{owner}.{declared.name}", declared.default
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    if choices and value not in choices:
        return f"{where} is {value!r}; it must be one of {', '.join(map(repr, choices))}."
    if isinstance(default, bool):
        return None if isinstance(value, bool) else f"{where} is {value!r}; it must be true or false."
    if isinstance(default, int) and not (number and isinstance(value, int)):
        return f"{where} is {value!r}; it must be a whole number."
    if isinstance(default, float) and not number:
        return f"{where} is {value!r}; it must be a number."
    if isinstance(default, str) and not isinstance(value, str):
        return f"{where} is {value!r}; it must be text."
    if number and not (low if low is not None else value) <= value <= (high if high is not None else value):
        return f"{where} is {value}; it must lie between {low} and {high}."
    return None
