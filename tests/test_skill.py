"""How much answers tell of what there is to know: from nothing to everything, whatever their scale."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, r2_score

from tlcore.measure.skill import skill


@pytest.fixture
def binary():
    rng = np.random.default_rng(0)
    score = rng.normal(size=4_000)
    truth = (rng.random(4_000) < 1 / (1 + np.exp(-1.5 * score - 1))).astype(int)
    return score, truth


def two(probability):
    return np.column_stack([1 - probability, probability])


def test_the_same_answer_for_all_tells_nothing(binary):
    _score, truth = binary
    assert skill(two(np.full(len(truth), 0.3)), truth, False).mean() == pytest.approx(0, abs=1e-3)
    assert skill(np.full((len(truth), 1), truth.mean()), truth.astype(float), True).mean() == pytest.approx(0)


def test_perfect_answers_tell_everything(binary):
    _score, truth = binary
    assert skill(two(np.where(truth, 0.99, 0.01)), truth, False).mean() > 0.98
    assert skill(1.0 * truth[:, None], truth.astype(float), True).mean() == pytest.approx(1)


def test_answers_the_wrong_way_round_tell_less_than_nothing(binary):
    score, truth = binary
    right, wrong = (skill(two(1 / (1 + np.exp(-sign * score))), truth, False).mean() for sign in (1, -1))
    assert right > 0.2
    assert wrong == pytest.approx(-right, abs=1e-3)
    assert skill(-truth[:, None].astype(float), truth.astype(float), True).mean() == pytest.approx(-1)


def test_it_does_not_matter_how_sure_of_itself_a_learner_is(binary):
    score, truth = binary
    shy, bold = (skill(two(1 / (1 + np.exp(-times * score - 2))), truth, False).mean() for times in (0.5, 3))
    assert shy == pytest.approx(bold, abs=1e-3)


def test_of_two_classes_it_is_the_share_of_deviance_that_a_logistic_regression_explains(binary):
    score, truth = binary
    fitted = LogisticRegression(C=1e6).fit(score[:, None], truth).predict_proba(score[:, None])
    shares = np.full_like(fitted, truth.mean())
    mcfadden = 1 - log_loss(truth, fitted) / log_loss(truth, two(shares[:, 0]))
    assert skill(two(1 / (1 + np.exp(-score))), truth, False).mean() == pytest.approx(mcfadden, abs=2e-3)


def test_of_numbers_it_is_r2_and_0_at_least_where_they_go_the_right_way():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=500)
    told = truth + 0.5 * rng.normal(size=500)
    assert skill(told[:, None], truth, True).mean() == pytest.approx(r2_score(truth, told))
    assert skill(told[:, None] + 100, truth, True).mean() == 0
    assert skill(100 - told[:, None], truth, True).mean() == pytest.approx(-(np.corrcoef(told, truth)[0, 1] ** 2))


def test_many_classes_are_weighed_by_their_shares():
    rng = np.random.default_rng(2)
    truth = rng.choice(5, 2_000, p=[0.5, 0.2, 0.1, 0.1, 0.1])
    assert skill(np.full((2_000, 5), 0.2), truth, False).mean() == pytest.approx(0, abs=5e-3)
    guess = np.full((2_000, 5), 0.05) + 0.75 * np.eye(5)[np.where(rng.random(2_000) < 0.7, truth, rng.choice(5, 2_000))]
    assert 0.3 < skill(guess, truth, False).mean() < 0.9
