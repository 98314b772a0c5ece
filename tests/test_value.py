"""Money by its definition: profits counted case by case, thresholds that never look at test, differences in pairs."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlcore import catalog
from tlcore.charts.answers import Answer
from tlcore.charts.worth import answer, money
from tlcore.errors import Unusable
from tlcore.measure import value
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME
from tlcore.measure.ladders import Errors, Ladder, ladders
from tlcore.measure.payoffs import ErrorCosts, Payoffs, assumed, payoffs
from tlcore.measure.rungs import rungs
from tlcore.measure.value import ENOUGH, VALID, chosen, curve, flat, outcomes, shift, worth_of

SALE = Payoffs(tp=55, fp=-5, tn=0, fn=0)
SKILL = {"scratch": 0.6, "gradient_boosting": 1.0, "fine_tune": 2.0}


def scored(rng: np.random.Generator, size: int, skill: float, rate: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are right on average, and what came true."""
    leaning = rng.normal(np.log(rate / (1 - rate)), skill, size)
    score = 1 / (1 + np.exp(-leaning))
    return score, rng.random(size) < score


def told(rng: np.random.Generator, skill: float, valid: int = 150, test: int = 90) -> pd.DataFrame:
    """A predictions frame as a run saves it; short enough that no rung is left out."""
    frames = []
    for part, size in (("valid", valid), ("test", test)):
        score, event = scored(rng, size, skill)
        frames.append(pd.DataFrame({"part": part, "truth": event.astype(int), "p0": 1 - score, "p1": score}))
    return pd.concat(frames, ignore_index=True)


