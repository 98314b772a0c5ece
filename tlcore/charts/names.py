"""How things on offer are called, and what a comparison was judged by and held equal, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from tlcore import catalog
from tlcore.charts import answers
from tlcore.spec import Experiment
from tlcore.words import _


def strategy(name: str) -> str:
    return _title(name, catalog.strategies())


def scenario(name: str) -> str:
    return _title(name, catalog.scenarios())


def metric(name: str) -> str:
    return _title(name, catalog.metrics())


def watched(name: str) -> str:
    """The metric as curves show it: measured on target examples that nothing is chosen by, not on the test set."""
    words = _("{metric} on watched examples, not the test set", metric=metric(name))
    better = catalog.metric(name).higher_is_better
    return words if better else _("{metric} (lower is better)", metric=words)


def backbone(name: str) -> str:
    return _title(name, catalog.backbones())


def labels(count: object) -> str:
    """A label budget in words; None is every label there is."""
    return _("all labels") if count is None or pd.isna(count) else _("{n} labels", n=int(count))  # type: ignore[call-overload]


def judged_by(name: str, facts: Mapping[str, Any]) -> str:
    """What all scores are; ``facts`` are those that the store keeps of the experiment."""
    tests = facts.get("counts", {}).get("test", {}).get("n", 0)
    told = _("Scores: {metric} on {n} test examples.", metric=metric(name), n=f"{tests:,}")
    return f"{told} {_('A point is 0.01 of it.')}" if answers.factor(name) == 100 else told


def coverage(done: pd.DataFrame, kept: Iterable[str]) -> str:
    """Says so where figures rest on some of the finished runs alone, those ``kept``; empty where on all."""
    here = done["run"].isin(list(kept))
    if here.all():
        return ""
    return _(
        "These figures rest on {kept} of {all} seeds: of the others only the scores are kept. The verdict counts all.",
        kept=done.loc[here, "seed"].nunique(), all=done["seed"].nunique(),
    )  # fmt: skip


def settings(asked: Experiment, done: pd.DataFrame) -> dict[str, str]:
    """What was held equal for every strategy and who chose the epochs, by its name; ``done`` are the finished runs."""
    training = asked.training
    changed = {
        **asked.settings,
        **{f"{name}.{knob}": v for name, knobs in asked.knobs.items() for knob, v in knobs.items()},
    }
    rows = {
        _("Scenario"): scenario(asked.scenario),
        _("Metric"): metric(asked.metric),
        _("Network"): backbone(asked.backbone),
        _("Seeds"): str(asked.seeds),
        _("Training"): _(
            "at most {epochs} epochs of {batch} examples a step", epochs=training.epochs, batch=training.batch
        ),
        _("Epoch chosen by"): _(
            "the target's validation labels, a part of the label budget; test labels are used once, at the end"
        ),
        _("Device"): ", ".join(sorted(filter(None, done["device"].dropna().unique()))),
        _("Changed from the default"): ", ".join(f"{knob} = {value}" for knob, value in changed.items()),
    }
    return {name: value for name, value in rows.items() if value}


def _title(name: str, offer: Mapping[str, Any]) -> str:
    """The title of an offer; a name that is no longer on offer reads as it was stored."""
    return _(offer[name].title) if name in offer else name.replace("_", " ")
