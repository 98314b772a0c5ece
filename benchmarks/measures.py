"""How long measuring takes: ``python -m benchmarks.measures``.

The maximum mean discrepancy of two sets in 256 dimensions with its kernel width and 500 permutations, at growing
numbers of rows. The time grows with their square. Wanted: under 3 s for 2,000 rows of either set on two cores.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from benchmarks import machine
from tlcore.measure import distances

DIMENSIONS, PERMUTATIONS, TURNS = 256, 500, 5


def mmd(rows: int) -> float:
    """Seconds for two sets of so many rows each."""
    rng = np.random.default_rng(rows)
    one, other = rng.normal(size=(rows, DIMENSIONS)), rng.normal(0.05, 1, size=(rows, DIMENSIONS))
    began = time.perf_counter()
    width = distances.median_distance(one, other)
    distances.mmd_test(np.concatenate([one, other]), width, rng, PERMUTATIONS)
    return time.perf_counter() - began


def main() -> None:
    print(f"MMD, {DIMENSIONS} dimensions, {PERMUTATIONS} permutations; {machine.words('numpy', 'scipy')}")
    mmd(100)  # the first turn loads libraries
    before = None
    for rows in (250, 500, 1000, 2000, 4000):
        seconds = statistics.median(mmd(rows) for _ in range(TURNS))
        growth = "" if before is None else f"   {seconds / before:.1f} times as long as half the rows"
        print(f"{rows:>5} + {rows:<5} {seconds:>7.2f} s{growth}")
        before = seconds


if __name__ == "__main__":
    main()
