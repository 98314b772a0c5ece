"""Source rows carried to where the target's lie, at the least cost in all: optimal transport (Courty et al., 2017)."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from tlcore.learn.data import Domain, Task
from tlcore.learn.space import TableSpace
from tlcore.outcome import Note

FURTHEST = 20.0  # standard deviations; no number of a table stands further out (see `TableSpace.encode`)
RIDGE = 1e-3  # added to variances, so that a column without any does no harm


def carried(task: Task, method: str, blur: float, by_class: float, rows: int) -> tuple[Domain, tuple[Note, ...]]:
    """The source with its numbers moved, and what a person should know about it.

    Categories cannot be moved half way, and a gap stays a gap. But they count in the cost: a row is carried to
    where rows of its own categories lie. At most ``rows`` of each domain, drawn by the run's seed, are matched; any
    other source row is moved as its nearest matched one is. "linear" needs no matching and sees all.
    """
    space, source = task.space, task.source
    assert isinstance(space, TableSpace)
    numbers = len(space.numeric)
    if not numbers:
        return source, (Note("The table has no numbers, so no source row was moved."),)
    from_rows, to_rows = space.design(source.x).astype(np.float64), space.design(task.unlabelled.x).astype(np.float64)
    if method == "linear":
        moved, said = linear(from_rows[:, :numbers], to_rows[:, :numbers]), []
    else:
        labels = None if task.source_labels.kind == "regression" else source.y.cpu().numpy()
        rng = np.random.default_rng(task.seed)
        chosen = [np.sort(rng.permutation(len(part))[:rows]) for part in (from_rows, to_rows)]
        plan = _plan(method, blur, by_class, labels is not None)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            plan.fit(Xs=from_rows[chosen[0]], ys=None if labels is None else labels[chosen[0]], Xt=to_rows[chosen[1]])
            moved = _displaced(from_rows, chosen[0], plan.transform(Xs=from_rows[chosen[0]]))[:, :numbers]
    if not np.isfinite(moved).all():
        return source, (Note("Optimal transport found no answer, so no source row was moved. Try more blur."),)
    notes = [Note("Source rows were moved by {n:.2f} standard deviations per column on average.",
                  {"n": float(np.sqrt(((moved - from_rows[:, :numbers]) ** 2).mean()))}, grave=False)]  # fmt: skip
    if said:
        notes.append(Note("Optimal transport ended before it had settled; where rows go is approximate.", grave=False))
    x = source.x.clone()
    x[:, :numbers] = torch.from_numpy(moved.clip(-FURTHEST, FURTHEST)).to(x)
    holes = [space.numeric.index(name) for name in space.holed]
    gap = x[:, numbers : space.plain] > 0.5
    x[:, holes] = torch.where(gap, source.x[:, holes], x[:, holes])
    return replace(source, x=x), tuple(notes)


def linear(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The source's rows under the affine map that carries its Gaussian to the target's (Knott and Smith, 1984).

    ``T(x) = m_t + A (x - m_s)``, ``A = Cs^-1/2 (Cs^1/2 Ct Cs^1/2)^1/2 Cs^-1/2``.
    """
    ridge = RIDGE * np.eye(source.shape[1])
    of_source, of_target = (np.atleast_2d(np.cov(part, rowvar=False)) + ridge for part in (source, target))
    root, back = _power(of_source, 0.5), _power(of_source, -0.5)
    turn = back @ _power(root @ of_target @ root, 0.5) @ back
    return target.mean(0) + (source - source.mean(0)) @ turn


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """A positive definite matrix to this power."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values.clip(1e-12) ** exponent) @ vectors.T


def _plan(method: str, blur: float, by_class: float, classes: bool) -> Any:
    import ot

    if method == "exact":
        return ot.da.EMDTransport(norm="median")
    if classes and by_class > 0:
        return ot.da.SinkhornLpl1Transport(
            reg_e=blur, reg_cl=by_class, norm="median", max_iter=5, max_inner_iter=1000, tol=1e-6
        )
    return ot.da.SinkhornTransport(reg_e=blur, norm="median", tol=1e-6)


def _displaced(rows: np.ndarray, chosen: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Every row moved as the nearest of the ``chosen`` was (Ferradans et al., 2014)."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=1).fit(rows[chosen]).kneighbors(rows, return_distance=False)[:, 0]
    return rows + (moved - rows[chosen])[nearest]
