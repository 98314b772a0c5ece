"""What the embedded scenarios promise: real digits honestly dealt, and simulated markets whose truth is known."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tlcore import catalog, simulate
from tlcore.scenarios import cold_start, digits, fraud
from tlcore.situation import Examples, split

EMBEDDED = ("digits", "cold_start", "fraud")
SIMULATED = {"cold_start": roc_auc_score, "fraud": average_precision_score}
NO_SHIFT = {"covariate_shift": 0.0, "concept_shift": 0.0, "event_rate": 0.1, "source_rate": 0.1}


def same(one: Examples, other: Examples) -> bool:
    if isinstance(one.inputs, pd.DataFrame):
        return one.inputs.equals(other.inputs) and np.array_equal(one.labels, other.labels)
    return np.array_equal(one.inputs, other.inputs) and np.array_equal(one.labels, other.labels)


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_same_knobs_draw_the_same_examples_to_the_last_bit_and_quickly(name):
    first = catalog.scenario(name).draw()
    started = time.perf_counter()
    second = catalog.scenario(name).draw()
    assert time.perf_counter() - started < 3  # about 0.1 s on an idle core
    for part in ("source", "target", "test"):
        assert same(getattr(first, part), getattr(second, part))


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_scenario_says_what_it_is_and_deals_a_hand_at_its_own_budget(name):
    scenario = catalog.scenario(name)
    situation = scenario.draw()
    assert situation.simulated == scenario.simulated == ("simulated" in scenario.story)
    assert situation.modality == scenario.modality
    assert situation.source_space == situation.target_space
    hand = split(situation, scenario.budget, seed=0)
    assert len(hand.train) + len(hand.valid) == scenario.budget
    json.dumps(situation.facts)


def test_drawing_loads_no_torch():
    code = (
        "import sys; from tlcore import catalog; "
        f"[catalog.scenario(name).draw() for name in {EMBEDDED}]; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# The digits


def digit_of(name: str) -> int:
    return int(name.split()[1])


def left_of(name: str) -> tuple[str, int, int]:
    """Photograph, left and top of the crop that an image's name tells of."""
    _, _, _, photograph, _, left, top = name.replace(",", "").split()
    return photograph, int(left), int(top)


@pytest.fixture(scope="module")
def photographed():
    return digits.Digits().draw()


def test_source_pool_and_test_are_made_of_different_digits(photographed):
    parts = [photographed.source, photographed.target, photographed.test]
    groups = [{digit_of(name) for name in part.names} for part in parts]
    assert [len(group) for group in groups] == [797, 500, 500]
    assert len(set.union(*groups)) == 1797
    assert [len(part) for part in parts] == [797, 1000, 1000]


def test_pool_and_test_share_no_pixel_of_background(photographed):
    pool = [left_of(name)[1] + digits.SIDE for name in photographed.target.names]
    test = [left_of(name)[1] for name in photographed.test.names]
    assert max(pool) <= min(test)


def test_an_image_is_the_absolute_difference_of_crop_and_digit():
    from sklearn.datasets import load_digits, load_sample_image

    situation = digits.Digits(blend=0.5).draw()
    assert situation.target.names is not None
    scans = load_digits().images
    for row in (0, 7, 999):
        photograph, left, top = left_of(situation.target.names[row])
        crop = load_sample_image(f"{photograph}.jpg")[top : top + 16, left : left + 16].astype(float)
        scan = digits.enlarged(scans[[digit_of(situation.target.names[row])]])[0].astype(float)
        np.testing.assert_allclose(situation.target.inputs[row], np.abs(0.5 * crop - scan[..., None]), atol=0.5)


def test_without_blending_the_target_is_as_clean_as_the_source():
    situation = digits.Digits(blend=0.0).draw()
    everything = np.concatenate([situation.source.inputs, situation.target.inputs])
    assert (everything == everything[..., :1]).all()  # grey
    model = LogisticRegression(max_iter=200).fit(
        situation.source.inputs[..., 0].reshape(797, -1), situation.source.labels
    )
    assert model.score(situation.test.inputs[..., 0].reshape(1000, -1), situation.test.labels) > 0.93


def test_an_inverted_image_is_the_negative_and_keeps_its_label(photographed):
    negative = digits.Digits(inverted=1.0).draw()
    assert np.array_equal(negative.target.inputs, 255 - photographed.target.inputs)
    assert np.array_equal(negative.target.labels, photographed.target.labels)
    assert np.array_equal(negative.source.inputs, photographed.source.inputs)


def test_the_photographs_make_reading_hard_for_who_has_seen_clean_scans_only(photographed):
    def grey(examples: Examples) -> np.ndarray:
        return examples.inputs.mean(axis=-1).reshape(len(examples), -1)

    model = LogisticRegression(max_iter=200).fit(grey(photographed.source), photographed.source.labels)
    assert 0.2 < model.score(grey(photographed.test), photographed.test.labels) < 0.75


