"""Paired gains and verdicts: by hand, against scipy, and by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlcore import catalog
from tlcore.measure.gain import COLUMNS, band, detectable, recommended, row_of, summarise

BASELINES = ["scratch", "logistic_regression", "gradient_boosting"]
TRANSFERS = ["fine_tune", "feature_extraction", "dann", "distillation"]


def frame(scores: dict[str, list[float]], metric: str = "accuracy", labels: object = 50) -> pd.DataFrame:
    """A runs frame with one test score per strategy and seed."""
    return pd.DataFrame(
        [
            {"strategy": name, "labels": labels, "seed": seed, "state": "done", "metric": metric, "test_score": score}
            for name, values in scores.items()
            for seed, score in enumerate(values)
        ]
    ).astype({"labels": object})


def row(summary: pd.DataFrame, strategy: str) -> pd.Series:
    return summary.set_index("strategy").loc[strategy]


def verdict(gains: list[float], margin: float = 0.01) -> str:
    scratch = [0.7, 0.72, 0.69, 0.71, 0.705][: len(gains)]
    scores = {"scratch": scratch, "fine_tune": [s + g for s, g in zip(scratch, gains, strict=True)]}
    return row(summarise(frame(scores), margin), "fine_tune")["verdict"]


def identical(rng: np.random.Generator, transfers: list[str], baselines: list[str], seeds: int = 5) -> pd.DataFrame:
    """Runs of strategies that differ by luck alone; the seed's hand is shared by all."""
    hand = 0.8 + rng.normal(0, 0.02, seeds)
    return frame({name: list(hand + rng.normal(0, 0.02, seeds)) for name in [*baselines, *transfers]})


def test_gain_and_interval_agree_with_the_paired_t_test():
    a, b = [0.80, 0.84, 0.79, 0.86, 0.82], [0.70, 0.76, 0.74, 0.77, 0.71]
    result = row(summarise(frame({"scratch": b, "fine_tune": a}), margin=0.0), "fine_tune")
    test = stats.ttest_rel(a, b)
    ends = test.confidence_interval(0.95)
    assert result["gain"] == pytest.approx(np.mean(a) - np.mean(b))
    assert (result["gain_low"], result["gain_high"]) == pytest.approx((ends.low, ends.high))
    assert result["p_value"] == pytest.approx(test.pvalue)
    assert result["std"] == pytest.approx(np.std(a, ddof=1))
    assert (result["ci_low"], result["ci_high"]) == pytest.approx(
        stats.t.interval(0.95, 4, loc=np.mean(a), scale=stats.sem(a))
    )


def test_a_different_score_is_a_non_zero_gain_and_swapping_flips_its_sign():
    a, b = [0.8, 0.82, 0.85], [0.7, 0.73, 0.72]
    forth = row(summarise(frame({"scratch": b, "dann": a})), "dann")
    back = row(summarise(frame({"scratch": a, "dann": b})), "dann")
    assert forth["gain"] > 0
    assert forth["gain"] == pytest.approx(-back["gain"])
    assert forth["gain_low"] == pytest.approx(-back["gain_high"])


def test_pairing_is_by_seed_and_not_by_order():
    runs = frame({"scratch": [0.1, 0.5, 0.9], "fine_tune": [0.2, 0.6, 1.0]})
    shuffled = runs.sample(frac=1, random_state=3)
    result = row(summarise(shuffled), "fine_tune")
    assert result["gain"] == pytest.approx(0.1)
    assert result["gain_high"] - result["gain_low"] < 1e-9


def test_lower_is_better_metrics_gain_by_falling():
    runs = frame({"scratch": [0.50, 0.52, 0.51], "fine_tune": [0.40, 0.41, 0.42]}, metric="log_loss")
    summary = summarise(runs)
    assert row(summary, "fine_tune")["gain"] == pytest.approx(0.10)
    assert row(summary, "fine_tune")["verdict"] == "helps"
    assert recommended(summary) == "fine_tune"


def test_the_baseline_is_the_best_model_without_transfer_in_the_metrics_own_direction():
    scores = {"scratch": [0.6] * 3, "gradient_boosting": [0.7] * 3, "fine_tune": [0.8] * 3}
    up, down = summarise(frame(scores)), summarise(frame(scores, metric="brier"))
    assert row(up, "fine_tune")["baseline"] == "gradient_boosting"
    assert row(up, "fine_tune")["gain"] == pytest.approx(0.1)
    assert row(up, "fine_tune")["gain_scratch"] == pytest.approx(0.2)
    assert row(down, "fine_tune")["baseline"] == "scratch"
    assert row(down, "fine_tune")["gain"] == pytest.approx(-0.2)


