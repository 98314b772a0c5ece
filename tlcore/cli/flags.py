"""From flags to an experiment: which data, which strategies, under which budget.

The flags for own files are the fields of `tlcore.files.Files`, so they are declared once.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from dataclasses import Field, asdict, fields, replace
from pathlib import Path
from typing import Any

from tlcore import catalog
from tlcore.errors import Unusable, unknown
from tlcore.words import _, message

OWN = "own_files"


def data(parser: ArgumentParser, what: str = "a scenario on offer") -> None:
    """The flags that say which data is meant: a scenario by name, or own files."""
    from tlcore.files.request import Files

    parser.add_argument("scenario", nargs="?", help=f"{what}; leave it out to bring files of your own")
    own = parser.add_argument_group("own files")
    for field in fields(Files):
        flag, kind = f"--{field.name.replace('_', '-')}", type(field.default)
        own.add_argument(flag, type=kind, metavar=field.name.upper(), help=field.metadata["help"])
    parser.add_argument("--set", action="append", default=[], metavar="OWNER.KNOB=VALUE", help="turn one knob")


def budget(parser: ArgumentParser) -> None:
    """The flags that say what is compared, and under which budget."""
    parser.add_argument("--strategies", metavar="A,B,C", help="strategies by name, or 'all' (default: the usual ones)")
    parser.add_argument("--no-baselines", action="store_true", help="leave out the models without transfer")
    training(parser)


def training(parser: ArgumentParser) -> None:
    """The flags that say under which budget something is trained, and how it is judged."""
    from tlcore.spec import PRESETS

    parser.add_argument("--labels", metavar="N,M,all", help="how many target labels may be used; several budgets")
    parser.add_argument("--seeds", type=int, metavar="K", help="repetitions with other samples and weights (default 5)")
    parser.add_argument("--preset", metavar="|".join(PRESETS), help="how long to train (default balanced)")
    parser.add_argument("--watch-source", action="store_true", help="judge epochs on the source too: what is forgotten")
    parser.add_argument("--metric", metavar="NAME", help="what to judge by (default: what suits the data)")
    parser.add_argument("--margin", type=float, metavar="D", help="smallest gain that matters (default 0.01: a point)")
    parser.add_argument("--backbone", metavar="NAME", help="the network (default: what suits the data)")
    parser.add_argument("--device", metavar="auto|cpu|cuda", help="where to train")
    parser.add_argument("--name", metavar="TEXT", help="what to call the experiment")


def chosen_data(asked: Namespace) -> tuple[str, dict[str, Any]]:
    """The scenario and those of its settings that were named. Raises `Unusable`."""
    from tlcore.scenarios import own_files

    own = _own(asked)
    if not asked.scenario and not own:
        offer = ", ".join(name for names in catalog.by_situation(catalog.embedded()).values() for name in names)
        raise Unusable(f"No data is named: name a scenario ({offer}), or bring files with --source and --target.")
    name = asked.scenario or OWN
    if name not in catalog.scenarios():
        raise unknown("scenario", name, catalog.scenarios())
    turned = {knob: value for owner, knob, value in settings(asked, name) if owner == name}
    return name, own_files.settings(**(own | turned)) if name == OWN else turned


def experiment(asked: Namespace) -> Any:
    """The experiment these flags describe, an experiment file and what the flags change in it included."""
    from tlcore.scenarios import own_files
    from tlcore.spec import PRESETS, Experiment

    if asked.scenario and Path(asked.scenario).suffix.lower() in (".yaml", ".yml"):
        _own(asked)
        base = _from_file(Path(asked.scenario))
    else:
        scenario, chosen = chosen_data(asked)
        base = Experiment(scenario, (), settings=chosen)
    if asked.preset is not None and asked.preset not in PRESETS:
        raise unknown("preset", asked.preset, PRESETS)
    changed: dict[str, Any] = {
        key: value
        for key in ("seeds", "metric", "margin", "backbone", "device", "name")
        if (value := getattr(asked, key)) is not None
    }
    if asked.labels is not None:
        changed["labels"] = budgets(asked.labels)
    if asked.preset is not None:
        changed["training"] = PRESETS[asked.preset]
    if asked.watch_source:
        changed["training"] = replace(changed.get("training", base.training), watch_source=True)
    changed["strategies"] = _strategies(asked, base.strategies)
    base = replace(base, **changed)
    knobs = {name: dict(values) for name, values in base.knobs.items()}
    scenario_knobs, training = dict(base.settings), asdict(base.training)
    for owner, knob, value in settings(asked, base.scenario):
        place = {base.scenario: scenario_knobs, "training": training}.get(owner)
        (knobs.setdefault(owner, {}) if place is None else place)[knob] = value
    if base.scenario == OWN:
        scenario_knobs = own_files.settings(**scenario_knobs)
    return replace(base, knobs=knobs, settings=scenario_knobs, training=type(base.training)(**training))


def settings(asked: Namespace, scenario: str) -> list[tuple[str, str, Any]]:
    """Every ``--set`` as owner, knob and value, the value of the kind its default has. Raises `Unusable`."""
    from tlcore.spec import Training

    owners: dict[str, Any] = {**catalog.strategies(), **catalog.backbones(), "training": Training}
    if scenario in catalog.scenarios():
        owners |= {scenario: catalog.scenarios()[scenario], "scenario": catalog.scenarios()[scenario]}
    found, problems = [], []
    for word in asked.set:
        try:
            owner, knob, value = _setting(word, owners)
            found.append((scenario if owner == "scenario" else owner, knob, value))
        except Unusable as error:
            problems += error.problems
    if problems:
        raise Unusable(*problems)
    return found


def _own(asked: Namespace) -> dict[str, Any]:
    """What was said about own files. Raises `Unusable` where other data is named as well."""
    from tlcore.files.request import Files

    own = {field.name: value for field in fields(Files) if (value := getattr(asked, field.name)) is not None}
    if asked.scenario and own:
        raise Unusable(
            f"Both {asked.scenario!r} and files of your own (--{next(iter(own)).replace('_', '-')}) are named; "
            "choose one of the two."
        )
    return own


def _from_file(path: Path) -> Any:
    from tlcore.files.request import existing
    from tlcore.spec import Experiment

    try:
        text = existing(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read as an experiment file: {error}.") from error
    return Experiment.from_yaml(text)


def _strategies(asked: Namespace, base: tuple[str, ...]) -> tuple[str, ...]:
    """The strategies that are named, or the file's, or the usual ones; the usual baselines are added to those named."""
    named = [name.strip() for name in (asked.strategies or "").split(",") if name.strip()]
    if named and named != ["all"]:
        extra = [name for name in catalog.usual() if catalog.is_baseline(name) and name not in named]
        return (*([] if asked.no_baselines else extra), *named)
    chosen = list(catalog.strategies()) if named else base or catalog.usual()
    return tuple(name for name in chosen if not (asked.no_baselines and catalog.is_baseline(name)))


