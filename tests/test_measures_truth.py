"""Measures of the gap on data whose gap is known: the knob of a simulated scenario, from no shift to all of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from tlcore.measure.drift import drift
from tlcore.measure.gap import SPLITS, Gap, measure_gap
from tlcore.scenarios.cold_start import ColdStart
from tlcore.situation import Examples, Situation

SHIFTS = (0.0, 0.2, 0.5, 1.0)


@cache
def drawn(shift: float) -> Situation:
    return ColdStart(covariate_shift=shift, source_size=6_000).draw()


@cache
def gap(shift: float) -> Gap:
    return measure_gap(drawn(shift).source, drawn(shift).target)


@cache
def drifted(shift: float) -> pd.DataFrame:
    """The stability index and the Kolmogorov-Smirnov distance of every column."""
    return drift(drawn(shift).source, drawn(shift).target)


def halves(seed: int) -> tuple[Examples, Examples]:
    source = drawn(0.0).source
    order = np.random.default_rng(seed).permutation(len(source))
    return source.take(order[: len(order) // 2]), source.take(order[len(order) // 2 :])


@pytest.mark.parametrize("measure", SPLITS)
def test_every_measure_of_the_gap_rises_with_the_shift_and_stays_below_its_floor_without_one(measure):
    tiles = [next(tile for tile in gap(shift).measures if tile.measure == measure) for shift in SHIFTS]
    values = [tile.value for tile in tiles]
    assert values == sorted(values)
    assert values[-1] > 5 * tiles[-1].floor
    assert tiles[0].light == "none"
    assert tiles[-1].light != "none"


def test_chance_explains_the_gap_without_a_shift_and_with_none_of_the_others():
    assert gap(0.0).measures[0].p_value > 0.05
    assert max(gap(shift).measures[0].p_value for shift in SHIFTS[1:]) == 1 / 201


@pytest.mark.parametrize("measure", ["psi", "ks"])
def test_columns_drift_further_with_the_shift_and_without_one_no_further_than_halves_of_the_source(measure):
    for of in ("max", "mean"):
        values = [drifted(shift)[measure].agg(of) for shift in SHIFTS]
        assert values == sorted(values)
        floor = max(drift(*halves(seed))[measure].agg(of) for seed in range(8))
        assert values[0] < 1.3 * floor
        assert values[1] > 2 * floor


def test_every_simulated_column_is_read_as_stable_without_a_shift_and_the_age_as_shifted_with_all_of_it():
    assert drifted(0.0)["psi"].max() < 0.1
    assert drifted(1.0).set_index("feature").loc["age", "psi"] > 0.25