def test_baselines_are_called_so_and_gain_over_scratch_alone():
    summary = summarise(frame({"scratch": [0.6] * 3, "gradient_boosting": [0.7] * 3, "fine_tune": [0.8] * 3}))
    boosting = row(summary, "gradient_boosting")
    assert boosting["verdict"] == "baseline"
    assert np.isnan(boosting["gain"])
    assert boosting["gain_scratch"] == pytest.approx(0.1)
    assert np.isnan(row(summary, "scratch")["gain_scratch"])


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([0.10, 0.11, 0.09, 0.10, 0.12], "helps"),
        ([-0.10, -0.11, -0.09, -0.10, -0.12], "negative transfer"),
        ([0.001, -0.001, 0.002, 0.000, -0.002], "no practical difference"),
        ([0.10, -0.11, 0.09, -0.10, 0.02], "not enough evidence"),
        ([0.10, 0.10], "not enough evidence"),
    ],
)
def test_each_of_the_four_verdicts(gains, expected):
    assert verdict(gains) == expected


def test_a_gain_below_the_margin_is_no_help_however_sure():
    assert verdict([0.012, 0.013, 0.011, 0.012, 0.012], margin=0.01) == "helps"
    assert verdict([0.012, 0.013, 0.011, 0.012, 0.012], margin=0.02) == "no practical difference"


def test_equal_differences_give_an_interval_of_width_zero():
    summary = summarise(frame({"scratch": [0.5] * 4, "fine_tune": [0.75] * 4, "dann": [0.5] * 4}))
    sure, same = row(summary, "fine_tune"), row(summary, "dann")
    assert sure["gain_low"] == sure["gain_high"] == sure["settled_low"] == 0.25
    assert (sure["p_value"], sure["verdict"]) == (0.0, "helps")
    assert (same["gain_low"], same["p_value"], same["verdict"]) == (0.0, 1.0, "no practical difference")


def test_only_finished_runs_with_a_score_count():
    runs = frame({"scratch": [0.5, 0.51, 0.52, 0.53], "fine_tune": [0.9, 0.91, 0.92, 0.93]})
    runs.loc[runs["seed"] == 3, "state"] = "failed"
    runs.loc[(runs["seed"] == 2) & (runs["strategy"] == "fine_tune"), "test_score"] = np.nan
    result = row(summarise(runs), "fine_tune")
    assert (result["n"], result["pairs"], result["verdict"]) == (2, 2, "not enough evidence")


def test_strategies_without_results_stand_there_with_none():
    runs = frame({"scratch": [0.5] * 3, "fine_tune": [0.9] * 3})
    runs.loc[runs["strategy"] == "fine_tune", "state"] = "queued"
    summary = summarise(runs)
    assert row(summary, "fine_tune")["n"] == 0
    assert row(summary, "fine_tune")["verdict"] == "not enough evidence"
    assert recommended(summary) == "scratch"


def test_a_baseline_with_one_lucky_seed_is_not_the_best():
    runs = frame({"scratch": [0.5] * 4, "gradient_boosting": [0.9], "fine_tune": [0.6] * 4})
    assert row(summarise(runs), "fine_tune")["baseline"] == "scratch"


def test_a_seed_that_only_the_baselines_were_tried_with_makes_no_best():
    scores = {
        "scratch": [0.34, 0.35, 0.33],
        "gradient_boosting": [0.29, 0.30, 0.30, 0.49],
        "logistic_regression": [0.20, 0.21, 0.20, 0.20],
        "source_boosting": [0.48, 0.49, 0.48],
    }
    found = row(summarise(frame(scores)), "source_boosting")
    assert found["baseline"] == "scratch"
    assert found["gain"] == pytest.approx(np.mean(scores["source_boosting"]) - np.mean(scores["scratch"]))
    whole = row(summarise(frame({**scores, "scratch": [0.3] * 4, "source_boosting": [0.48] * 4})), "source_boosting")
    assert whole["baseline"] == "gradient_boosting"


def test_fewer_than_three_seeds_recommend_nothing():
    assert recommended(summarise(frame({"scratch": [0.5, 0.5], "fine_tune": [0.9, 0.9]}))) == ""


def test_without_any_baseline_nothing_is_claimed_or_recommended():
    summary = summarise(frame({"fine_tune": [0.6] * 4, "dann": [0.7] * 4}))
    assert set(summary["verdict"]) == {"not enough evidence"}
    assert summary["more_seeds"].isna().all()
    assert recommended(summary) == ""


