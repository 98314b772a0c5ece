"""Small changes of an experiment, each in one respect, offered only where it applies: ``remedy(seen, ...)``.

What is changed is the experiment at the label budget in view, without ceilings (`Evidence.asked`).

All return None where there is nothing to change: the strategy takes part already, the knob does not exist or stands
at its end, the data cannot be had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from math import ceil
from typing import Any

from tlcore import catalog
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Remedy
from tlcore.errors import Unusable
from tlcore.spec import PRESETS, Experiment
from tlcore.words import _, counted

SEEDS_AT_MOST = 20
AT_MOST = 4  # remedies of a finding
DECAY_AT_MOST, DROPOUT_AT_MOST = 0.1, 0.5


def offered(*remedies: Remedy | None) -> tuple[Remedy, ...]:
    """Those that apply, the first few."""
    return tuple(one for one in remedies if one is not None)[:AT_MOST]


def more_seeds(seen: Evidence, wanted: float = 0) -> Remedy | None:
    """So many more seeds, five at least."""
    more = int(min(max(5, wanted), SEEDS_AT_MOST - seen.asked.seeds))
    words = counted("{n} more seed", "{n} more seeds", more)
    return _changed(seen, words, seeds=seen.asked.seeds + more) if more > 0 else None


def more_labels(seen: Evidence) -> Remedy | None:
    """A label budget twice the largest there is, next to the one in view."""
    budgets, pool = seen.experiment.labels, seen.stored.get("counts", {}).get("target", {}).get("n", 0)
    known = [count for count in budgets if count is not None]
    if None in budgets or not known or max(known) >= pool:
        return None
    wanted = min(2 * max(known), pool)
    return _changed(seen, _("More labels: {n}", n=f"{wanted:,}"), labels=(seen.labels, wanted))


def strategy(seen: Evidence, *names: str) -> Remedy | None:
    """The first of these strategies that applies and does not take part yet."""
    for name in names:
        if name not in seen.asked.strategies and seen.applies(name):
            words = _("Try {strategy} as well", strategy=seen.called(name))
            return _changed(seen, words, strategies=(*seen.asked.strategies, name))
    return None


def weight_decay(seen: Evidence) -> Remedy | None:
    """A stronger pull of every weight towards zero (L2)."""
    decay = min(DECAY_AT_MOST, max(1e-3, 10 * seen.asked.training.weight_decay))
    return _training(seen, _("More weight decay: {decay}", decay=f"{decay:g}"), weight_decay=decay)


def augmentation(seen: Evidence) -> Remedy | None:
    """Training images and texts varied a little, where they are not yet."""
    if seen.stored.get("modality") not in ("image", "text"):
        return None
    return _training(seen, _("Vary the training examples"), augment=True)


def fewer_epochs(seen: Evidence, kept: float) -> Remedy | None:
    """A schedule that ends soon after the epoch that was kept: learning rates come down earlier."""
    epochs = ceil(1.5 * kept)
    if kept < 1 or epochs >= seen.asked.training.epochs:
        return None
    return _training(seen, counted("{n} epoch at most", "{n} epochs at most", epochs), epochs=epochs)


def longer(seen: Evidence) -> Remedy | None:
    """The next longer preset."""
    training = seen.asked.training
    for preset in sorted(PRESETS.values(), key=lambda preset: preset.epochs):
        if preset.epochs > training.epochs:
            words = _("Train longer: {n} epochs at most", n=preset.epochs)
            return _training(seen, words, epochs=preset.epochs, patience=preset.patience)
    return None


def dropout(seen: Evidence) -> Remedy | None:
    """More dropout, where the network has any."""
    name = seen.asked.backbone
    value = _knob(catalog.backbones(), name, "dropout", seen.asked.knobs.get(name, {}))
    if value is None or value >= DROPOUT_AT_MOST:
        return None
    more = min(DROPOUT_AT_MOST, round(value + 0.2, 2))
    return _turned(seen, _("More dropout: {share}", share=f"{more:g}"), [(name, "dropout", more)])


def network(seen: Evidence) -> Remedy | None:
    """Another network for the same kind of input, if one is at hand."""
    here = catalog.backbones()[seen.asked.backbone]
    for name, offer in catalog.backbones().items():
        published = getattr(offer(), "published", None)
        ready = not offer.pretrained or (published is not None and published.here() is not None)
        if offer.modality == here.modality and ready and name != seen.asked.backbone:
            knobs = {owner: some for owner, some in seen.asked.knobs.items() if owner != seen.asked.backbone}
            return _changed(seen, _("Another network: {name}", name=_(offer.title)), backbone=name, knobs=knobs)
    return None


def learning_rate(seen: Evidence, names: Iterable[str], factor: float) -> Remedy | None:
    """Another learning rate on the target for these strategies, so many times what it was."""
    found = [(name, rate) for name in names if (rate := _of_strategy(seen, name, "lr")) and _trains(name)]
    rates = [(name, "lr", float(f"{rate * factor:.1g}")) for name, rate in found]
    return _turned(seen, _("Learning rate × {factor}", factor=f"{factor:g}"), rates)


def less_alignment(seen: Evidence, names: Iterable[str]) -> Remedy | None:
    """A tenth of the weight with which these strategies make the domains alike."""
    found = [(name, weight) for name in names if (weight := _of_strategy(seen, name, "weight"))]
    turns = [(name, "weight", float(f"{weight / 10:.2g}")) for name, weight in found]
    return _turned(seen, _("Align with a tenth of the weight"), turns)


def class_weights(seen: Evidence, names: Iterable[str]) -> Remedy | None:
    """Rare classes count for more, for those of these strategies that have no remedy for them yet."""
    if seen.stored.get("kind") == "regression":
        return None
    turns = [(name, "imbalance", "class weights") for name in names if _of_strategy(seen, name, "imbalance") == "none"]
    return _turned(seen, _("Class weights for the rare class"), turns)


def _trains(name: str) -> bool:
    return bool(catalog.strategies()[name].epochs)


def _of_strategy(seen: Evidence, name: str, knob: str) -> Any:
    """What a knob of a strategy stood at; None where it has no such knob."""
    if name not in catalog.strategies():
        return None
    suited = catalog.suited(name, str(seen.stored.get("modality")))
    return _knob(catalog.strategies(), name, knob, {**suited, **seen.asked.knobs.get(name, {})})


def _knob(offers: Any, name: str, knob: str, turned: Any) -> Any:
    defaults = {field.name: field.default for field in fields(offers[name])} if name in offers else {}
    return turned.get(knob, defaults[knob]) if knob in defaults else None


def _training(seen: Evidence, words: str, **knobs: Any) -> Remedy | None:
    return _changed(seen, words, training=replace(seen.asked.training, **knobs))


def _turned(seen: Evidence, words: str, turns: Iterable[tuple[str, str, Any]]) -> Remedy | None:
    knobs = {owner: dict(values) for owner, values in seen.asked.knobs.items()}
    for owner, knob, value in turns:
        knobs.setdefault(owner, {})[knob] = value
    return _changed(seen, words, knobs=knobs)


def _changed(seen: Evidence, words: str, **changes: Any) -> Remedy | None:
    """None where nothing changes, where a knob would leave its range, or where the data cannot be had again."""
    if seen.situation is None:
        return None
    try:
        changed: Experiment = replace(seen.asked, **changes).checked()
        return None if changed == seen.asked else Remedy(words, changed)
    except Unusable:
        return None
