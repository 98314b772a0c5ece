"""Labels that are likely wrong, by confident learning (Northcutt, Jiang & Chuang, 2021).

Each example gets class probabilities from trees that never saw it. A class's threshold is the mean probability it gets
among the examples labelled so. An example that passes the threshold of another class, and of no class by more, counts
as that class: the confident joint, whose off-diagonal is the estimate of label errors.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files.checks.near_copies import small
from tlcore.files.finding import Findings
from tlcore.files.parts import few, frame, parts, place, rows
from tlcore.situation import Examples, Situation
from tlcore.words import _

ON = frozenset({"table", "image"})
ROWS, LEAST, LEAST_OF_A_CLASS = 1000, 100, 10
TREES, SIDE = 50, 12
COMMON = 12  # categories of a column
TELLS = 0.9  # the area under the curve from which trees can tell a wrong label from two classes that overlap
DOUBTS = 0.6  # how much surer of another class than of the one given
SHARE = 0.01  # of labels, from which it is worth a sentence


def check(data: Situation, found: Findings) -> None:
    if data.regression:
        return
    for role, whole in parts(data).items():
        part = few(whole, ROWS)
        labels = np.asarray(part.labels, dtype=str)
        classes, counts = np.unique(labels, return_counts=True)
        if len(labels) < LEAST or counts.min() < LEAST_OF_A_CLASS:
            continue
        wrong = likely_errors(features(part), np.searchsorted(classes, labels))
        if len(wrong) < SHARE * len(labels):
            continue
        share = len(wrong) / len(labels)
        found.hint(
            _("About {share} of the labels of {place} are likely wrong.", share=f"{share:.0%}", place=place(role)),
            where=place(role),
            remedy=_("Look at the rows named here first. While they stay, prefer strategies that are held back "
                     "(early stopping, regularised towards the source): what learns by heart learns the errors."),
            rows=[f"{name}: {label}" for name, label in zip(rows(part, wrong), labels[wrong], strict=True)],
        )  # fmt: skip


def likely_errors(inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The positions of labels ``(N,)`` that are likely wrong, the likeliest first; none where classes overlap much."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.metrics import roc_auc_score

    trees = ExtraTreesClassifier(
        TREES, min_samples_leaf=2, bootstrap=True, oob_score=True, class_weight="balanced_subsample", random_state=0
    ).fit(inputs, labels)
    chances = np.nan_to_num(trees.oob_decision_function_)
    truth = np.eye(chances.shape[1])[labels]
    if roc_auc_score(truth, chances, average="macro") < TELLS:
        return np.array([], dtype=int)
    own = chances[np.arange(len(labels)), labels]
    thresholds = np.array([chances[labels == k, k].mean() for k in range(chances.shape[1])])
    passing = np.where(chances >= thresholds, chances, -1.0)
    counted = passing.argmax(axis=1)
    doubts = passing.max(axis=1) - own
    wrong = np.flatnonzero((passing.max(axis=1) >= 0) & (counted != labels) & (doubts >= DOUBTS))
    return wrong[np.argsort(-doubts[wrong], kind="stable")]


def features(part: Examples) -> np.ndarray:
    """Inputs as numbers ``(N, columns)``: of categories each of the commonest is a column, the others are in none."""
    if not isinstance(part.inputs, pd.DataFrame):
        return small(np.asarray(part.inputs), SIDE, SIDE).reshape(len(part), -1)
    made = []
    for _column, values in frame(part).items():
        if pd.api.types.is_numeric_dtype(values):
            made.append(values.fillna(values.median() if values.notna().any() else 0.0).to_numpy(dtype=float)[:, None])
        else:
            usual = values.value_counts().index[:COMMON]
            made.append((values.to_numpy(dtype=object)[:, None] == np.asarray(usual, dtype=object)).astype(float))
    return np.hstack(made)
