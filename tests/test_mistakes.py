"""Which examples are wrong, and who gets them right: votes and cells by hand, McNemar's test, the pages."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from apps import opened, said
from scipy import stats

from pages.parts import compare_errors, reads
from tlcore.charts import mistakes as charts
from tlcore.measure import mistakes
from tlcore.measure.mistakes import BOTH, NEITHER, ONLY_FIRST, ONLY_SECOND


def told_by(truth: list[int], *told: list[float]) -> pd.DataFrame:
    """The test part of a predictions frame of two classes: the probability of the second one, by row."""
    p1 = np.array(told[0])
    return pd.DataFrame({"part": "test", "row": np.arange(len(truth)), "truth": truth, "p0": 1 - p1, "p1": p1})


def test_the_class_that_most_seeds_name_is_the_answer_and_a_tie_goes_to_the_more_probable():
    seeds = [told_by([1, 1], [0.6, 0.6]), told_by([1, 1], [0.6, 0.1]), told_by([1, 1], [0.0, 0.6]).iloc[::-1]]
    told = mistakes.voted(seeds)
    assert told["predicted"].tolist() == [1, 1]
    assert told["held"].tolist() == pytest.approx([0.4, 1.3 / 3])
    assert mistakes.voted(seeds[:1] + seeds[2:])["predicted"].tolist() == [0, 1]


def test_numbers_are_averaged_over_seeds_and_how_far_they_are_off_keeps_its_sign():
    seeds = [pd.DataFrame({"row": [0, 1], "truth": [10.0, 20.0], "prediction": p}) for p in ([12.0, 10.0], [14, 12])]
    told = mistakes.voted(seeds)
    assert told["predicted"].tolist() == [13, 11]
    assert told["off"].tolist() == [3, -9]


def test_the_surest_mistake_of_a_cell_comes_first():
    told = mistakes.voted([told_by([0, 0, 0, 1, 1], [0.7, 0.9, 0.2, 0.9, 0.4])])
    assert mistakes.commonest(told) == (0, 1)
    assert mistakes.cell(told, 0, 1)["row"].tolist() == [1, 0]
    assert mistakes.cell(told, 1, 0)["row"].tolist() == [4]


def test_the_four_cells_hold_every_example_once_and_swapping_the_strategies_swaps_two_of_them():
    first = mistakes.voted([told_by([0, 0, 1, 1, 1], [0.1, 0.9, 0.9, 0.2, 0.1])])
    second = mistakes.voted([told_by([0, 0, 1, 1, 1], [0.2, 0.2, 0.1, 0.8, 0.3])])
    counts = mistakes.counts(mistakes.crossed(first, second))
    assert counts == {BOTH: 1, ONLY_FIRST: 1, ONLY_SECOND: 2, NEITHER: 1}
    back = mistakes.counts(mistakes.crossed(second, first))
    assert (back[ONLY_FIRST], back[ONLY_SECOND]) == (2, 1)


def test_the_largest_error_of_the_first_comes_first():
    one, other = (
        mistakes.voted([pd.DataFrame({"row": [0, 1, 2], "truth": [0.0, 0.0, 0.0], "prediction": p})])
        for p in ([1.0, -5.0, 3.0], [2.0, 4.0, -3.5])
    )
    both = mistakes.crossed(one, other)
    assert both["row"].tolist() == [1, 2, 0]
    assert (
        charts.closer(both, "fine_tune", "scratch")
        == "Of the 3 largest errors of Fine-tuning, From scratch is closer in 1."
    )


@pytest.mark.parametrize(("mine", "yours"), [(0, 0), (3, 3), (10, 2), (2, 10), (0, 7), (120, 80)])
def test_mcnemars_exact_test_is_the_two_sided_binomial_test(mine, yours):
    expected = stats.binomtest(mine, mine + yours).pvalue if mine + yours else 1.0
    assert mistakes.mcnemar(mine, yours) == pytest.approx(expected)


def test_equally_good_strategies_are_called_uneven_in_at_most_one_of_twenty_test_sets():
    rng = np.random.default_rng(0)
    uneven = 0
    for _experiment in range(200):
        right = rng.random(400) < 0.7
        told = [mistakes.voted([told_by(list(right * 1), list(rng.permutation(right) * 0.8))]) for _ in range(2)]
        counts = mistakes.counts(mistakes.crossed(*told))
        uneven += "more uneven than chance allows" in charts.answer(counts, "a", "b").replace("no more", "")
    assert uneven / 200 <= 0.05


def test_only_seeds_that_both_have_are_paired_and_predictions_that_are_no_numbers_are_left_out():
    runs = pd.DataFrame(
        [(f"{name}{seed}", name, seed) for name in "ab" for seed in range(3)], columns=["run", "strategy", "seed"]
    )
    predictions = {run: told_by([0, 1], [0.2, 0.8]) for run in runs["run"] if run != "a0"}
    predictions["b1"] = told_by([0, 1], [0.2, np.nan])
    first, second = mistakes.paired(predictions, runs, ["a", "b"])
    assert len(first) == len(second) == 1


def test_the_cell_that_is_chosen_opens_its_examples_and_says_how_many_there_are(example):
    app = opened("compare/imbalance.py", experiment=example("loyalty"), actual="yes", predicted="no")
    shown = next(table.value for table in app.dataframe if "→ held" in table.value)
    assert len(shown) == compare_errors.AT_MOST
    assert shown["→ held"].is_monotonic_decreasing
    assert set(shown["→"]) == {"yes"}
    assert "basket" in shown
    assert re.search(r"majority vote over \d seeds|By one seed", said(app))
    assert "McNemar's exact test" in said(app)


def test_the_examples_of_the_four_cells_are_those_that_were_counted(example):
    app = opened("compare/imbalance.py", experiment=example("intents"), which=NEITHER)
    shown = next(table.value for table in app.dataframe if "→ first" in table.value)
    assert (shown["→"] != shown["→ first"]).all()
    assert (shown["→"] != shown["→ second"]).all()
    assert "By one seed" in said(app)


def test_pictures_are_shown_as_pictures(example):
    app = opened("compare/imbalance.py", experiment=example("scans"), lang="zh_CN")
    assert len(app.get("image")) == 2 * compare_errors.AT_MOST
    assert not app.error


def test_numbers_have_their_largest_errors_on_the_verdict_page(example):
    experiment = example("b2b_value")
    app = opened("compare/verdict.py", experiment=experiment)
    shown = next(table.value for table in app.dataframe if "→ off_first" in table.value)
    assert shown["→ off_first"].abs().is_monotonic_decreasing
    assert len(shown) == compare_errors.AT_MOST
    assert f"mean prediction of {reads.runs(experiment)['seed'].nunique()} seeds" in said(app)
