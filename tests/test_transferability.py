"""Which backbone may suit: definitions by hand, bounds, and what others get wrong (rank, unused class, N < D)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from tlcore.measure.transferability import h_score, leep, logme, nce


def separated(n: int = 90, d: int = 6, by: float = 2.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three classes whose means lie ``by`` apart, in features of different spread."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    rows = rng.normal(size=(n, d)) * np.linspace(0.3, 3, d) + by * rng.normal(size=(3, d))[labels]
    return rows, np.array(["a", "b", "c"])[labels]


def probabilities(n: int = 60, classes: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), n)


# --- LogME


@pytest.mark.parametrize(("n", "d"), [(40, 5), (20, 50)])
def test_logme_is_the_largest_gaussian_likelihood_of_the_answers(n, d):
    """The evidence is the density of y under N(0, 1/beta + F F' / alpha): searched here without any algebra."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(n, d))
    answers = features @ rng.normal(size=d) / 3 + rng.normal(size=n)

    def unlikely(logs: np.ndarray) -> float:
        spread = np.eye(n) / np.exp(logs[1]) + features @ features.T / np.exp(logs[0])
        return -multivariate_normal(np.zeros(n), spread).logpdf(answers) / n

    best = minimize(unlikely, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10})
    assert logme(features, answers) == pytest.approx(-best.fun, abs=1e-6)


def test_logme_of_classes_is_the_mean_over_one_question_per_class():
    features, labels = separated()
    each = [logme(features, (labels == name).astype(float)) for name in "abc"]
    assert logme(features, labels) == pytest.approx(np.mean(each))


def test_columns_that_never_vary_do_not_move_logme():
    """With the number of columns in place of the rank, each of them would."""
    features, labels = separated(30, 6)
    wider = np.hstack([features, np.zeros((30, 700)), features[:, :2]])
    assert logme(np.hstack([features, np.zeros((30, 700))]), labels) == pytest.approx(logme(features, labels))
    assert logme(wider, labels) == pytest.approx(logme(features, labels), abs=0.2)


def test_logme_of_noise_with_fewer_rows_than_features_is_about_that_of_a_constant():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 100)
    assert logme(rng.normal(size=(100, 768)), labels) < 0
    assert logme(rng.normal(size=(100, 768)), labels) == pytest.approx(logme(np.zeros((100, 1)), labels), abs=0.1)


def test_logme_does_not_depend_on_the_scale_or_the_turn_of_the_features_and_rises_with_separation():
    features, labels = separated()
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))[0]
    assert logme(1000 * features @ turn, labels) == pytest.approx(logme(features, labels))
    found = [logme(separated(by=by)[0], labels) for by in (0.0, 1.0, 3.0)]
    assert found == sorted(found)


def test_logme_of_answers_that_the_features_give_exactly_is_large_and_finite():
    features, _ = separated()
    assert 5 < logme(features, features @ np.arange(6.0)) < 100


# --- LEEP and NCE


def test_leep_by_hand():
    answers = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = np.array(["x", "x", "y"])
    given_0, given_1 = 1.4 / 1.5, 0.6 / 1.5  # P(x | z)
    expected = [0.8 * given_0 + 0.2 * given_1, 0.6 * given_0 + 0.4 * given_1, 1 - (0.1 * given_0 + 0.9 * given_1)]
    assert leep(answers, labels) == pytest.approx(np.log(expected).mean())


def test_a_source_class_nobody_is_held_to_be_changes_nothing():
    answers, labels = probabilities(), np.arange(60) % 3
    unused = np.insert(answers, 2, 0.0, axis=1)
    assert leep(unused, labels) == pytest.approx(leep(answers, labels))


def test_leep_is_zero_for_answers_that_tell_and_minus_the_entropy_for_answers_that_do_not():
    labels = np.arange(60) % 3
    assert leep(np.eye(3)[labels], labels) == 0
    assert leep(np.full((60, 5), 0.2), labels) == pytest.approx(-np.log(3))
    assert leep(probabilities(), labels) <= 0


def test_nce_by_hand_and_at_its_ends():
    assert nce(np.array([0, 0, 1, 1]), np.array(["x", "y", "x", "x"])) == pytest.approx(0.5 * np.log(0.5))
    labels = np.arange(60) % 3
    assert nce(labels + 7, labels) == 0
    assert nce(np.zeros(60), labels) == pytest.approx(-np.log(3))


def test_leep_of_certain_answers_is_nce():
    source, labels = np.random.default_rng(0).integers(0, 4, 200), np.random.default_rng(1).integers(0, 3, 200)
    assert leep(np.eye(4)[source], labels) == pytest.approx(nce(source, labels))


# --- H-score


def test_h_score_comes_to_the_plain_formula_when_rows_are_many():
    features, labels = separated(60_000)
    means = np.array([features[labels == name].mean(axis=0) for name in "abc"])[np.arange(60_000) % 3]
    plain = np.trace(np.linalg.solve(np.cov(features, rowvar=False), np.cov(means, rowvar=False)))
    assert h_score(features, labels) == pytest.approx(plain, rel=0.01)


@pytest.mark.parametrize(("spread", "most"), [(np.ones(300), 0.5), (1 / np.arange(1.0, 301), 1.7)])
def test_noise_with_fewer_rows_than_features_does_not_reach_the_largest_h_score(spread, most):
    features = np.random.default_rng(0).normal(size=(60, 300)) * spread
    labels = np.arange(60) % 3
    means = np.array([features[labels == one].mean(axis=0) for one in labels])
    plain = np.trace(np.linalg.pinv(np.cov(features, rowvar=False)) @ np.cov(means, rowvar=False))
    assert plain == pytest.approx(2)
    assert 0 <= h_score(features, labels) < most


@pytest.mark.parametrize(("n", "d", "by"), [(30, 200, 50.0), (300, 4, 50.0), (300, 2, 1000.0), (90, 6, 2.0)])
def test_h_score_never_exceeds_one_less_than_the_classes(n, d, by):
    assert 0 <= h_score(*separated(n, d, by)) <= 2


def test_h_score_rises_with_separation():
    labels = separated()[1]
    found = [h_score(separated(by=by)[0], labels) for by in (0.0, 1.0, 3.0)]
    assert found == sorted(found)
    assert found[0] < 0.5