def test_nothing_finished_gives_an_empty_answer_and_no_error():
    nothing = frame({"scratch": [0.5]}).iloc[:0]
    assert list(summarise(nothing).columns) == COLUMNS
    assert recommended(summarise(nothing)) == ""


def test_runs_judged_by_several_metrics_are_refused():
    runs = pd.concat([frame({"scratch": [0.5]}), frame({"fine_tune": [0.5]}, metric="roc_auc")])
    with pytest.raises(ValueError, match="accuracy, roc_auc"):
        summarise(runs)


def test_every_budget_is_judged_for_itself_and_all_labels_come_last():
    small = frame({"scratch": [0.5, 0.51, 0.52], "fine_tune": [0.8, 0.81, 0.82]}, labels=20)
    everything = frame({"scratch": [0.9, 0.91, 0.92], "fine_tune": [0.7, 0.71, 0.72]}, labels=None)
    summary = summarise(pd.concat([everything, small]))
    assert list(summary["labels"][:2]) == [20, 20]
    assert summary["labels"][2:].isna().all()
    assert list(summary["verdict"]) == ["baseline", "helps", "baseline", "negative transfer"]
    assert recommended(summary) == "scratch"


def test_the_margin_of_an_error_in_the_labels_unit_is_a_share_of_the_baselines_error():
    scores = {"scratch": [200.0, 201.0, 199.0], "fine_tune": [199.0, 200.0, 198.0]}
    result = row(summarise(frame(scores, metric="rmse"), margin=0.01), "fine_tune")
    assert result["margin"] == pytest.approx(2.0)
    assert result["verdict"] == "no practical difference"


def test_p_values_grow_under_holm_by_how_many_are_left():
    rng = np.random.default_rng(4)
    scores = {"scratch": list(0.7 + rng.normal(0, 0.01, 5))}
    scores |= {name: list(0.72 + rng.normal(0, 0.02, 5)) for name in TRANSFERS}
    summary = summarise(frame(scores), margin=0.0)
    tested = summary[summary["p_value"].notna()].sort_values("p_value")
    expected = np.minimum(1, np.maximum.accumulate(tested["p_value"] * [4, 3, 2, 1]))
    assert list(tested["p_holm"]) == pytest.approx(list(expected))


def test_the_verdict_is_read_from_the_settled_interval_alone():
    rng = np.random.default_rng(5)
    for _ in range(40):
        shift = {name: rng.normal(0, 0.04) for name in TRANSFERS}
        runs = identical(rng, TRANSFERS, BASELINES)
        runs["test_score"] += runs["strategy"].map(shift).fillna(0.0)
        for _, got in summarise(runs, 0.01).dropna(subset="p_value").iterrows():
            clear = got["settled_low"] > 0.01 or got["settled_high"] < -0.01
            assert clear == (got["p_holm"] <= 0.05) == (got["verdict"] in ("helps", "negative transfer"))
            assert got["settled_low"] <= got["gain_low"] <= got["gain_high"] <= got["settled_high"]


def test_identical_strategies_are_called_different_in_at_most_5_percent_of_experiments():
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(400):
        verdicts = summarise(identical(rng, TRANSFERS, ["scratch"]), margin=0.0)["verdict"]
        wrong += verdicts.isin(["helps", "negative transfer"]).any()
    assert 0 < wrong <= 20


def test_choosing_the_best_of_several_identical_baselines_does_not_make_transfer_look_bad():
    rng, wrong = np.random.default_rng(1), 0
    for _ in range(400):
        runs = identical(rng, TRANSFERS, [*BASELINES, "frequency_table"])
        wrong += summarise(runs, margin=0.0)["verdict"].isin(["helps", "negative transfer"]).any()
    assert wrong <= 20


def test_the_default_margin_makes_false_alarms_rarer_still():
    rng, wrong = np.random.default_rng(2), 0
    for _ in range(200):
        wrong += summarise(identical(rng, TRANSFERS, BASELINES))["verdict"].isin(["helps", "negative transfer"]).any()
    assert wrong <= 6


def test_a_large_true_gain_is_found_among_strategies_that_do_nothing():
    rng, found = np.random.default_rng(3), 0
    for _ in range(60):
        runs = identical(rng, TRANSFERS, BASELINES)
        runs.loc[runs["strategy"] == "dann", "test_score"] += 0.15
        summary = summarise(runs)
        found += row(summary, "dann")["verdict"] == "helps" and recommended(summary) == "dann"
    assert found >= 54


