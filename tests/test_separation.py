"""How far apart classes lie: by hand, against scikit-learn, and what each measure does not see."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, silhouette_score
from sklearn.preprocessing import normalize

from tlcore.measure.separation import class_distance, scatter_ratio, silhouette

BOTH = [scatter_ratio, silhouette]


def classes(by: float, n: int = 120, d: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return rng.normal(size=(n, d)) + by * np.eye(d)[labels], np.array(["a", "b", "c"])[labels]


def test_the_scatter_ratio_by_hand():
    rows = np.array([[3.0, 0.0], [0.6, 0.8], [0.0, 2.0], [-0.6, 0.8]])
    labels = np.array([0, 0, 1, 1])  # at length 1: (1, 0), (.6, .8), (0, 1), (-.6, .8)
    means = np.array([[0.8, 0.4], [-0.3, 0.9]])
    between = 2 * ((means - means.mean(axis=0)) ** 2).sum()
    within = 2 * (0.2**2 + 0.4**2) + 2 * (0.3**2 + 0.1**2)
    assert scatter_ratio(rows, labels) == pytest.approx(between / within)


def test_the_scatter_ratio_is_scikit_learns_up_to_the_numbers_of_rows_and_classes():
    rows, labels = classes(2.0)
    theirs = calinski_harabasz_score(normalize(rows), labels)
    assert scatter_ratio(rows, labels) * (120 - 3) / (3 - 1) == pytest.approx(theirs)
    assert silhouette(rows, labels) == pytest.approx(silhouette_score(normalize(rows), labels))


def test_the_class_distance_by_hand():
    rows = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 3.0]])
    mean, means = np.array([4.0, 1.0]), np.array([[1.0, 0.0], [10.0, 3.0]])
    assert class_distance(rows, np.array(["a", "a", "b"])) == pytest.approx(((means - mean) ** 2).sum() / 2)


def test_longer_features_move_the_class_distance_only():
    rows, labels = classes(2.0)
    assert class_distance(10 * rows, labels) == pytest.approx(100 * class_distance(rows, labels))
    for measure in BOTH:
        assert measure(10 * rows, labels) == pytest.approx(measure(rows, labels))


def test_every_measure_grows_as_classes_part():
    for measure in [*BOTH, class_distance]:
        found = [measure(*classes(by)) for by in (0.0, 1.0, 3.0, 9.0)]
        assert found == sorted(found), measure


def test_features_that_were_learnt_from_look_separable_where_held_out_ones_do_not():
    """Noise, fewer rows than features: the line that parts the rows it was fitted to parts no others."""
    rng = np.random.default_rng(0)
    rows, other, labels = rng.normal(size=(60, 200)), rng.normal(size=(60, 200)), np.arange(60) % 2
    weights = np.linalg.lstsq(rows, 2.0 * labels - 1, rcond=None)[0]
    fitted, held_out = (np.column_stack([part @ weights, np.ones(60)]) for part in (rows, other))
    assert scatter_ratio(fitted, labels) > 1000
    assert scatter_ratio(held_out, labels) < 0.2


def test_what_cannot_be_said_is_said_to_be_unknown():
    rows, labels = classes(1.0)
    assert scatter_ratio(rows, np.zeros(120)) == pytest.approx(0)
    assert np.isnan(silhouette(rows, np.zeros(120)))
    assert np.isnan(silhouette(rows, np.arange(120)))
    assert scatter_ratio(np.eye(3)[np.arange(9) % 3], np.arange(9) % 3) == np.inf
    assert np.isnan(scatter_ratio(np.ones((9, 2)), np.arange(9) % 3))
    assert np.isfinite(scatter_ratio(np.vstack([rows, np.zeros((1, 5))]), [*labels, "a"]))
