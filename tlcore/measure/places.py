"""How good is it in each place? The headline metric region by region, brand by brand.

``predictions`` is one run's frame (``part``, ``truth``, ``place``, ``p0`` ... or ``prediction``), of which
only the test part is read.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tlcore.catalog import Metric, metrics
from tlcore.measure.statistics import by_strategy, t_interval, wilson

FEW = 30  # test rows below which a place's score says little
DRAWS = 200  # of the bootstrap
COLUMNS = ["place", "n", "score", "low", "high", "few"]


def by_place(predictions: pd.DataFrame, metric: Metric, level: float = 0.95) -> pd.DataFrame:
    """One row per place, most test rows first: ``place, n, score, low, high, few``.

    The interval is over test rows: Wilson's for the accuracy, else the percentiles of a bootstrap. Empty
    without places; NaN where the metric is undefined, such as where all rows have one answer. ``few``: fewer
    than `FEW` rows, so the score says little.
    """
    if "place" not in predictions:
        return pd.DataFrame(columns=COLUMNS)
    test = predictions[predictions["part"] == "test"]
    rows = [(place, len(some), *_scored(some, metric, level), len(some) < FEW) for place, some in test.groupby("place")]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["n", "place"], ascending=[False, True], ignore_index=True)


def over_seeds(
    predictions: Mapping[str, pd.DataFrame], runs: pd.DataFrame, metric: Metric, level: float = 0.95
) -> pd.DataFrame:
    """One row per strategy and place: ``strategy, place, n, seeds, score, low, high, few``.

    ``predictions`` by run key; ``runs`` of one label budget. The score is the mean over finished runs, the
    interval Student's over them; runs whose place has no score are left out.
    """
    done = runs[runs["state"].isin(["done", "stopped"]) & runs["run"].isin(list(predictions))]
    rows = []
    for strategy, some in by_strategy(done):
        tests = [frame[frame["part"] == "test"] for frame in map(predictions.__getitem__, some["run"])]
        tests = [test for test in tests if "place" in test]
        for place, parts in _grouped(tests).items():
            scores = np.array([_score(part, metric) for part in parts])
            scores = scores[np.isfinite(scores)]
            size = max(map(len, parts))
            rows.append((strategy, place, size, len(scores), *t_interval(scores, level), size < FEW))
    found = pd.DataFrame(rows, columns=["strategy", "place", "n", "seeds", "score", "low", "high", "few"])
    return found.sort_values(["n", "place"], ascending=[False, True], ignore_index=True, kind="stable")


def gains(
    predictions: Mapping[str, pd.DataFrame], runs: pd.DataFrame, metric: Metric, baseline: str, level: float = 0.95
) -> pd.DataFrame:
    """Who gains and who is harmed: each strategy against ``baseline`` in each place, seed by seed.

    One row per strategy and place: ``strategy, place, seeds, gain, low, high, said``. More is better whatever the
    metric; the interval is Student's over the seeds both have a score of. ``said`` is "gains" where it lies above
    zero, "harmed" where it lies below, else "". Several places are looked at: one in twenty is wrong by chance.
    """
    done = runs[runs["state"].isin(["done", "stopped"]) & runs["run"].isin(list(predictions))]
    scores: dict[tuple[str, str], dict[int, float]] = {}
    for run in done.itertuples():
        frame = predictions[str(run.run)]
        for place, (test,) in _grouped([frame[frame["part"] == "test"]] if "place" in frame else []).items():
            scores.setdefault((str(run.strategy), place), {})[int(run.seed)] = _score(test, metric)
    rows = []
    for (strategy, place), own in scores.items():
        known = scores.get((baseline, place), {})
        away = np.array([metric.sign * (own[seed] - known[seed]) for seed in sorted(own.keys() & known.keys())])
        away = away[np.isfinite(away)]
        if strategy == baseline or not len(away):
            continue
        gain, low, high = t_interval(away, level)
        rows.append((strategy, place, len(away), gain, low, high, "gains" if low > 0 else "harmed" if high < 0 else ""))
    return pd.DataFrame(rows, columns=["strategy", "place", "seeds", "gain", "low", "high", "said"])


def _grouped(tests: list[pd.DataFrame]) -> dict[str, list[pd.DataFrame]]:
    parts: dict[str, list[pd.DataFrame]] = {}
    for test in tests:
        for place, some in test.groupby("place"):
            parts.setdefault(str(place), []).append(some)
    return parts


def _scored(test: pd.DataFrame, metric: Metric, level: float) -> tuple[float, float, float]:
    """The score of these rows and the two ends of its interval."""
    score = _score(test, metric)
    if metric is metrics()["accuracy"]:
        low, high = wilson(round(score * len(test)), len(test), level)
        return score, float(low), float(high)
    rng = np.random.default_rng(0)
    drawn = [_score(test.iloc[rng.integers(0, len(test), len(test))], metric) for _ in range(DRAWS)]
    known = np.array(drawn)[np.isfinite(drawn)]
    if not np.isfinite(score) or len(known) < DRAWS / 2:  # a draw may lack a class altogether
        return score, float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return score, float(low), float(high)


def _score(test: pd.DataFrame, metric: Metric) -> float:
    if "prediction" in test:
        return float(metric.measure(test["truth"].to_numpy(), test["prediction"].to_numpy()))
    told = test[[name for name in test if name.startswith("p") and name[1:].isdecimal()]].to_numpy()
    return float(metric.measure(test["truth"].to_numpy(dtype=np.int64), told))
