"""How rare is the rare class, and who pays for it: counts, precision against recall, and each class by itself.

A prediction names the most probable class. ``predictions`` are the stored frames by run key (``part``,
``truth``, ``p0`` ... ``p{C-1}``), of which only the test part is read, or what `taken_out` makes of them; ``runs`` is
the runs frame that says which strategy each run belongs to. Pass the runs of one label budget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tlcore.measure.scores import confusion, precision_recall_steps
from tlcore.measure.statistics import by_strategy, t_intervals, wilson
from tlcore.situation import Situation, split

CURVE_POINTS = 200


class Tested(NamedTuple):
    """The test predictions of a run: ``truth`` (N,) class positions, ``chance`` (N, C) probabilities.

    Where the answer is a number there are no classes, and C is 0.
    """

    truth: np.ndarray
    chance: np.ndarray


Predictions = Mapping[str, pd.DataFrame] | Mapping[str, Tested]


def counts(situation: Situation, labels: int | None = None, seed: int = 0) -> pd.DataFrame:
    """How many of each class every part of a run's split holds: ``part, class, count, share``.

    Parts: "source", "train" and "valid" (the target labels of this budget and seed), "test". No rows for
    numbers. Raises `Unusable` for a budget that does not fit.
    """
    columns = ["part", "class", "count", "share"]
    if situation.regression:
        return pd.DataFrame(columns=columns)
    dealt = split(situation, labels, seed)
    classes = list(dict.fromkeys([*situation.target_space.classes, *situation.source_space.classes]))
    parts = {"source": situation.source, "train": dealt.train, "valid": dealt.valid, "test": dealt.test}
    rows = []
    for part, examples in parts.items():
        there = pd.Series(np.asarray(examples.labels, dtype=str)).value_counts().reindex(classes, fill_value=0)
        rows += [(part, name, int(count), count / max(1, there.sum())) for name, count in there.items()]
    return pd.DataFrame(rows, columns=columns)


def noted(parts: Mapping[str, Any]) -> pd.DataFrame:
    """The counts that an experiment's facts keep (``{"source": {"n": 900, "classes": {"no": 800, "yes": 100}}}``) as a
    frame like that of `counts`, for when the data can no longer be read."""
    rows = [
        {"part": part, "class": name, "count": count, "share": count / max(1, found["n"])}
        for part, found in parts.items()
        for name, count in found["classes"].items()
    ]
    return pd.DataFrame(rows, columns=["part", "class", "count", "share"])


def overview(counts: pd.DataFrame) -> pd.DataFrame:
    """One row per part: ``part, n, classes, ratio, minority, minority_share, effective_classes``.

    Only classes the part holds are looked at. ``ratio``: largest to smallest class. ``effective_classes``:
    exp of the entropy of the shares, from 1 (all in one class) to ``classes`` (all alike).
    """
    rows = []
    for part, some in counts[counts["count"] > 0].groupby("part", sort=False):
        sizes = some.set_index("class")["count"]
        shares = sizes / sizes.sum()
        rows.append(
            {
                "part": part,
                "n": int(sizes.sum()),
                "classes": len(sizes),
                "ratio": float(sizes.max() / sizes.min()),
                "minority": sizes.idxmin(),
                "minority_share": float(shares.min()),
                "effective_classes": float(np.exp(-(shares * np.log(shares)).sum())),
            }
        )
    columns = ["part", "n", "classes", "ratio", "minority", "minority_share", "effective_classes"]
    return pd.DataFrame(rows, columns=columns)


def rarest(overview: pd.DataFrame) -> str:
    """The class that is rarest in the test set."""
    return str(overview.loc[overview["part"] == "test", "minority"].iloc[0])


def event(facts: Mapping[str, Any]) -> int:
    """The position of the class that is to be found unless a person chooses, from an experiment's facts: of two the
    second, of more the rarest in the test set."""
    classes = facts["classes"]
    return classes.index(rarest(overview(noted(facts["counts"])))) if len(classes) > 2 else 1


def precision_recall(predictions: Predictions, runs: pd.DataFrame, event: int = 1) -> pd.DataFrame:
    """The mean precision-recall curve of each strategy over its runs: ``strategy, recall, precision, low, high, n``.

    At 200 even steps of recall, each with the precision at the strictest threshold that finds so much: the
    steps that average precision sums. The band is a 95 % t-interval over runs, held to 0..1, NaN for one run.
    ``event`` is the position of the class asked about.
    """
    recall = np.arange(1, CURVE_POINTS + 1) / CURVE_POINTS
    rows = []
    for strategy, tests in tests_of(predictions, runs):
        heights = [_precision_at(recall, test.truth == event, test.chance[:, event]) for test in tests]
        known = [height for height in heights if height is not None]
        if not known:
            continue
        mean, low, high, n = t_intervals(np.array(known))
        ends = {"low": low.clip(0, 1), "high": high.clip(0, 1), "n": n}
        rows.append(pd.DataFrame({"strategy": strategy, "recall": recall, "precision": mean, **ends}))
    columns = ["strategy", "recall", "precision", "low", "high", "n"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def operating_points(
    predictions: Predictions, runs: pd.DataFrame, threshold: float = 0.5, event: int = 1
) -> pd.DataFrame:
    """What an alarm above ``threshold`` gives, the mean over runs, one row per strategy.

    ``strategy, n, recall, precision, predicted_rate, actual_rate``: the last two are the shares of test
    examples that raise an alarm and that are the event. Precision is NaN where no run raises an alarm.
    """
    rows = []
    for strategy, tests in tests_of(predictions, runs):
        each = []
        for test in tests:
            is_it, alarm = test.truth == event, test.chance[:, event] > threshold
            found = (is_it & alarm).sum()
            recall = found / is_it.sum() if is_it.any() else np.nan
            each.append((recall, found / alarm.sum() if alarm.any() else np.nan, alarm.mean(), is_it.mean()))
        means = pd.DataFrame(each, columns=["recall", "precision", "predicted_rate", "actual_rate"], dtype=float).mean()
        rows.append({"strategy": strategy, "n": len(tests), **means})
    columns = ["strategy", "n", "recall", "precision", "predicted_rate", "actual_rate"]
    return pd.DataFrame(rows, columns=columns)


def per_class(
    predictions: Predictions, runs: pd.DataFrame, classes: Sequence[str], level: float = 0.95
) -> pd.DataFrame:
    """How well each class is found, one row per strategy and class, the mean over runs.

    ``strategy, class, n, predicted, recall, low, high, precision, precision_low, precision_high, f1``, with
    Wilson intervals. ``n`` is the number of test examples of the class and ``predicted`` how many were taken
    for it. All runs are judged on the same test examples, so more seeds do not narrow an interval: it is that
    of one run with the mean number of hits. NaN where a class is never true, or never predicted.
    """
    rows = []
    for strategy, tests in tests_of(predictions, runs):
        if not tests:
            continue
        tables = np.array([confusion(test.truth, test.chance.argmax(axis=1), len(classes)) for test in tests])
        hits = np.diagonal(tables, axis1=1, axis2=2).mean(axis=0)
        true, predicted = tables.sum(axis=2).mean(axis=0), tables.sum(axis=1).mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = {"recall": hits / true, "precision": hits / predicted, "f1": 2 * hits / (true + predicted)}
        (low, high), (precision_low, precision_high) = wilson(hits, true, level), wilson(hits, predicted, level)
        ends = {"low": low, "high": high, "precision_low": precision_low, "precision_high": precision_high}
        sizes = {"n": true.astype(int), "predicted": predicted}
        rows.append(pd.DataFrame({"strategy": strategy, "class": list(classes), **sizes, **scores, **ends}))
    order = ["strategy", "class", "n", "predicted", "recall", "low", "high",
             "precision", "precision_low", "precision_high", "f1"]  # fmt: skip
    return pd.concat(rows, ignore_index=True)[order] if rows else pd.DataFrame(columns=order)


def taken_out(frame: pd.DataFrame | Tested) -> Tested:
    """The test part of a predictions frame as arrays: measures that follow each other need take it out only once."""
    if isinstance(frame, Tested):
        return frame
    rows = frame["part"].to_numpy() == "test"
    names = [name for name in frame.columns if re.fullmatch(r"p\d+", name)]
    chance = [frame[name].to_numpy(dtype=np.float64)[rows] for name in names]
    return Tested(frame["truth"].to_numpy()[rows], np.stack(chance, axis=1) if chance else np.empty((rows.sum(), 0)))


def tests_of(predictions: Predictions, runs: pd.DataFrame) -> Iterator[tuple[str, list[Tested]]]:
    """The test predictions of each strategy's finished runs; a run whose predictions are no numbers is left out."""
    done = runs[runs["state"].isin(["done", "stopped"]) & runs["run"].isin(list(predictions))]
    for strategy, some in by_strategy(done):
        tests = [taken_out(predictions[run]) for run in some["run"]]
        yield strategy, [test for test in tests if np.isfinite(test.chance).all()]


def _precision_at(recall: np.ndarray, is_it: np.ndarray, held: np.ndarray) -> np.ndarray | None:
    """Precision at each recall; None where the class does not occur."""
    if not is_it.any():
        return None
    precision, reached, _thresholds = precision_recall_steps(is_it, held)
    return precision[np.searchsorted(reached, recall - 1e-12)]