def budgets(text: str, where: str = "--labels") -> tuple[int | None, ...]:
    """Label budgets from words such as "20,50,all"; None is every label there is. Raises `Unusable`."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word for word in words if word != "all" and not word.isdecimal()]
    if wrong or not words:
        raise Unusable(
            f"{where} is {text!r}; it takes whole numbers of at least 4, or 'all', separated by commas, "
            "such as 20,50,all."
        )
    return tuple(None if word == "all" else int(word) for word in words)


def _setting(word: str, owners: dict[str, Any]) -> tuple[str, str, Any]:
    path, equals, text = word.partition("=")
    owner, dot, knob = path.partition(".")
    if not (equals and dot):
        raise Unusable(f"--set {word} is not understood; it reads like --set fine_tune.lr=0.001.")
    if owner not in owners:
        raise unknown("owner of knobs", owner, owners)
    known = {field.name: field for field in fields(owners[owner])}
    if knob not in known:
        raise unknown(f"knob of {owner}", knob, known)
    return owner, knob, valued(f"{owner}.{knob}", known[knob], text)


def valued(where: str, field: Field[Any], text: str) -> Any:
    """The value of a knob that this text means, of the kind its default has. Raises `Unusable`."""
    kinds: Iterable[tuple[type, Callable[[str], Any], str]] = (
        (
            bool,
            lambda word: {"true": True, "false": False}[word.lower()],
            message("{where} is {value}; it must be true or false."),
        ),
        (int, int, message("{where} is {value}; it must be a whole number.")),
        (float, float, message("{where} is {value}; it must be a number.")),
        (str, str, message("{where} is {value}; it must be text.")),
    )
    for kind, read, sentence in kinds:
        if isinstance(field.default, kind):
            try:
                return read(text)
            except (ValueError, KeyError):
                raise Unusable(_(sentence, where=where, value=repr(text))) from None
    raise Unusable(f"{where} cannot be set on the command line; write it into an experiment file.")
