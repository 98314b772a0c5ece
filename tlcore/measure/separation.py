"""How far apart do the classes lie in a network's features? Of held-out examples only.

With fewer examples than features, the ones learnt from look separable whatever the features are worth. All take
``features`` (N, D) and ``labels`` (N,), names or positions of classes.
"""

from __future__ import annotations

import numpy as np


def scatter_ratio(features: np.ndarray, labels: np.ndarray) -> float:
    """Spread of the class means over the spread within classes, features at length 1; 0 or more.

    sum n_c ||mu_c - mu||^2 / sum ||x - mu_c||^2, as in Fisher's discriminant. Does not grow with the features'
    norm. Infinite where no class spreads at all; NaN where nothing spreads.
    """
    rows = _at_length_one(features)
    means, place = _means(rows, labels)
    between = ((means[place] - rows.mean(axis=0)) ** 2).sum()
    within = ((rows - means[place]) ** 2).sum()
    if np.isclose(within, 0.0, atol=1e-12):
        return float("nan") if np.isclose(between, 0.0, atol=1e-12) else float("inf")
    return float(between / within)


def silhouette(features: np.ndarray, labels: np.ndarray) -> float:
    """How much nearer examples lie to their own class than to the next, -1 to 1 (Rousseeuw, 1987).

    Features at length 1. NaN with one class only, or with no two examples of any class.
    """
    from sklearn.metrics import silhouette_score

    if not 2 <= len(np.unique(labels)) < len(labels):
        return float("nan")
    return float(silhouette_score(_at_length_one(features), labels))


def class_distance(features: np.ndarray, labels: np.ndarray) -> float:
    """The inter-class distance CID = 1/C sum ||mu_c - mu||^2, mu the mean of all examples; 0 or more.

    Of the features as they are: it grows with the square of their norm, so a network that merely puts out larger
    numbers has more of it. Read `scatter_ratio` beside it.
    """
    rows = np.asarray(features, dtype=np.float64)
    means, _ = _means(rows, labels)
    return float(((means - rows.mean(axis=0)) ** 2).sum(axis=1).mean())


def _at_length_one(features: np.ndarray) -> np.ndarray:
    rows = np.asarray(features, dtype=np.float64)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1.0)


def _means(rows: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of each class (C, D), and which class each row is of (N,)."""
    classes, place = np.unique(labels, return_inverse=True)
    return np.array([rows[place == one].mean(axis=0) for one in range(len(classes))]), place
