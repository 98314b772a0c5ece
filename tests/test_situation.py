"""The split: who gets to see what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import TOYS, pictures, table

from tlcore.errors import Unusable
from tlcore.situation import Examples, Situation, hold_out, split


def identified(n_target: int, rate: float, classes: int = 2) -> Situation:
    """Every row carries a number of its own, so that rows can be followed through the split."""
    rng = np.random.default_rng(0)

    def draw(n, first):
        names = np.array(["no", "yes"] if classes == 2 else [f"c{k}" for k in range(classes)], dtype=object)
        shares = [1 - rate, rate] if classes == 2 else None
        labels = names[rng.choice(classes, n, p=shares)]
        labels[: 4 * classes] = np.tile(names, 4)  # enough of each for every part
        return Examples(pd.DataFrame({"id": np.arange(first, first + n)}), labels)

    return Situation(draw(200, 10_000), draw(n_target, 0), "y", "table")


@given(n=st.integers(130, 400), rate=st.floats(0.02, 0.5), budget=st.integers(8, 30), seed=st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_parts_never_overlap_and_the_budget_is_exact(n, rate, budget, seed):
    hand = split(identified(n, rate), budget, seed)
    parts = [hand.train, hand.valid, hand.unlabelled, hand.test]
    rows = [set(part.inputs["id"]) for part in parts]
    assert len(hand.train) + len(hand.valid) == budget
    assert sum(map(len, rows)) == len(set().union(*rows)) == n
    assert hand.unlabelled.labels is None
    assert hand.watched is None or set(hand.watched.inputs["id"]) <= rows[2]
    assert set(hand.train.labels) == set(hand.valid.labels) == {"yes", "no"}


def test_the_same_seed_deals_the_same_hand_and_another_seed_another():
    situation = identified(300, 0.3)
    one, same, other = (split(situation, 40, seed) for seed in (0, 0, 1))
    assert list(one.train.inputs["id"]) == list(same.train.inputs["id"])
    assert list(one.train.inputs["id"]) != list(other.train.inputs["id"])
    assert list(one.test.inputs["id"]) == list(other.test.inputs["id"])


def test_a_draw_keeps_the_classes_in_proportion_with_two_of_each_at_least():
    hand = split(identified(1000, 0.05), 100, 0)
    labels = np.concatenate([hand.train.labels, hand.valid.labels])
    assert 2 <= (labels == "yes").sum() <= 8
    many = split(identified(600, 0.5, classes=10), 20, 0)
    assert np.unique(np.concatenate([many.train.labels, many.valid.labels]), return_counts=True)[1].tolist() == [2] * 10


@pytest.mark.parametrize("budget", [1, 3, 10_000])
def test_a_budget_that_does_not_fit_is_refused_with_the_range_that_does(budget):
    with pytest.raises(Unusable, match=r"Choose between 4 and \d+\."):
        split(table(), budget, 0)


def test_every_label_means_every_label_outside_the_test_set():
    situation = table()
    hand = split(situation, None, 0)
    assert len(hand.train) + len(hand.valid) == len(situation.target)
    assert len(hand.unlabelled) == len(situation.target)
    assert hand.watched is None


def test_the_held_out_half_is_stratified():
    situation = identified(400, 0.1)
    pool, test = hold_out(situation)
    assert len(pool) == len(test) == 200
    assert abs((pool.labels == "yes").mean() - (test.labels == "yes").mean()) < 0.01


def test_the_event_is_the_last_class():
    rows = pd.DataFrame({"x": range(4)})

    def space(labels, positive=None):
        examples = Examples(rows, np.array(labels, dtype=object))
        return Situation(examples, examples, "y", "table", positive=positive).target_space

    assert space(["no", "yes", "no", "yes"]).classes == ("no", "yes")
    assert space(["b", "a", "b", "b"]).classes == ("b", "a")  # the rarer one
    assert space(["b", "a", "b", "b"], positive="b").classes == ("a", "b")


def test_the_same_classes_are_one_space_whichever_is_rarer_where():
    def examples(labels):
        return Examples(pd.DataFrame({"x": range(4)}), np.array(labels, dtype=object))

    situation = Situation(
        examples(["stays", "leaves", "leaves", "leaves"]), examples(["leaves", *["stays"] * 3]), "y", "table"
    )
    assert situation.source_space == situation.target_space
    assert situation.target_space.classes == ("stays", "leaves")


def test_one_class_only_is_refused():
    examples = Examples(pd.DataFrame({"x": range(4)}), np.array(["a"] * 4, dtype=object))
    with pytest.raises(Unusable, match="one class only in the target"):
        _ = Situation(examples, examples, "y", "table").target_space


@pytest.mark.parametrize("toy", TOYS)
def test_every_kind_of_situation_can_be_split(toy):
    hand = split(TOYS[toy](), 40, 3)
    assert len(hand.source_train) > len(hand.source_valid) > 0


def test_examples_refuse_labels_of_another_length():
    with pytest.raises(ValueError, match="2 inputs but 3 labels"):
        Examples(pd.DataFrame({"x": [1, 2]}), np.array(["a", "b", "c"]))


def test_images_are_taken_with_their_names():
    situation = pictures()
    named = Examples(situation.test.inputs, situation.test.labels, [f"{i}.png" for i in range(len(situation.test))])
    assert named.take(np.array([3, 1])).names == ["3.png", "1.png"]
