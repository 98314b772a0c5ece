"""What is on offer: strategies, scenarios, backbones and metrics, each found by its file.

Whoever adds one writes one file and edits nothing. Their settings are knobs (`tlcore.knobs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar

from tlcore.errors import unknown
from tlcore.knobs import check, filled, knob
from tlcore.words import _, message

if TYPE_CHECKING:
    import numpy as np

    from tlcore.learn.data import Space, Task
    from tlcore.learn.nets import Body
    from tlcore.phase import Phase
    from tlcore.situation import Examples, Situation


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
    ceiling: ClassVar[bool] = False  # True: learns from every target label, so it shows what could be reached at most
    ceiling_of: ClassVar[str] = ""  # of a ceiling: the strategy that it is when that one is given every label
    usual: ClassVar[bool] = False  # True: part of a comparison unless a person chooses otherwise
    labelled: ClassVar[bool] = True  # False: it learns from no target label at all
    epochs: ClassVar[bool] = False  # True: trains for epochs; False: a learner that is fitted at once
    needs: ClassVar[frozenset[str]] = frozenset()  # of NEEDS

    def phases(self, task: Task) -> Iterator[Phase]:
        raise NotImplementedError(f"{type(self).__name__} yields no phases yet.")

    def objection(self, situation: Situation) -> str | None:
        """Why these knobs do not go with this situation, in one sentence; None where they do."""
        return None

    def settled(self) -> Strategy:
        """The same, with all that decides a run written into its knobs: what a file held, not its name alone."""
        return self


@dataclass(frozen=True)
class Fitted(Strategy):
    """A strategy whose learner is fitted at once, by scikit-learn."""

    imbalance: str = knob("none", "Remedy for rare classes", choices=("none", "class weights", "SMOTE"))

    def objection(self, situation: Situation) -> str | None:
        return _objection(self, self.imbalance, situation)


@dataclass(frozen=True)
class Trained(Strategy):
    """A strategy that trains a network for epochs."""

    epochs: ClassVar[bool] = True

    imbalance: str = knob(
        "none",
        "Remedy for rare classes",
        choices=("none", "class weights", "balanced sampling", "focal loss", "logit adjustment", "SMOTE"),
    )

    def objection(self, situation: Situation) -> str | None:
        return _objection(self, self.imbalance, situation)


def _objection(strategy: Strategy, remedy: str, situation: Situation) -> str | None:
    """Where a remedy for rare classes has no meaning."""
    if remedy != "none" and situation.kind == "regression":
        return f"{strategy.name}.imbalance is {remedy!r}, a remedy for rare classes, but a number is predicted here."
    if remedy == "SMOTE" and situation.modality != "table":
        return f"{strategy.name}.imbalance is 'SMOTE', which mixes rows of a table; this data is no table."
    return None


@dataclass(frozen=True)
class Scenario(Offer):
    """A business situation: where knowledge is rich, where labels are scarce, and its knobs."""

    situation: ClassVar[str]  # cold start, rare events, ...
    modality: ClassVar[str]
    story: ClassVar[str]  # a paragraph for a business reader
    simulated: ClassVar[bool]
    embedded: ClassVar[bool] = True  # False: needs a person's files, or a download
    budget: ClassVar[int] = 50  # target labels, unless a person chooses otherwise
    # What a case brings in EUR (TP, FP, TN, FN), or a unit of error costs (over, under): assumed, until a person says.
    worth: ClassVar[tuple[float, ...]] = ()

    def called(self) -> str:
        """What to call an experiment with these knobs, unless a person names it; "": by the scenario's title."""
        return ""

    def differs(self) -> frozenset[str] | None:
        """In what, of DIFFERENCES, source and target differ at these knobs; None where nobody can know beforehand."""
        return None

    def draw(self) -> Situation:
        """The examples themselves. The same knobs give the same examples, to the last bit."""
        raise NotImplementedError(f"{type(self).__name__} draws nothing yet.")


@dataclass(frozen=True)
class Backbone(Offer):
    """The network that makes features, before it has seen anything of source or target."""

    modality: ClassVar[str]
    summary: ClassVar[str]
    usual: ClassVar[bool] = False  # True: taken for its kind of input unless a person chooses otherwise
    batch_norm: ClassVar[bool] = False  # whether what it builds holds batch normalisation
    pretrained: ClassVar[bool] = False  # True: it comes with weights (tlcore/kinds/pretrained.py)
    in_turn: ClassVar[bool] = True  # False: its layers cannot be asked one by one (tlcore/learn/around.py)
    names: ClassVar[bool] = False  # True: it can tell classes by their names alone, as CLIP does

    def scaled(self, share: float) -> Backbone:
        """The same network, this much wider or thinner."""
        return replace(self, width=max(4, round(self.width * share)))  # type: ignore[attr-defined, call-arg]

    def space(self, *parts: Examples) -> Space | None:
        """How these inputs, the source's first, become tensors; None: as is usual for their kind."""
        return None

    def build(self, space: Space) -> Body:
        """A module of ``blocks`` from input to features, of ``width`` features (see learn/nets.py)."""
        raise NotImplementedError(f"{type(self).__name__} builds nothing yet.")

    def blank(self, space: Space) -> Body:
        """The same module knowing nothing: what learning without transfer starts from."""
        return self.build(space)

    def objection(self) -> str | None:
        """Why it cannot be built with these knobs, in one sentence; None where it can."""
        return None

    def settled(self) -> Backbone:
        """The same, with all that decides a run written into its knobs: what a file held, not its name alone."""
        return self


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


