"""How far apart are two domains, before any training? Each answer with what chance alone would show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.measure import distances
from tlcore.measure.drift import drift, embedding, label_shift
from tlcore.measure.features import matrix
from tlcore.situation import Examples

__all__ = ["Gap", "Tile", "drift", "embedding", "label_shift", "measure_gap"]

Light = Literal["none", "small", "large"]

ROWS_AT_MOST = 1000  # of either domain
LEAST_ROWS = 10
PERMUTATIONS = 200
SPLITS = {  # of the source in two, by cost
    "mmd": 200, "coral": 40, "mean_distance": 100, "frechet": 40, "sliced_wasserstein": 40, "a_distance": 40,
}  # fmt: skip
QUANTILE = 0.99
LARGE = 3.0  # as a distance, so many times what chance shows


@dataclass(frozen=True)
class Tile:
    """One measure. ``floor`` is what 99 of 100 random halvings of the source stay below.

    ``light``: "none" = not above the floor; "large" = as a distance,
    more than three times the floor (squared measures: nine times), or, where a measure has a largest
    value, more than half the way from the floor to it; "small" = between.
    """

    measure: str  # one of `SPLITS`; "mmd", "coral" and "frechet" are squared
    value: float
    floor: float
    p_value: float  # by permutation; NaN where the measure has none
    n: int  # rows of either domain, and of either half of the source
    light: Light


@dataclass(frozen=True)
class Gap:
    """The measures of one pair of domains. ``width`` is the kernel width, to be used again after adaptation."""

    measures: tuple[Tile, ...]
    width: float

    def tiles(self) -> pd.DataFrame:
        """One row per measure: ``measure, value, floor, p_value, n, light``."""
        return pd.DataFrame([asdict(tile) for tile in self.measures])

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, None for what does not exist: what JSON keeps."""
        plain = {tile.measure: asdict(tile) for tile in self.measures}
        for record in plain.values():
            del record["measure"]
            record["p_value"] = None if np.isnan(record["p_value"]) else record["p_value"]
        return {**plain, "width": self.width}


def measure_gap(source: Examples, target: Examples, seed: int = 0) -> Gap:
    """MMD, CORAL, distance of means, Frechet, sliced Wasserstein and proxy A-distance between two domains' inputs.

    Features are standardised by the source (`tlcore.measure.features`). Both domains are drawn down to the
    same number of rows, at most half of the source, so that value and noise floor rest on equal numbers.

    Raises `Unusable` with fewer than 20 source or 10 target examples, or domains of different make.
    """
    if not len(source):
        raise Unusable("There is no source that the target could be apart from: what is carried over are weights.")
    n = min(len(source) // 2, len(target), ROWS_AT_MOST)
    if n < LEAST_ROWS:
        raise Unusable(
            f"The gap cannot be measured: the source has {len(source)} examples and the target {len(target)}; "
            f"at least {2 * LEAST_ROWS} and {LEAST_ROWS} are needed."
        )
    known, other = matrix(source, target, limit=2 * n, seed=seed)
    rng = np.random.default_rng(seed)
    known, other = rng.permutation(known), rng.permutation(other)[:n]
    here = known[:n]
    halves = [known[rng.permutation(2 * n)] for _ in range(max(SPLITS.values()))]

    def noise(name: str, measure: Callable[[np.ndarray, np.ndarray], float]) -> float:
        return float(np.quantile([measure(half[:n], half[n:]) for half in halves[: SPLITS[name]]], QUANTILE))

    width = distances.median_distance(here, other)
    value, p_value = distances.mmd_test(np.concatenate([here, other]), width, rng, PERMUTATIONS)
    by_chance = distances.mmd(distances.gaussian(known, width), distances.halvings(2 * n, SPLITS["mmd"], rng))
    floor = float(np.quantile(by_chance, QUANTILE))
    tiles = [Tile("mmd", value, floor, p_value, n, _light(value, floor, LARGE**2))]

    for name, measure, large, most in (
        ("coral", distances.coral, LARGE**2, np.inf),
        ("mean_distance", distances.mean_distance, LARGE, np.inf),
        ("frechet", distances.frechet, LARGE**2, np.inf),
        ("sliced_wasserstein", distances.sliced_wasserstein, LARGE, np.inf),
        ("a_distance", distances.a_distance, LARGE, 2.0),
    ):
        value, floor = measure(here, other), noise(name, measure)
        tiles.append(Tile(name, value, floor, float("nan"), n, _light(value, floor, large, most)))
    return Gap(tuple(tiles), width)


def _light(value: float, floor: float, large: float, most: float = np.inf) -> Light:
    if value <= floor:
        return "none"
    return "large" if value > min(large * floor, (floor + most) / 2) else "small"
