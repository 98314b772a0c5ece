"""What was asked for: an experiment, and the runs it consists of. Frozen, checked, hashed.

Equal specs are the same run, whoever asks and whenever: the key is a digest of everything that
decides the outcome. What does not decide it (device, name, margin) is no part of a run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from hashlib import blake2s
from typing import Any

import yaml

from tlcore import catalog
from tlcore.errors import Unusable, unknown
from tlcore.knobs import check, filled, knob, whole
from tlcore.words import _

PART = "↳ "  # how the name of an experiment begins that is a part of a sweep or a search
FORMAT = 2  # raise it when the same spec would no longer mean the same run


@dataclass(frozen=True)
class Training:
    """The budget every strategy of an experiment trains under: the same for all, so comparisons are fair."""

    epochs: int = knob(30, "Passes over the data in each phase of a strategy", 1, 1000)
    batch: int = knob(64, "Examples per step", 2, 4096)
    least_steps: int = knob(20, "Steps an epoch has at least, however few the labels", 1, 1000)
    patience: int = knob(10, "Epochs without improvement before a phase ends early", 1, 1000)
    weight_decay: float = knob(1e-4, "Pull of every weight towards zero", 0.0, 1.0)
    warmup: float = knob(0.1, "Share of a phase in which the learning rate rises", 0.0, 0.9)
    clip: float = knob(1.0, "Largest gradient norm of a step", 0.01, 1000.0)
    augment: bool = knob(True, "Vary training images and texts a little")
    watch_source: bool = knob(False, "Judge every epoch on the source too, so that forgetting can be seen")

    def __post_init__(self) -> None:
        check(self, "training")


PRESETS: Mapping[str, Training] = {
    "quick": Training(epochs=10, patience=5),
    "balanced": Training(epochs=30, patience=10),
    "thorough": Training(epochs=100, patience=25),
}


def nearest(training: Training) -> str:
    """The preset that differs from this training budget in the fewest knobs."""
    return min(PRESETS, key=lambda name: sum(vars(training)[knob] != of for knob, of in vars(PRESETS[name]).items()))


@dataclass(frozen=True)
class RunSpec:
    """One strategy, one label budget, one seed: everything that decides a run's outcome."""

    scenario: str
    settings: Mapping[str, Any]  # every knob of the scenario
    strategy: str
    knobs: Mapping[str, Any]  # every knob of the strategy
    labels: int | None
    seed: int
    backbone: str
    metric: str
    training: Training
    network: Mapping[str, Any] = field(default_factory=dict)  # knobs of the backbone that differ from the default
    again: str = ""  # as in `Experiment`: a run that is repeated is a run of its own

    @cached_property
    def key(self) -> str:
        """Sixteen hexadecimal digits; equal specs have equal keys."""
        text = json.dumps([FORMAT, self.to_dict()], sort_keys=True, default=str)
        return blake2s(text.encode(), digest_size=8).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        record = {**asdict(self), "settings": dict(self.settings), "knobs": dict(self.knobs)}
        for later in ("network", "again"):  # as it was before there were such settings
            if not record[later]:
                del record[later]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> RunSpec:
        return cls(**{**record, "training": Training(**record["training"])})


def _names(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _ascending(budgets: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """Each budget once, the smallest first; None, every label there is, comes last."""
    return tuple(sorted(set(budgets), key=lambda count: (count is None, count or 0)))


# What a record read from a file must look like before its content is checked.
SHAPES: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("scenario", "a name", lambda value: isinstance(value, str)),
    ("strategies", "a list of names", _names),
    ("settings", "knobs with their values", _mapping),
    (
        "knobs",
        "knobs with their values, by strategy or backbone",
        lambda v: _mapping(v) and all(map(_mapping, v.values())),
    ),
    ("training", "a preset's name, or knobs with their values", lambda v: isinstance(v, str) or _mapping(v)),
    ("backbone", "a name", lambda value: isinstance(value, str)),
    ("metric", "a name", lambda value: isinstance(value, str)),
    ("margin", "a number", lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)),
    ("name", "text", lambda value: isinstance(value, str)),
    ("again", "text", lambda value: isinstance(value, str)),
)