FAMILIES = (  # in the order in which a reader meets them
    "choice", "no transfer", "ceiling", "classical transfer", "feature transfer", "parameter transfer",
    "structure transfer", "domain adaptation", "multi-task", "instance transfer", "distillation", "few-shot",
    "scarce labels",
)  # fmt: skip

SITUATIONS = (  # likewise
    "Cold start", "Rare events", "Small B2B base", "Many regions", "Expensive labels", "Changed surroundings",
    "Public data",
)  # fmt: skip

# In what source and target may differ; tlcore/relation.py says it in words.
DIFFERENCES = ("inputs", "columns", "rates", "rule", "classes")

NEEDS: Mapping[str, str] = {
    "source data": "It needs the source's examples.",
    "unlabelled target": "It needs target inputs, which may be unlabelled.",
    "same classes": "It needs source and target to share their classes.",
    "classes": "It needs classes to predict, not a number.",
    "batch norm": "It needs a network with batch normalisation.",
    "tables": "It needs a table.",
    "texts": "It needs texts.",
    "images": "It needs images.",
    "pretrained": "It needs a network that comes with weights.",
    "layers in turn": "It needs a network whose layers can be asked one by one.",
    "class names": "It needs a network that knows classes by their names.",
    "places": "It needs a column that names each row's place, such as its region or brand.",
}


@cache
def strategies() -> dict[str, type[Strategy]]:
    """Every strategy by name, one method per file in ``tlcore/strategies``.

    A file whose method goes with several learners offers them by name: ``STRATEGY = {name: class}``.
    """
    return _found_in("tlcore.strategies", "STRATEGY")


@cache
def scenarios() -> dict[str, type[Scenario]]:
    """Every scenario by name, one per file in ``tlcore/scenarios``."""
    return _found_in("tlcore.scenarios", "SCENARIO")


def embedded() -> list[str]:
    """The scenarios that open at once, with no file and no network."""
    return [name for name, offer in scenarios().items() if offer.embedded]


def by_situation(names: Iterable[str]) -> dict[str, list[str]]:
    """These scenarios by the situation they stand for, in the order in which a reader meets them; new ones last."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(scenarios()[name].situation, []).append(name)
    known = [situation for situation in SITUATIONS if situation in groups]
    return {situation: groups[situation] for situation in [*known, *sorted(groups.keys() - set(known))]}


@cache
def backbones() -> dict[str, type[Backbone]]:
    """Every backbone by name, one per file in ``tlcore/backbones``."""
    return _found_in("tlcore.backbones", "BACKBONE")


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by name, one per file in ``tlcore/metrics``."""
    return _found_in("tlcore.metrics", "METRIC")


def strategy(name: str, **knobs: Any) -> Strategy:
    return _make(_("strategy"), name, strategies(), knobs)


def scenario(name: str, **knobs: Any) -> Scenario:
    return _make(_("scenario"), name, scenarios(), knobs)


def backbone(name: str, **knobs: Any) -> Backbone:
    return _make(_("backbone"), name, backbones(), knobs)


_PLURAL = {
    "table": message("tables"), "image": message("images"), "text": message("texts"), "audio": message("sounds"),
}  # fmt: skip


def misread(name: str, situation: Situation) -> str | None:
    """Why the backbone of this name does not go with this data, in one sentence; None where it does, or for no name."""
    if not name or backbones()[name].modality == situation.modality:
        return None
    reads, data = backbones()[name].modality, situation.modality
    return _("The backbone '{name}' reads {reads}, but this data is made of {data}.", name=name,
             reads=_(_PLURAL[reads]), data=_(_PLURAL[data]))  # fmt: skip


def metric(name: str) -> Metric:
    if name not in metrics():
        raise unknown(_("metric"), name, metrics())
    return metrics()[name]


def _found_in(package: str, attribute: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in iter_modules(import_module(package).__path__):
        offers = getattr(import_module(f"{package}.{module.name}"), attribute)
        for name, offer in (offers if isinstance(offers, dict) else {module.name: offers}).items():
            if isinstance(offer, type):
                offer.name = name  # type: ignore[attr-defined]
            found[name] = offer
    return found


def is_ceiling(strategy: str) -> bool:
    """Whether a strategy shows what could be reached at most; one that is on offer no longer does not."""
    return strategy in strategies() and strategies()[strategy].ceiling


def is_baseline(strategy: str) -> bool:
    """Whether a strategy is one to hold transfer against; one that is on offer no longer is taken to transfer."""
    return strategy in strategies() and not (strategies()[strategy].transfers or strategies()[strategy].ceiling)


def learns_labels(strategy: str) -> bool:
    """Whether a strategy learns from target labels; one that is on offer no longer is taken to."""
    return strategy not in strategies() or strategies()[strategy].labelled


def families() -> list[str]:
    """The families of what is on offer, in the order in which a reader meets them; new ones last."""
    found = {offer.family for offer in strategies().values()}
    return [*filter(found.__contains__, FAMILIES), *sorted(found.difference(FAMILIES))]


def usual() -> list[str]:
    """What is compared unless a person chooses otherwise."""
    return [name for name, offer in strategies().items() if offer.usual]


def suited(strategy: str, modality: str) -> dict[str, Any]:
    """The knobs of this strategy whose default differs for this modality."""
    declared = fields(strategies()[strategy])
    return {knob.name: knob.metadata["by"][modality] for knob in declared if modality in knob.metadata["by"]}


def _make(kind: str, name: str, offer: Mapping[str, Any], knobs: Mapping[str, Any]) -> Any:
    if name not in offer:
        raise unknown(kind, name, offer)
    return filled(offer[name], name, knobs)
