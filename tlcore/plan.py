"""From what was asked to what will run: open choices made, every problem said before anything starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from tlcore import catalog
from tlcore.errors import Unusable, gathered
from tlcore.situation import Situation, split
from tlcore.spec import Experiment, RunSpec
from tlcore.words import _

RARE = 0.2  # a minority below this share makes accuracy misleading


@dataclass(frozen=True, eq=False)
class Plan:
    """An experiment that can start: its runs, and one sentence for each strategy left out."""

    experiment: Experiment
    situation: Situation
    runs: list[RunSpec]
    left_out: dict[str, str]

    @property
    def metric(self) -> str:
        return self.experiment.metric

    @property
    def backbone(self) -> str:
        return self.experiment.backbone


def plan(experiment: Experiment) -> Plan:
    """Check an experiment against its data. Raises `Unusable` with one sentence per problem.

    Strategies that do not apply to this situation are left out with a sentence; when none
    remains, that is a problem.
    """
    experiment = experiment.checked()
    situation = drawn(experiment.scenario, **experiment.settings)
    backbone, metric, *_hands = gathered(
        lambda: backbone_for(experiment.backbone, situation),
        lambda: _metric(experiment.metric, situation),
        *(partial(split, situation, budget, seed=0) for budget in experiment.labels),
    )
    left_out, problems = {}, []
    if why := catalog.backbone(backbone, **experiment.knobs.get(backbone, {})).objection():
        problems.append(why)
    if not len(situation.source) and not catalog.backbones()[backbone].pretrained:
        problems.append(_without_source(situation))
    for name in experiment.strategies:
        turned = experiment.knobs.get(name, {})
        if why := refusal(name, situation, backbone):
            left_out[name] = why
        elif why := catalog.strategy(name, **{**catalog.suited(name, situation.modality), **turned}).objection(
            situation
        ):
            # A knob that somebody turned is to be turned back; a default that does not fit is nobody's mistake.
            if turned:
                problems.append(why)
            else:
                left_out[name] = why
    if problems:
        raise Unusable(*problems)
    strategies = tuple(name for name in experiment.strategies if name not in left_out)
    if not strategies:
        raise Unusable(*left_out.values())
    knobs = {name: values for name, values in experiment.knobs.items() if name in (*strategies, backbone)}
    name = experiment.name or catalog.scenario(experiment.scenario, **experiment.settings).called()
    experiment = replace(experiment, strategies=strategies, knobs=knobs, backbone=backbone, metric=metric, name=name)
    return Plan(experiment, situation, experiment.runs(backbone=backbone, metric=metric), left_out)


@lru_cache(maxsize=4)
def _drawn(name: str, settings: tuple[tuple[str, object], ...]) -> Situation:
    return catalog.scenario(name, **dict(settings)).draw()


def drawn(scenario: str, **settings: object) -> Situation:
    """The scenario's examples, kept for the next question about them. Treat them as read-only."""
    return _drawn(scenario, tuple(sorted(catalog.scenario(scenario, **settings).knobs.items())))


def headline(situation: Situation) -> str:
    """The metric to judge by: average precision for a rare event, accuracy for classes, R2 for a number."""
    if situation.kind == "regression":
        return "r2"
    labels = np.asarray(situation.target.labels, dtype=str)
    minority = np.unique(labels, return_counts=True)[1].min() / len(labels)
    if situation.kind == "binary":
        return "average_precision" if minority < RARE else "roc_auc"
    return "accuracy" if minority >= RARE / len(situation.target_space.classes) else "macro_f1"


def refusal(strategy: str, situation: Situation, backbone: str = "auto") -> str | None:
    """Why this strategy does not apply here, in one sentence; None where it does."""
    missing = lacking(strategy, situation, backbone)
    if not missing:
        return None
    return _("{strategy} does not apply here. {why}", strategy=_(catalog.strategies()[strategy].title),
             why=" ".join(map(_, missing)))  # fmt: skip


def lacking(strategy: str, situation: Situation, backbone: str = "auto") -> list[str]:
    """What this strategy needs and this situation, or the network, does not have: sentences of `catalog.NEEDS`."""
    network = catalog.backbones()[backbone_for(backbone, situation)]
    has = {
        "source data": len(situation.source) > 0,
        "unlabelled target": True,
        "same classes": len(situation.source) > 0 and situation.source_space == situation.target_space,
        "classes": situation.kind != "regression",
        "batch norm": network.batch_norm,
        "pretrained": network.pretrained,
        "layers in turn": network.in_turn,
        "class names": network.names,
        "tables": situation.modality == "table",
        "texts": situation.modality == "text",
        "images": situation.modality == "image",
        "places": situation.places is not None,
    }
    return [catalog.NEEDS[need] for need in sorted(catalog.strategies()[strategy].needs) if not has[need]]


def backbone_for(name: str, situation: Situation) -> str:
    fitting = [key for key, offer in catalog.backbones().items() if offer.modality == situation.modality]
    offers = catalog.backbones()
    if name == "auto":
        # Without a source all that is carried over comes with the network.
        ready = () if len(situation.source) else (key for key in fitting if _at_hand(offers[key]))
        return next(iter(ready), next(key for key in fitting if offers[key].usual))
    if name not in fitting:
        raise Unusable(
            _("{why} Choose one of {names}.", why=catalog.misread(name, situation), names=", ".join(fitting))
        )
    return name


def out_of_reach(plan: Plan) -> str | None:
    """Why the network's weights cannot be had on this machine, in one sentence; None where they can.

    Its host is asked, once, so this is for the moment before something starts.
    """
    network: Any = catalog.backbone(plan.backbone, **plan.experiment.knobs.get(plan.backbone, {}))
    published, own = getattr(network, "published", None), getattr(network, "weights", None)
    if published is None or own or published.state() != "out of reach":
        return None
    return _(
        "The weights of {network} are not on this machine and cannot be fetched. Connect once, or name a file or "
        "folder: --set {network}.weights=PLACE. `python -m tlcore backbones` says what can be had.",
        network=plan.backbone,
    )


def _at_hand(offer: type[catalog.Backbone]) -> bool:
    """Whether published weights of this network are on this machine."""
    published = getattr(offer, "published", None)
    return published is not None and published.here() is not None


def _without_source(situation: Situation) -> str:
    taught = [
        name for name, offer in catalog.backbones().items() if offer.modality == situation.modality and offer.pretrained
    ]
    return _(
        "There is no source, so all that can be carried over are the weights a network comes with, and none is "
        "here. Choose a network: one of {names}; `python -m tlcore backbones` says what can be had.",
        names=", ".join(taught),
    )


def _metric(name: str, situation: Situation) -> str:
    if name == "auto":
        return headline(situation)
    kinds = catalog.metric(name).kinds
    if situation.kind not in kinds:
        fitting = [key for key, metric in catalog.metrics().items() if situation.kind in metric.kinds]
        raise Unusable(
            _(
                "The metric '{name}' measures {kinds} tasks, but this one is {kind}. Choose one of {names}.",
                name=name,
                kinds=", ".join(sorted(kinds)),
                kind=situation.kind,
                names=", ".join(fitting),
            )
        )
    return name