def compared(seeds: int = 5, **sizes: int) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The runs of a comparison and their predictions, by run."""
    names = [(name, seed) for name in SKILL for seed in range(seeds)]
    runs = pd.DataFrame(
        [
            {"run": f"{name}-{seed}", "strategy": name, "labels": 100, "seed": seed, "state": "done",
             "metric": "roc_auc", "seconds": 2.0, "test_score": 0.7}
            for name, seed in names
        ]
    ).astype({"labels": object})  # fmt: skip
    kept = {f"{n}-{seed}": told(np.random.default_rng([seed, *n.encode()]), SKILL[n], **sizes) for n, seed in names}
    return runs, kept


def climbed(kept: dict[str, pd.DataFrame]):
    return ladders({run: rungs(frame) for run, frame in kept.items()})


def answered(found, runs: pd.DataFrame, worth, by_score: str | None = None) -> Answer:
    told = outcomes(found, runs, worth)
    return answer(worth_of(told), told, worth, flat(found, worth) if isinstance(worth, Payoffs) else None, by_score)


def counted(frame: pd.DataFrame, threshold: float, part: str, worth: Payoffs) -> float:
    """Profit per 1,000 cases, one case after the other."""
    some = frame[frame["part"] == part]
    total = 0.0
    for score, event in zip(some["p1"], some["truth"], strict=True):
        named = score >= threshold
        total += (worth.tp if event else worth.fp) if named else (worth.fn if event else worth.tn)
    return total / len(some) * 1000


def test_profit_by_hand():
    # 10 cases, 3 events; 4 are named, 2 of them events: 2 found, 2 false alarms, 1 missed, 5 left alone.
    assert Payoffs(100, -10, 1, -50).profit(4, 2, 10, 3) == 100 * (2 * 100 - 2 * 10 - 50 + 5)


def test_every_runs_profit_is_that_of_counting_its_cases():
    runs, kept = compared(seeds=2)
    for some in (SALE, Payoffs(20, -30, 4, -7)):
        for row in outcomes(climbed(kept), runs, some).itertuples():
            assert row.chosen_by == VALID
            assert row.profit == pytest.approx(counted(kept[row.run], row.threshold, "test", some))
            every = [counted(kept[row.run], t, "test", some) for t in [math.inf, *kept[row.run]["p1"]]]
            assert row.hindsight == pytest.approx(max(every))
            assert row.profit <= row.hindsight + 1e-9


def test_a_long_list_is_thinned_and_hardly_a_sum_moves():
    runs, kept = compared(seeds=2, test=5000)
    for row in outcomes(climbed(kept), runs, SALE).itertuples():
        assert row.profit == pytest.approx(counted(kept[row.run], row.threshold, "test", SALE), rel=0.002)


def test_a_curve_is_the_mean_of_counted_profits_with_their_t_interval():
    runs, kept = compared()
    found = curve(climbed(kept), runs, SALE, np.array([0.05, 0.5]))
    for row in found.itertuples():
        own = [counted(kept[f"{row.strategy}-{seed}"], row.threshold, "test", SALE) for seed in range(5)]
        assert row.profit == pytest.approx(np.mean(own))
        ends = stats.t.interval(0.95, 4, loc=np.mean(own), scale=stats.sem(own))
        assert (row.low, row.high) == pytest.approx(ends)


def test_a_verdict_in_money_that_is_not_that_of_the_score_says_how_that_can_be():
    runs, kept = compared()
    own = answered(climbed(kept), runs, SALE).verdict
    others = [word for word in (HELPS, SAME, OPEN, HURTS) if word != own]
    assert own is not None
    assert not any("By score" in sentence for sentence in answered(climbed(kept), runs, SALE, own).sentences)
    for word in others:
        first = answered(climbed(kept), runs, SALE, word).sentences[0]
        assert first.startswith(f"By score the verdict is: {word}; in money: {own}.")


def test_fewer_than_three_seeds_never_say_that_no_model_is_worth_it():
    runs, kept = compared()
    for seeds, verdict in ((5, SAME), (2, OPEN)):
        some = runs[runs["seed"] < seeds]
        found = climbed({run: kept[run] for run in some["run"]})
        told = outcomes(found, some, SALE)
        unbeaten = flat(found, SALE)._replace(none=1e6)
        assert answer(worth_of(told), told, SALE, unbeaten).verdict == verdict


def test_the_ends_of_a_curve_are_treat_all_and_treat_none():
    runs, kept = compared(seeds=1)
    found = climbed(kept)
    one = flat({"scratch-0": found["scratch-0"]}, SALE)
    truth = kept["scratch-0"].query("part == 'test'")["truth"].mean()
    assert one.all == pytest.approx(1000 * (truth * 55 - (1 - truth) * 5))
    assert one.none == 0
    ends = curve(found, runs[runs["run"] == "scratch-0"], SALE, np.array([0.0, 1.1]))["profit"]
    assert ends.tolist() == pytest.approx([one.all, one.none])


def test_the_validation_threshold_earns_most_there():
    _runs, kept = compared(seeds=2)
    for run, frame in kept.items():
        threshold, by = chosen(climbed({run: frame})[run]["valid"], SALE)
        assert by == VALID
        best = max(counted(frame, t, "valid", SALE) for t in [math.inf, *frame["p1"]])
        assert counted(frame, threshold, "valid", SALE) == pytest.approx(best)


def test_the_threshold_never_looks_at_the_test_set():
    runs, kept = compared()
    rng = np.random.default_rng(0)
    mixed = {}
    for run, frame in kept.items():
        test = frame["part"] == "test"
        mixed[run] = frame.assign(truth=frame["truth"].mask(test, rng.permutation(frame["truth"])))
    one, other = (outcomes(climbed(some), runs, SALE) for some in (kept, mixed))
    assert one["threshold"].tolist() == other["threshold"].tolist()
    assert one["profit"].tolist() != other["profit"].tolist()


def test_adding_a_sum_to_every_payoff_or_counting_in_cents_leaves_the_threshold():
    runs, kept = compared()
    found = climbed(kept)
    plain = outcomes(found, runs, SALE)
    for other, profit in ((Payoffs(62, 2, 7, 7), lambda p: p + 7000), (Payoffs(5500, -500, 0, 0), lambda p: 100 * p)):
        assert other.threshold == pytest.approx(SALE.threshold)
        again = outcomes(found, runs, other)
        assert again["threshold"].tolist() == pytest.approx(plain["threshold"].tolist())
        assert again["profit"].tolist() == pytest.approx(profit(plain["profit"]).tolist())


def test_few_validation_events_leave_the_choice_to_the_payoffs():
    score = np.linspace(0.01, 0.99, 60)
    for events, by in ((ENOUGH - 1, "payoffs"), (ENOUGH, VALID)):
        valid = Ladder(np.append(np.inf, score[::-1]), np.arange(61.0), np.minimum(np.arange(61), events).astype(float))
        assert chosen(valid, SALE)[1] == by
    assert chosen(None, SALE) == (pytest.approx(5 / 60), "payoffs")


def test_with_true_probabilities_no_threshold_earns_more_than_elkans():
    score, event = scored(np.random.default_rng(0), 200_000, 1.5)
    for some in (SALE, Payoffs(10, -10, 5, -30), Payoffs(0, -1, 0, -9)):
        grid = np.linspace(0.01, 0.99, 99)
        each = [some.profit((score >= t).sum(), event[score >= t].sum(), len(score), event.sum()) for t in grid]
        assert grid[np.argmax(each)] == pytest.approx(some.threshold, abs=0.035)


def test_money_is_compared_in_pairs_against_the_best_without_transfer():
    runs, kept = compared()
    told = outcomes(climbed(kept), runs, SALE)
    profit = told.pivot(index="seed", columns="strategy", values="profit")
    rival = profit[["scratch", "gradient_boosting"]].mean().idxmax()
    row = worth_of(told).set_index("strategy").loc["fine_tune"]
    assert row["baseline"] == rival
    test = stats.ttest_rel(profit["fine_tune"], profit[rival])
    ends = test.confidence_interval(0.95)
    assert row["gain"] == pytest.approx((profit["fine_tune"] - profit[rival]).mean())
    assert (row["gain_low"], row["gain_high"]) == pytest.approx((ends.low, ends.high))


def test_the_answer_says_what_transfer_is_worth_or_that_it_loses_money():
    runs, kept = compared(seeds=6, valid=400, test=900)
    said = answered(climbed(kept), runs, SALE)
    told = worth_of(outcomes(climbed(kept), runs, SALE)).set_index("strategy").loc["fine_tune"]
    assert said.verdict == "helps"
    assert said.headline.startswith(f"With Fine-tuning, 1,000 cases are worth {money(told['gain'], 'EUR')} more")
    swapped = {run: kept[{"fine": run.replace("fine_tune", "gradient_boosting"), "grad": run.replace(
        "gradient_boosting", "fine_tune")}.get(run[:4], run)] for run in kept}  # fmt: skip
    said = answered(climbed(swapped), runs, SALE)
    assert said.verdict == "negative transfer"
    assert said.headline.startswith("No, transfer loses money: even with Fine-tuning")


def test_two_seeds_are_not_enough_evidence():
    runs, kept = compared(seeds=2)
    assert "Not enough evidence" in answered(climbed(kept), runs, SALE).headline


def test_where_doing_without_a_model_is_worth_more_the_answer_says_so():
    runs, kept = compared()
    blunt = dict.fromkeys(kept, kept["scratch-0"].assign(p1=0.3))
    said = answered(climbed(blunt), runs, Payoffs(tp=10, fp=-1, tn=0, fn=-100))
    assert said.headline.startswith("Do without a model: naming every case brings")


@pytest.mark.parametrize(
    ("some", "decision", "words"),
    [
        (Payoffs(5, 5, 5, 5), "equal", "nothing to decide"),
        (Payoffs(10, 2, 0, 0), "all", "Name every case"),
        (Payoffs(-3, -5, 0, 0), "none", "Name no case"),
        (Payoffs(0, 0, -5, 50), "reversed", "exchanged"),
    ],
)
def test_payoffs_that_leave_nothing_to_decide_are_answered_in_a_sentence(some, decision, words):
    assert some.decision == decision
    assert words in some.objection
    with pytest.raises(ValueError, match=words):
        outcomes({}, pd.DataFrame(), some)


@pytest.mark.parametrize("words", ["nan,1,2,3", "1,inf,2,3", "a lot,1,2,3", "1e13,0,0,0"])
def test_a_payoff_that_is_no_number_is_refused_in_one_sentence(words):
    with pytest.raises(Unusable, match="must be a number") as refused:
        payoffs(words)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("words", ["", "1,2,3", "1,2,3,", "1,2,3,4,5"])
def test_payoffs_are_four_figures(words):
    with pytest.raises(Unusable, match="four numbers"):
        payoffs(words)


def test_every_wrong_figure_gets_its_sentence():
    with pytest.raises(Unusable) as refused:
        payoffs("x,1,y,2")
    assert [problem[:2] for problem in refused.value.problems] == ["TP", "TN"]
    with pytest.raises(Unusable, match="currency"):
        Payoffs(1, 0, 0, 0, currency=" ")
    with pytest.raises(Unusable, match="below 0"):
        ErrorCosts(over=-1, under=2)


def test_the_cost_of_errors_by_hand():
    costs = ErrorCosts(over=2, under=5)
    assert costs.cost(np.array([1.0, -2.0, 0.0, 3.0])) == pytest.approx(1000 * (2 + 10 + 6) / 4)


def test_the_shift_is_the_newsvendors_and_costs_least_on_validation():
    rng = np.random.default_rng(3)
    told = pd.DataFrame({"part": "valid", "truth": 0.0, "prediction": rng.gamma(2, size=4000) - 1})
    valid = Errors(*(rungs(told)[name].to_numpy(float) for name in ("level", "error")))
    for costs in (ErrorCosts(1, 1), ErrorCosts(1, 4), ErrorCosts(3, 1)):
        added, by = shift(valid, costs, 200)
        grid = np.linspace(-3, 3, 241)
        cheapest = grid[np.argmin([costs.cost(told["prediction"].to_numpy() + one) for one in grid])]
        assert by == VALID
        assert added == pytest.approx(cheapest, abs=0.08)
    assert shift(valid, costs, 40) == (0.0, "payoffs")  # ten labels stand aside


def test_numbers_are_priced_by_the_shift_of_their_own_validation_labels():
    rng = np.random.default_rng(0)
    runs, kept = compared(seeds=3, test=400)
    for run, frame in kept.items():
        spread = 1.0 if run.startswith("fine") else 2.0
        kept[run] = frame[["part"]].assign(truth=0.0, prediction=rng.normal(0, spread, len(frame)))
    costs = ErrorCosts(over=1, under=4)
    told = outcomes(climbed(kept), runs, costs)
    assert (told["threshold"] > 0).all()  # too little is the dearer side
    assert (told["profit"] <= 0.999 * told["hindsight"]).all()  # of 101 quantiles
    for row in told.itertuples():
        errors = kept[row.run].query("part == 'test'")["prediction"].to_numpy() + row.threshold
        assert row.profit == pytest.approx(-costs.cost(errors), rel=0.05)
    drawn = value.shifted(climbed(kept), runs, costs).set_index("strategy").loc["fine_tune"]
    best = drawn.loc[drawn["profit"] == drawn["profit"].max(), "threshold"].iloc[0]
    assert best == pytest.approx(stats.norm.ppf(0.8), abs=0.25)  # what is added is the quantile of the newsvendor
    assert answered(climbed(kept), runs, costs).headline.startswith("With Fine-tuning, 1,000 cases are worth")


def test_errors_that_cost_nothing_are_answered_in_a_sentence():
    assert "nothing to decide" in ErrorCosts(0, 0).objection
    assert "too much costs nothing" in ErrorCosts(0, 2).objection
    assert "too little costs nothing" in ErrorCosts(2, 0).objection


def test_sums_read_as_people_write_them():
    assert [money(sum_, "EUR") for sum_ in (4210.4, 12.345, 3.0, -0.2, -0.0)] == [
        "4,210 EUR", "12.35 EUR", "3 EUR", "-0.20 EUR", "0 EUR",
    ]  # fmt: skip
    assert money(17.0, "CNY", signed=True) == "+17 CNY"


def test_every_scenario_assumes_what_a_case_is_worth_in_figures_that_leave_something_to_decide():
    for name, scenario in catalog.scenarios().items():
        for regression in (False, True):
            one = assumed(scenario.worth, regression)
            assert isinstance(one, ErrorCosts if regression else Payoffs), name
            assert not one.objection, name
    assert assumed(catalog.scenarios()["cold_start"].worth, False) == Payoffs(50, -10, 0, 0)
