"""The ladder of thresholds: what every one of them names, counted case by case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tlcore.measure.ladders import ladders
from tlcore.measure.rungs import BELOW, TOP, rungs, step


def _told(score, event, part="test"):
    return pd.DataFrame({"part": part, "truth": np.asarray(event).astype(int), "p0": 1 - score, "p1": score})


def test_every_rung_counts_the_cases_at_or_above_it():
    ladder = rungs(_told(np.array([0.9, 0.2, 0.9, 0.4]), [1, 0, 0, 1]))
    assert ladder["threshold"].tolist() == [np.inf, 0.9, 0.4, 0.2]
    assert ladder["named"].tolist() == [0, 2, 3, 4]
    assert ladder["hits"].tolist() == [0, 1, 2, 2]


def test_a_long_list_is_thinned_but_no_count_is_wrong():
    rng = np.random.default_rng(0)
    score = rng.random(20_000).round(4)
    event = rng.random(20_000) < score**3
    ladder = rungs(_told(score, event))
    assert len(ladder) <= TOP + BELOW + 1
    for row in ladder.itertuples():
        assert row.named == (score >= row.threshold).sum()
        assert row.hits == event[score >= row.threshold].sum()
    assert ladder["named"].iloc[-1] == 20_000
    assert (ladder["named"].iloc[1:6].diff().dropna() <= 3).all()  # the most suspect are told one from the other


@pytest.mark.parametrize("apart", [99, 120, 700])
def test_a_crowd_of_one_score_is_never_named_in_part(apart):
    rng = np.random.default_rng(apart)
    score = np.concatenate([np.full(1000, 0.02), rng.uniform(0.3, 1.0, apart), rng.uniform(0.0, 0.01, 50)])
    event = rng.random(len(score)) < score
    found = ladders({"run": rungs(_told(score, event))})["run"]["test"]
    assert found.at(0.167) == (apart, event[score >= 0.167].sum())


@pytest.mark.parametrize("digits", [1, 2, 3, 9])
def test_no_threshold_is_counted_wrong_by_more_than_a_step(digits):
    rng = np.random.default_rng(digits)
    for cases in (80, 151, 600, 5000):
        score = rng.beta(0.5, 2.0, cases).round(digits)
        event = rng.random(cases) < score
        found = ladders({"run": rungs(_told(score, event))})["run"]["test"]
        for threshold in (0.0, 0.05, 0.3, 0.301, 0.7, 1.1, *rng.random(50)):
            named, hits = found.at(threshold)
            assert abs(named - (score >= threshold).sum()) <= step(cases)
            assert abs(hits - event[score >= threshold].sum()) <= step(cases)


def test_parts_and_classes_are_apart():
    told = pd.concat([_told(np.array([0.3, 0.8]), [0, 1], "valid"), _told(np.array([0.6]), [0])])
    assert rungs(told)["part"].tolist() == ["valid"] * 3 + ["test"] * 2
    other = rungs(told, event=0)
    assert other.loc[other["part"] == "valid", "threshold"].tolist() == pytest.approx([np.inf, 0.7, 0.2])
    assert other.loc[other["part"] == "valid", "hits"].tolist() == [0, 1, 1]


def test_the_mean_over_levels_is_close_to_the_mean_over_cases():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=3000)
    told = pd.DataFrame({"part": "test", "truth": truth, "prediction": truth + rng.gamma(2.0, size=3000) - 1})
    errors = (told["prediction"] - told["truth"]).to_numpy()
    found = rungs(told)
    assert found["error"].is_monotonic_increasing
    for cost in (lambda e: np.clip(e, 0, None), lambda e: 3 * np.clip(-e, 0, None)):
        assert cost(found["error"].to_numpy()).mean() == pytest.approx(cost(errors).mean(), rel=0.02)
