"""Who gains, who is harmed: segments by hand, the truth of simulated frames, and how rarely luck is taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlcore import catalog
from tlcore.charts import segments as charts
from tlcore.measure import segments
from tlcore.measure.segments import GAINS, LOSES, MISSING, OPEN, OTHER, SAME, TOO_FEW
from tlcore.plan import drawn
from tlcore.situation import hold_out

ACCURACY, MAE, AUC = catalog.metric("accuracy"), catalog.metric("mae"), catalog.metric("roc_auc")
EXAMPLES = Path(__file__).parents[1] / "examples"
PAIR = ("fine_tune", "scratch")


def simulated(
    rng: np.random.Generator, shift: list[float], seeds: int = 5, rows: int = 200, apart: float = 0.02
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.Series]:
    """Predictions of two strategies, equal but for ``shift``: what the first finds more in each segment.

    Some cases are harder than others, and no two trainings are alike in every segment.
    """
    where = np.repeat(np.arange(len(shift)), rows)
    easy = rng.beta(3, 1.5, len(where))
    truth = (np.arange(len(where)) % 3 == 0).astype(int)
    predictions, runs = {}, []
    for seed in range(seeds):
        for name, more in zip(PAIR, (np.array(shift), np.zeros(len(shift))), strict=True):
            right = rng.random(len(where)) < easy + (more + rng.normal(0, apart, len(shift)))[where]
            held = np.where(right == (truth == 1), 0.8, 0.2)
            key = f"{name} {seed}"
            runs.append({"run": key, "strategy": name, "seed": seed, "state": "done"})
            predictions[key] = pd.DataFrame(
                {"part": "test", "row": np.arange(len(where)), "truth": truth, "p0": 1 - held, "p1": held}
            )
    names = pd.Series(np.array(["north", "south", "east", "west", "coast", "islands"])[where])
    return predictions, pd.DataFrame(runs), segments.segments_of(names)


def said(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["segment"], frame["said"], strict=True))


def test_the_gain_of_a_segment_is_the_mean_over_seeds_of_the_difference_on_its_rows():
    truth = np.array([10.0, 20.0, 30.0, 40.0] * 20)
    where = pd.Series(["a", "a", "b", "b"] * 20)
    runs, predictions = [], {}
    for seed, (one, other) in enumerate([(1.0, 3.0), (2.0, 3.0), (3.0, 5.0)]):
        for name, off in zip(PAIR, (one, other), strict=True):
            key = f"{name} {seed}"
            runs.append({"run": key, "strategy": name, "seed": seed, "state": "done"})
            off = np.where(where == "a", off, 7.0)
            frame = {"part": "test", "row": np.arange(80), "truth": truth, "prediction": truth + off}
            predictions[key] = pd.DataFrame(frame).sample(frac=1, random_state=seed)
    frame = segments.gains(predictions, pd.DataFrame(runs), MAE, PAIR, segments.segments_of(where))
    frame = frame.set_index("segment")
    assert frame.loc["a", "gain"] == pytest.approx(np.mean([2, 1, 2]))
    assert frame.loc["b", ["gain", "low", "high"]].tolist() == [0, 0, 0]
    # No case differs from another: only the training is uncertain, and two segments share the level.
    low, high = stats.t.interval(1 - 0.05 / 2, 2, loc=5 / 3, scale=stats.sem([2, 1, 2]))
    assert frame.loc["a", ["low", "high"]].tolist() == pytest.approx([low, high])


def test_with_fewer_than_three_seeds_the_interval_is_that_of_the_cases_and_nobody_is_named():
    rng = np.random.default_rng(3)
    predictions, runs, where = simulated(rng, [0.4], seeds=1, rows=4_000)
    frame = segments.gains(predictions, runs, ACCURACY, PAIR, where)
    right = [p["p1"].gt(0.5) == p["truth"].astype(bool) for p in (predictions["fine_tune 0"], predictions["scratch 0"])]
    away = right[0].astype(float) - right[1].astype(float)
    half = stats.sem(away) * stats.t.ppf(0.975, 19)
    assert (frame["high"] - frame["gain"]).item() == pytest.approx(half, rel=0.4)  # twenty groups know it to a quarter
    assert frame["low"].item() > 0
    assert said(frame) == {"north": OPEN}
    assert "too few to say who gains" in charts.answer(frame, "fine_tune", "accuracy")


def test_a_segment_that_is_harmed_is_named_and_so_are_those_that_gain():
    rng = np.random.default_rng(1)
    frame = segments.gains(*_measured(simulated(rng, [0.2, 0.2, 0.2, 0.2, 0.2, -0.3], rows=800)), margin=0.01)
    assert said(frame)["islands"] == LOSES
    assert [name for name, word in said(frame).items() if word == GAINS] == ["north", "south", "east", "west", "coast"]
    sentence = charts.answer(frame, "fine_tune", "accuracy")
    assert "loss for islands (-" in sentence
    assert "and 2 more" in sentence


def test_equal_strategies_name_a_segment_in_at_most_one_of_twenty_experiments():
    rng = np.random.default_rng(2)
    named = [
        segments.gains(*_measured(simulated(rng, [0.0] * 6, seeds=seeds, rows=100, apart=apart)))["said"]
        .isin([GAINS, LOSES]).any()
        for seeds, apart in ((3, 0.0), (3, 0.1), (5, 0.0), (5, 0.1))
        for _experiment in range(40)
    ]  # fmt: skip
    assert np.mean(named) <= 0.05


def _measured(simulation):
    predictions, runs, where = simulation
    return predictions, runs, ACCURACY, PAIR, where


def test_a_segment_is_named_only_where_its_interval_lies_beyond_the_margin():
    predictions, runs, where = simulated(np.random.default_rng(4), [0.15, 0.0], rows=2_000, apart=0.0)
    plain = segments.gains(predictions, runs, ACCURACY, PAIR, where)
    wide = segments.gains(predictions, runs, ACCURACY, PAIR, where, margin=0.3)
    assert said(plain)["north"] == GAINS
    assert said(wide) == {"north": SAME, "south": SAME}


def test_more_segments_widen_every_interval():
    predictions, runs, where = simulated(np.random.default_rng(5), [0.0] * 6)
    two = segments.segments_of(pd.Series(np.where(where == "north", "north", "elsewhere")))
    of_six, of_two = (segments.gains(predictions, runs, ACCURACY, PAIR, parts) for parts in (where, two))
    width = [f.set_index("segment").eval("high - low")["north"] for f in (of_six, of_two)]
    assert width[0] > width[1]


def test_swapping_the_strategies_turns_every_gain_round():
    predictions, runs, where = simulated(np.random.default_rng(6), [0.2, -0.2])
    forth = segments.gains(predictions, runs, ACCURACY, PAIR, where)
    back = segments.gains(predictions, runs, ACCURACY, PAIR[::-1], where)
    assert back["gain"].tolist() == pytest.approx((-forth["gain"]).tolist())
    assert back["low"].tolist() == pytest.approx((-forth["high"]).tolist())


def test_a_segment_with_few_rows_or_few_cases_is_marked_and_not_counted_among_those_looked_at():
    predictions, runs, where = simulated(np.random.default_rng(7), [0.3, 0.3])
    names = np.array(where, dtype=object)
    names[:10] = "hamlet"
    with_few = segments.gains(predictions, runs, ACCURACY, PAIR, segments.segments_of(pd.Series(names)))
    assert said(with_few)["hamlet"] == TOO_FEW
    south = [f.set_index("segment").loc["south", "low"] for f in
             (with_few, segments.gains(predictions, runs, ACCURACY, PAIR, where))]  # fmt: skip
    assert south[0] == pytest.approx(south[1])

    rare = {key: frame.assign(truth=(frame["row"] % 100 == 0).astype(int)) for key, frame in predictions.items()}
    assert set(said(segments.gains(rare, runs, AUC, PAIR, where)).values()) == {TOO_FEW}
    assert TOO_FEW not in said(segments.gains(rare, runs, ACCURACY, PAIR, where)).values()


def test_segments_of_words_are_the_most_frequent_and_the_others():
    values = pd.Series([f"brand {i}" for i in range(20) for _ in range(40 - i)] + [None])
    parts = segments.segments_of(values)
    assert list(parts.cat.categories[:2]) == ["brand 0", "brand 1"]
    assert len(parts.cat.categories) == segments.CATEGORIES + 1
    assert (parts == OTHER).sum() == sum(40 - i for i in range(12, 20)) + 1


def test_segments_of_numbers_are_quartiles_and_what_is_missing():
    parts = segments.segments_of(pd.Series([*np.arange(100.0), np.nan]))
    assert parts.value_counts(sort=False).tolist() == [25, 25, 25, 25, 1]
    assert parts.cat.categories[-1] == MISSING
    assert list(parts.cat.categories[:2]) == ["≤ 24.75", "24.75 – 49.5"]
    assert list(segments.segments_of(pd.Series([0.0] * 90 + [*np.arange(1.0, 21.0)])).cat.categories) == ["≤ 0", "> 0"]
    assert set(segments.segments_of(pd.Series([1, 2, 3, 2, 1])).cat.categories) == {"1", "2", "3"}


def test_large_numbers_that_differ_little_keep_their_segments_apart():
    assert segments.segments_of(pd.Series(1_700_000_000 + np.arange(100))).value_counts().tolist() == [25] * 4
    assert segments.segments_of(pd.Series([1234567.0, 1234568.0])).tolist() == ["1234567", "1234568"]


def test_a_column_without_two_groups_of_rows_is_nothing_to_split_by():
    assert not segments.splittable(pd.Series([f"customer {i}" for i in range(500)]))
    assert not segments.splittable(pd.Series(["same"] * 500))
    assert segments.splittable(pd.Series(np.arange(500.0)))


@pytest.fixture(scope="module")
def long_tail():
    """The shipped predictions of pooled boosting and logistic regression with 200 labels, and the regions."""
    runs = pd.read_parquet(EXAMPLES / "long_tail" / "runs.parquet").rename(columns={"key": "run"})
    runs = runs[runs["labels"] == 200]
    told = pd.read_parquet(EXAMPLES / "long_tail" / "predictions.parquet").assign(p0=lambda f: 1 - f["p1"])
    predictions = {str(run): some[["part", "row", "truth", "p0", "p1"]].reset_index(drop=True)
                   for run, some in told[told["run"].isin(runs["run"])].groupby("run")}  # fmt: skip
    return predictions, runs


def test_in_the_long_tail_the_regions_that_go_against_the_common_taste_gain_least(long_tail):
    predictions, runs = long_tail
    data = drawn("long_tail")
    test = hold_out(data)[1]
    where = segments.segments_of(pd.Series(data.places_of(test)))
    frame = segments.gains(predictions, runs, AUC, ("pooled_boosting", "logistic_regression"), where, margin=0.01)
    gains = frame.set_index("segment")["gain"]
    against = data.facts["against"]
    small = [name for name in against if name in gains.index]
    assert small
    assert gains[small].max() < gains.drop(small).min() + 0.05
    assert gains.idxmin() in small
    assert gains[small].min() < 0 < gains.drop(small).max()


def test_the_picture_shows_every_segment_and_hollows_out_those_with_too_few_rows():
    predictions, runs, where = simulated(np.random.default_rng(8), [0.3, -0.3])
    names = np.array(where, dtype=object)
    names[:10] = "hamlet"
    frame = segments.gains(predictions, runs, ACCURACY, PAIR, segments.segments_of(pd.Series(names)))
    drawn = charts.forest(frame, "accuracy", 0.01).to_dict()
    assert all(name in drawn["description"] for name in ("north", "south", "hamlet"))
    assert "Hollow: too few rows to say anything." in " ".join(drawn["title"]["text"])
