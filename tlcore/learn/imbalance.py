"""Remedies for rare classes. Each changes how a domain's labelled examples are drawn, weighed or judged.

They touch training examples alone: validation and test keep the shares of the world.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from tlcore.learn.space import Space, TableSpace

if TYPE_CHECKING:
    from tlcore.learn.data import Domain

FOCUS = 2.0  # the exponent of Lin et al., 2017
TAU = 1.0  # Menon et al., 2021: consistent for the balanced error
NEIGHBOURS = 5  # Chawla et al., 2002
AMONG = 2_000  # rows of a class among which neighbours are looked for


class Shape(NamedTuple):
    """How the loss of a class answer is bent for rare classes."""

    focus: float = 0.0  # well-answered examples count less: times (1 - p)^focus (Lin et al., 2017)
    offset: Tensor | None = None  # added to the scores while training, (C,) (Menon et al., 2021)


def remedied(domain: Domain, remedy: str, classes: int, space: Space, seed: int) -> Domain:
    """The domain with this remedy at work. ``classes`` is how many there are, seen here or not."""
    counts = torch.bincount(domain.y, minlength=classes) if remedy != "none" else torch.zeros(0)
    match remedy:
        case "none":
            return domain
        case "class weights":
            return replace(domain, weight=_inverse(counts)[domain.y])
        case "balanced sampling":
            return replace(domain, chance=_inverse(counts)[domain.y])
        case "focal loss":
            return replace(domain, shape=Shape(focus=FOCUS))
        case "logit adjustment":
            # A class without an example counts as one: its logarithm must be a number.
            shares = counts.clamp(min=1) / counts.clamp(min=1).sum()
            return replace(domain, shape=Shape(offset=TAU * shares.log()))
        case "SMOTE":
            return _mixed(domain, space, seed)
    raise ValueError(f"There is no remedy {remedy!r}.")


def _inverse(counts: Tensor) -> Tensor:
    """One weight per class, so that every class that occurs weighs the same and the mean over examples is 1."""
    present = (counts > 0).sum()
    return counts.sum() / (present * counts.clamp(min=1))


def _mixed(domain: Domain, space: Space, seed: int) -> Domain:
    """New rows between neighbouring rare ones, until all classes are equally large (Chawla et al., 2002).

    A class of a single row has no neighbour to mix with and is repeated instead, as is a table without numbers.
    """
    from imblearn.over_sampling import SMOTE, SMOTENC, RandomOverSampler

    assert isinstance(space, TableSpace)
    x, y = domain.x.cpu().numpy(), domain.y.cpu().numpy()
    counts = np.bincount(y)
    wanted = {place: int(counts.max() - count) for place, count in enumerate(counts) if 0 < count < counts.max()}
    repeated = [place for place in wanted if counts[place] < 2 or not space.numeric]
    mixed = [place for place in wanted if place not in repeated]
    parts = [(x, y)]
    if repeated:
        parts.append(_new(RandomOverSampler(random_state=seed), x, y, {place: wanted[place] for place in repeated}))
    if mixed:
        near = min(NEIGHBOURS, int(counts[mixed].min()) - 1)
        # Flags and codes are not for mixing: a row takes its neighbours' commonest.
        fixed = list(range(len(space.numeric), x.shape[1]))
        sampler = (
            SMOTENC(fixed, k_neighbors=near, random_state=seed) if fixed else SMOTE(k_neighbors=near, random_state=seed)
        )
        # Everybody is compared with everybody: some thousand rows of a class show where it lies.
        rng = np.random.default_rng(seed)
        some = np.concatenate([_some(y, place, AMONG if place in wanted else len(y), rng) for place in np.unique(y)])
        parts.append(_new(sampler, x[some], y[some], {place: wanted[place] for place in mixed}))
    device = domain.x.device
    return replace(
        domain,
        x=torch.from_numpy(np.concatenate([rows for rows, _ in parts]).astype(np.float32)).to(device),
        y=torch.from_numpy(np.concatenate([names for _, names in parts]).astype(np.int64)).to(device),
        genuine=len(x),
    )


def _new(sampler: Any, x: np.ndarray, y: np.ndarray, wanted: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """This many new rows of each class, as a sampler of imbalanced-learn makes them: it adds them at the end."""
    sampler.set_params(sampling_strategy={place: int((y == place).sum()) + more for place, more in wanted.items()})
    rows, names = sampler.fit_resample(x, y)
    return np.asarray(rows)[len(x) :], np.asarray(names)[len(x) :]


def _some(y: np.ndarray, place: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """Where this class stands: all of its rows, or so many drawn by chance."""
    rows = np.flatnonzero(y == place)
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))
