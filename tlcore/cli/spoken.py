"""An experiment as what to type: the inverse of `tlcore.cli.flags.experiment`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from tlcore import catalog
from tlcore.cli.flags import OWN
from tlcore.spec import PRESETS, Experiment, nearest


def command(asked: Experiment) -> str:
    """The ``compare`` command that makes this experiment; the usual baselines are added where it has them all."""
    preset = nearest(asked.training)
    words = ["python", "-m", "tlcore", "compare", *([] if asked.scenario == OWN else [asked.scenario])]
    if asked.scenario == OWN:  # what the files hold is taken down anew
        for name, value in asked.settings.items():
            words += [] if name == "digest" else [f"--{name.replace('_', '-')}", str(value)]
    words += ["--strategies", ",".join(asked.strategies)]
    if not {name for name in catalog.usual() if catalog.is_baseline(name)} <= set(asked.strategies):
        words.append("--no-baselines")
    if asked.labels:
        words += ["--labels", ",".join("all" if count is None else str(count) for count in asked.labels)]
    words += ["--seeds", str(asked.seeds), "--preset", preset]
    if asked.training.watch_source:
        words.append("--watch-source")
    for flag in ("metric", "backbone", "device"):
        if getattr(asked, flag) != "auto":
            words += [f"--{flag}", getattr(asked, flag)]
    if asked.margin != Experiment.margin:
        words += ["--margin", f"{asked.margin:g}"]
    if asked.name:
        words += ["--name", asked.name]
    for owner, knob, value in _turned(asked, preset):
        words += ["--set", f"{owner}.{knob}={value}"]
    return shlex.join(words)


def _turned(asked: Experiment, preset: str) -> Iterator[tuple[str, str, Any]]:
    """Every knob that differs from its default, with its owner."""
    owners = {} if asked.scenario == OWN else {asked.scenario: asked.settings}
    for owner, values in {**owners, **asked.knobs}.items():
        yield from ((owner, knob, value) for knob, value in values.items())
    for knob, value in vars(asked.training).items():
        if value != getattr(PRESETS[preset], knob) and knob != "watch_source":
            yield "training", knob, value
