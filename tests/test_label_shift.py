"""Shares of classes without labels: by hand, known shares found again, and what the estimate cannot know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlcore.measure.label_shift import DOUBT, class_shares, estimated
from tlcore.situation import Examples, Situation

NAMES = ("a", "b", "c")


def part(rng: np.random.Generator, n: int, shares: tuple[float, ...], moved: float = 0.0) -> Examples:
    """Each class around a place of its own, everywhere the same: only the shares are chosen."""
    place = rng.choice(len(shares), n, p=shares)
    values = rng.normal(size=(n, 4)) + 1.8 * np.eye(4)[place] + moved * np.eye(4)[3]
    return Examples(pd.DataFrame(values, columns=list("wxyz")), np.array(NAMES)[place])


def situation(
    shares: tuple[float, ...],
    seed: int = 0,
    source: tuple[float, ...] = (0.5, 0.3, 0.2),
    moved: float = 0.0,
    n: int = 1500,
) -> Situation:
    rng = np.random.default_rng(seed)
    target, test = part(rng, n, shares, moved), part(rng, 300, shares, moved)
    return Situation(part(rng, n, source), target, "y", "table", test=test)


# --- the estimate itself


def test_the_mixture_is_solved_by_hand():
    """A classifier right in 9 of 10 of class 0 and 8 of 10 of class 1: 0.3 of class 0 gives 0.9 x 0.3 + 0.2 x 0.7."""
    truth = np.repeat([0, 1], [50, 50])
    says = np.where(truth == 0, np.arange(100) % 10 == 0, np.arange(100) % 10 < 8).astype(int)
    told = np.tile([0.41, 0.59], (20, 1))
    assert estimated(np.eye(2)[says], truth, told) == pytest.approx([0.3, 0.7])


def test_answers_that_tell_exactly_are_counted():
    truth = np.arange(30) % 3
    assert estimated(np.eye(3)[truth], truth, np.eye(3)[[0, 0, 0, 2]]) == pytest.approx([0.75, 0, 0.25])


def test_shares_are_shares_whatever_the_answers():
    rng = np.random.default_rng(0)
    for _ in range(50):
        found = estimated(rng.dirichlet(np.ones(3), 40), np.arange(40) % 3, rng.dirichlet(np.ones(3) / 3, 10))
        assert found.min() >= 0
        assert found.sum() == pytest.approx(1)


# --- from a situation


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.1, 0.2, 0.7), (0.05, 0.9, 0.05)])
def test_known_shares_are_found_again_where_only_the_shares_differ(shares):
    table, p_value = class_shares(situation(shares))
    assert table["estimate"].to_numpy() == pytest.approx(shares, abs=0.06)
    assert p_value > DOUBT


def test_the_interval_holds_the_true_share_nearly_always_and_the_fit_is_doubted_hardly_ever():
    shares, hits, fits = np.array([0.2, 0.2, 0.6]), [], []
    for seed in range(25):
        table, p_value = class_shares(situation(tuple(shares), seed, n=400))
        hits += [*((table["low"] <= shares) & (shares <= table["high"]))]
        fits.append(p_value)
    assert np.mean(hits) > 0.85
    assert stats.kstest(fits, "uniform", alternative="greater").pvalue > 0.01


def test_a_rare_class_that_is_never_the_likeliest_is_estimated_too():
    table, _ = class_shares(situation((0.45, 0.45, 0.1), source=(0.49, 0.49, 0.02), n=2000))
    assert table.set_index("class").loc["c", "estimate"] == pytest.approx(0.1, abs=0.05)


def test_where_more_than_the_shares_differs_it_is_said():
    assert class_shares(situation((0.2, 0.2, 0.6), moved=1.0)).p_value < DOUBT


def test_labels_of_the_target_play_no_part_in_the_estimate():
    there = situation((0.2, 0.2, 0.6))
    mixed = Examples(there.target.inputs, np.random.default_rng(1).permutation(there.target.labels))
    again = Situation(there.source, mixed, "y", "table", test=there.test)
    columns = ["estimate", "low", "high"]
    pd.testing.assert_frame_equal(class_shares(there).table[columns], class_shares(again).table[columns])


def test_examples_without_labels_are_looked_at_where_they_are_more():
    """Labels that were asked for class by class say nothing about shares; what nobody chose does."""
    there, natural = situation((0.34, 0.33, 0.33), n=1500), part(np.random.default_rng(5), 1600, (0.1, 0.1, 0.8))
    few = there.target.take(np.arange(60))
    asked = Situation(there.source, few, "y", "table", test=there.test, unlabelled=natural.without_labels())
    table = class_shares(asked).table.set_index("class")
    assert table.loc["c", "estimate"] == pytest.approx(0.8, abs=0.06)
    assert table.loc["c", "target"] < 0.5


def test_the_same_seed_gives_the_same_estimate():
    one, other = (class_shares(situation((0.2, 0.2, 0.6))) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.p_value == other.p_value


@pytest.mark.parametrize("make", ["image", "text"])
def test_images_and_texts_are_estimated_too(make):
    rng = np.random.default_rng(0)

    def drawn(n: int, share: float) -> Examples:
        dark = rng.random(n) < share
        if make == "image":
            light = rng.integers(0, 150, (n, 8, 8, 1)) + 40 * ~dark[:, None, None, None]
            return Examples(light.astype(np.uint8), np.where(dark, "dark", "bright"))
        vocabulary = np.array([f"word{k}" for k in range(20)])
        texts = [" ".join(rng.choice(vocabulary[:14] if one else vocabulary[6:], 8)) for one in dark]
        return Examples(np.array(texts), np.where(dark, "dark", "bright"))

    there = Situation(drawn(600, 0.5), drawn(600, 0.15), "y", make, test=drawn(100, 0.15))
    table, p_value = class_shares(there)
    assert table.set_index("class").loc["dark", "estimate"] == pytest.approx(0.15, abs=0.06)
    assert p_value > DOUBT


def test_nothing_is_estimated_for_numbers_other_classes_too_few_examples_or_no_source():
    there = situation((0.3, 0.3, 0.4))
    numbers = Examples(there.source.inputs, np.arange(1500.0))
    assert class_shares(Situation(numbers, numbers, "y", "table", regression=True)).table.empty

    renamed = Examples(there.source.inputs, np.where(there.source.labels == "a", "z", there.source.labels))
    few = Examples(there.target.inputs.head(9), there.target.labels[:9])
    for source, target in (
        (renamed, there.target),
        (there.source, few),
        (there.source.take(np.arange(9)), there.target),
    ):
        table, p_value = class_shares(Situation(source, target, "y", "table", test=there.test))
        assert table["estimate"].isna().all()
        assert np.isnan(p_value)
        assert table["target"].sum() == pytest.approx(1)

    nothing = there.source.take(np.arange(0))
    assert class_shares(Situation(nothing, there.target, "y", "table", test=there.test)).table.empty
