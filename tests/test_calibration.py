"""Can a probability be taken at its word: by hand, null about nothing, coverage, and numbers left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from frames import LEVELS, predictions_of, runs_of
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss

from tlcore.measure.calibration import BINS, calibration_error, reliability, scores


def frame(truth: np.ndarray, *probabilities: np.ndarray) -> pd.DataFrame:
    columns = {f"p{place}": column for place, column in enumerate(probabilities)}
    return pd.DataFrame({"part": "test", "row": range(len(truth)), "truth": truth.astype(int)} | columns)


def runs(**strategies: list[str]) -> pd.DataFrame:
    rows = [{"run": run, "strategy": name, "state": "done"} for name, keys in strategies.items() for run in keys]
    return pd.DataFrame(rows)


def drawn(seed: int, n: int = 600, sharper: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Events at their true probabilities, and those probabilities with log-odds made sharper."""
    rng = np.random.default_rng(seed)
    true = rng.beta(1, 3, n)
    return rng.random(n) < true, expit(sharper * logit(true))


def judged(came_true: np.ndarray, event: np.ndarray) -> pd.Series:
    return scores({"r": frame(came_true, 1 - event, event)}, runs(dann=["r"])).iloc[0]


def test_the_error_by_hand():
    held = np.repeat([0.1, 0.9], 10)
    came_true = np.arange(20) % 10 < np.repeat([3, 8], 10)
    assert calibration_error(came_true, held) == pytest.approx((0.2 + 0.1) / 2)


def test_bins_hold_equally_many_however_probabilities_crowd():
    came_true, held = drawn(0, 1000)
    curve = reliability({"r": frame(came_true, 1 - held**4, held**4)}, runs(dann=["r"]))
    assert curve["n"].tolist() == [100] * BINS
    assert curve["held"].is_monotonic_increasing


def test_the_order_of_rows_does_not_matter_where_probabilities_are_equal():
    came_true = np.arange(300) < 60
    assert calibration_error(came_true, np.full(300, 0.2)) == pytest.approx(0)
    assert calibration_error(came_true, np.full(300, 0.3)) == pytest.approx(0.1)
    held = np.round(drawn(0, 300)[1], 1)
    order = np.random.default_rng(1).permutation(300)
    assert calibration_error(came_true[order], held[order]) == pytest.approx(calibration_error(came_true, held))


def test_the_error_lies_between_nothing_and_one():
    came_true, held = drawn(0)
    assert calibration_error(came_true, came_true.astype(float)) == 0
    assert calibration_error(came_true, 1.0 - came_true) == 1
    assert 0 <= calibration_error(came_true, held) <= 1


def test_on_few_examples_even_right_probabilities_seem_off_and_what_chance_shows_says_so():
    few = [judged(*drawn(seed, 100)) for seed in range(60)]
    assert np.mean([row["error"] for row in few]) > 0.05
    assert np.mean([row["error"] <= row["by_chance"] for row in few]) > 0.85
    assert np.mean([row["low"] == 0 for row in few]) > 0.85


@pytest.mark.parametrize("sharper", [1.5, 3.0])
def test_the_interval_holds_the_error_of_endless_data(sharper):
    true = calibration_error(*drawn(0, 300_000, sharper))
    rows = [judged(*drawn(seed, 800, sharper)) for seed in range(1, 61)]
    assert np.mean([row["low"] <= true <= row["high"] for row in rows]) > 0.85
    assert np.mean([row["error"] > row["by_chance"] for row in rows]) > 0.9


def test_too_much_confidence_lies_below_the_diagonal_at_the_top_and_above_it_at_the_bottom():
    came_true, held = drawn(0, 5000, sharper=3.0)
    curve = reliability({"r": frame(came_true, 1 - held, held)}, runs(dann=["r"]))
    first, last = curve.iloc[0], curve.iloc[-1]
    assert first["low"] > first["held"]
    assert last["high"] < last["held"]


def test_the_brier_score_agrees_with_scikit_learn():
    came_true, held = drawn(0)
    assert judged(came_true, held)["brier"] == pytest.approx(brier_score_loss(came_true, held))


def test_of_more_than_two_classes_the_named_one_is_asked_about():
    truth = np.array([0, 1, 2, 0])
    p = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.5, 0.25, 0.25]])
    curve = reliability({"r": frame(truth, *p.T)}, runs(dann=["r"]))
    assert curve["held"].tolist() == [0.5, 0.6, 0.7, 0.8]
    assert curve["share"].tolist() == [1, 0, 1, 1]


def test_more_seeds_on_the_same_test_set_do_not_narrow_an_interval():
    came_true, held = drawn(0)
    some = {f"r{seed}": frame(came_true, 1 - held, held) for seed in range(4)}
    one, four = (measure(some, listed).drop(columns=["n", "runs"], errors="ignore")
                 for measure, listed in ((scores, runs(dann=["r0"])), (scores, runs(dann=list(some)))))  # fmt: skip
    pd.testing.assert_frame_equal(one, four, rtol=0.1)
    one, four = (reliability(some, listed) for listed in (runs(dann=["r0"]), runs(dann=list(some))))
    pd.testing.assert_frame_equal(one.drop(columns="runs"), four.drop(columns="runs"))


def test_every_strategy_has_a_row_whatever_it_is():
    listed = runs_of(LEVELS, 2)
    found = scores(predictions_of(listed, (0.9, 0.1)), listed)
    assert found["strategy"].tolist() == list(LEVELS)
    assert (found["low"] <= found["error"]).all()
    assert found["n"].tolist() == [2] * len(LEVELS)


def test_numbers_and_runs_without_predictions_have_no_calibration():
    numbers = pd.DataFrame({"part": "test", "row": [0, 1], "truth": [1.0, 2.0], "prediction": [1.5, 1.0]})
    for given in ({"r": numbers}, {}):
        assert scores(given, runs(dann=["r"])).empty
        assert reliability(given, runs(dann=["r"])).empty
        assert "error" in scores(given, runs(dann=["r"]))
