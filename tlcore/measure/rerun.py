"""Does it come out the same? What differed when an experiment was done again, and each run beside its repeat.

**Identical**: every measure on the test set is the same to the last digit. **Within the noise**: the headline score
moved by no more than the standard deviation that other seeds made of the same strategy and label budget then; where
there was one seed only, or all came out equal, by no more than the margin. **Different**: by more. A
run without a score in one of the two, or one that was stopped early, is **not compared**.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.measure.gain import band, summarise
from tlcore.words import _, counted

IDENTICAL, NEAR, FAR, LACKING = "identical", "within the noise", "different", "not compared"
PARTS = ("source", "target", "test", "unlabelled")
DECIDING = ("transferlab", "run format", "python", "torch", "numpy", "pandas", "scikit-learn")  # what may move a score
HOST = ("system", "processor", "cores")
ONE = ["strategy", "labels", "seed"]  # what tells a run from the others of its experiment
COLUMNS = [*ONE, "then", "now", "change", "noise", "outcome"]


def differing(then: Mapping[str, Any], now: Mapping[str, Any], files: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for all that differs between two records of facts (`tlcore.store.facts`): data, versions, machine.

    Both may have ``devices``, the names of what their runs were trained on. ``files``: what to call a part of the data.
    """
    told = [*_data(then, now, files or {}), *_versions(then.get("versions", {}), now.get("versions", {}))]
    one, other = (some.get("machine", {}) for some in (then, now))
    if any(one.get(name) != other.get(name) for name in HOST):
        told.append(_("Another machine: {then} then, {now} now.", then=_host(one), now=_host(other)))
    one, other = (list(some.get("devices", [])) for some in (then, now))
    if one and other and one != other:
        told.append(_("Trained on {then} then, on {now} now.", then=", ".join(one), now=", ".join(other)))
    return told


def _host(machine: Mapping[str, Any]) -> str:
    system, processor, cores = (machine.get(name, "?") for name in HOST)
    return _("{system}, {processor}, {cores} cores", system=system, processor=processor, cores=cores)


def other_file(owner: str) -> str:
    """The sentence about a strategy or network that begins with a file of one's own, which has changed."""
    offer = catalog.strategies().get(owner) or catalog.backbones().get(owner)
    return _("{name} begins with a file or folder that has changed.", name=_(offer.title) if offer else owner)


def beside(then: pd.DataFrame, now: pd.DataFrame, margin: float) -> pd.DataFrame:
    """One row per run of ``then``, its repeat beside it: strategy, labels, seed, then, now, change, noise, outcome.

    Both are runs frames of the store; ``change`` is now - then, ``noise`` what counts as none, in the metric's unit.
    """
    repeated = {_place(run): run for run in now.itertuples()}
    scores: dict[tuple[str, int | None], list[float]] = {}
    for run in then[then["state"] == "done"].itertuples():
        scores.setdefault(_place(run)[:2], []).append(float(run.test_score))
    noise = {place: _noise(np.array(some), margin, str(then["metric"].iloc[0])) for place, some in scores.items()}
    rows = [
        [run.strategy, run.labels, run.seed, *_outcome(run, repeated.get(_place(run)), noise.get(_place(run)[:2]))]
        for run in then.itertuples()
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"labels": object})


def by_strategy(rows: pd.DataFrame) -> pd.DataFrame:
    """From `beside`: one row per strategy and label budget, with how many runs came out how, and the means.

    Columns: strategy, labels, runs, identical, near, different, then, now (means of the runs that are compared),
    largest (the largest change of one run, in size).
    """
    told = []
    for (strategy, labels), some in rows.groupby(["strategy", "labels"], sort=False, dropna=False):
        both = some[some["outcome"] != LACKING]
        counts = [int((some["outcome"] == word).sum()) for word in (IDENTICAL, NEAR, FAR)]
        told.append(
            [strategy, labels, len(some), *counts, both["then"].mean(), both["now"].mean(), both["change"].abs().max()]
        )
    return pd.DataFrame(
        told, columns=["strategy", "labels", "runs", "identical", "near", "different", "then", "now", "largest"]
    )