# The simulated markets


def encoder():
    numbers, words = make_column_selector(dtype_include="number"), make_column_selector(dtype_exclude="number")
    return make_column_transformer(
        (StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words)
    )


def told_apart(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """How surely a linear model tells two tables apart: 0.5 = not at all, 1 = always."""
    n = min(len(one), len(other), 2000)
    rows = pd.concat([one.iloc[:n], other.iloc[:n]])
    model = make_pipeline(encoder(), LogisticRegression(max_iter=300))
    return cross_val_score(model, rows, np.repeat([0, 1], n), cv=3, scoring="roc_auc").mean()


def learnt(scenario: catalog.Scenario, *, seeds: int = 3) -> dict[str, float]:
    """Test score of boosting on a few target labels, and on these together with the source."""
    situation = scenario.draw()
    truth = situation.test.labels == "yes"
    scores: dict[str, list[float]] = {"few": [], "pooled": []}
    for seed in range(seeds):
        hand = split(situation, scenario.budget, seed)
        few = [hand.train, hand.valid]
        for name, parts in {"few": few, "pooled": [situation.source, *few]}.items():
            model = make_pipeline(
                encoder(), HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=10, random_state=0)
            )
            model.fit(pd.concat([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))
            prediction = model.predict_proba(situation.test.inputs)[:, 1]
            scores[name].append(SIMULATED[scenario.name](truth, prediction))
    return {name: float(np.mean(values)) for name, values in scores.items()}


@pytest.mark.parametrize("name", SIMULATED)
def test_without_any_shift_both_markets_follow_one_law(name):
    parts = catalog.scenario(name, **NO_SHIFT).markets()
    here, there = parts["source"], parts["target"]
    features = [column for column in here.inputs if here.inputs[column].dtype.kind == "f"]
    assert len(features) >= 7
    for column in [c for c in here.inputs if c not in features]:
        counts = pd.concat([part.inputs[column].value_counts() for part in (here, there)], axis=1).fillna(0)
        assert stats.chi2_contingency(counts)[1] > 0.001, column
    for column in features:
        assert stats.ks_2samp(here.inputs[column], there.inputs[column])[1] > 0.001, column
    assert stats.ks_2samp(here.probability, there.probability)[1] > 0.001
    assert abs(told_apart(here.inputs, there.inputs) - 0.5) < 0.03


@pytest.mark.parametrize("name", SIMULATED)
def test_the_markets_drift_apart_as_the_covariate_knob_is_turned(name):
    drawn = [catalog.scenario(name, covariate_shift=shift).markets() for shift in (0.0, 0.3, 0.6, 1.0)]
    gaps = [told_apart(parts["source"].inputs, parts["target"].inputs) for parts in drawn]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 0.85


@pytest.mark.parametrize(("module", "score"), [(cold_start, "purchase_score"), (fraud, "fraud_score")])
def test_covariate_shift_alone_leaves_the_rule_as_it_is(module, score):
    scenario = module.SCENARIO(covariate_shift=1.0, concept_shift=0.0)
    test = scenario.markets()["test"]
    log_odds = np.log(test.probability / (1 - test.probability))
    constant = log_odds - getattr(module, score)(test.inputs, 0.0)
    assert np.ptp(constant) < 1e-6


@pytest.mark.parametrize(("name", "low", "high"), [("cold_start", 0.15, 0.25), ("fraud", 0.005, 0.01)])
def test_the_event_is_as_common_as_the_knobs_say(name, low, high):
    for world in range(3):
        scenario = catalog.scenario(name, world=world)
        parts = scenario.markets()
        assert all(low <= part.happened.mean() <= high for part in parts.values())
        assert parts["source"].happened.mean() == pytest.approx(scenario.source_rate, abs=1e-4)
        both = np.concatenate([parts["target"].happened, parts["test"].happened])
        assert both.mean() == pytest.approx(scenario.event_rate, abs=1e-4)


@pytest.mark.parametrize("name", SIMULATED)
def test_what_happens_agrees_with_the_stated_probabilities(name):
    scenario = catalog.scenario(name)
    source = scenario.markets()["source"]
    assert np.array_equal(scenario.truth()["source"], source.probability)
    for rows in np.array_split(np.argsort(source.probability), 10):
        expected, seen = source.probability[rows].sum(), source.happened[rows].sum()
        assert abs(seen - expected) < 4 * np.sqrt(expected + 1)


@pytest.mark.parametrize("name", SIMULATED)
def test_nobody_beats_the_true_probabilities(name):
    scenario = catalog.scenario(name, missing=0.0)
    situation = scenario.draw()
    model = make_pipeline(encoder(), HistGradientBoostingClassifier(max_iter=60, random_state=0))
    model.fit(situation.target.inputs, situation.target.labels)
    reached = SIMULATED[name](situation.test.labels == "yes", model.predict_proba(situation.test.inputs)[:, 1])
    best = situation.facts["best"]["roc_auc" if name == "cold_start" else "average_precision"]
    assert best == pytest.approx(SIMULATED[name](situation.test.labels == "yes", scenario.truth()["test"]))
    assert 0.5 * best < reached < best


@pytest.mark.parametrize(("name", "points"), [("cold_start", 0.04), ("fraud", 0.05)])
def test_by_default_the_source_helps(name, points):
    scores = learnt(catalog.scenario(name))
    assert scores["pooled"] > scores["few"] + points


@pytest.mark.parametrize(("name", "points"), [("cold_start", 0.2), ("fraud", 0.05)])
def test_with_every_reason_changed_the_source_does_harm(name, points):
    scores = learnt(catalog.scenario(name, concept_shift=1.0))
    assert scores["pooled"] < scores["few"] - points


def test_boosting_finds_more_in_the_established_product_than_a_line_can():
    source = cold_start.ColdStart(missing=0.0).draw().source
    flexible = make_pipeline(encoder(), HistGradientBoostingClassifier(max_iter=60, random_state=0))
    linear = make_pipeline(encoder(), LogisticRegression(max_iter=300))
    found = [
        cross_val_score(m, source.inputs, source.labels, cv=3, scoring="roc_auc").mean() for m in (flexible, linear)
    ]
    assert found[0] > found[1] + 0.02


def test_the_two_purchase_rules_are_on_one_scale_and_as_opposed_as_stated():
    rows = cold_start.customers(np.random.default_rng(11), 20_000, 0.0)
    old, new = cold_start.established_rule(rows), cold_start.launch_rule(rows)
    assert old.std() == pytest.approx(1, abs=0.05)
    assert new.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(old, new)[0, 1] == pytest.approx(cold_start.RIVALRY, abs=0.03)
    for concept_shift in (0.0, 0.5, 1.0):
        assert cold_start.purchase_score(rows, concept_shift).std() == pytest.approx(cold_start.STRENGTH, rel=0.06)


def test_the_new_market_has_a_trick_of_its_own():
    rows = fraud.payments(np.random.default_rng(11), 20_000, 0.5)
    fits = fraud.patterns(rows)
    only_own = simulate.market(rows, fraud.fraud_score(rows, 1.0), 0.008, np.random.default_rng(0))
    only_known = simulate.market(rows, fraud.fraud_score(rows, 0.0), 0.008, np.random.default_rng(0))
    assert np.average(fits["hijacked wallet"], weights=only_own.probability) > 15
    assert np.average(fits["hijacked wallet"], weights=only_known.probability) < 12
    best_known = np.max([fit for name, fit in fits.items() if name != "hijacked wallet"], axis=0)
    assert np.average(best_known, weights=only_known.probability) > 15


@pytest.mark.parametrize("name", SIMULATED)
def test_label_noise_swaps_labels_outside_the_test_set_and_keeps_the_rate(name):
    clean, noisy = (catalog.scenario(name, label_noise=noise).draw() for noise in (0.0, 0.3))
    assert np.array_equal(clean.test.labels, noisy.test.labels)
    for before, after in ((clean.source, noisy.source), (clean.target, noisy.target)):
        events = before.labels == "yes"
        assert (after.labels == "yes").sum() == events.sum()
        assert (after.labels[events] == "no").mean() == pytest.approx(0.3, abs=0.01)
        assert before.inputs.equals(after.inputs)


@pytest.mark.parametrize("module", [cold_start, fraud])
def test_cells_go_missing_where_they_may_and_as_often_as_asked(module):
    whole, holed = module.SCENARIO(missing=0.0).draw(), module.SCENARIO(missing=0.4).draw()
    for part in ("source", "target", "test"):
        assert not getattr(whole, part).inputs.isna().any(axis=None)
        blank = getattr(holed, part).inputs.isna().mean()
        assert set(blank[blank > 0].index) == set(module.MAY_MISS)
        assert blank[list(module.MAY_MISS)].between(0.35, 0.45).all()


@pytest.mark.parametrize("name", SIMULATED)
def test_another_world_and_another_size_are_what_they_say(name):
    here, there = (catalog.scenario(name, world=world, source_size=1_000).draw() for world in (0, 1))
    assert len(here.source) == len(there.source) == 1_000
    assert not same(here.target, there.target)
    assert same(here.target, catalog.scenario(name, source_size=2_000).draw().target)  # the target stays as it is


def test_systematic_sampling_keeps_the_probability_of_every_row():
    rng = np.random.default_rng(3)
    score = np.array([-3.0, -1.0, 0.0, 2.0, 4.0])
    draws = np.array([simulate.market(pd.DataFrame(index=range(5)), score, 0.4, rng).happened for _ in range(1500)])
    expected = simulate.sigmoid(score + simulate.intercept(score, 0.4))
    np.testing.assert_allclose(draws.mean(axis=0), expected, atol=0.05)
    assert (draws.sum(axis=1) == 2).all()
