"""What can be looked at, and when labels have paid: counted by hand and over raw predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_value import SALE, climbed, compared

from tlcore.charts.worth import paid
from tlcore.errors import Unusable
from tlcore.measure.capacity import capacity, gains, within
from tlcore.measure.gain import COLUMNS
from tlcore.measure.label_cost import paid_back, price, reaching
from tlcore.measure.value import outcomes, worth_of


def test_the_most_suspect_are_counted_as_sorting_the_cases_counts_them():
    runs, kept = compared()
    for row in gains(climbed(kept), runs, SALE, np.array([0.1, 0.5, 1.0])).itertuples():
        found, precise, profit = [], [], []
        for seed in range(5):
            test = kept[f"{row.strategy}-{seed}"].query("part == 'test'").sort_values("p1", ascending=False)
            hits = test["truth"].head(round(row.share * len(test))).sum()
            named = row.share * len(test)
            found.append(hits / test["truth"].sum())
            precise.append(hits / named)
            profit.append((55 * hits - 5 * (named - hits)) / len(test) * 1000)
        assert (row.found, row.precision, row.profit) == pytest.approx(tuple(map(np.mean, (found, precise, profit))))
        assert row.lift == pytest.approx(row.found / row.share)


def test_everybody_looked_at_finds_everything_with_a_lift_of_one_and_nobody_nothing():
    runs, kept = compared(seeds=2)
    found = gains(climbed(kept), runs, SALE)
    last, first = found[found["share"] == 1], found[found["share"] == 0]
    assert last["found"].tolist() == pytest.approx([1] * 3)
    assert last["lift"].tolist() == pytest.approx([1] * 3)
    assert first["found"].tolist() == [0] * 3
    assert first[["precision", "lift"]].isna().all(axis=None)


def test_among_equal_scores_some_are_taken_blindly():
    runs, kept = compared(seeds=1)
    same = dict.fromkeys(kept, kept["scratch-0"].assign(p1=0.5))
    found = gains(climbed(same), runs, SALE)
    assert found["found"].tolist() == pytest.approx(found["share"].tolist())


def test_the_budget_in_view_lies_on_the_curve():
    runs, kept = compared()
    one = within(climbed(kept), runs, SALE, 0.1)
    assert one.groupby("strategy", sort=False)["profit"].mean().tolist() == pytest.approx(
        gains(climbed(kept), runs, SALE, np.array([0.1]))["profit"].tolist()
    )
    assert worth_of(one)["gain"].notna().sum() == 1


def test_a_budget_is_a_share_of_what_comes_in():
    assert capacity(200, 10_000) == 0.02
    assert capacity(0, 10) == 0
    assert capacity("10", "10") == 1


@pytest.mark.parametrize(
    ("checks", "cases", "words"),
    [
        (-1, 10, "0 or more"),
        (11, 10, "more than the 10 cases"),
        (1, 0, "1 or more"),
        ("many", 10, "must be a number"),
        (1, float("inf"), "must be a number"),
        ("", 10, "must be a number"),
    ],
)
def test_what_cannot_be_a_budget_is_refused_in_one_sentence(checks, cases, words):
    with pytest.raises(Unusable, match=words) as refused:
        capacity(checks, cases)
    assert len(refused.value.problems) == 1


def test_labels_for_the_same_profit_are_read_between_budgets():
    sizes, profits = np.array([50.0, 100.0, 200.0]), np.array([10.0, 20.0, 40.0])
    assert reaching(sizes, profits, 20) == pytest.approx(100)
    assert reaching(sizes, profits, 30) == pytest.approx(100 * 2**0.5)
    assert reaching(sizes, profits, 5) == 50
    assert reaching(sizes, profits, 40.1) == np.inf
    assert np.isnan(reaching(sizes[:0], profits[:0], 1))


def test_a_dip_of_the_curve_is_no_place_to_arrive_early():
    sizes, profits = np.array([50.0, 100.0, 200.0]), np.array([30.0, 10.0, 40.0])
    assert 100 < reaching(sizes, profits, 25) < 200
    levels = [reaching(sizes, profits, level) for level in np.linspace(0, 40, 9)]
    assert levels == sorted(levels)


def worths(profits: dict[str, list[float]]) -> pd.DataFrame:
    """A summary of money at 50, 100 and 200 labels, every interval 100 to either side."""
    rows = [
        {"strategy": name, "labels": labels, "mean": mean, "ci_low": mean - 100, "ci_high": mean + 100,
         "baseline": "scratch", "verdict": "baseline" if name == "scratch" else "helps"}
        for name, means in profits.items()
        for labels, mean in zip((50, 100, 200), means, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=COLUMNS).astype({"labels": object})


def trained(**seconds: list[float]) -> pd.DataFrame:
    """Runs that took so long with 50, 100 and 200 labels."""
    rows = [(name, n, some) for name, each in seconds.items() for n, some in zip((50, 100, 200), each, strict=True)]
    return pd.DataFrame(rows, columns=["strategy", "labels", "seconds"])


def test_labels_and_training_have_paid_by_hand():
    found = paid_back(worths({"scratch": [1000, 2000, 3000], "fine_tune": [2000, 3000, 4000]}),
                      trained(fine_tune=[1800, 3600, 7200]), without=500, label=3, hour=10)  # fmt: skip
    one = found.set_index(["strategy", "labels"]).loc[("fine_tune", 50)]
    assert one["label_cost"] == 150
    assert one["training_cost"] == 5
    assert one["extra"] == 1500
    assert one["per_money"] == 10
    assert one["break_even"] == pytest.approx(155 / 1.5)
    assert (one["break_even_low"], one["break_even_high"]) == pytest.approx((155 / 1.6, 155 / 1.4))
    assert (one["same_labels"], one["same_cost"]) == pytest.approx((100, 300))
    never = found.set_index(["strategy", "labels"]).loc[("fine_tune", 200)]
    assert (never["same_labels"], never["same_cost"], never["most"]) == (np.inf, np.inf, 200)
    assert never["training_cost"] == 20
    assert found.loc[found["strategy"] == "scratch", "same_labels"].isna().all()


@pytest.mark.parametrize(
    ("profit", "verdict", "sentence"),
    [
        (2000, "helps", "For the same profit without transfer, it takes about 100 labels, at 300 EUR."),
        (4000, "helps", "For the same profit without transfer, more than 200 labels would be needed."),
        (900, "negative transfer", "For the same profit without transfer, it takes at most 50 labels, at 150 EUR."),
        (2000, "not enough evidence", "have paid after 100 cases."),
    ],
)
def test_labels_for_the_same_profit_are_told_where_it_is_known_which_is_worth_more(profit, verdict, sentence):
    some = worths({"scratch": [1000, 2000, 3000], "fine_tune": [profit, 5000, 5000]})
    some.loc[some["strategy"] == "fine_tune", "verdict"] = verdict
    found = paid_back(some, trained(fine_tune=[60, 60, 60]), without=500, label=3, hour=0)
    assert paid(found[found["labels"] == 50], "fine_tune", SALE).endswith(sentence)


def test_what_earns_no_more_than_doing_nothing_never_pays_and_what_costs_nothing_has_paid():
    one = worths({"scratch": [100, 100, 100], "fine_tune": [200, 200, 200]})
    none = trained()
    assert (paid_back(one, none, without=400, label=1, hour=0)["break_even"] == np.inf).all()
    assert (paid_back(one, none, without=0, label=0, hour=0)["break_even"] == 0).all()
    assert (paid_back(one, none, without=400, label=0, hour=0)["break_even"] == np.inf).all()


@pytest.mark.parametrize(
    ("without", "ending"), [(2050, "leaves open whether they ever do."), (2500, "without a model.")]
)
def test_that_it_never_pays_is_said_where_not_even_the_best_of_the_interval_does(without, ending):
    some = worths({"scratch": [1000, 2000, 3000], "fine_tune": [2000, 3000, 4000]})
    found = paid_back(some, trained(fine_tune=[60, 60, 60]), without=without, label=1, hour=0)
    assert paid(found[found["labels"] == 50], "fine_tune", SALE).endswith(ending)


def test_a_price_is_no_less_than_nothing():
    assert price("2.5", "The price of a label") == 2.5
    with pytest.raises(Unusable, match="0 or more"):
        price(-1, "The price of a label")
    with pytest.raises(Unusable, match="must be a number"):
        price("cheap", "The price of a label")


def test_every_budget_has_its_own_best_without_transfer():
    runs, kept = compared(seeds=3)
    found = climbed(kept)
    told = paid_back(worth_of(outcomes(found, runs, SALE)), runs, 0.0, 1.0, 0.0)
    assert set(told["strategy"]) == set(runs["strategy"])
    assert told["most"].eq(100).all()
