"""Counts, precision against recall, and each class by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from tlcore import catalog
from tlcore.measure.imbalance import (
    CURVE_POINTS,
    counts,
    operating_points,
    overview,
    per_class,
    precision_recall,
    taken_out,
)
from tlcore.measure.statistics import wilson
from tlcore.situation import Examples, Situation


def predictions(truth: list[int], event: list[float]) -> pd.DataFrame:
    """Two-class test predictions, and a validation row that must never be read."""
    test = pd.DataFrame({"row": range(len(truth)), "truth": truth, "p0": 1 - np.array(event), "p1": event})
    valid = pd.DataFrame({"part": ["valid"], "row": [0], "truth": [1], "p0": [0.5], "p1": [0.5]})
    return pd.concat([test.assign(part="test"), valid], ignore_index=True)


def runs(**strategies: list[str]) -> pd.DataFrame:
    """Finished runs: ``strategy=[run keys]``."""
    rows = [{"run": run, "strategy": name, "state": "done"} for name, keys in strategies.items() for run in keys]
    return pd.DataFrame(rows)


def drawn(seed: int, n: int = 400) -> tuple[list[int], list[float]]:
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.1).astype(int)
    return list(truth), list(np.round(1 / (1 + np.exp(2 - 2 * truth - rng.normal(size=n))), 2))


def situation(sizes: dict[str, int], rare: dict[str, int]) -> Situation:
    def part(of: dict[str, int]) -> Examples:
        labels = np.repeat(list(of), list(of.values()))
        return Examples(pd.DataFrame({"x": np.arange(len(labels))}), labels)

    return Situation(part(sizes), part(rare), "y", "table")


def test_every_part_of_a_split_is_counted():
    found = counts(situation({"no": 90, "yes": 10}, {"no": 180, "yes": 20}), labels=40)
    table = found.pivot(index="part", columns="class", values="count")
    assert table.loc["source"].to_dict() == {"no": 90, "yes": 10}
    assert table.loc["test"].to_dict() == {"no": 90, "yes": 10}
    assert table.loc["train"].sum() + table.loc["valid"].sum() == 40
    assert found.groupby("part")["share"].sum().tolist() == pytest.approx([1, 1, 1, 1])


def test_a_class_that_a_part_lacks_counts_zero():
    found = counts(situation({"a": 50, "b": 50}, {"b": 40, "c": 40}), labels=20)
    assert found.set_index(["part", "class"])["count"]["source"].to_dict() == {"a": 50, "b": 50, "c": 0}


def test_numbers_have_no_classes_to_count():
    frame = pd.DataFrame({"x": range(40)})
    numbers = Examples(frame, np.arange(40.0))
    found = counts(Situation(numbers, numbers, "y", "table", regression=True))
    assert found.empty
    assert overview(found).empty


def test_the_overview_by_hand():
    rows = [("source", "a", 90), ("source", "b", 10), ("test", "a", 25), ("test", "b", 25), ("test", "c", 0)]
    found = overview(pd.DataFrame(rows, columns=["part", "class", "count"])).set_index("part")
    assert found.loc["source", ["n", "ratio", "minority", "minority_share"]].tolist() == [100, 9.0, "b", 0.1]
    assert found.loc["source", "effective_classes"] == pytest.approx(0.9**-0.9 * 0.1**-0.1)
    assert found.loc["test", ["classes", "ratio", "effective_classes"]].tolist() == pytest.approx([2, 1, 2])


def test_wilson_intervals_agree_with_published_values():
    low, high = wilson(np.array([0, 12, 81]), np.array([10, 12, 263]))
    assert low == pytest.approx([0.0, 0.7575, 0.2553], abs=1e-4)
    assert high == pytest.approx([0.2775, 1.0, 0.3662], abs=1e-4)
    assert np.isnan(wilson(0, 0)[0])


def test_twelve_positives_leave_recall_uncertain_by_about_25_points():
    low, high = wilson(6, 12)
    assert (high - low) / 2 == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_the_mean_height_of_the_curve_is_the_average_precision(seed):
    truth, event = drawn(seed, 4000)
    curve = precision_recall({"r": predictions(truth, event)}, runs(dann=["r"]))
    assert len(curve) == CURVE_POINTS
    assert curve["precision"].mean() == pytest.approx(sk.average_precision_score(truth, event), abs=0.005)
    ours = catalog.metric("average_precision").measure(np.array(truth), np.column_stack([1 - np.array(event), event]))
    assert curve["precision"].mean() == pytest.approx(ours, abs=0.005)


def test_the_curve_by_hand():
    curve = precision_recall({"r": predictions([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])}, runs(dann=["r"]))
    at = curve.set_index("recall")["precision"]
    assert at[0.5] == 1
    assert at[0.505] == at[1.0] == pytest.approx(2 / 3)


def test_chance_lies_at_the_prevalence():
    truth, _ = drawn(0, 2000)
    curve = precision_recall({"r": predictions(truth, [0.3] * 2000)}, runs(frequency_table=["r"]))
    assert set(curve["precision"]) == {np.mean(truth)}


def test_the_band_is_over_seeds_and_absent_for_one():
    some = {f"r{seed}": predictions(*drawn(seed)) for seed in range(4)}
    curve = precision_recall(some, runs(dann=["r0", "r1", "r2"], scratch=["r3"]))
    banded, single = (curve[curve["strategy"] == name] for name in ("dann", "scratch"))
    assert set(banded["n"]) == {3}
    assert (banded["low"] <= banded["precision"]).all()
    assert (banded["precision"] <= banded["high"]).all()
    assert banded[["low", "high"]].stack().between(0, 1).all()
    assert single["low"].isna().all()


def test_a_class_that_never_occurs_has_no_curve():
    assert precision_recall({"r": predictions([0, 0], [0.2, 0.4])}, runs(dann=["r"])).empty


def test_the_operating_point_by_hand():
    some = {"r": predictions([1, 1, 0, 0, 0], [0.9, 0.2, 0.8, 0.1, 0.5])}
    found = operating_points(some, runs(dann=["r"])).iloc[0]
    assert found[["recall", "precision", "predicted_rate", "actual_rate"]].tolist() == [0.5, 0.5, 0.4, 0.4]


def test_without_an_alarm_precision_is_unknown_and_not_zero():
    found = operating_points({"r": predictions([1, 0], [0.3, 0.1])}, runs(dann=["r"])).iloc[0]
    assert found["recall"] == 0
    assert np.isnan(found["precision"])


def test_scores_per_class_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200)
    p = rng.random((200, 3)) + 0.6 * np.eye(3)[truth]
    frame = pd.DataFrame({"part": "test", "truth": truth} | {f"p{k}": p[:, k] for k in range(3)})
    found = per_class({"r": frame}, runs(dann=["r"]), ["a", "b", "c"])
    precision, recall, f1, n = sk.precision_recall_fscore_support(truth, p.argmax(axis=1))
    assert np.allclose(found[["precision", "recall", "f1"]], np.column_stack([precision, recall, f1]))
    assert found["n"].tolist() == n.tolist()
    low, high = wilson(np.round(recall * n), n)
    assert np.allclose(found[["low", "high"]], np.column_stack([low, high]))


def test_more_seeds_on_the_same_test_set_do_not_narrow_an_interval():
    frame = predictions(*drawn(0))
    one = per_class({"r": frame}, runs(dann=["r"]), ["no", "yes"])
    four = per_class({f"r{k}": frame for k in range(4)}, runs(dann=["r0", "r1", "r2", "r3"]), ["no", "yes"])
    pd.testing.assert_frame_equal(one, four)


def test_a_class_never_true_or_never_predicted_has_no_score_there():
    never = {"r": predictions([0, 0, 0], [0.1, 0.2, 0.3])}
    found = per_class(never, runs(dann=["r"]), ["no", "yes"]).set_index("class")
    assert np.isnan(found.loc["yes", "recall"])
    assert np.isnan(found.loc["yes", "precision"])
    assert found.loc["no", "recall"] == 1


def test_unfinished_and_diverged_runs_are_left_out():
    good, diverged = predictions([1, 0], [0.9, 0.1]), predictions([1, 0], [np.nan, 0.1])
    listed = runs(dann=["good", "diverged", "cancelled"])
    listed.loc[listed["run"] == "cancelled", "state"] = "cancelled"
    found = operating_points({"good": good, "diverged": diverged, "cancelled": diverged}, listed)
    assert found["n"].tolist() == [1]


@pytest.mark.parametrize("measure", [precision_recall, operating_points])
def test_predictions_taken_out_of_their_frames_before_give_the_same(measure):
    frames = {str(seed): predictions(*drawn(seed)) for seed in range(3)}
    listed = runs(dann=["0", "1"], scratch=["2"])
    apart = {run: taken_out(frame) for run, frame in frames.items()}
    pd.testing.assert_frame_equal(measure(frames, listed), measure(apart, listed))


def test_without_predictions_the_frames_are_empty_and_have_their_columns():
    nothing = runs(dann=["r"])
    assert precision_recall({}, nothing).columns.tolist() == ["strategy", "recall", "precision", "low", "high", "n"]
    assert per_class({}, nothing, ["a", "b"]).empty
    assert operating_points({}, nothing).empty
