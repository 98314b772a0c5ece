"""What every scenario of simulated texts promises: different texts, each knob does what it says and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from toys import same

from tlcore import catalog, simulate_texts
from tlcore.errors import Unusable
from tlcore.grammar import Grammar
from tlcore.situation import Examples, split
from tlcore.tokens import tokens

NAMES = [name for name, offer in catalog.scenarios().items() if hasattr(offer, "writers")]
PARTS = ("source", "target", "test")

every = pytest.mark.parametrize("name", NAMES)


def learner():
    return make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=300))


def score(learnt_from: Examples, judged_on: Examples) -> float:
    return learner().fit(learnt_from.inputs, learnt_from.labels).score(judged_on.inputs, judged_on.labels)


def few(name: str) -> Examples:
    hand = split(catalog.scenario(name).draw(), catalog.scenarios()[name].budget, seed=0)
    return joined(hand.train, hand.valid)


def joined(one: Examples, other: Examples) -> Examples:
    return Examples(np.concatenate([one.inputs, other.inputs]), np.concatenate([one.labels, other.labels]))


def told_apart(one: Examples, other: Examples) -> float:
    """How surely a linear model tells the two places' texts apart, on texts it has not seen."""
    n = 700
    texts = np.concatenate([one.inputs[:n], other.inputs[:n]])
    places, seen = np.repeat([0, 1], n), np.arange(2 * n) % 2 == 0
    return learner().fit(texts[seen], places[seen]).score(texts[~seen], places[~seen])


@every
def test_no_text_occurs_twice_in_whatever_part(name):
    for knobs in ({}, {"covariate_shift": 0.0}, {"typos": 0.3}):
        situation = catalog.scenario(name, **knobs).draw()
        texts = [" ".join(tokens(text)) for part in PARTS for text in getattr(situation, part).inputs]
        assert len(set(texts)) == len(texts) == 6_000


@every
def test_near_duplicates_are_rare(name):
    situation = catalog.scenario(name, typos=0.0).draw()
    counter = CountVectorizer(binary=True, token_pattern=r"\S+").fit(situation.target.inputs)
    pool, test = (counter.transform(part.inputs).astype(int) for part in (situation.target, situation.test))
    shared = (test @ pool.T).toarray()
    either = np.asarray(test.sum(1)) + np.asarray(pool.sum(1)).T - shared
    assert ((shared / either).max(axis=1) > 0.8).mean() < 0.01


@every
def test_a_place_can_say_far_more_than_is_ever_drawn(name):
    for writers in catalog.scenario(name).writers():
        assert all(writers.grammar.ways(label) > 10_000_000 for label in writers.shares)


@every
def test_reading_is_neither_trivial_nor_hopeless(name):
    situation = catalog.scenario(name).draw()
    assert 0.82 < score(situation.target, situation.test) < 0.96
    assert 0.42 < score(few(name), situation.test) < 0.7


@every
def test_by_default_the_source_helps(name):
    situation, known = catalog.scenario(name).draw(), few(name)
    both = joined(situation.source, Examples(np.tile(known.inputs, 5), np.tile(known.labels, 5)))
    assert score(both, situation.test) > score(known, situation.test) + 0.08


@every
def test_without_any_shift_the_two_places_cannot_be_told_apart_and_with_more_they_can(name):
    known = catalog.scenario(name).knobs
    calm = {"overlap": 1.0, "concept_shift": 0.0}
    drawn = [
        catalog.scenario(name, covariate_shift=shift, **{k: v for k, v in calm.items() if k in known}).draw()
        for shift in (0.0, 0.5, 1.0)
    ]
    gaps = [told_apart(situation.source, situation.target) for situation in drawn]
    assert gaps[0] == pytest.approx(0.5, abs=0.05)
    assert gaps[0] + 0.1 < gaps[1] < gaps[2]
    assert gaps[2] > 0.9
    assert score(drawn[0].source, drawn[0].test) > score(drawn[0].target, drawn[0].test) - 0.02
    assert score(drawn[2].source, drawn[2].test) < score(drawn[0].source, drawn[0].test) - 0.02


@every
def test_label_noise_is_outside_the_test_set_and_as_large_as_asked(name):
    clean, noisy = (catalog.scenario(name, label_noise=noise).draw() for noise in (0.0, 0.3))
    assert same(clean.test, noisy.test)
    for part in ("source", "target"):
        before, after = getattr(clean, part), getattr(noisy, part)
        assert np.array_equal(before.inputs, after.inputs)
        assert (before.labels != after.labels).mean() == pytest.approx(0.3, abs=0.001)
        assert set(after.labels) == set(before.labels)


@every
def test_typing_errors_change_single_words_and_no_label(name):
    clean, hasty = (catalog.scenario(name, typos=share).draw() for share in (0.0, 0.2))
    for part in PARTS:
        before, after = getattr(clean, part), getattr(hasty, part)
        assert np.array_equal(before.labels, after.labels)
        pairs = [pair for texts in zip(before.inputs, after.inputs, strict=True)
                 for pair in zip(*(text.split(" ") for text in texts), strict=True)]  # fmt: skip
        longer = [(right, typed) for right, typed in pairs if sum(letter.islower() for letter in right) >= 5]
        assert np.mean([right != typed for right, typed in longer]) == pytest.approx(0.2, abs=0.02)
        assert all(abs(len(right) - len(typed)) <= 1 and right[0] == typed[0] for right, typed in pairs)


@every
def test_more_imbalance_makes_the_rarest_class_rarer(name):
    rarest = []
    for imbalance in (0.0, 0.75, 1.5):
        situation = catalog.scenario(name, imbalance=imbalance).draw()
        assert set(situation.target.labels) == set(situation.test.labels)
        rarest.append(np.unique(situation.test.labels, return_counts=True)[1].min())
    assert rarest == sorted(rarest, reverse=True)
    assert rarest[2] < 0.5 * rarest[0]


@every
def test_another_world_and_another_size_are_what_they_say(name):
    here, there = (catalog.scenario(name, world=world, source_size=500).draw() for world in (0, 1))
    assert len(here.source) == len(there.source) == 500
    assert np.mean(here.test.inputs == there.test.inputs) < 0.01
    larger = catalog.scenario(name, source_size=1_000).draw()
    assert same(here.target, larger.target)
    assert same(here.test, larger.test)
    assert same(here.source, larger.source.take(np.arange(500)))


def test_a_rule_with_too_few_texts_is_answered_in_a_sentence():
    small = simulate_texts.Writers(Grammar({"yes": "yes|of course", "no": "no|never"}), {"yes": 0.5, "no": 0.5})
    with pytest.raises(Unusable, match=r"The rule '(yes|no)' has too few different texts"):
        simulate_texts.written(small, 5, (0,), set())


def test_a_typing_error_is_one_slip_of_the_hand_and_short_words_and_numbers_have_none():
    rng = np.random.default_rng(0)
    assert simulate_texts.mistyped("I pay 2500 for a sim", 1.0, rng) == "I pay 2500 for a sim"
    slips = {simulate_texts.mistyped("bill", 1.0, rng) for _ in range(2_000)}
    assert {"blil", "bll", "billl", "biill", "boll", "bikl"} <= slips
    assert "bill" not in slips
    assert all(slip[0] == "b" and 3 <= len(slip) <= 5 for slip in slips)


def test_the_long_tail_is_zipfs():
    assert simulate_texts.long_tail("abc", 0.0) == pytest.approx(dict.fromkeys("abc", 1 / 3))
    assert simulate_texts.long_tail("abc", 1.0) == pytest.approx({"a": 6 / 11, "b": 3 / 11, "c": 2 / 11})
