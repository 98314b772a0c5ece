"""Whether the source's model, and the inputs, say anything about the target's labels: beside chance, and in words."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from toys import messages, other_classes, pictures, table

from tlcore import advice
from tlcore.charts.relevance import answer, named, question
from tlcore.cli import main
from tlcore.measure import relevance as room
from tlcore.measure.relevance import relevance
from tlcore.situation import Examples, Situation

OF_SOURCE = ["leep", "nce"]
OF_INPUTS = ["logme", "h_score", "scatter_ratio", "silhouette", "class_distance"]


def with_labels(situation: Situation, target=None, source=None) -> Situation:
    parts = {"target": target, "source": source}
    changed = {
        name: Examples(getattr(situation, name).inputs, labels) for name, labels in parts.items() if labels is not None
    }
    return replace(situation, **changed)


def row(measured: pd.DataFrame, name: str) -> pd.Series:
    return measured.set_index("measure").loc[name]


@pytest.mark.parametrize("make", [table, pictures, messages, other_classes])
def test_every_kind_of_input_is_measured_with_a_floor_and_a_p_value_and_has_words(make):
    measured = relevance(make(), 60)
    assert list(measured["measure"]) == OF_SOURCE + OF_INPUTS
    assert (measured["n"] == 60).all()
    assert (measured["p_value"] >= [1 / 100] * 2 + [1 / 200] * 5).all()
    assert (measured["p_value"] <= 1).all()
    assert all(all(named(name)) for name in measured["measure"])


def test_a_source_that_fits_is_above_chance_and_sources_of_noise_are_not_though_the_labels_follow_the_inputs():
    fits, rng = table("binary"), np.random.default_rng(0)
    best = relevance(fits, 80)
    assert answer(best).startswith("Yes: what a model of the source answers on 80 labelled cases")
    above = []
    for _ in range(4):
        noise = relevance(with_labels(fits, source=rng.permutation(np.asarray(fits.source.labels))), 80)
        above.append(row(noise, "leep")["value"] > row(noise, "leep")["floor"])
        assert row(noise, "logme")["value"] > row(noise, "logme")["floor"]
    assert not any(above)


def test_labels_that_go_with_nothing_are_told_so():
    plain = table("binary")
    labels = np.random.default_rng(1).permutation(np.asarray(plain.target.labels))
    assert answer(relevance(with_labels(plain, target=labels), 80)).startswith("Not surely")


def test_labels_of_noise_are_within_chance_for_every_measure():
    plain = table("binary")
    rng, above = np.random.default_rng(3), []
    for seed in range(5):
        shuffled = with_labels(plain, target=rng.permutation(np.asarray(plain.target.labels)))
        measured = relevance(shuffled, 60, seed)
        above += list(measured["value"] > measured["floor"])
    assert np.mean(above) <= 0.06


def test_a_source_that_says_the_opposite_tells_as_much():
    plain = table("binary")
    no, yes = plain.target_space.classes
    turned = with_labels(plain, source=np.where(np.asarray(plain.source.labels) == no, yes, no))
    assert row(relevance(turned, 80), "leep")["value"] == pytest.approx(
        row(relevance(plain, 80), "leep")["value"], abs=0.01
    )


def test_numbers_have_logme_alone():
    measured = relevance(table("regression"), 60)
    assert list(measured["measure"]) == ["logme"]
    assert question(measured).startswith("Do the inputs say anything")
    assert answer(measured) == "The inputs of 60 labelled cases of the target tell something about their labels."


def test_without_a_source_the_inputs_are_measured_alone():
    plain = pictures()
    alone = replace(plain, source=plain.target.take(np.arange(0)))
    assert list(relevance(alone, 60)["measure"]) == OF_INPUTS


def test_test_labels_and_those_beyond_the_budget_are_never_looked_at():
    plain = table("binary")
    other = replace(plain, test=Examples(plain.test.inputs, np.asarray(plain.test.labels)[::-1]))
    pd.testing.assert_frame_equal(relevance(plain, 60), relevance(other, 60))


def test_more_labels_than_there_are_means_all_and_too_few_mean_none():
    plain = table("binary")
    assert (relevance(plain, 10**6)["n"] == min(len(plain.target), room.CASES_AT_MOST)).all()
    assert relevance(plain, 2).empty
    assert answer(relevance(plain, 2)) == "So few labelled cases tell nothing."


def test_a_source_whose_rare_class_is_not_among_the_rows_looked_at_is_left_out():
    plain = table("binary", n_source=20_000)
    named = np.full(20_000, "no", dtype=object)
    named[7] = "yes"
    rare = replace(plain, source=Examples(plain.source.inputs, named))
    assert set(relevance(rare, 60)["of"]) == {"inputs"}
    known = advice.facts(rare, 60)
    assert np.isnan(known.source_skill)
    assert not any((known.fitting, known.silent, known.contradicted))
    assert advice.given(rare, [60], "auto")


def test_gap_says_it_in_a_sentence_and_as_json(capsys):
    assert main(["gap", "cold_start"]) == 0
    printed = capsys.readouterr().out
    assert "Does the source's model say anything about the target's labels?\nYes: " in printed
    assert "none is a gain" in printed
    assert main(["gap", "cold_start", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["relevance"]
    assert [one["measure"] for one in told] == OF_SOURCE + OF_INPUTS