def answer(rows: pd.DataFrame) -> str:
    """Whether it came out the same, in a sentence or two."""
    count = rows["outcome"].value_counts()
    same, near, far, lacking = (int(count.get(word, 0)) for word in (IDENTICAL, NEAR, FAR, LACKING))
    compared = same + near + far
    if not compared:
        return _("No run has a result in both, so there is nothing to compare yet.")
    if same == compared:
        said = counted("The one run came out identical, to the digit.",
                       "All {n} runs came out identical, to the digit.", same)  # fmt: skip
    elif not far:
        said = _("The same within the noise: {same} of {n} runs are identical to the digit, the others moved by no "
                 "more than another seed moves them.", same=same, n=compared)  # fmt: skip
    else:
        said = _("Not the same: {far} of {n} runs moved by more than another seed moves them; {same} are identical to "
                 "the digit.", far=far, n=compared, same=same)  # fmt: skip
    if not lacking:
        return said
    return f"{said} " + counted("{n} run cannot be compared.", "{n} runs cannot be compared.", lacking)


def verdicts(then: pd.DataFrame, now: pd.DataFrame, margin: float) -> pd.DataFrame:
    """The verdicts that are another in the repeat: strategy, labels, then, now."""
    one, other = (summarise(runs, margin).assign(place=lambda s: s["labels"].map(_count)) for runs in (then, now))
    both = one.merge(other, on=["strategy", "place"], suffixes=("", "_now"))
    moved = both[both["verdict"] != both["verdict_now"]]
    return pd.DataFrame(
        {
            "strategy": moved["strategy"],
            "labels": moved["labels"],
            "then": moved["verdict"],
            "now": moved["verdict_now"],
        }
    ).reset_index(drop=True)


def _noise(scores: np.ndarray, margin: float, metric: str) -> float:
    """How far a score may move: as far as other seeds moved it, of (N,) scores; else as far as nobody minds.

    One seed says nothing of that, nor do equal ones where seeds decide nothing: a rounding would move them further.
    """
    known = scores[~np.isnan(scores)]
    if not len(known):
        return float("nan")
    if np.allclose(known, known[0]):
        return band(catalog.metric(metric), margin, float(known[0]))
    return float(np.std(known, ddof=1))


def _outcome(run: Any, other: Any, noise: float | None) -> tuple[float, float, float, float, str]:
    then, now = float(run.test_score), float("nan") if other is None else float(other.test_score)
    if noise is None or other is None or {run.state, other.state} != {"done"} or np.isnan([then, now]).any():
        return then, now, float("nan"), float("nan"), LACKING
    names = sorted({*run.test, *other.test})
    one, two = (np.array([some.test.get(name, np.nan) for name in names], float) for some in (run, other))
    if np.array_equal(one, two, equal_nan=True):
        return then, now, 0.0, noise, IDENTICAL
    return then, now, now - then, noise, NEAR if abs(now - then) <= noise else FAR


def _place(run: Any) -> tuple[str, int | None, int]:
    return run.strategy, _count(run.labels), int(run.seed)


def _count(labels: Any) -> int | None:
    return None if pd.isna(labels) else int(labels)


def _data(then: Mapping[str, Any], now: Mapping[str, Any], files: Mapping[str, str]) -> list[str]:
    names = {"source": _("source"), "target": _("target"), "test": _("test set"), "unlabelled": _("unlabelled target")}
    told, unknown = [], False
    for part in PARTS:
        one, other = _number(then, part), _number(now, part)
        name = f"{names[part]} ({files[part]})" if part in files else names[part]
        was, is_now = then.get("digests", {}).get(part), now.get("digests", {}).get(part)
        if one != other:
            told.append(
                _(
                    "The {part} has changed: {then} examples then, {now} now.",
                    part=name,
                    then=f"{one:,}",
                    now=f"{other:,}",
                )
            )
        elif was and was != is_now:
            told.append(
                _("The {part} has changed: {n} examples as then, but not the same ones.", part=name, n=f"{one:,}")
            )
        unknown |= bool(one and not was)
    if unknown and not told:
        told.append(_("What the examples held was not taken down then; there are as many of them as there were."))
    return told


def _number(facts: Mapping[str, Any], part: str) -> int:
    return int(facts.get("unlabelled", 0) if part == "unlabelled" else facts["counts"][part]["n"])


def _versions(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        _("{package} {then} then, {now} now.", package=name, then=then[name], now=now[name])
        for name in DECIDING
        if name in then and name in now and then[name] != now[name]
    ]