def test_more_seeds_is_what_settles_it_at_the_same_mean_and_spread():
    gains = [0.06, -0.02, 0.05, 0.01]
    scratch = [0.5, 0.6, 0.55, 0.52]
    scores = {"scratch": scratch, "fine_tune": [s + g for s, g in zip(scratch, gains, strict=True)]}
    result = row(summarise(frame(scores)), "fine_tune")
    more = int(result["more_seeds"])
    spread = np.std(gains, ddof=1)

    def low(count: int) -> float:
        return np.mean(gains) - stats.t.ppf(0.975, count - 1) * spread / np.sqrt(count)

    assert low(4 + more) > 0.01 >= low(4 + more - 1)


def test_more_seeds_is_silent_when_settled_or_hopeless():
    assert np.isnan(row(summarise(frame({"scratch": [0.5] * 3, "dann": [0.9] * 3})), "dann")["more_seeds"])
    on_the_edge = {"scratch": [0.5, 0.5, 0.5, 0.5], "dann": [0.41, 0.61, 0.41, 0.61]}
    assert np.isnan(row(summarise(frame(on_the_edge), margin=0.01), "dann")["more_seeds"])
    assert row(summarise(frame({"scratch": [0.5], "dann": [0.9]})), "dann")["more_seeds"] == 2


def experiments(gain: float, spread: float, seeds: int, margin: float = 0.01) -> pd.DataFrame:
    """The summary of 1,000 experiments with this true gain, each with one strategy of its own.

    All share a baseline that never varies, so that they are independent and each ``p_value`` is that of an experiment
    with this one strategy: it is found where that is at most 5 %.
    """
    gains = np.random.default_rng(seeds).normal(gain, spread, (1_000, seeds))
    scores = {f"experiment {place}": list(0.7 + some) for place, some in enumerate(gains)}
    return summarise(frame({"scratch": [0.7] * seeds, **scores}), margin).iloc[1:]


def found(some: pd.DataFrame, at_once: int = 1) -> float:
    return float(((some["p_value"] <= 0.05 / at_once) & (some["gain"] > 0)).mean())


def test_95_percent_intervals_hold_the_true_gain_in_95_percent_of_experiments():
    for seeds in (3, 5, 10):
        some = experiments(0.02, 0.03, seeds)
        held = ((some["gain_low"] <= 0.02) & (some["gain_high"] >= 0.02)).mean()
        assert 0.93 <= held <= 0.97


def test_p_values_are_uniform_where_there_is_no_gain_and_a_margin_makes_small_ones_rarer():
    assert stats.kstest(experiments(0.0, 0.03, 5, margin=0.0)["p_value"], "uniform").pvalue > 0.01
    assert (experiments(0.0, 0.03, 5)["p_value"] <= 0.05).mean() < 0.04


def test_what_is_detectable_shrinks_with_seeds_and_grows_with_rivals():
    assert np.isnan(detectable(0.02, 2))
    assert detectable(0.02, 5) > detectable(0.02, 10) > detectable(0.02, 40)
    assert detectable(0.02, 5, strategies=4) > detectable(0.02, 5)


@pytest.mark.parametrize(("seeds", "at_once"), [(3, 1), (3, 5), (10, 1), (10, 5)])
def test_what_is_detectable_is_detected_four_times_of_five(seeds, at_once):
    gain = detectable(0.02, seeds, at_once, margin=0.01)
    assert found(experiments(gain, 0.02, seeds), at_once) == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(("seeds", "spread"), [(3, 0.003), (5, 0.0059), (10, 0.010)])
def test_a_gain_of_twice_the_margin_is_found_in_four_of_five_experiments_at_these_spreads(seeds, spread):
    """The largest spreads at which that holds; docs/verdict.md has them for others."""
    assert detectable(spread, seeds, margin=0.01) <= 0.02 < detectable(1.1 * spread, seeds, margin=0.01)
    assert found(experiments(0.02, spread, seeds)) >= 0.77  # 0.8 but for the luck of 1,000 experiments


def oracle() -> str:
    return next(name for name in catalog.strategies() if catalog.is_ceiling(name))


def with_ceiling(top: list[float], transfer: list[float], budgets: tuple[object, ...] = (50,)) -> pd.DataFrame:
    """A ceiling, trained once on every label, above the same scores at several label budgets."""
    low = {"scratch": [0.60, 0.62, 0.61, 0.59], "fine_tune": transfer}
    return pd.concat([frame({oracle(): top}, labels=pd.NA), *(frame(low, labels=count) for count in budgets)])


