"""The points scheme that follows the stamp card."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from test_simulated import encoder

from tlcore.scenarios import loyalty


def test_boosting_finds_more_among_the_members_of_the_old_scheme_than_a_line_can():
    source = loyalty.Loyalty(missing=0.0).draw().source
    flexible = make_pipeline(encoder(), HistGradientBoostingClassifier(max_iter=60, random_state=0))
    linear = make_pipeline(encoder(), LogisticRegression(max_iter=300))
    found = [
        cross_val_score(m, source.inputs, source.labels, cv=3, scoring="roc_auc").mean() for m in (flexible, linear)
    ]
    assert found[0] > found[1] + 0.015


def test_the_two_schemes_rules_are_on_one_scale_and_as_opposed_as_stated():
    rows = loyalty.customers(np.random.default_rng(11), 20_000, 0.0)
    stamps, points = loyalty.stamps_rule(rows), loyalty.points_rule(rows)
    assert stamps.std() == pytest.approx(1, abs=0.05)
    assert points.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(stamps, points)[0, 1] == pytest.approx(loyalty.RIVALRY, abs=0.03)
    for concept_shift in (0.0, 0.5, 1.0):
        assert loyalty.score(rows, concept_shift).std() == pytest.approx(loyalty.STRENGTH, rel=0.06)


def test_points_reward_dear_baskets_and_stamps_frequent_visits():
    rows = loyalty.customers(np.random.default_rng(11), 2_000, 0.0)
    dearer, oftener = rows.assign(basket=rows["basket"] + 10), rows.assign(visits_month=rows["visits_month"] + 2)
    assert (loyalty.stamps_rule(oftener) > loyalty.stamps_rule(rows)).all()
    assert (loyalty.points_rule(oftener) < loyalty.points_rule(rows)).all()
    assert (loyalty.points_rule(dearer) > loyalty.points_rule(rows)).mean() > 0.99
