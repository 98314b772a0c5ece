"""What a verdict's reader must know about the data and the machine, taken down when an experiment is submitted.

Pages show it without drawing the data again; reports and shipped examples carry it along.
"""

from __future__ import annotations

import os
import platform
from functools import cache
from hashlib import blake2s
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from tlcore import __version__
from tlcore.plan import Plan
from tlcore.situation import Examples, LabelSpace, Situation, hold_out
from tlcore.spec import FORMAT

PACKAGES = ("torch", "numpy", "pandas", "scikit-learn", "streamlit")


def facts(plan: Plan) -> dict[str, Any]:
    """Plain strings, numbers, lists and dicts about what was submitted."""
    from tlcore import advice  # with scikit-learn, which only this needs

    situation = plan.situation
    return {
        **data(situation),
        "left_out": dict(plan.left_out),
        "advice": advice.given(situation, plan.experiment.labels, plan.backbone),
        "versions": versions(),
        "machine": machine(),
    }


def data(situation: Situation) -> dict[str, Any]:
    """What the examples are, how many, and a digest of what they hold."""
    pool, test = hold_out(situation)
    return {
        "kind": situation.kind,
        "classes": list(situation.target_space.classes),
        "source_classes": list(situation.source_space.classes),
        "label": situation.label,
        "modality": situation.modality,
        "simulated": situation.simulated,
        "counts": {
            "source": _counts(situation.source, situation.source_space),
            "target": _counts(pool, situation.target_space),
            "test": _counts(test, situation.target_space),
        },
        "unlabelled": len(situation.unlabelled) if situation.unlabelled is not None else 0,
        "digests": {
            "source": content(situation.source),
            "target": content(pool),
            "test": content(test),
            **({} if situation.unlabelled is None else {"unlabelled": content(situation.unlabelled)}),
        },
        "columns": _columns(situation.source),
        "notes": list(situation.notes),
        "scenario_facts": dict(situation.facts),
    }


def content(part: Examples) -> str:
    """What these examples hold, inputs and labels in their order, in sixteen hexadecimal digits."""
    total = blake2s(digest_size=8)
    for values in (part.inputs, part.labels):
        if values is None:
            continue
        if isinstance(values, pd.DataFrame):
            total.update(repr([str(column) for column in values.columns]).encode())
            values = pd.util.hash_pandas_object(values, index=False).to_numpy()
        elif values.dtype.kind not in "buif":  # words: their addresses in memory say nothing
            values = pd.util.hash_array(np.asarray(values, dtype=object))
        total.update(f"\0{values.dtype.str}{values.shape}\0".encode())
        total.update(np.ascontiguousarray(values).data)
    return total.hexdigest()


def _counts(part: Examples, space: LabelSpace) -> dict[str, Any]:
    """``{"n": 1200, "classes": {"no": 1100, "yes": 100}}``; no classes where a number is predicted."""
    if not space.classes or part.labels is None:
        return {"n": len(part), "classes": {}}
    names, counts = np.unique(np.asarray(part.labels, dtype=str), return_counts=True)
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return {"n": len(part), "classes": {name: found.get(name, 0) for name in space.classes}}


def _columns(part: Examples) -> list[str]:
    return [str(column) for column in getattr(part.inputs, "columns", [])]


@cache
def versions() -> dict[str, str]:
    found = {"transferlab": __version__, "run format": str(FORMAT), "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@cache
def machine() -> dict[str, Any]:
    """The kind of machine, not its name."""
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