@dataclass(frozen=True)
class Experiment:
    """Scenario x strategies x label budgets x seeds, under one training budget."""

    scenario: str
    strategies: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)  # knobs of the scenario that differ from the default
    knobs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by strategy or backbone, likewise
    labels: tuple[int | None, ...] = ()  # budgets; () = the scenario's own, None = every label there is
    seeds: int = 5
    backbone: str = "auto"
    metric: str = "auto"
    margin: float = 0.01
    training: Training = PRESETS["balanced"]
    device: str = "auto"
    name: str = ""
    again: str = ""  # which experiment this repeats, and the how-manieth time: "a1b2c3d4e5f6.1" (tlcore/again.py)

    @property
    def own_name(self) -> str:
        """Its name where it stands on its own, not as a part of a sweep or a search."""
        return self.name.removeprefix(PART)

    def varied(self, **changes: Any) -> Experiment:
        """With other settings: an experiment of its own, which repeats nothing, not even where this one does."""
        return replace(self, again="", **changes)

    def checked(self) -> Experiment:
        """The same experiment with every open choice made. Raises `Unusable` with all that is wrong."""
        problems: list[str] = []

        def attempt(make: Any, *args: Any, **knobs: Any) -> Any:
            try:
                return make(*args, **knobs)
            except Unusable as error:
                problems.extend(error.problems)

        scenario = attempt(catalog.scenario, self.scenario, **self.settings)
        for name in self.strategies:
            attempt(catalog.strategy, name, **self.knobs.get(name, {}))
        if not self.strategies:
            problems.append(_("No strategy is chosen; name at least one."))
        problems += [
            _(
                "Knobs are set for '{name}', which is not among the strategies: {names}.",
                name=name,
                names=", ".join(self.strategies),
            )
            for name in self.knobs
            if name not in (*self.strategies, self.backbone)
        ]
        problems += whole("seeds", self.seeds, 1, 100)
        if not 0 <= self.margin < 1:
            problems.append(
                _(
                    "{where} is {value}; it must lie between {low} and {high}.",
                    where="margin",
                    value=repr(self.margin),
                    low=0,
                    high=1,
                )
            )
        if self.device not in ("auto", "cpu", "cuda"):
            problems.append(_("device is {value}; it must be auto, cpu or cuda.", value=repr(self.device)))
        if self.metric != "auto":
            attempt(catalog.metric, self.metric)
        if self.backbone != "auto":
            attempt(catalog.backbone, self.backbone, **self.knobs.get(self.backbone, {}))
        budgets = self.labels or ((scenario.budget,) if scenario else ())
        problems += [
            _("A label budget is {count}; it must be a whole number of at least 4, or 'all'.", count=repr(count))
            for count in budgets
            if count is not None and not (isinstance(count, int) and count >= 4)
        ]
        if problems:
            raise Unusable(*problems)
        return replace(self, labels=_ascending(budgets), strategies=tuple(dict.fromkeys(self.strategies)))

    def runs(self, *, backbone: str, metric: str) -> list[RunSpec]:
        """Every run, seed by seed, so that paired comparisons fill up evenly."""
        settings = catalog.scenario(self.scenario, **self.settings).knobs
        modality = catalog.backbones()[backbone].modality
        chosen = {name: {**catalog.suited(name, modality), **self.knobs.get(name, {})} for name in self.strategies}
        knobs = {name: catalog.strategy(name, **chosen[name]).settled().knobs for name in self.strategies}
        usual, built = catalog.backbone(backbone).knobs, catalog.backbone(backbone, **self.knobs.get(backbone, {}))
        network = {name: value for name, value in built.settled().knobs.items() if value != usual[name]}

        def spec(name: str, budget: int | None, seed: int) -> RunSpec:
            # A ceiling learns from every target label, whatever the budget of the others.
            budget = None if catalog.strategies()[name].ceiling else budget
            return RunSpec(
                self.scenario, settings, name, knobs[name], budget, seed, backbone, metric, self.training, network,
                self.again,
            )  # fmt: skip

        every = [
            spec(name, budget, seed) for seed in range(self.seeds) for budget in self.labels for name in self.strategies
        ]
        return list({run.key: run for run in every}.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dicts, strings and numbers: what YAML, JSON and the store keep."""
        record = asdict(self)
        record["settings"] = dict(self.settings)
        record["knobs"] = {name: dict(knobs) for name, knobs in self.knobs.items()}
        record["strategies"], record["labels"] = list(self.strategies), list(self.labels)
        if not self.again:
            del record["again"]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Experiment:
        """The inverse of `to_dict`. Raises `Unusable` for unknown or missing keys."""
        known = [f.name for f in fields(cls)]
        problems = [p for key in record if key not in known for p in unknown("experiment key", key, known).problems]
        problems += [f"The experiment names no {key}." for key in ("scenario", "strategies") if key not in record]
        if problems:
            raise Unusable(*problems)
        values = dict(record)
        problems = [
            f"{key} is {values[key]!r}; it must be {words}."
            for key, words, fits in SHAPES
            if key in values and not fits(values[key])
        ]
        if problems:
            raise Unusable(*problems)
        if isinstance(values.get("training"), str):
            if values["training"] not in PRESETS:
                raise unknown("preset", values["training"], PRESETS)
            values["training"] = PRESETS[values["training"]]
        elif "training" in values:
            values["training"] = filled(Training, "training", values["training"])
        values["strategies"] = tuple(values["strategies"])
        labels = values.get("labels", ())
        labels = labels if isinstance(labels, (list, tuple)) else [labels]
        values["labels"] = tuple(None if count == "all" else count for count in labels)
        return cls(**values)

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)

    @classmethod
    def from_yaml(cls, text: str) -> Experiment:
        try:
            record = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise Unusable(f"The experiment file is no valid YAML: {error}.") from error
        if not isinstance(record, dict):
            raise Unusable("The experiment file holds no mapping; it starts like 'scenario: digits'.")
        return cls.from_dict(record)
