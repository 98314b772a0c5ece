"""Did the gap close? What a network makes of both domains, before the target had any say and at the end.

A run looks at the same held-out examples twice, equally many of either domain. Each time a feature is standardised by
the source's examples, so that a network that merely puts out smaller numbers comes no nearer; more than
`DIMENSIONS_AT_MOST` features are turned onto the directions in which both domains together vary most. The kernel
width of the MMD is the one found before, used again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from tlcore.measure import distances, separation
from tlcore.measure.gain import LEVEL
from tlcore.measure.statistics import t_interval

GAPS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "a_distance": distances.a_distance,
    "coral": distances.coral,
    "mean_distance": distances.mean_distance,
    "frechet": distances.frechet,
    "sliced_wasserstein": distances.sliced_wasserstein,
}
SEPARATIONS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "scatter_ratio": separation.scatter_ratio,
    "silhouette": separation.silhouette,
    "class_distance": separation.class_distance,
}
LEAST_ROWS = 10
DIMENSIONS_AT_MOST = 50
KEPT = 16  # directions of a picture, for whoever wants to draw it anew
FURTHEST = 10.0  # standard deviations
SHUFFLES, QUANTILE = 40, 0.95
MOMENTS = ("before", "after")
CHANGE = ("change", "change_low", "change_high")


class Seen(NamedTuple):
    """A network's features of held-out examples: ``source`` (N, D) and ``target`` (M, D)."""

    source: np.ndarray
    target: np.ndarray


class Adaptation(NamedTuple):
    """``before, after, floor`` by measure (``floor`` NaN where there is none), and the two pictures.

    ``floor`` is what 19 of 20 random halvings of the rows of both domains stay below, before.
    ``picture``: one row per example and moment: ``moment, domain, example, label, x0, x1, ...``.
    """

    measures: dict[str, tuple[float, float, float]]
    n: int
    picture: pd.DataFrame


def adaptation(before: Seen, after: Seen, labels: np.ndarray | None, seed: int = 0) -> Adaptation:
    """Measure both moments. ``labels`` (M,): the classes of the target's examples, None where they are numbers.

    With fewer than ten source examples the gap is left out; what remains is how far apart the classes lie.
    """
    found: dict[str, tuple[float, float, float]] = {}
    n = min(len(before.source), len(before.target))
    if n >= LEAST_ROWS:
        first, last = (_level(Seen(seen.source[:n], seen.target[:n])) for seen in (before, after))
        width = distances.median_distance(*first)
        rng = np.random.default_rng(seed)
        kernels = [distances.gaussian(np.concatenate(seen), width) for seen in (first, last)]
        halves = distances.halvings(2 * n, SHUFFLES, rng)
        as_is = np.arange(2 * n)[:, None] < n
        at_first, at_last = (float(distances.mmd(kernel, as_is)[0]) for kernel in kernels)
        found["mmd"] = (at_first, at_last, float(np.quantile(distances.mmd(kernels[0], halves), QUANTILE)))
        rows = np.concatenate(first)
        for name, measure in GAPS.items():
            by_chance = [measure(rows[half], rows[~half]) for half in halves.T]
            found[name] = (measure(*first), measure(*last), float(np.quantile(by_chance, QUANTILE)))
    if labels is not None:
        for name, measure in SEPARATIONS.items():
            found[name] = (measure(before.target, labels), measure(after.target, labels), float("nan"))
    return Adaptation(found, n, _picture(before, after, labels))


def table(features: pd.DataFrame) -> pd.DataFrame:
    """One row per strategy, label budget and measure, means over seeds: ``strategy, labels, measure, before, after,
    floor, change, change_low, change_high, seeds, start``. The change has its 95 % interval over seeds.

    ``features``: one row per run and measure (`tlcore.store.Reading.features`). What a strategy began with is the
    network that had learnt the source, also where its own story has no such moment (it learns both domains at once):
    then that of the same seed and budget in another strategy's run, if there is one. ``start`` says which:
    "source", "weights" (as published) or "blank" (nothing learnt yet).
    """
    keys = ["strategy", "labels", "measure"]
    rows = []
    for place, some in _from_the_source(features).groupby(keys, sort=False, dropna=False):
        means = some[["before", "after", "floor"]].mean()
        change = t_interval((some["after"] - some["before"]).to_numpy())
        rows.append((*place, *means, *change, some["seed"].nunique(), some["start"].iloc[0]))
    return pd.DataFrame(rows, columns=[*keys, "before", "after", "floor", *CHANGE, "seeds", "start"])


