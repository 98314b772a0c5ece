"""What every simulated market promises: its truth is known, and each knob does what it says and nothing else."""

from __future__ import annotations

from importlib import import_module

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
from toys import same

from tlcore import catalog, simulate
from tlcore.plan import RARE, headline
from tlcore.situation import split

# One rule for all rows of a place: a file with a ``score``. Where every region has its own, the tests are its own too.
MARKETS = [
    name
    for name, offer in catalog.scenarios().items()
    if issubclass(offer, simulate.Simulated) and hasattr(import_module(f"tlcore.scenarios.{name}"), "score")
]
NO_SHIFT = {"covariate_shift": 0.0, "concept_shift": 0.0, "event_rate": 0.1, "source_rate": 0.1}

every_market = pytest.mark.parametrize("name", MARKETS)


def module_of(name: str):
    return import_module(f"tlcore.scenarios.{name}")


def metric_of(name: str):
    return average_precision_score if catalog.scenarios()[name]().event_rate < RARE else roc_auc_score


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
    situation, score = scenario.draw(), metric_of(scenario.name)
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
            scores[name].append(score(truth, prediction))
    return {name: float(np.mean(values)) for name, values in scores.items()}


@every_market
def test_without_any_shift_both_markets_follow_one_law(name):
    parts = catalog.scenario(name, **NO_SHIFT).markets()
    here, there = parts["source"], parts["target"]
    features = [column for column in here.inputs if here.inputs[column].dtype.kind == "f"]
    assert len(features) >= 4
    for column in [c for c in here.inputs if c not in features]:
        counts = pd.concat([part.inputs[column].value_counts() for part in (here, there)], axis=1).fillna(0)
        assert stats.chi2_contingency(counts)[1] > 0.001, column
    for column in features:
        assert stats.ks_2samp(here.inputs[column], there.inputs[column])[1] > 0.001, column
    assert stats.ks_2samp(here.probability, there.probability)[1] > 0.001
    assert abs(told_apart(here.inputs, there.inputs) - 0.5) < 0.03


@every_market
def test_the_markets_drift_apart_as_the_covariate_knob_is_turned(name):
    drawn = [catalog.scenario(name, covariate_shift=shift).markets() for shift in (0.0, 0.3, 0.6, 1.0)]
    gaps = [told_apart(parts["source"].inputs, parts["target"].inputs) for parts in drawn]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 0.85


@every_market
def test_covariate_shift_alone_leaves_the_rule_as_it_is(name):
    test = catalog.scenario(name, covariate_shift=1.0, concept_shift=0.0).markets()["test"]
    log_odds = np.log(test.probability / (1 - test.probability))
    assert np.ptp(log_odds - module_of(name).score(test.inputs, 0.0)) < 1e-6


@every_market
def test_the_event_is_as_common_as_the_knobs_say(name):
    for world in range(3):
        scenario = catalog.scenario(name, world=world)
        parts = scenario.markets()
        assert parts["source"].happened.mean() == pytest.approx(scenario.source_rate, abs=1e-3)
        both = np.concatenate([parts["target"].happened, parts["test"].happened])
        # Some markets are larger than what is dealt of them, and as common as stated in the whole.
        assert both.mean() == pytest.approx(scenario.event_rate, rel=0.05, abs=1e-3)
        for part in ("target", "test"):
            assert 0.6 < parts[part].happened.mean() / scenario.event_rate < 1.4


@every_market
def test_what_happens_agrees_with_the_stated_probabilities(name):
    scenario = catalog.scenario(name)
    source = scenario.markets()["source"]
    assert np.array_equal(scenario.truth()["source"], source.probability)
    for rows in np.array_split(np.argsort(source.probability), 10):
        expected, seen = source.probability[rows].sum(), source.happened[rows].sum()
        assert abs(seen - expected) < 4 * np.sqrt(expected + 1)


@every_market
def test_nobody_beats_the_true_probabilities(name):
    scenario = catalog.scenario(name, missing=0.0)
    situation, score = scenario.draw(), metric_of(name)
    model = make_pipeline(encoder(), HistGradientBoostingClassifier(max_iter=60, random_state=0))
    model.fit(situation.target.inputs, situation.target.labels)
    truth = situation.test.labels == "yes"
    best = situation.facts["best"][headline(situation)]
    assert best == pytest.approx(score(truth, scenario.truth()["test"]))
    assert 0.5 * best < score(truth, model.predict_proba(situation.test.inputs)[:, 1]) < best


@every_market
def test_by_default_the_source_helps(name):
    scores = learnt(catalog.scenario(name))
    assert scores["pooled"] > scores["few"] + 0.03


@every_market
def test_with_every_reason_changed_the_source_does_harm(name):
    scores = learnt(catalog.scenario(name, concept_shift=1.0))
    assert scores["pooled"] < scores["few"] - 0.03


@every_market
def test_label_noise_swaps_labels_outside_the_test_set_and_keeps_the_rate(name):
    clean, noisy = (catalog.scenario(name, label_noise=noise).draw() for noise in (0.0, 0.3))
    assert np.array_equal(clean.test.labels, noisy.test.labels)
    for before, after in ((clean.source, noisy.source), (clean.target, noisy.target)):
        events = before.labels == "yes"
        assert (after.labels == "yes").sum() == events.sum()
        assert (after.labels[events] == "no").mean() == pytest.approx(0.3, abs=0.01)
        assert before.inputs.equals(after.inputs)


@every_market
def test_cells_go_missing_where_they_may_and_as_often_as_asked(name):
    whole, holed = (catalog.scenario(name, missing=missing).draw() for missing in (0.0, 0.4))
    may_miss = list(module_of(name).MAY_MISS)
    for part in ("source", "target", "test"):
        assert not getattr(whole, part).inputs.isna().any(axis=None)
        blank = getattr(holed, part).inputs.isna().mean()
        assert set(blank[blank > 0].index) == set(may_miss)
        assert blank[may_miss].between(0.3, 0.5).all()


@every_market
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
