"""What it is that differs between two domains: feature by feature, in the classes, and in a picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

from tlcore.measure import distances
from tlcore.measure.features import describe, is_number, matrix, numbers, words
from tlcore.situation import Examples, Situation

BINS = 10
ROWS_AT_MOST = 2000
DOTS_AT_MOST = 1000  # of either domain
DRIFT = [
    "feature", "kind", "psi", "ks", "total_variation", "importance", "missing_source", "missing_target",
]  # fmt: skip


def drift(source: Examples, target: Examples, seed: int = 0) -> pd.DataFrame:
    """One row per feature of a table, the most shifted first; no rows for images and texts.

    - ``psi``: population stability index over ten quantile bins of the source (categories: their values), gaps
      a bin of their own. The credit industry reads below 0.1 stable, 0.1 to 0.25 watch, above shifted.
    - ``ks``: largest distance of the two distribution functions (``kind`` "number"); ``total_variation``: half
      the sum of differences in share (``kind`` "category"). Both 0 to 1, of the values that are there.
    - ``importance``: how much worse a linear classifier tells the domains apart without the feature, 0 to 1.
    - ``missing_source, missing_target``: share of gaps.
    """
    here, there = source.inputs, target.inputs
    if not isinstance(here, pd.DataFrame) or not isinstance(there, pd.DataFrame):
        return pd.DataFrame(columns=DRIFT)
    few = min(len(here), len(there), ROWS_AT_MOST)
    importance: dict[str, float] = {}
    if few >= distances.FOLDS:
        features = describe(source, target, limit=few, seed=seed)
        one, other = features.matrices
        importance = distances.giveaways(one, other, features.owners, seed)
    rows = []
    for name in here:
        measured = _numbers(here, there, name) if is_number(here[name]) else _categories(here, there, name)
        rows.append({"feature": str(name), "importance": importance.get(str(name), np.nan), **measured})
    return pd.DataFrame(rows, columns=DRIFT).sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def stability_index(source: np.ndarray, target: np.ndarray) -> float:
    """PSI of two rows of counts over the same bins; half a case is added to each, so that empty ones stay finite."""
    one, other = ((counts + 0.5) / (counts + 0.5).sum() for counts in (source, target))
    return float(((other - one) * np.log(other / one)).sum())


def label_shift(situation: Situation) -> pd.DataFrame:
    """How common each class is where labels exist: ``class, source, target`` (shares); no rows for numbers."""
    columns = ["class", "source", "target"]
    if situation.regression:
        return pd.DataFrame(columns=columns)
    shares = [
        pd.Series(np.asarray(part.labels, dtype=str)).value_counts(normalize=True)
        for part in (situation.source, situation.target)
    ]
    classes = dict.fromkeys([*situation.target_space.classes, *situation.source_space.classes])
    rows = [[name, *(float(share.get(name, 0.0)) for share in shares)] for name in classes]
    return pd.DataFrame(rows, columns=columns)


def embedding(source: Examples, target: Examples, seed: int = 0) -> pd.DataFrame:
    """Both domains in one projection: ``x, y, domain, label``, at most 1,000 dots each.

    The two directions in which both together vary most (PCA). ``domain`` is "source" or "target"; ``label``
    is None where nobody labelled. Distances in such a picture are no evidence.
    """
    n = min(len(source), len(target), DOTS_AT_MOST)
    rng = np.random.default_rng(seed)
    few = [part.take(np.sort(rng.choice(len(part), n, replace=False))) for part in (source, target)]
    features = matrix(*few, limit=n, seed=seed)
    pooled = np.concatenate(features)
    dots = np.zeros((len(pooled), 2))
    turned = PCA(min(2, *pooled.shape), random_state=seed).fit_transform(pooled)
    dots[:, : turned.shape[1]] = turned
    labels = [label for part in few for label in (part.labels if part.labels is not None else [None] * n)]
    domain = np.repeat(["source", "target"], n)
    return pd.DataFrame({"x": dots[:, 0], "y": dots[:, 1], "domain": domain, "label": pd.Series(labels, dtype=object)})


def _numbers(here: pd.DataFrame, there: pd.DataFrame, name: str) -> dict[str, object]:
    from scipy.stats import ks_2samp  # half a second, which only this needs

    one, other = numbers(here, name), numbers(there, name)
    known, told = one[~np.isnan(one)], other[~np.isnan(other)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
    if len(edges) and edges[0] == known.min():  # else what lies below the source's least would share its bin
        edges = np.append(np.nextafter(edges[0], -np.inf), edges)
    counts = [_with_gaps(np.bincount(np.searchsorted(edges, v), minlength=len(edges) + 1), n - len(v))
              for v, n in ((known, len(one)), (told, len(other)))]  # fmt: skip
    return {
        "kind": "number",
        "psi": _index(*counts),
        "ks": float(ks_2samp(known, told).statistic) if len(known) and len(told) else np.nan,
        "total_variation": np.nan,
        "missing_source": 1 - len(known) / len(one),
        "missing_target": 1 - len(told) / len(other),
    }


def _categories(here: pd.DataFrame, there: pd.DataFrame, name: str) -> dict[str, object]:
    one, other = words(here, name), words(there, name)
    values = sorted({*one.dropna(), *other.dropna()})
    counts = [part.value_counts().reindex(values, fill_value=0).to_numpy(dtype=float) for part in (one, other)]
    shares = [part / part.sum() if part.sum() else part * np.nan for part in counts]
    gaps = [int(part.isna().sum()) for part in (one, other)]
    return {
        "kind": "category",
        "psi": _index(*(_with_gaps(part, gap) for part, gap in zip(counts, gaps, strict=True))),
        "ks": np.nan,
        "total_variation": float(np.abs(shares[0] - shares[1]).sum() / 2),
        "missing_source": gaps[0] / len(one),
        "missing_target": gaps[1] / len(other),
    }


def _with_gaps(counts: np.ndarray, gaps: int) -> np.ndarray:
    return np.append(counts, gaps).astype(float)


def _index(source: np.ndarray, target: np.ndarray) -> float:
    """The stability index over the bins that hold anything; NaN where a side is empty."""
    used = (source + target) > 0
    return stability_index(source[used], target[used]) if source.sum() and target.sum() else float("nan")
