"""Regions large and small: who gains by sharing, who is harmed, and the promises of a simulated market."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import test_simulated as promises
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from toys import same

from tlcore import catalog
from tlcore.plan import headline, lacking
from tlcore.scenarios import long_tail
from tlcore.situation import split

NO_SHIFT = {"covariate_shift": 0.0, "concept_shift": 0.0}


def scenario(**knobs) -> long_tail.LongTail:
    return catalog.scenario("long_tail", **knobs)


def learnt(situation, *, seeds: int = 3) -> dict[str, dict[str, float]]:
    """ROC-AUC by region of boosting on a few target labels, and on these together with the source."""
    region, truth = situation.test.inputs["region"].to_numpy(), situation.test.labels == "yes"
    found: dict[str, list[dict[str, float]]] = {"few": [], "pooled": []}
    for seed in range(seeds):
        few = list(split(situation, long_tail.LongTail.budget, seed).labelled)
        for name, parts in {"few": few, "pooled": [situation.source, *few]}.items():
            model = make_pipeline(
                promises.encoder(), HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=10, random_state=0)
            )
            model.fit(pd.concat([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))
            chances = model.predict_proba(situation.test.inputs)[:, 1]
            where = {place: region == place for place in np.unique(region)}
            found[name].append({place: roc_auc_score(truth[rows], chances[rows]) for place, rows in where.items()})
    return {name: pd.DataFrame(scores).mean().to_dict() for name, scores in found.items()}


@pytest.fixture(scope="module")
def by_default():
    situation = scenario().draw()
    return situation, learnt(situation)


def test_sizes_fall_by_the_power_asked_for_and_never_below_fifty():
    sizes = scenario().sizes()
    assert list(sizes[:3]) == [8_000, 2_000, 889]
    assert (np.diff(sizes) <= 0).all()
    assert 50 <= sizes[-1] < 60
    assert scenario(largest=50_000).sizes()[0] == 50_000
    assert scenario(tail=3.0, regions=20).sizes()[-1] == long_tail.LEAST
    assert scenario(tail=0.5).sizes()[-1] > 2_000


@pytest.mark.parametrize("regions", [8, 9, 20])
def test_the_larger_half_is_the_source_and_every_small_region_is_tested(regions):
    offer = scenario(regions=regions, largest=1_000, tail=3.0)
    situation, large = offer.draw(), regions // 2
    rows = situation.facts["rows"]
    assert len(rows) == regions
    counted = {part: getattr(situation, part).inputs["region"].value_counts() for part in ("source", "target", "test")}
    assert counted["source"].to_dict() == dict(list(rows.items())[:large])
    assert counted["target"].to_dict() == dict(list(rows.items())[large:])
    assert counted["test"].to_dict() == dict.fromkeys(list(rows)[large:], long_tail.TEST)
    assert set(situation.facts["against"]) < set(counted["target"].index)
    assert len(split(situation, offer.budget, 0).test) == len(situation.test)


def test_even_the_largest_is_drawn_within_a_second_or_two():
    started = time.perf_counter()
    scenario(largest=50_000).draw()
    assert time.perf_counter() - started < 3  # less than a second on an idle core


def test_strategies_that_need_places_are_on_offer():
    situation = scenario().draw()
    assert situation.places == "region"
    assert lacking("many_places", situation) == []


def test_without_any_shift_all_regions_follow_one_law():
    parts = scenario(**NO_SHIFT).markets()
    here, there = parts["source"], parts["test"]
    assert abs(promises.told_apart(*(part.inputs.drop(columns="region") for part in (here, there))) - 0.5) < 0.03
    assert stats.ks_2samp(here.probability, there.probability)[1] > 0.001
    for column in ("age", "orders_90d", "price", "minutes", "rating"):
        assert stats.ks_2samp(here.inputs[column], there.inputs[column])[1] > 0.001, column


def test_large_and_small_regions_drift_apart_as_the_covariate_knob_is_turned():
    drawn = [scenario(covariate_shift=shift).markets() for shift in (0.0, 0.3, 0.6, 1.0)]
    seen = [[parts[name].inputs.drop(columns="region") for name in ("source", "test")] for parts in drawn]
    gaps = [promises.told_apart(*pair) for pair in seen]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 0.85


def test_covariate_shift_alone_leaves_every_region_the_common_taste():
    offer = scenario(covariate_shift=1.0, concept_shift=0.0)
    test = offer.markets()["test"]
    common = np.array(list(long_tail.COMMON.values()))
    expected = long_tail.STRENGTH * long_tail.traits(test.inputs) @ (common / np.linalg.norm(common))
    assert np.ptp(np.log(test.probability / (1 - test.probability)) - expected) < 1e-6


@pytest.mark.parametrize("concept_shift", [0.1, 0.25, 0.5, 1.0])
def test_tastes_stand_at_the_stated_angle_to_the_common_one(concept_shift):
    offer = scenario(concept_shift=concept_shift)
    tastes, _ = offer.tastes()
    common = np.array(list(long_tail.COMMON.values()))
    angles = np.degrees(np.arccos(tastes @ common / np.linalg.norm(common)))
    against = list(offer.against())
    np.testing.assert_allclose(np.delete(angles, against), 90 * concept_shift)
    np.testing.assert_allclose(angles[against], min(90 * long_tail.TURNED * concept_shift, 180), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(tastes, axis=1), 1)


def test_traits_are_on_one_scale_halfway_down_the_tail():
    traits = long_tail.traits(long_tail.suggestions(np.random.default_rng(11), np.full(20_000, 0.5)))
    np.testing.assert_allclose(traits.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(traits.std(axis=0), 1, atol=0.05)


def test_the_event_is_as_common_as_the_knobs_say():
    for world in range(3):
        parts = scenario(world=world, event_rate=0.2, source_rate=0.3).markets()
        assert parts["source"].happened.mean() == pytest.approx(0.3, abs=1e-3)
        assert np.concatenate([parts[name].happened for name in ("target", "test")]).mean() == pytest.approx(
            0.2, abs=1e-3
        )
        assert all(0.12 < parts[name].happened.mean() < 0.28 for name in ("target", "test"))


def test_what_happens_agrees_with_the_stated_probabilities():
    offer = scenario()
    source = offer.markets()["source"]
    assert np.array_equal(offer.truth()["source"], source.probability)
    for rows in np.array_split(np.argsort(source.probability), 10):
        expected, seen = source.probability[rows].sum(), source.happened[rows].sum()
        assert abs(seen - expected) < 4 * np.sqrt(expected + 1)


def test_nobody_beats_the_true_probabilities():
    offer = scenario(missing=0.0, largest=50_000)
    situation = offer.draw()
    model = make_pipeline(promises.encoder(), HistGradientBoostingClassifier(max_iter=60, random_state=0))
    model.fit(situation.target.inputs, situation.target.labels)
    truth = situation.test.labels == "yes"
    best = situation.facts["best"][headline(situation)]
    assert best == pytest.approx(roc_auc_score(truth, offer.truth()["test"]))
    assert 0.5 * best < roc_auc_score(truth, model.predict_proba(situation.test.inputs)[:, 1]) < best


def test_by_default_sharing_helps_on_the_whole_and_in_every_ordinary_region(by_default):
    situation, scores = by_default
    gains = {place: scores["pooled"][place] - scores["few"][place] for place in scores["few"]}
    ordinary = [gain for place, gain in gains.items() if place not in situation.facts["against"]]
    assert min(ordinary) > 0.03
    whole = promises.learnt(scenario())
    assert whole["pooled"] > whole["few"] + 0.02


def test_by_default_sharing_harms_the_regions_that_go_against_the_common_taste(by_default):
    situation, scores = by_default
    against = situation.facts["against"]
    assert len(against) == 2
    for place in against:
        assert scores["pooled"][place] < scores["few"][place] - 0.03


def test_where_no_two_regions_share_a_taste_the_source_does_harm():
    scores = promises.learnt(scenario(concept_shift=1.0))
    assert scores["pooled"] < scores["few"] - 0.03


def test_wrong_labels_and_blank_cells_are_where_and_as_many_as_asked():
    promises.test_label_noise_swaps_labels_outside_the_test_set_and_keeps_the_rate("long_tail")
    promises.test_cells_go_missing_where_they_may_and_as_often_as_asked("long_tail")


def test_another_world_has_other_tastes():
    here, there = (scenario(world=world) for world in (0, 1))
    assert not np.allclose(here.tastes()[0], there.tastes()[0])
    assert not same(here.draw().target, there.draw().target)


def test_what_differs_is_what_the_knobs_say():
    assert scenario().differs() == {"inputs", "rule"}
    assert scenario(**NO_SHIFT).differs() == set()
    assert scenario(**NO_SHIFT, event_rate=0.2).differs() == {"rates"}
