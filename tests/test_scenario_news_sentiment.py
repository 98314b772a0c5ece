"""A local paper's news and those of a finance desk."""

from __future__ import annotations

import numpy as np
import pytest
from test_simulated_texts import score

from tlcore.grammar import Grammar
from tlcore.scenarios import news_sentiment
from tlcore.scenarios.news_sentiment import CLASSES, NewsSentiment
from tlcore.tokens import tokens
from tlcore.wording.news import CONTESTED_ACTS, CONTESTED_THINGS, FINANCE, LOCAL


def heard(grammar: Grammar, rule: str, n: int = 400) -> list[str]:
    rng = np.random.default_rng(0)
    return [grammar.say(rule, rng).lower() for _ in range(n)]


def mentions(texts: list[str], what: str) -> bool:
    return any(what in text for text in texts)


def test_at_no_concept_shift_both_desks_judge_alike_and_at_full_shift_all_that_is_contested_turns():
    for contested in (CONTESTED_THINGS, CONTESTED_ACTS):
        assert news_sentiment.welcomed(contested, 0.0) == contested
        assert news_sentiment.welcomed(contested, 1.0) == {what: not gladly for what, gladly in contested.items()}
        half = news_sentiment.welcomed(contested, 0.5)
        assert sum(half[what] != contested[what] for what in contested) == len(contested) / 2
        assert sum(contested.values()) == len(contested) / 2


def test_the_knobs_that_are_turned_say_in_what_the_two_places_differ():
    assert NewsSentiment().differs() == {"inputs", "rule"}
    assert NewsSentiment(covariate_shift=0.0, concept_shift=0.0).differs() == frozenset()
    assert NewsSentiment(concept_shift=0.0).differs() == {"inputs"}
    assert NewsSentiment(concept_shift=0.01).differs() == {"inputs"}  # a hundredth of twelve things is none


def test_both_desks_have_the_same_rules_in_other_words():
    assert LOCAL.keys() == FINANCE.keys()
    assert all(LOCAL[name] != FINANCE[name] for name in LOCAL)


def test_falling_losses_are_good_news_and_rising_debts_are_bad():
    finance = news_sentiment.grammar(FINANCE, 0.0)
    good, bad = heard(finance, "better", 4_000), heard(finance, "worse", 4_000)
    assert mentions(good, "falling losses")
    assert not mentions(bad, "falling losses")
    assert mentions(bad, "record debts")
    assert not mentions(good, "record debts")
    assert mentions(good, "record margins")


def test_a_comparison_turns_what_a_verb_says():
    finance = news_sentiment.grammar(FINANCE, 0.0)
    good, bad = (heard(finance, rule, 8_000) for rule in ("better", "worse"))
    rise = [text for text in bad if text.startswith("orders ") and " climb less than " in text]
    fall = [text for text in good if text.startswith("orders ") and " shrink less than " in text]
    assert rise
    assert fall
    assert not [text for text in good if text.startswith("orders ") and " climb less than " in text]


@pytest.mark.parametrize(("concept_shift", "judged"), [(0.0, "better"), (1.0, "worse")])
def test_investors_take_higher_wages_otherwise_than_readers_of_the_paper(concept_shift, judged):
    grammar = news_sentiment.grammar(FINANCE, concept_shift)
    other = {"better": "worse", "worse": "better"}[judged]
    assert mentions(heard(grammar, judged, 4_000), "record wages")
    assert not mentions(heard(grammar, other, 4_000), "record wages")
    assert mentions(heard(grammar, judged, 4_000), "thirteenth salary")
    assert not mentions(heard(grammar, other, 4_000), "thirteenth salary")


def test_the_more_the_views_differ_the_less_the_papers_marks_are_worth():
    reached = []
    for concept_shift in (0.0, 0.5, 1.0):
        situation = NewsSentiment(concept_shift=concept_shift).draw()
        reached.append(score(situation.source, situation.test))
        assert set(situation.target_space.classes) == set(situation.source_space.classes) == set(CLASSES)
    assert reached[0] > reached[1] + 0.05 > reached[2] + 0.08


def test_counting_words_has_a_ceiling_that_many_more_labels_do_not_break():
    source = NewsSentiment(source_size=8_000, typos=0.0).draw().source
    learnt, judged = (source.take(np.arange(*rows)) for rows in ((0, 6_000), (6_000, 8_000)))
    assert score(learnt, judged) < 0.92


def test_the_same_words_in_another_order_may_be_the_opposite():
    plain = {"firm": "the mill", "when": "", "rise": "rise", "fall": "fall", "good things": "sales",
             "bad things": "losses"}  # fmt: skip
    grammar = news_sentiment.grammar({**LOCAL, **plain}, 0.0)
    better, worse = (
        {" ".join(sorted(tokens(text))): text for text in heard(grammar, rule, 6_000)} for rule in CLASSES[1:]
    )
    pairs = [(better[words], worse[words]) for words in better.keys() & worse.keys()]
    assert ("despite higher losses, the mill: sales rise", "despite higher sales, the mill: losses rise") in pairs
    assert all(one != other for one, other in pairs)
