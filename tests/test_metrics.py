"""Metrics against independent implementations, by hand, and where they are undefined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from tlcore import catalog

CLASS_METRICS = [name for name, metric in catalog.metrics().items() if "binary" in metric.kinds]
NUMBER_METRICS = [name for name, metric in catalog.metrics().items() if "regression" in metric.kinds]


def score(name: str, truth: np.ndarray, prediction: np.ndarray) -> float:
    return catalog.metric(name).measure(truth, prediction)


def classes(n: int, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """True positions and informative probabilities, rounded so that some tie."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, count, n)
    weights = np.round(rng.random((n, count)) + 0.7 * (truth[:, None] == np.arange(count)), 1) + 0.05
    return truth, weights / weights.sum(axis=1, keepdims=True)


def two_columns(event: list[float]) -> np.ndarray:
    return np.column_stack([1 - np.array(event), event])


def test_there_are_seven_metrics_for_classes_and_three_for_numbers():
    assert len(CLASS_METRICS) == 7
    assert sorted(NUMBER_METRICS) == ["mae", "r2", "rmse"]


@pytest.mark.parametrize("seed", range(3))
def test_two_class_metrics_agree_with_scikit_learn(seed):
    truth, p = classes(200, 2, seed)
    predicted = p.argmax(axis=1)
    expected = {
        "accuracy": sk.accuracy_score(truth, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
        "macro_f1": sk.f1_score(truth, predicted, average="macro"),
        "roc_auc": sk.roc_auc_score(truth, p[:, 1]),
        "average_precision": sk.average_precision_score(truth, p[:, 1]),
        "log_loss": sk.log_loss(truth, p),
        "brier": sk.brier_score_loss(truth, p[:, 1]),
    }
    assert {name: score(name, truth, p) for name in CLASS_METRICS} == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_metrics_of_many_classes_agree_with_scikit_learn(seed):
    truth, p = classes(300, 4, seed)
    predicted = p.argmax(axis=1)
    expected = {
        "accuracy": sk.accuracy_score(truth, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
        "macro_f1": sk.f1_score(truth, predicted, average="macro"),
        "roc_auc": sk.roc_auc_score(truth, p, multi_class="ovr", average="macro"),
        "average_precision": sk.average_precision_score(np.eye(4)[truth], p, average="macro"),
        "log_loss": sk.log_loss(truth, p),
        "brier": ((p - np.eye(4)[truth]) ** 2).sum(axis=1).mean(),
    }
    assert {name: score(name, truth, p) for name in CLASS_METRICS} == pytest.approx(expected)


def test_metrics_of_numbers_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    truth = rng.normal(100, 20, 80).astype(np.float32)
    prediction = truth + rng.normal(0, 5, 80)
    expected = {
        "mae": sk.mean_absolute_error(truth, prediction),
        "rmse": sk.root_mean_squared_error(truth, prediction),
        "r2": sk.r2_score(truth, prediction),
    }
    assert {name: score(name, truth, prediction) for name in NUMBER_METRICS} == pytest.approx(expected)


def test_average_precision_by_hand_takes_steps_and_no_trapezoids():
    truth, p = np.array([1, 0, 1, 0]), two_columns([0.9, 0.8, 0.7, 0.1])
    assert score("average_precision", truth, p) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_equal_scores_rank_like_chance_whatever_their_order():
    for truth in (np.array([1, 0, 0, 0]), np.array([0, 0, 0, 1])):
        p = two_columns([0.3] * 4)
        assert score("roc_auc", truth, p) == 0.5
        assert score("average_precision", truth, p) == 0.25


def test_roc_auc_is_how_often_a_positive_is_ranked_above_a_negative():
    truth, p = classes(60, 2, 5)
    above = p[truth == 1, 1][:, None] - p[truth == 0, 1]
    assert score("roc_auc", truth, p) == pytest.approx((np.sign(above) / 2 + 0.5).mean())


@pytest.mark.parametrize("name", CLASS_METRICS)
@pytest.mark.parametrize("count", [2, 5])
def test_a_perfect_prediction_is_best_and_beats_the_opposite(name, count):
    truth = np.arange(50) % count
    perfect = np.eye(count)[truth]
    metric = catalog.metric(name)
    assert metric.measure(truth, perfect) == pytest.approx(1 if metric.higher_is_better else 0)
    opposite = np.roll(perfect, 1, axis=1)
    assert metric.sign * metric.measure(truth, perfect) > metric.sign * metric.measure(truth, opposite)


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_a_class_absent_from_the_truth_never_crashes(name):
    truth, p = classes(100, 3)
    assert np.isfinite(score(name, np.where(truth == 2, 0, truth), p))


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_absent_classes_are_left_out_of_the_mean(name):
    truth, p = classes(100, 3)
    truth = np.where(truth == 2, 0, truth)
    each = [score(name, (truth == k).astype(int), two_columns(list(p[:, k]))) for k in (0, 1)]
    assert score(name, truth, p) == pytest.approx(np.mean(each))


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
@pytest.mark.parametrize("only", [0, 1])
def test_ranking_is_undefined_where_the_truth_has_one_class(name, only):
    assert np.isnan(score(name, np.full(5, only), two_columns([0.1, 0.2, 0.3, 0.4, 0.5])))


def test_r2_is_undefined_where_the_truth_does_not_vary():
    assert np.isnan(score("r2", np.full(7, 0.1), np.arange(7.0)))


def test_r2_of_the_mean_is_zero():
    truth = np.array([1.0, 2.0, 6.0])
    assert score("r2", truth, np.full(3, 3.0)) == pytest.approx(0)


@pytest.mark.parametrize("name", CLASS_METRICS)
def test_predictions_that_are_no_numbers_have_no_score(name):
    truth, p = classes(20, 2)
    p[3] = np.nan
    assert np.isnan(score(name, truth, p))
    assert np.isnan(score(name, truth[:0], p[:0]))


@pytest.mark.parametrize("name", NUMBER_METRICS)
def test_diverged_numbers_have_no_score(name):
    assert np.isnan(score(name, np.arange(3.0), np.array([0.0, np.inf, 2.0])))
    assert np.isnan(score(name, np.zeros(0), np.zeros(0)))


def test_a_certain_mistake_costs_a_finite_log_loss():
    assert score("log_loss", np.array([1]), two_columns([0.0])) == pytest.approx(-np.log(1e-7))


def test_the_majority_vote_looks_good_in_accuracy_and_bad_in_balanced_accuracy():
    truth = np.array([0] * 95 + [1] * 5)
    p = two_columns([0.05] * 100)
    assert score("accuracy", truth, p) == pytest.approx(0.95)
    assert score("balanced_accuracy", truth, p) == pytest.approx(0.5)
    assert score("macro_f1", truth, p) == pytest.approx(0.95 / 1.95, abs=1e-12)
    assert score("average_precision", truth, p) == pytest.approx(0.05)
