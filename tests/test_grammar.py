"""The grammar: what a rule means, that draws repeat, what a broken grammar is answered."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tlcore.errors import Unusable
from tlcore.grammar import Grammar, between, tidy

BILLS = {
    "message": "{greeting} (please *3|kindly) send me a (copy of|) {bill}.",
    "greeting": "hello,|",
    "bill": """
        bill
        | (old|new) invoice
    """,
}


def said(grammar: Grammar, name: str, n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [grammar.say(name, rng) for _ in range(n)]


def test_a_grammar_says_all_that_its_rules_allow_and_nothing_else():
    heard = set(said(Grammar(BILLS), "message", 2_000))
    things = ["a copy of bill", "a copy of old invoice", "a copy of new invoice", "a bill", "an old invoice",
              "a new invoice"]  # fmt: skip
    asked = {f"{word} send me {thing}." for word in ("please", "kindly") for thing in things}
    assert heard == {text.capitalize() for text in asked} | {f"Hello, {text}" for text in asked}


def test_the_ways_of_a_rule_are_counted():
    grammar = Grammar(BILLS)
    assert grammar.ways("bill") == 3
    assert grammar.ways("message") == 2 * 2 * 2 * 3 == len(set(said(grammar, "message", 2_000)))


def test_an_alternative_is_as_likely_as_it_weighs():
    grammar = Grammar({"word": "a *3 | b | (c|d) *4 | e *0", "even": "a|b|c|d"})
    shares = {
        name: {word: n / 8_000 for word, n in Counter(said(grammar, name, 8_000)).items()} for name in grammar.rules
    }
    assert shares["word"] == pytest.approx({"A": 3 / 8, "B": 1 / 8, "C": 2 / 8, "D": 2 / 8}, abs=0.02)
    assert shares["even"] == pytest.approx(dict.fromkeys("ABCD", 0.25), abs=0.02)


def test_the_same_seed_says_the_same_and_another_one_something_else():
    grammar = Grammar(BILLS)
    assert said(grammar, "message", 50, seed=1) == said(Grammar(BILLS), "message", 50, seed=1)
    assert said(grammar, "message", 50, seed=1) != said(grammar, "message", 50, seed=2)


def test_between_two_grammars_each_place_is_drawn_from_either_with_its_share():
    here, there = {"text": "{word} {word}", "word": "x"}, {"text": "{word} {word}", "word": "y|z"}
    for share, expected in ((0.0, 0.0), (0.25, 0.25), (1.0, 1.0)):
        words = " ".join(said(Grammar(between(here, there, share)), "text", 2_000)).lower().split()
        assert 1 - words.count("x") / len(words) == pytest.approx(expected, abs=0.02)
    assert between(here, there, 0.3)["text"] == here["text"]


@pytest.mark.parametrize(
    ("rough", "neat"),
    [
        ("a invoice , a  unit and an bill", "An invoice, a unit and a bill"),
        ("wait a hour . a user has a old euro ?", "Wait an hour. A user has an old euro?"),
        ("i said i'd pay 2.5 percent.  i did", "I said I'd pay 2.5 percent. I did"),
        (" , hello. . there , . ! ", "Hello. There,"),
        ("", ""),
    ],
)
def test_a_text_is_left_as_one_would_write_it(rough, neat):
    assert tidy(rough) == neat
    assert tidy(neat) == neat


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ({"ask": "please (send"}, "The rule 'ask' has a '(' that is never closed."),
        ({"ask": "please) send"}, "The rule 'ask' has a ')' that closes nothing."),
        ({"ask": "send {bill}"}, "The rule 'ask' speaks of {bill}, but there is no such rule."),
        ({"ask": "send {}"}, "The rule 'ask' has a '{}' that holds no name; write {name}."),
        ({"ask": "send {bill"}, "The rule 'ask' has a '{' that holds no name; write {name}."),
        ({"ask": "send * it"}, "The rule 'ask' has a '*' that gives no weight"),
        ({"ask": "send *2 it"}, "The rule 'ask' has a '*' that gives no weight"),
        ({"ask": "send *1.2.3"}, "The rule 'ask' has a '*' that gives no weight"),
        ({"ask": "send *0 | mail *0"}, "The rule 'ask' has alternatives of which none can be drawn"),
        ({"ask": "again {ask}"}, "The rule 'ask' leads back to itself, by way of no other."),
        ({"ask": "{bill}", "bill": "(bill|{ask})"}, "The rule 'ask' leads back to itself, by way of bill."),
    ],
)
def test_a_broken_grammar_is_answered_in_a_sentence_that_names_the_rule(rules, answer):
    with pytest.raises(Unusable) as raised:
        Grammar(rules)
    assert answer in str(raised.value)


def test_asking_for_a_rule_that_is_not_there_names_the_nearest():
    with pytest.raises(Unusable, match=r"No rule is called 'mesage'. Did you mean 'message'\?"):
        Grammar(BILLS).say("mesage", np.random.default_rng(0))
