"""Labels saved and what more labels bring: exact where the truth is known, covered where it is drawn, said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tlcore.charts import labels_saved
from tlcore.measure import learning_curve
from tlcore.measure.efficiency import curves, missing, needed, points, saved, surest
from tlcore.measure.gain import HELPS, HURTS, OPEN
from tlcore.measure.learning_curve import bought, fitted

BUDGETS = np.array([25.0, 50.0, 100.0, 200.0, 400.0])
SEEDS = 5


def law(labels, drop: float = 1.5, top: float = 0.9, rate: float = 0.5):
    return top - drop * np.asarray(labels, float) ** -rate


def runs_of(scores: dict[str, dict[float, list[float]]], metric: str = "accuracy") -> pd.DataFrame:
    """A runs frame: by strategy and budget, a score for each seed; NaN budgets are every label."""
    rows = [
        (name, labels if labels == labels else None, seed, "done", metric, score)
        for name, some in scores.items()
        for labels, values in some.items()
        for seed, score in enumerate(values)
    ]
    columns = ["strategy", "labels", "seed", "state", "metric", "test_score"]
    return pd.DataFrame(rows, columns=columns).astype({"labels": object})


def exact(**drops: float) -> dict[str, pd.DataFrame]:
    """Curves without noise, each a power law."""
    return {
        name: pd.DataFrame(np.tile(law(BUDGETS, drop), (SEEDS, 1)), columns=BUDGETS) for name, drop in drops.items()
    }


def drawn(rng: np.random.Generator, drops: dict[str, float], noise: float) -> dict[str, pd.DataFrame]:
    """The same with noise that shrinks with the labels, half of it the hand that all strategies are dealt."""
    spread = noise * np.sqrt(50 / BUDGETS)
    hand = rng.normal(0, 0.5, (SEEDS, len(BUDGETS)))
    return {
        name: pd.DataFrame(law(BUDGETS, drop) + spread * (hand + rng.normal(0, 1, hand.shape)), columns=BUDGETS)
        for name, drop in drops.items()
    }


def test_who_learns_from_a_quarter_of_the_labels_saves_three_quarters():
    """``top - drop / sqrt(n)`` with half the drop is the same curve at a quarter of the labels."""
    found = saved(exact(scratch=1.5, fine_tune=0.75)).set_index("labels")
    for own in (25.0, 50.0):
        assert found.loc[own, ["need", "need_low", "need_high"]].tolist() == pytest.approx([4 * own] * 3, rel=1e-6)
    assert found.loc[100.0, "need"] == pytest.approx(400)
    assert np.isinf(found.loc[200.0, "need"])
    assert found.loc[200.0, "most"] == 400


def test_between_budgets_the_crossing_is_close_to_that_of_the_law():
    for share in (0.55, 0.6, 0.7, 0.8):
        need = needed(exact(scratch=1.5, fine_tune=1.5 * share), "fine_tune", 50.0, ["scratch"])
        assert need.labels == pytest.approx(50 / share**2, rel=0.02)


def test_nothing_is_saved_where_both_learn_alike_be_it_nothing():
    assert (saved(exact(scratch=1.5, fine_tune=1.5)).eval("need - labels").abs() < 1e-6).all()
    flat = {name: pd.DataFrame(np.full((SEEDS, 5), 0.5), columns=BUDGETS) for name in ("scratch", "fine_tune")}
    assert (saved(flat).eval("need - labels").abs() < 1e-9).all()


def test_swapping_the_arguments_flips_the_sign():
    found = exact(scratch=1.5, fine_tune=0.75)
    there = needed(found, "fine_tune", 50.0, ["scratch"]).labels - 50
    back = needed(found, "scratch", 200.0, ["fine_tune"]).labels - 200
    assert there == pytest.approx(150)
    assert back == pytest.approx(-150)


def test_errors_are_turned_once_so_that_lower_is_better():
    scores = {
        name: {n: [1 - law(n, drop)] * 3 for n in BUDGETS} for name, drop in (("scratch", 1.5), ("fine_tune", 0.75))
    }
    found = curves(runs_of(scores, "rmse"))
    assert saved(found).iloc[0]["need"] == pytest.approx(100, rel=1e-6)
    told = points(found, "rmse")
    assert told.loc[(told["strategy"] == "scratch") & (told["labels"] == 25), "mean"].iloc[0] == pytest.approx(
        1 - law(25)
    )


@pytest.mark.parametrize(("rivals", "share"), [({}, 0.5), ({"gradient_boosting": 1.53, "random_forest": 1.9}, 0.7)])
def test_the_interval_holds_the_true_labels_in_nine_of_ten_experiments(rivals, share):
    rng = np.random.default_rng(0)
    drops = {"scratch": 1.5, "fine_tune": 1.5 * share, **rivals}
    truth, tried = 50 / share**2, 100
    held = 0
    for _ in range(tried):
        need = needed(drawn(rng, drops, 0.01), "fine_tune", 50.0, [name for name in drops if name != "fine_tune"])
        held += need.low <= truth <= need.high
    assert held >= 0.9 * tried


def test_two_that_learn_alike_are_told_apart_in_one_of_ten_at_most():
    rng = np.random.default_rng(1)
    said = []
    for _ in range(60):
        rows = saved(drawn(rng, {"scratch": 1.5, "fine_tune": 1.5}, 0.02))
        said.append(labels_saved.verdict(rows[rows["labels"] == 100].iloc[0]))
    assert said.count(OPEN) >= 0.9 * len(said)


def test_a_ceiling_is_the_last_budget_of_the_same_learner_and_nobody_elses():
    scores = {
        "scratch": {50.0: [0.5] * 3, 100.0: [0.6] * 3},
        "gradient_boosting": {50.0: [0.4] * 3, 100.0: [0.5] * 3},
        "oracle_network": {float("nan"): [0.9] * 3},
        "oracle_forest": {float("nan"): [0.95] * 3},
        "fine_tune": {50.0: [0.7] * 3},
    }
    found = curves(runs_of(scores), 300)
    assert list(found) == ["scratch", "gradient_boosting", "fine_tune"]
    assert list(found["scratch"].columns) == [50, 100, 300]
    assert list(found["gradient_boosting"].columns) == [50, 100]
    need = needed(found, "fine_tune", 50.0, ["scratch", "gradient_boosting"])
    assert need.rival == "scratch"
    assert 100 < need.labels < 300
    assert list(curves(runs_of(scores))["scratch"].columns) == [50, 100]  # nobody says how many all are


def test_between_budgets_far_apart_only_the_order_is_known():
    curve = pd.DataFrame(np.tile([0.5, 0.6, 0.9], (SEEDS, 1)), columns=[50.0, 100.0, 2000.0])
    found = {"scratch": curve, "fine_tune": pd.DataFrame({50.0: [0.7] * SEEDS})}
    need = needed(found, "fine_tune", 50.0, ["scratch"])
    assert (need.low, need.high, need.between) == (100, 2000, (100, 2000))
    row = saved(found).iloc[0]
    assert "needs 100 to 2,000 for: 50 to 1,950 labels saved." in labels_saved.answer(row).headline


def test_a_mean_that_falls_is_levelled_and_few_seeds_give_no_interval():
    curve = pd.DataFrame([[0.5, 0.7, 0.6, 0.8]] * 2, columns=BUDGETS[:4])
    found = {"scratch": curve, "fine_tune": pd.DataFrame({25.0: [0.65] * 2})}
    need = needed(found, "fine_tune", 25.0, ["scratch"])
    assert 50 - 1e-6 <= need.labels <= 100 + 1e-6
    assert np.isnan(need.low)
    assert any("three seeds" in sentence for sentence in labels_saved.answer(saved(found).iloc[0]).sentences)


def test_a_model_with_one_finished_seed_is_not_the_best_without_transfer():
    found = exact(scratch=1.5, fine_tune=0.75, gradient_boosting=1.0)
    found["gradient_boosting"] = found["gradient_boosting"].iloc[:1]
    need = needed(found, "fine_tune", 50.0, ["scratch", "gradient_boosting"])
    assert (need.rival, need.seeds, need.labels) == ("scratch", SEEDS, pytest.approx(200))


def test_a_budget_that_one_seed_has_finished_takes_no_seed_from_the_others():
    found = exact(scratch=1.5, fine_tune=0.75)
    more = pd.Series(law(800.0), index=range(SEEDS))
    begun, finished = (pd.concat([found["scratch"], some.rename(800.0)], axis=1) for some in (more[:1], more))
    need = needed({**found, "scratch": begun}, "fine_tune", 50.0, ["scratch"])
    assert need == needed(found, "fine_tune", 50.0, ["scratch"])
    assert bought(begun, 50.0, 50.0, 1.0).low == pytest.approx(law(100) - law(50))
    assert needed({**found, "scratch": finished}, "fine_tune", 200.0, ["scratch"]).labels == pytest.approx(800)


def test_runs_judged_by_several_metrics_are_refused():
    both = pd.concat([runs_of({"scratch": {50.0: [0.5]}}, metric) for metric in ("accuracy", "rmse")])
    with pytest.raises(ValueError, match="several metrics"):
        curves(both)


class TestMoreLabels:
    @pytest.fixture(autouse=True)
    def few_draws(self, monkeypatch):
        monkeypatch.setattr(learning_curve, "DRAWS", 60)

    def test_within_what_was_tried_it_is_read_off_the_curve(self):
        found = bought(exact(scratch=1.5)["scratch"], 50.0, 50.0, 1.0)
        assert found.gain == pytest.approx(law(100) - law(50))
        assert not found.extrapolated

    def test_where_the_curve_falls_the_difference_is_that_of_every_seed(self):
        curve = pd.DataFrame([[0.50, 0.48, 0.8], [0.50, 0.53, 0.8], [0.50, 0.46, 0.8]], columns=BUDGETS[:3])
        told = np.array([-0.02, 0.03, -0.04])
        reach = 4.302653 * told.std(ddof=1) / 3**0.5  # Student's t with two degrees of freedom
        found = bought(curve, 25.0, 25.0, 1.0)
        assert found[:3] == pytest.approx((told.mean(), told.mean() - reach, told.mean() + reach))

    @pytest.mark.parametrize("rate", [0.2, 0.5, 1.2])
    def test_a_law_without_noise_is_found_exactly(self, rate):
        curve = pd.DataFrame(np.tile(law(BUDGETS, 1.2, rate=rate), (SEEDS, 1)), columns=BUDGETS)
        fit = fitted(curve, 1.0)
        assert fit.law(np.array([1600.0])) == pytest.approx(law(1600, 1.2, rate=rate), abs=1e-4)
        found = bought(curve, 400.0, 400.0, 1.0)
        assert found.extrapolated
        assert found.gain == pytest.approx(law(800, 1.2, rate=rate) - law(400, 1.2, rate=rate), abs=1e-4)

    @pytest.mark.parametrize("seed", range(6))
    def test_a_flat_curve_brings_nothing_and_its_band_says_how_surely(self, seed):
        noise = np.random.default_rng(seed).normal(0, 0.003, (SEEDS, len(BUDGETS)))
        found = bought(pd.DataFrame(0.7 + noise, columns=BUDGETS), 400.0, 100.0, 1.0)
        assert found.extrapolated
        assert found.low <= found.gain <= found.high < 0.003
        assert found.gain == pytest.approx(0, abs=1e-3)

    def test_a_curve_at_its_best_brings_nothing_more(self):
        found = bought(pd.DataFrame(np.ones((SEEDS, len(BUDGETS))), columns=BUDGETS), 400.0, 400.0, 1.0)
        assert found[:3] == pytest.approx((0, 0, 0))

    def test_no_law_promises_more_than_the_best_score_there_can_be(self):
        noise = np.random.default_rng(0).normal(0, 0.02, (SEEDS, len(BUDGETS)))
        fit = fitted(pd.DataFrame(law(BUDGETS, 1.5, top=1.03) + noise, columns=BUDGETS), 1.0)
        assert max(some.top for some in (fit.law, *fit.draws)) == 1.0
        assert fit.law(BUDGETS) == pytest.approx(law(BUDGETS, 1.5, top=1.03), abs=0.03)

    def test_the_band_holds_the_truth_in_most_experiments(self):
        rng, held, tried = np.random.default_rng(3), 0, 12
        for _ in range(tried):
            found = bought(drawn(rng, {"scratch": 1.5}, 0.01)["scratch"], 400.0, 400.0, 1.0)
            held += found.low <= law(800) - law(400) <= found.high
        assert held >= 0.8 * tried

    @pytest.mark.parametrize(
        ("curve", "why"),
        [
            (exact(scratch=1.5)["scratch"].iloc[:, 2:], "four label budgets, and 3 were tried"),
            (exact(scratch=1.5)["scratch"].iloc[:2], "three seeds"),
            (1.2 - exact(scratch=1.5)["scratch"], "do not follow a learning curve"),
        ],
    )
    def test_too_little_or_no_curve_is_refused_in_a_sentence(self, curve, why):
        found = bought(curve, 400.0, 400.0, 1.0)
        assert why in found.problem
        assert why in labels_saved.more("scratch", "accuracy", 400, 400, found)

    def test_a_law_is_not_believed_far_beyond_what_was_tried(self):
        assert "four times" in bought(exact(scratch=1.5)["scratch"], 400.0, 1601.0, 1.0).problem


def row(need: float, low: float, high: float, labels: float = 100.0, between=None) -> pd.Series:
    named = {"strategy": "fine_tune", "baseline": "scratch", "labels": labels, "least": 50.0, "most": 400.0, "seeds": 5}
    return pd.Series(named | {"need": need, "need_low": low, "need_high": high, "between": between})


INF = float("inf")


@pytest.mark.parametrize(
    ("given", "verdict", "words"),
    [
        (row(210, 140, INF, 50), HELPS, "needs 210 for: 160 labels saved (95 %: 90 to over 350)."),
        (row(INF, 350, INF), HELPS, "needs over 400 for: over 300 labels saved (95 %: 250 to over 300)."),
        (row(INF, INF, INF, 400), HELPS, "the most that were tried, does better"),
        (row(120, 80, 300), OPEN, "Not enough evidence that Fine-tuning saves labels"),
        (row(120, float("nan"), float("nan")), OPEN, "the best without transfer does with 120."),
        (row(60, 0, 80), HURTS, "does with 60: 40 labels lost (95 %: 20 to over 50)."),
        (row(0, 0, 0, 50), HURTS, "the fewest that were tried, Fine-tuning does worse"),
        (row(0, 0, 60), HURTS, "does with fewer than 50: over 50 labels lost (95 %: 40 to over 50)."),
    ],
)
def test_every_case_has_its_sentence(given, verdict, words):
    said = labels_saved.answer(given)
    assert said.verdict == verdict
    assert words in said.headline


def test_a_price_makes_money_of_labels():
    said = labels_saved.answer(row(210, 140, 300, 50), 2.5)
    assert said.sentences[-1] == "At 2.5 a label that is 400 saved (95 %: 225 to 625)."
    assert labels_saved.saved(row(210, 140, 300, 50), 2.5) == "160 labels saved: 400"


def test_a_record_holds_no_number_where_none_is_known():
    told = labels_saved.record(row(INF, 350, INF))
    assert (told["need"], told["need_low"], told["saved"], told["saved_for_sure"]) == (None, 350, None, "yes")


def test_the_surest_is_the_one_with_the_highest_lower_end():
    rows = pd.DataFrame([row(300, 101, 400), row(250, 240, 260), row(INF, float("nan"), float("nan"))])
    assert surest(rows)["need"] == 250


def test_missing_budgets_double_up_to_the_pool_and_keep_clear_of_those_there_are():
    assert missing({50, 100, 200, 3000}, 4, 3000) == [400, 800, 1600]
    assert missing({100}, 4, 600) == [50, 200, 400]
    assert missing({100}, 60, 600) == [200, 400]
    assert missing({50, 100, 200}, 4, 250) == []
