"""A run's predictions as a ladder of thresholds and what each names: small enough to answer while a slider moves.

A payoff, an alert budget or a lift needs no example, only how many cases lie above a threshold and how many of
them are the event. A few hundred rungs say that; where cases are the most suspect, every one has its rung. Wherever
rungs are left out, no more than a step of cases lies between two that stay, but for cases of one score.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

TOP, BELOW = 90, 60  # rungs spread over ranks by their ratio, so that a short list is told apart; and evenly
QUANTILES = 101  # of the errors of a predicted number
COLUMNS = ["part", "threshold", "named", "hits"]
OF_NUMBERS = ["part", "level", "error"]


def rungs(predictions: pd.DataFrame, event: int = 1) -> pd.DataFrame:
    """The ladder of each part of a run's stored predictions: ``part, threshold, named, hits``, the strictest first.

    ``named`` cases reach the ``threshold``, ``hits`` of them are the ``event`` (a class position). Cases of one
    score enter together. The first rung of a part names nobody (threshold infinite), the last names everybody.

    Where a number is predicted: ``part, level, error``, the quantiles of prediction minus truth; the mean over
    levels of any cost of an error is close to its mean over cases.
    """
    parts = predictions.groupby("part", sort=False)
    if "prediction" in predictions:
        return _joined([_errors(str(part), some) for part, some in parts], OF_NUMBERS)
    return _joined([_ladder(str(part), some, event) for part, some in parts], COLUMNS)


def step(cases: int) -> float:
    """The most cases between two rungs of which others may have been left out; 0 where none ever is."""
    return 0.0 if cases <= TOP + BELOW else (cases - 1) / (BELOW - 1) + 1


def _ladder(part: str, some: pd.DataFrame, event: int) -> pd.DataFrame:
    score = some[f"p{event}"].to_numpy(np.float64)
    order = np.argsort(-score, kind="stable")
    score = score[order]
    hits = np.cumsum(some["truth"].to_numpy()[order] == event)
    ends = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)  # the last case of each score
    if len(ends) > TOP + BELOW:
        wanted = np.concatenate([np.geomspace(1, len(score), TOP), np.linspace(1, len(score), BELOW)]) - 1
        alike = np.flatnonzero(np.diff(ends, prepend=-1) > step(len(score)))  # what such a crowd begins with stays, too
        kept = [np.searchsorted(ends, wanted.round().clip(0, ends[-1])), alike, (alike - 1).clip(0)]
        ends = ends[np.unique(np.concatenate(kept))]
    return pd.DataFrame(
        {
            "part": part,
            "threshold": np.concatenate([[np.inf], score[ends]]),
            "named": np.concatenate([[0], ends + 1]),
            "hits": np.concatenate([[0], hits[ends]]),
        }
    )


def _errors(part: str, some: pd.DataFrame) -> pd.DataFrame:
    level = (np.arange(QUANTILES) + 0.5) / QUANTILES
    error = np.quantile((some["prediction"] - some["truth"]).to_numpy(np.float64), level)
    return pd.DataFrame({"part": part, "level": level, "error": error})


def _joined(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