def test_the_gap_closed_is_the_gain_as_a_share_of_the_ceilings_gain():
    summary = summarise(with_ceiling([0.80, 0.82, 0.81, 0.79], [0.65, 0.67, 0.66, 0.64]))
    assert row(summary, "fine_tune")["gap_closed"] == pytest.approx(0.05 / 0.20)
    assert row(summary, "fine_tune")["headroom"] == pytest.approx(0.20)
    assert np.isnan(row(summary, "scratch")["gap_closed"])
    assert np.isnan(row(summary, oracle())["gap_closed"])


def test_a_ceiling_is_neither_baseline_nor_candidate():
    runs = with_ceiling([0.90, 0.92, 0.91, 0.89], [0.70, 0.72, 0.70, 0.70])
    summary, without = summarise(runs), summarise(runs[runs["strategy"] != oracle()])
    assert row(summary, oracle())["verdict"] == "ceiling"
    assert np.isnan(row(summary, oracle())["gain"])
    assert recommended(summary) == "fine_tune"
    alike = [column for column in COLUMNS if column not in ("gap_closed", "headroom")]
    pd.testing.assert_series_equal(row(summary, "fine_tune")[alike[1:]], row(without, "fine_tune")[alike[1:]])


def test_the_row_of_a_ceiling_is_found_whatever_the_budget_and_that_of_others_by_theirs():
    summary = summarise(with_ceiling([0.9, 0.92, 0.91, 0.89], [0.7, 0.72, 0.7, 0.7], budgets=(50, 100)))
    assert row_of(summary, oracle(), None)["n"] == 4
    assert row_of(summary, "fine_tune", 100)["labels"] == 100
    assert row_of(summary, "fine_tune", None) is None


def test_a_margin_is_a_share_of_the_score_to_be_beaten_only_for_errors_in_the_labels_own_unit():
    assert band(catalog.metric("accuracy"), 0.02, 0.8) == 0.02
    assert band(catalog.metric("r2"), 0.02, 0.8) == 0.02
    assert band(catalog.metric("rmse"), 0.02, 300.0) == pytest.approx(6.0)


def test_more_ceilings_do_not_raise_the_bar_for_those_that_are_compared():
    one = with_ceiling([0.90, 0.92, 0.91, 0.89], [0.63, 0.67, 0.64, 0.62])
    others = [name for name in catalog.strategies() if catalog.is_ceiling(name)][1:]
    more = pd.concat([one, *(one[one["strategy"] == oracle()].assign(strategy=name) for name in others)])
    assert row(summarise(one), "fine_tune")["p_holm"] == row(summarise(more), "fine_tune")["p_holm"]


def test_a_ceiling_stands_beside_every_label_budget_and_makes_none_of_its_own():
    summary = summarise(with_ceiling([0.8] * 4, [0.7] * 4, budgets=(20, 50)))
    assert list(summary.loc[summary["strategy"] == oracle(), "labels"]) == [20, 50]
    assert not summary["labels"].isna().any()
    assert (
        list(summarise(with_ceiling([0.8] * 4, [0.7] * 4, budgets=(20, pd.NA)))["labels"].isna())
        == [False] * 3 + [True] * 3
    )


def test_a_budget_of_every_label_has_its_ceiling_once():
    summary = summarise(with_ceiling([0.8] * 4, [0.7] * 4, budgets=(pd.NA,)))
    assert sorted(summary["strategy"]) == sorted([oracle(), "scratch", "fine_tune"])


def test_ceilings_alone_are_a_summary_too():
    summary = summarise(frame({oracle(): [0.8, 0.9, 0.8]}, labels=pd.NA))
    assert list(summary["verdict"]) == ["ceiling"]
    assert recommended(summary) == ""


@pytest.mark.parametrize("top", [[0.62, 0.60, 0.63, 0.58], [0.50] * 4, [0.9]])
def test_a_ceiling_that_is_not_surely_above_leaves_no_gap_to_close(top):
    assert np.isnan(row(summarise(with_ceiling(top, [0.7] * 4)), "fine_tune")["gap_closed"])


def test_the_gap_closes_downwards_where_less_is_better():
    runs = pd.concat(
        [
            frame({oracle(): [0.2, 0.21, 0.2]}, metric="log_loss", labels=pd.NA),
            frame({"scratch": [0.6, 0.61, 0.6], "fine_tune": [0.5, 0.51, 0.5]}, metric="log_loss"),
        ]
    )
    assert row(summarise(runs), "fine_tune")["gap_closed"] == pytest.approx(0.25)
