"""Advice before any training: what it is drawn from, what it ranks first, and when it says not to transfer."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from learning import network_name
from toys import many_places, messages, other_classes, pictures, table

from tlcore import advice, catalog, plan
from tlcore.advice import Facts, advise, facts
from tlcore.cli import main
from tlcore.situation import Examples, Situation


def with_source_labels(situation: Situation, labels) -> Situation:
    return replace(situation, source=Examples(situation.source.inputs, np.asarray(labels)))


def first(situation: Situation, labels: int = 60, **more) -> str:
    return advise(facts(situation, labels, **more), situation).strategies[0].strategy


def test_every_rule_names_strategies_that_exist_and_each_is_told_with_its_risk():
    for rule in advice.RULES:
        assert set(rule.strategies) <= set(catalog.strategies())
    situation = table("binary")
    for one in advise(facts(situation, 60), situation).strategies:
        assert one.why
        assert one.risk == catalog.strategies()[one.strategy].avoid


@pytest.mark.parametrize("make", [table, many_places, pictures, messages, other_classes])
def test_only_what_applies_is_recommended(make):
    situation = make()
    for one in advise(facts(situation, 60), situation).strategies:
        assert not plan.lacking(one.strategy, situation)


def test_each_kind_of_task_gets_what_suits_it():
    assert first(table("binary")) == "pooled_boosting"
    assert first(pictures()) == "linear_probe_fine_tune"
    places = replace(facts(many_places(), 60), source_skill=0.2)
    assert "many_places" in [one.strategy for one in advise(places, many_places()).strategies]
    assert first(pictures(), small_model=True) == "distillation"


def test_a_source_that_says_the_opposite_is_not_to_be_transferred():
    plain = table("binary")
    no, yes = plain.target_space.classes
    turned = with_source_labels(plain, np.where(np.asarray(plain.source.labels) == no, yes, no))
    known = facts(turned, 60)
    assert known.source_skill < 0 < known.own_skill
    told = advise(known, turned)
    assert not told.transfer
    auto, *others = told.strategies
    assert auto.strategy == "auto"
    assert all(not catalog.strategies()[one.strategy].transfers for one in others)
    assert advise(facts(plain, 60), plain).transfer


def test_a_source_of_noise_that_lies_far_away_is_not_to_be_transferred():
    far = table("binary", shift=4.0)
    noise = with_source_labels(far, np.random.default_rng(0).permutation(np.asarray(far.source.labels)))
    known = facts(noise, 150)
    assert known.gap == "large"
    assert not advise(known, noise).transfer


def known(**values) -> Facts:
    """A table with a source that fits, far away, and a hundred labels."""
    usual: dict = {
        "modality": "table", "kind": "binary", "labels": 100, "per_class": 40.0, "minority": 0.4, "source": 5_000,
        "source_classes": 2, "shared": 1.0, "gap": "large", "own_skill": 0.2, "source_skill": 0.2, "doubt": 0.05,
        "places": False, "pretrained": False,
    }  # fmt: skip
    return Facts(**{**usual, **values})


def named(**values) -> str:
    return advise(known(**values), table("binary")).strategies[0].strategy


def transferred(**values) -> bool:
    return advise(known(**values), table("binary")).transfer


def test_plenty_of_labels_are_plenty_only_where_there_are_plenty_of_the_rarest_class():
    assert not transferred(labels=3_000, per_class=1_400.0)
    assert transferred(labels=3_000, per_class=30.0)
    assert not transferred(labels=3_000, per_class=np.nan, kind="regression")


def test_a_source_is_silent_only_where_that_is_sure_and_the_labels_say_more():
    assert not transferred(source_skill=0.01, doubt=0.02)
    assert transferred(source_skill=0.01, doubt=0.10)
    assert transferred(source_skill=0.01, doubt=0.02, own_skill=0.05)


def test_where_the_source_may_fit_or_not_the_labels_are_to_be_weighed():
    assert named(source_skill=0.05, doubt=0.05) == "auto"
    assert named(source_skill=0.20, doubt=0.05) == "pooled_boosting"


def test_with_fewer_than_ten_cases_of_a_class_a_source_that_fits_is_kept_as_it_is():
    assert named(per_class=7.0) == "source_boosting"
    assert named(per_class=7.0, source_skill=0.07) == "source_boosting"
    assert named(per_class=7.0, source_skill=0.02) == "auto"
    assert named(per_class=12.0) == "pooled_boosting"


def test_numbers_that_the_source_tells_on_another_scale_still_fit():
    plain = table("regression")
    wide = with_source_labels(plain, 50 + 20 * np.asarray(plain.source.labels))
    assert facts(wide, 60).source_skill == pytest.approx(facts(plain, 60).source_skill, abs=0.15)
    assert facts(wide, 60).fitting


def test_the_labels_of_the_test_set_and_those_beyond_the_budget_are_never_looked_at():
    situation = table("binary")
    scrambled = np.random.default_rng(1).permutation(np.asarray(situation.test.labels))
    other = replace(situation, test=Examples(situation.test.inputs, scrambled))
    assert facts(situation, 60) == facts(other, 60)


def test_more_labels_than_are_looked_at_are_answered_from_some_of_them(monkeypatch):
    situation = table("binary")
    monkeypatch.setattr("tlcore.known.ROWS", 40)
    known = facts(situation, 60)
    assert known.labels == 60
    assert 0 < known.own_skill < 1


def test_nothing_to_carry_over_is_said():
    toy = pictures()
    alone = replace(toy, source=toy.target.take(np.arange(0)))
    assert not advise(facts(alone, 60), alone).transfer
    taught = replace(alone, facts={"backbone": "taught"})
    network = network_name(taught)
    told = advise(facts(taught, 60, network), taught, network)
    assert told.transfer
    assert told.strategies[0].strategy == "pretrained_regression"


def test_facts_of_a_number_are_told_too():
    known = facts(table("regression"), 60)
    assert known.source_skill > 0.3
    assert np.isnan(known.minority)
    assert first(table("regression")) == "pooled_boosting"


def test_advise_says_it_in_words_and_as_json(tmp_path, capsys):
    assert main(["advise", "cold_start", "--json", str(tmp_path / "advice.json")]) == 0
    assert "1. pooled_boosting" in capsys.readouterr().out
    told = json.loads((tmp_path / "advice.json").read_text())
    assert told["transfer"]
    assert told["strategies"][0]["strategy"] == "pooled_boosting"
    assert main(["advise", "cold_start", "--set", "cold_start.concept_shift=1"]) == 0
    assert "Do not transfer" in capsys.readouterr().out


def test_a_budget_that_does_not_fit_is_answered_in_a_sentence(capsys):
    assert main(["advise", "cold_start", "--labels", "100000"]) == 2
    assert "does not fit" in capsys.readouterr().err
