"""Enterprises that may not pay, and the small businesses they are held against."""

import numpy as np
import pytest
from toys import same

from tlcore import catalog, companies
from tlcore.scenarios import b2b_risk


@pytest.fixture(scope="module")
def small():
    return companies.companies(np.random.default_rng(11), 20_000, 0.0)


def test_the_two_rules_are_on_one_scale_and_as_opposed_as_stated(small):
    ours, theirs = b2b_risk.small_rule(small), b2b_risk.enterprise_rule(small)
    assert ours.std() == pytest.approx(1, abs=0.05)
    assert theirs.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(b2b_risk.RIVALRY, abs=0.03)
    for concept_shift in (0.0, 0.5, 1.0):
        assert b2b_risk.score(small, concept_shift).std() == pytest.approx(b2b_risk.STRENGTH, rel=0.06)


def test_paying_late_warns_of_a_small_business_and_not_of_an_enterprise(small):
    later = small.assign(days_late=small["days_late"] + 10)
    assert (b2b_risk.small_rule(later) > b2b_risk.small_rule(small)).all()
    assert (b2b_risk.enterprise_rule(later) < b2b_risk.enterprise_rule(small)).all()


def test_growing_on_credit_warns_of_a_small_business_alone(small):
    steady = small.assign(trend_percent=0.0, credit_used_percent=70.0)
    growing = steady.assign(trend_percent=20.0)
    assert (b2b_risk.small_rule(growing) > b2b_risk.small_rule(steady)).all()
    assert (b2b_risk.enterprise_rule(growing) < b2b_risk.enterprise_rule(steady)).all()


def test_enterprises_are_larger_than_small_businesses(small):
    large = companies.companies(np.random.default_rng(11), 20_000, 0.6)
    big = ["50 to 249", "250 or more"]
    assert small["employees"].isin(big).mean() < 0.1
    assert large["employees"].isin(big).mean() > 0.6
    assert large["orders"].median() > 2 * small["orders"].median()


def test_nobody_is_a_customer_for_longer_than_the_company_exists(small):
    assert (small["months_customer"] <= 12 * small["founded_years"]).all()


def test_another_target_size_leaves_test_set_and_companies_in_place():
    few, many = (catalog.scenario("b2b_risk", target_size=size, missing=0.0).draw() for size in (300, 1_500))
    assert (len(few.target), len(many.target)) == (300, 1_500)
    assert few.test.inputs.equals(many.test.inputs)
    assert few.target.inputs.equals(many.target.inputs.iloc[:300])
    assert list(few.test.labels) == list(many.test.labels)
    assert list(few.target.labels) == list(many.target.labels[:300])
    assert same(few.source, many.source)
