"""The insurance that was launched last week."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from test_simulated import encoder

from tlcore.scenarios import cold_start


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
        assert cold_start.score(rows, concept_shift).std() == pytest.approx(cold_start.STRENGTH, rel=0.06)
