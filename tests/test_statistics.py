"""Intervals that several measures use."""

from __future__ import annotations

import numpy as np
import pytest

from tlcore.measure.statistics import t_interval, t_intervals


def test_intervals_of_many_columns_are_those_of_each_with_what_is_missing_left_out():
    values = np.random.default_rng(0).normal(size=(6, 40))
    values[np.random.default_rng(1).random(values.shape) < 0.4] = np.nan
    values[:, 0] = np.nan  # nothing there
    values[1:, 1], values[0, 1] = np.nan, 0.3  # one repeat
    values[:, 2] = 0.1  # all alike
    *told, count = t_intervals(values)
    for place, column in enumerate(values.T):
        there = column[~np.isnan(column)]
        assert count[place] == len(there)
        assert [part[place] for part in told] == pytest.approx(t_interval(there), nan_ok=True, abs=1e-12)
    assert told[1][2] == told[2][2] == pytest.approx(0.1), "no spread, no width"
