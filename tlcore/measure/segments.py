"""Who gains, who is harmed? The gain of a strategy over another within each part of the test set.

A segment is a region, a category, a quartile of a number, or a true class. Its gain is the mean over seeds of the
difference between the two scores on its rows, turned so that positive is better. Two things make it uncertain: other
cases (the delete-a-group jackknife over the segment's rows; Kott, 2001) and other trainings (the spread over seeds).
Banerjee's interval (1960) adds the squares of both t intervals and covers at least as often as it says. With fewer
than three seeds it speaks of other cases alone, and no segment is called anything.

Looking at many segments finds something by chance: the level is shared by all that have enough rows (Bonferroni), so
that strategies which are equal everywhere name any segment in at most 5 % of experiments (tests/test_segments.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from tlcore.catalog import Metric
from tlcore.measure.gain import LEAST_SEEDS, LEVEL
from tlcore.measure.places import FEW
from tlcore.measure.statistics import standard_error

GAINS, LOSES, SAME, OPEN, TOO_FEW = "gains", "loses", "no practical difference", "not clear", "too few rows"
CATEGORIES = 12  # told apart; the rest is one segment
GROUPS = 20  # of the jackknife
LEAST_CASES = 5  # of each of two classes, for a measure that ranks one above the other
OTHER, MISSING = "(other)", "(none)"
COLUMNS = ["segment", "n", "share", "seeds", "gain", "low", "high", "said"]


def segments_of(values: pd.Series | np.ndarray) -> pd.Series:
    """The segment of each row ``(N,)``: the most frequent categories as they are, numbers by quartile.

    An ordered categorical, so that quartiles stand in their order and the most frequent category first. Numbers with
    few different values are taken as categories; what is missing is a segment of its own.
    """
    values = pd.Series(values).reset_index(drop=True)
    if _is_number(values) and values.nunique() > CATEGORIES:
        return _quartiles(values.astype(float))
    names = values.astype(object).where(values.notna(), None).map(_named)
    counts = names.value_counts()
    kept = list(counts.index if len(counts) <= CATEGORIES + 1 else counts.index[:CATEGORIES])
    names = names.where(names.isin(kept), OTHER)
    return pd.Series(pd.Categorical(names, dict.fromkeys([*kept, *names.unique()]), ordered=True))


def splittable(values: pd.Series) -> bool:
    """Whether a column tells at least two groups of rows apart, each large enough to say something."""
    return bool((segments_of(values).value_counts().drop(OTHER, errors="ignore") >= FEW).sum() >= 2)


def gains(
    predictions: Mapping[str, pd.DataFrame],
    runs: pd.DataFrame,
    metric: Metric,
    strategies: tuple[str, str],
    segments: pd.Series,
    margin: float = 0.0,
) -> pd.DataFrame:
    """One row per segment, in order: ``segment, n, share, seeds, gain, low, high, said``.

    ``predictions`` by run key; ``runs`` of one label budget; ``strategies``: who may gain, and over whom;
    ``segments``: the segment of each test row, by position in the test set. ``margin`` is in the unit of the
    scores. NaN where the metric is undefined, such as where all rows of a segment have one answer.
    """
    pairs = _paired(predictions, runs, strategies)
    rows = []
    for name in segments.cat.categories if pairs else []:
        where = np.flatnonzero((segments == name).to_numpy())
        if len(where):
            rows.append((str(name), len(where), len(where) / len(segments), *_gain(pairs, where, metric)))
    shown = [_enough(row[1], row[-1]) for row in rows]
    level = 1 - LEVEL / 2 / max(1, sum(shown))
    found = []
    for (name, n, share, count, gain, by_case, by_seed, _cases), enough in zip(rows, shown, strict=True):
        half = _reach(n, count, by_case, by_seed, level)
        found.append((name, n, share, count, gain, gain - half, gain + half, OPEN if enough else TOO_FEW))
    return judged(pd.DataFrame(found, columns=COLUMNS), margin)


def judged(found: pd.DataFrame, margin: float) -> pd.DataFrame:
    """`gains` with what is said of each segment at this margin: nothing is measured again."""
    said = [
        row.said if row.said == TOO_FEW or row.seeds < LEAST_SEEDS else _said(row.low, row.high, margin)
        for row in found.itertuples()
    ]
    return found.assign(said=pd.Series(said, index=found.index, dtype=object))


Pair = tuple[np.ndarray, np.ndarray, np.ndarray]  # truth, what one and what the other says


def _paired(predictions: Mapping[str, pd.DataFrame], runs: pd.DataFrame, strategies: tuple[str, str]) -> list[Pair]:
    """Truth and answers of every seed that both have predictions of, the rows in the order of the test set."""
    done = runs[runs["state"].isin(["done", "stopped"]) & runs["run"].isin(list(predictions))]
    by_seed = [
        {int(run.seed): predictions[str(run.run)] for run in done[done["strategy"] == name].itertuples()}
        for name in strategies
    ]
    pairs = []
    for seed in sorted(by_seed[0].keys() & by_seed[1].keys()):
        tests = [some[seed][some[seed]["part"] == "test"].sort_values("row") for some in by_seed]
        one, other = (_told(test) for test in tests)
        if len(one) == len(other) and np.isfinite(one).all() and np.isfinite(other).all():
            pairs.append((tests[0]["truth"].to_numpy(), one, other))
    return pairs


def _told(test: pd.DataFrame) -> np.ndarray:
    """Numbers ``(N,)``, or probabilities ``(N, C)``."""
    return (test["prediction"] if "prediction" in test else test.filter(regex=r"^p\d+$")).to_numpy()


def _gain(pairs: list[Pair], where: np.ndarray, metric: Metric) -> tuple[int, float, float, float, int]:
    """Seeds, mean gain, its two standard errors (over cases, over seeds), and the cases of the rarer class.

    The last is what a measure that ranks cases rests on; for any other it is the number of rows.
    """
    here = [(truth[where], one[where], other[where]) for truth, one, other in pairs]
    truth, first, _other = here[0]
    ranks = np.isnan(metric.measure(truth[:1], first[:1]))  # such a measure is undefined for a single case
    cases = int(min(np.sum(truth == 1), np.sum(truth == 0))) if ranks and first.shape[1:] == (2,) else len(where)

    def mean(rows: np.ndarray) -> np.ndarray:
        return np.array([metric.sign * (metric.measure(t[rows], a[rows]) - metric.measure(t[rows], b[rows]))
                         for t, a, b in here])  # fmt: skip

    each = mean(np.arange(len(where)))
    groups = min(GROUPS, len(where))
    # Dealt out by the truth, so that no group takes all of a rare class with it.
    order = np.random.default_rng(0).permutation(len(where))
    order = order[np.argsort(truth[order], kind="stable")]
    dealt = np.empty(len(where), dtype=int)
    dealt[order] = np.arange(len(where)) % groups
    left_out = np.array([mean(np.flatnonzero(dealt != group)).mean() for group in range(groups)])
    by_case = float(np.sqrt((groups - 1) / groups * ((left_out - left_out.mean()) ** 2).sum()))
    return len(each), float(each.mean()), by_case, standard_error(each) if len(each) > 1 else 0.0, cases


def _enough(n: int, cases: int) -> bool:
    return n >= FEW and cases >= LEAST_CASES


def _reach(n: int, seeds: int, by_case: float, by_seed: float, level: float) -> float:
    """Half of Banerjee's interval; of other cases alone with fewer than three seeds."""
    if n < 2:
        return float("nan")
    reach = stdtrit(min(GROUPS, n) - 1, level) * by_case
    return float(np.hypot(reach, stdtrit(seeds - 1, level) * by_seed)) if seeds >= LEAST_SEEDS else float(reach)


def _said(low: float, high: float, margin: float) -> str:
    if low > margin:
        return GAINS
    if high < -margin:
        return LOSES
    return SAME if -margin <= low and high <= margin else OPEN


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _quartiles(values: pd.Series) -> pd.Series:
    cuts = np.unique(np.quantile(values.dropna(), [0.25, 0.5, 0.75]))
    digits = next((n for n in range(4, 17) if len({f"{cut:.{n}g}" for cut in cuts}) == len(cuts)), 17)
    ends = [f"{cut:.{digits}g}" for cut in cuts]  # two quartiles of one name would be one segment
    names = [f"≤ {ends[0]}", *(f"{low} – {high}" for low, high in pairwise(ends)), f"> {ends[-1]}"]
    place = np.searchsorted(cuts, values.to_numpy())
    told = np.where(values.isna(), MISSING, np.array(names, dtype=object)[np.minimum(place, len(cuts))])
    order = [name for name in [*names, MISSING] if name in set(told)]
    return pd.Series(pd.Categorical(told, dict.fromkeys(order), ordered=True))


def _named(value: object) -> str:
    if value is None:
        return MISSING
    return f"{value:.15g}" if isinstance(value, float) else str(value)
