"""Customers of a broadband provider and of its mobile branch."""

from __future__ import annotations

import re

import numpy as np
import pytest
from test_simulated_texts import few, joined, learner

from tlcore import catalog
from tlcore.scenarios import intents
from tlcore.scenarios.intents import Intents
from tlcore.situation import Examples
from tlcore.wording.intents import ASKS, HOME, MOBILE, OF_HOME, SHARED, TOPICS


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.6, 1.0])
def test_the_source_knows_as_many_of_the_targets_requests_as_asked(overlap):
    situation = Intents(overlap=overlap).draw()
    source, target = set(situation.source_space.classes), set(situation.target_space.classes)
    assert target == set(SHARED)
    assert len(source & target) == round(overlap * len(SHARED))
    assert source - target <= set(OF_HOME)
    assert ("classes" in Intents(overlap=overlap).differs()) == (overlap < 1)


def test_the_target_is_the_same_whatever_the_source_knows():
    one, other = Intents(overlap=0.2).draw(), Intents(overlap=1.0).draw()
    assert np.array_equal(one.target.inputs, other.target.inputs)
    assert np.array_equal(one.test.labels, other.test.labels)


def test_every_request_can_be_made_and_mentioned_in_the_words_of_both_businesses():
    assert set(ASKS) == set(TOPICS) == {*SHARED, *OF_HOME}
    assert HOME.keys() == MOBILE.keys()
    for wording in (HOME, MOBILE):
        grammar = intents.grammar([*SHARED, *OF_HOME], wording)
        assert all(grammar.ways(f"ask: {name}") > 100 for name in SHARED)


def test_what_a_message_mentions_besides_is_never_what_it_asks_for():
    grammar = intents.grammar(SHARED, MOBILE)
    for name in SHARED:
        assert grammar.ways(f"other than {name}") == sum(
            grammar.ways(f"topic: {other}") for other in SHARED if other != name
        )


def test_some_messages_speak_of_two_matters_and_ask_for_one():
    texts = Intents(typos=0.0).draw().test.inputs
    aside = re.compile(
        "this is not about|leave aside|forget|never mind|that is (settled|done|solved)|can wait|is fine now"
        "|another matter|not urgent|, (and )?not |before you ask|and now this|thanks also for|no news yet on",
        re.IGNORECASE,
    )  # fmt: skip
    assert np.mean([bool(aside.search(text)) for text in texts]) == pytest.approx(intents.TWO_MATTERS, abs=0.05)


def test_mobile_customers_write_shorter_and_about_other_things():
    situation = Intents(covariate_shift=1.0, typos=0.0).draw()
    home, mobile = ([text.lower() for text in part.inputs] for part in (situation.source, situation.test))
    assert np.mean([len(text.split()) for text in home]) > np.mean([len(text.split()) for text in mobile]) + 1.5
    for word, of_home in {"router": True, "kind regards": True, "sim": False, "wanna": False}.items():
        shares = [np.mean([bool(re.search(rf"\b{word}\b", text)) for text in texts]) for texts in (home, mobile)]
        assert (shares[0] > 0.02 and shares[1] == 0) if of_home else (shares[1] > 0.02 and shares[0] == 0)


def test_the_more_requests_the_source_knows_the_more_it_helps():
    known, reached = few("intents"), []
    for overlap in (0.0, 0.5, 1.0):
        situation = Intents(overlap=overlap).draw()
        both = joined(situation.source, Examples(np.tile(known.inputs, 5), np.tile(known.labels, 5)))
        model = learner().fit(both.inputs, both.labels)
        asked = np.isin(model.classes_, situation.target_space.classes)
        best = model.predict_proba(situation.test.inputs)[:, asked].argmax(axis=1)
        reached.append((model.classes_[asked][best] == situation.test.labels).mean())
    assert reached[0] + 0.05 < reached[1] < reached[2] - 0.05


def test_which_requests_are_common_depends_on_the_world():
    shares = [catalog.scenario("intents", world=world).writers()[1].shares for world in (0, 1)]
    assert list(shares[0]) != list(shares[1])
    assert max(shares[0].values()) / min(shares[0].values()) > 2