def surely_closer(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one measure of `table` that surely fell, at a level shared by all (Bonferroni).

    Whoever looks at many strategies finds one that came closer by chance.
    """
    ready = rows[rows["change_high"].notna()]
    reach = ready["change_high"] - ready["change"]
    left = ready["seeds"] - 1
    wider = stdtrit(left, 1 - LEVEL / 2 / max(1, len(ready))) / stdtrit(left, 1 - LEVEL / 2)
    return ready[ready["change"] + wider * reach < 0]


def beside_gains(features: pd.DataFrame, runs: pd.DataFrame, baseline: str, sign: int) -> pd.DataFrame:
    """What closing the gap was worth, run by run: ``strategy, labels, seed, measure, before, after, change, gain``.

    ``gain`` is the paired difference to ``baseline`` on the test set, positive where better.
    """
    done = _keyed(runs.dropna(subset=["test_score"]))
    rival = done[done["strategy"] == baseline].groupby(["seed", "labels"], dropna=False)["test_score"].mean()
    mine = done.groupby(["strategy", "labels", "seed"], dropna=False)["test_score"].mean().rename("score").reset_index()
    joined = mine.merge(rival.rename("rival").reset_index(), on=["seed", "labels"])
    joined["gain"] = sign * (joined["score"] - joined["rival"])
    known = _keyed(_from_the_source(features))
    found = known.merge(joined[["strategy", "labels", "seed", "gain"]], on=["strategy", "labels", "seed"])
    return found.assign(change=found["after"] - found["before"]).drop(columns=["run", "start", "n", "floor"])


def neighbours_agree(points: np.ndarray, labels: Iterable[Any], neighbours: int = 5) -> float:
    """How often an example's class is that of most of its nearest neighbours, 0 to 1: what a picture keeps of it.

    ``points`` (N, D). NaN with fewer examples than neighbours.
    """
    from sklearn.neighbors import KNeighborsClassifier

    told, n = np.asarray(list(labels), dtype=str), len(points)
    if n <= neighbours + 1 or len(np.unique(told)) < 2:
        return float("nan")
    nearest = KNeighborsClassifier(neighbours).fit(points, told).kneighbors(return_distance=False)
    classes, place = np.unique(told, return_inverse=True)
    votes = np.apply_along_axis(np.bincount, 1, place[nearest], minlength=len(classes))
    return float((votes.argmax(axis=1) == place).mean())


def _from_the_source(features: pd.DataFrame) -> pd.DataFrame:
    """The frame with ``before`` (and its floor) taken from the network that had learnt the source, where one is."""
    keys = ["labels", "seed", "measure"]
    learnt = features[features["start"] == "source"]
    usual = learnt.groupby(keys, dropna=False)[["before", "floor"]].agg(_most_common)  # most share one such network
    reference = usual.reset_index()
    merged = _keyed(features).merge(_keyed(reference), on=keys, how="left", suffixes=("", "_learnt"))
    merged["labels"] = features["labels"].to_numpy()
    borrows = (merged["start"] == "blank") & merged["before_learnt"].notna()
    for name in ("before", "floor"):
        merged[name] = merged[name].where(~borrows, merged[f"{name}_learnt"])
    merged["start"] = merged["start"].where(~borrows, "source")
    return merged.drop(columns=["before_learnt", "floor_learnt"])


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with label budgets that can be joined by: every label, NA, is NaN, which pandas joins with itself."""
    return frame.assign(labels=pd.to_numeric(frame["labels"], errors="coerce").astype(float))


def _most_common(values: pd.Series) -> float:
    return float(values.mode().iloc[0]) if values.notna().any() else float("nan")


def _level(seen: Seen) -> Seen:
    """Standardised by the source's examples, on the directions in which both vary most."""
    source, target = _standard(seen)
    if source.shape[1] <= DIMENSIONS_AT_MOST:
        return Seen(source, target)
    axes = _axes(np.concatenate([source, target]), DIMENSIONS_AT_MOST)
    return Seen(source @ axes, target @ axes)


def _standard(seen: Seen) -> Seen:
    scale = seen.source if len(seen.source) else seen.target
    spread = scale.std(axis=0)
    spread = np.where(spread > 1e-6 * max(float(spread.max(initial=0.0)), 1e-12), spread, 1.0)
    return Seen(*(((part - scale.mean(axis=0)) / spread).clip(-FURTHEST, FURTHEST) for part in seen))


def _axes(rows: np.ndarray, count: int) -> np.ndarray:
    """The directions (D, count) in which rows vary most, each turned so that its largest weight is positive."""
    _left, _size, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    axes = axes[:count].T
    largest = np.abs(axes).argmax(axis=0)
    return axes * np.sign(axes[largest, np.arange(axes.shape[1])])


def _picture(before: Seen, after: Seen, labels: np.ndarray | None) -> pd.DataFrame:
    """Both moments in one projection: along the directions in which all of it varies most."""
    seen = [_standard(before), _standard(after)]
    same = before.target.shape[1] == after.target.shape[1]
    together = [np.concatenate([part for one in seen for part in one])] if same else [np.concatenate(o) for o in seen]
    axes = [_axes(rows - rows.mean(axis=0), KEPT) for rows in together] * (2 if same else 1)
    frames = []
    for moment, one, turn in zip(MOMENTS, seen, axes, strict=True):
        for domain, part in zip(("source", "target"), one, strict=True):
            told = labels if domain == "target" and labels is not None else np.full(len(part), None, dtype=object)
            places = {f"x{i}": column for i, column in enumerate((part @ turn).astype(np.float32).T)}
            frames.append(
                pd.DataFrame(
                    {"moment": moment, "domain": domain, "example": np.arange(len(part)), "label": told, **places}
                )
            )
    return pd.concat(frames, ignore_index=True)
