"""Which examples are wrong, and who gets them right? What seeds say together, and two strategies row by row.

``tests`` are the test parts of predictions frames (``row``, ``truth``, ``p0`` ... ``p{C-1}`` or ``prediction``), one
per seed of a strategy, all of the same test set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.special import bdtr

BOTH, ONLY_FIRST, ONLY_SECOND, NEITHER = "both right", "only the first", "only the second", "both wrong"
CELLS = (ONLY_SECOND, ONLY_FIRST, NEITHER, BOTH)


def voted(tests: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """What the seeds say of each test example, by row.

    Classes: ``row, truth, predicted, held``: the class most seeds name, of several the one held more probable, and the
    mean probability it is given. Numbers: ``row, truth, predicted, off``: the mean, and how far above the truth.
    """
    tests = [test.sort_values("row", ignore_index=True) for test in tests]
    known = tests[0][["row", "truth"]]
    if "prediction" in tests[0]:
        mean = np.mean([test["prediction"].to_numpy(float) for test in tests], axis=0)
        return known.assign(predicted=mean, off=mean - known["truth"].to_numpy(float))
    told = np.array([test.filter(regex=r"^p\d+$").to_numpy(float) for test in tests])  # (S, N, C)
    mean = told.mean(axis=0)
    votes = (told.argmax(axis=2)[..., None] == np.arange(told.shape[2])).sum(axis=0)
    predicted = (votes + mean / 2).argmax(axis=1)  # half a vote at most, so that it only settles ties
    return known.assign(predicted=predicted, held=mean[np.arange(len(mean)), predicted])


def cell(told: pd.DataFrame, truth: int, predicted: int) -> pd.DataFrame:
    """The examples of one cell of the confusion matrix, what was held most probable first."""
    found = told[(told["truth"] == truth) & (told["predicted"] == predicted)]
    return found.sort_values("held", ascending=False, kind="stable")


def commonest(told: pd.DataFrame) -> tuple[int, int]:
    """Truth and answer of the most frequent mistake; of the commonest class where nothing is wrong."""
    wrong = told[told["truth"] != told["predicted"]]
    truth, predicted = (wrong if len(wrong) else told).value_counts(["truth", "predicted"], sort=True).index[0]
    return int(truth), int(predicted)


def crossed(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two strategies' `voted` frames side by side: ``row, truth, first, second``, and of classes ``cell``, ``held``.

    ``held`` is the smaller of both probabilities: where both are sure and one is wrong, most can be learnt.
    Of numbers, ``off_first`` and ``off_second``; the largest error of the first on top.
    """
    both = first[["row", "truth"]].assign(first=first["predicted"], second=second["predicted"])
    if "off" in first:
        both = both.assign(off_first=first["off"], off_second=second["off"])
        return both.sort_values("off_first", key=lambda off: off.abs(), ascending=False, kind="stable")
    right = [(some["predicted"] == some["truth"]).to_numpy() for some in (first, second)]
    names = np.array([[NEITHER, ONLY_SECOND], [ONLY_FIRST, BOTH]], dtype=object)
    both = both.assign(cell=names[right[0].astype(int), right[1].astype(int)])
    both["held"] = np.minimum(first["held"], second["held"])
    return both.sort_values("held", ascending=False, kind="stable")


def counts(both: pd.DataFrame) -> dict[str, int]:
    """How many examples each of the four cells holds."""
    return {name: int((both["cell"] == name).sum()) for name in CELLS}


def mcnemar(only_first: int, only_second: int) -> float:
    """The chance that rows on which only one is right fall so unevenly, were both equally good (McNemar, 1947).

    Exact and two-sided: a coin thrown as often as there are such rows.
    """
    thrown = only_first + only_second
    return float(min(1.0, 2 * bdtr(min(only_first, only_second), thrown, 0.5))) if thrown else 1.0


def paired(predictions: dict[str, pd.DataFrame], runs: pd.DataFrame, names: Sequence[str]) -> list[list[pd.DataFrame]]:
    """The test parts of these strategies, of the seeds that all of them have predictions of, seed by seed."""
    kept = runs[runs["run"].isin(predictions)]
    keys = [dict(zip(some["seed"], some["run"], strict=True)) for some in (kept[kept["strategy"] == n] for n in names)]
    seeds = sorted(set.intersection(*map(set, keys)))
    frames = [[predictions[str(runs_of[seed])] for seed in seeds] for runs_of in keys]
    tests = [[frame[frame["part"] == "test"] for frame in some] for some in frames]
    usable = [all(np.isfinite(told).all() for told in map(_told, some)) for some in zip(*tests, strict=True)]
    return [[test for test, good in zip(some, usable, strict=True) if good] for some in tests]


def _told(test: pd.DataFrame) -> np.ndarray:
    return test.filter(regex=r"^(p\d+|prediction)$").to_numpy(float)
