"""What enterprises will be worth: the promises of a simulated market, for a number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.pipeline import make_pipeline
from test_simulated import encoder, told_apart
from toys import same

from tlcore import catalog, companies
from tlcore.plan import headline
from tlcore.scenarios import b2b_value
from tlcore.situation import split


def scenario(**knobs) -> b2b_value.B2BValue:
    return catalog.scenario("b2b_value", **knobs)


def boosting():
    return make_pipeline(encoder(), HistGradientBoostingRegressor(max_iter=60, min_samples_leaf=10, random_state=0))


def learnt(**knobs) -> dict[str, float]:
    """R2 of boosting on a few target labels, and on these together with the source: means over three hands."""
    situation = scenario(**knobs).draw()
    scores: dict[str, list[float]] = {"few": [], "pooled": []}
    for seed in range(3):
        few = list(split(situation, b2b_value.B2BValue.budget, seed).labelled)
        for name, parts in {"few": few, "pooled": [situation.source, *few]}.items():
            model = boosting()
            model.fit(pd.concat([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))
            scores[name].append(r2_score(situation.test.labels, model.predict(situation.test.inputs)))
    return {name: float(np.mean(values)) for name, values in scores.items()}


@pytest.fixture(scope="module")
def small():
    return companies.companies(np.random.default_rng(11), 20_000, 0.0)


def test_without_any_shift_both_kinds_of_customers_follow_one_law():
    parts = scenario(covariate_shift=0.0, concept_shift=0.0).customers()
    here, there = parts["source"], parts["test"]
    assert stats.ks_2samp(here.expected, there.expected)[1] > 0.001
    assert stats.ks_2samp(here.value, there.value)[1] > 0.001
    assert abs(told_apart(here.inputs, there.inputs) - 0.5) < 0.03


def test_the_customers_drift_apart_as_the_covariate_knob_is_turned():
    drawn = [scenario(covariate_shift=shift).customers() for shift in (0.0, 0.3, 0.6, 1.0)]
    gaps = [told_apart(parts["source"].inputs, parts["target"].inputs) for parts in drawn]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 0.85


def test_covariate_shift_alone_leaves_the_rule_as_it_is():
    test = scenario(covariate_shift=1.0, concept_shift=0.0).customers()["test"]
    np.testing.assert_allclose(test.expected, b2b_value.TYPICAL * np.exp(b2b_value.score(test.inputs, 0.0)))


def test_the_two_rules_are_on_one_scale_and_as_opposed_as_stated(small):
    ours, theirs = b2b_value.small_rule(small), b2b_value.enterprise_rule(small)
    for rule in (ours, theirs):
        assert rule.mean() == pytest.approx(0, abs=0.05)
        assert rule.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(b2b_value.RIVALRY, abs=0.03)
    for concept_shift in (0.0, 0.5, 1.0):
        assert b2b_value.score(small, concept_shift).std() == pytest.approx(b2b_value.STRENGTH, rel=0.06)


def test_large_orders_are_worth_more_with_small_businesses_alone(small):
    more = small.assign(orders=1.5 * small["orders"])
    assert (b2b_value.small_rule(more) > b2b_value.small_rule(small)).all()
    assert (b2b_value.enterprise_rule(more) < b2b_value.enterprise_rule(small)).all()


def test_values_vary_around_what_is_expected_as_much_as_the_knob_says():
    for noise in (0.2, 0.6):
        source = scenario(noise=noise, source_size=20_000).customers()["source"]
        for rows in np.array_split(np.argsort(source.expected), 4):
            over = source.value[rows] / source.expected[rows]
            assert over.mean() == pytest.approx(1, abs=4 * noise / np.sqrt(len(rows)))
            assert over.std() == pytest.approx(noise, rel=0.1)


def test_without_noise_the_expected_value_is_the_value():
    parts = scenario(noise=0.0)
    assert parts.draw().facts["best"]["r2"] == 1
    np.testing.assert_array_equal(parts.truth()["test"], parts.customers()["test"].value)


def test_noise_changes_what_happens_and_not_what_is_to_be_expected():
    calm, wild = scenario(noise=0.1), scenario(noise=1.0)
    for name, expected in calm.truth().items():
        np.testing.assert_array_equal(expected, wild.truth()[name])
    assert calm.draw().facts["best"]["r2"] > wild.draw().facts["best"]["r2"] + 0.5


def test_nobody_beats_the_expected_value():
    offer = scenario(missing=0.0)
    situation = offer.draw()
    truth, expected = situation.test.labels, offer.truth()["test"]
    best = situation.facts["best"]
    assert headline(situation) == "r2"
    assert best["r2"] == pytest.approx(r2_score(truth, expected))
    assert best["rmse"] == pytest.approx(np.sqrt(mean_squared_error(truth, expected)))
    assert best["mae"] == pytest.approx(mean_absolute_error(truth, expected))
    model = boosting().fit(situation.target.inputs, situation.target.labels)
    assert 0.5 * best["r2"] < r2_score(truth, model.predict(situation.test.inputs)) < best["r2"]


def test_no_single_customer_decides_the_score():
    for world in range(3):
        offer = scenario(world=world)
        truth, expected = offer.draw().test.labels, offer.truth()["test"]
        without = np.delete(np.arange(len(truth)), np.argmax(truth))
        assert r2_score(truth[without], expected[without]) == pytest.approx(r2_score(truth, expected), abs=0.06)


def test_by_default_the_source_helps():
    scores = learnt()
    assert scores["pooled"] > scores["few"] + 0.05


def test_with_every_driver_changed_the_source_does_harm():
    scores = learnt(concept_shift=1.0)
    assert scores["pooled"] < scores["few"] - 0.1


def test_label_noise_hands_values_on_and_keeps_the_amounts():
    clean, noisy = (scenario(label_noise=noise).draw() for noise in (0.0, 0.3))
    assert same(clean.test, noisy.test)
    for before, after in ((clean.source, noisy.source), (clean.target, noisy.target)):
        assert (before.labels != after.labels).mean() == pytest.approx(0.3, abs=0.01)
        assert np.array_equal(np.sort(before.labels), np.sort(after.labels))
        assert before.inputs.equals(after.inputs)


def test_cells_go_missing_where_they_may_and_as_often_as_asked():
    whole, holed = (scenario(missing=missing).draw() for missing in (0.0, 0.4))
    for part in ("source", "target", "test"):
        assert not getattr(whole, part).inputs.isna().any(axis=None)
        blank = getattr(holed, part).inputs.isna().mean()
        assert set(blank[blank > 0].index) == set(companies.MAY_MISS)
        assert blank[list(companies.MAY_MISS)].between(0.3, 0.5).all()


def test_another_world_and_other_sizes_are_what_they_say():
    here, there = (scenario(world=world, source_size=1_000).draw() for world in (0, 1))
    assert len(here.source) == len(there.source) == 1_000
    assert not same(here.target, there.target)
    assert same(here.target, scenario(source_size=2_000).draw().target)
    few, many = (scenario(target_size=size, missing=0.0).draw() for size in (300, 1_500))
    assert (len(few.target), len(many.target)) == (300, 1_500)
    assert same(few.test, many.test)
    assert same(few.target, many.target.take(np.arange(300)))


def test_what_differs_is_what_the_knobs_say():
    assert scenario().differs() == {"inputs", "rule"}
    assert scenario(covariate_shift=0.0).differs() == {"rule"}
    assert scenario(covariate_shift=0.0, concept_shift=0.0).differs() == set()
