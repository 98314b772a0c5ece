"""Who leaves the brand just bought."""

import numpy as np

from tlcore import simulate
from tlcore.scenarios import churn


def test_the_bought_brand_has_a_reason_of_its_own():
    rows = churn.customers(np.random.default_rng(11), 20_000, 0.5)
    outgrown = churn.reasons(rows)["outgrown plan"]
    leaving = {
        shift: simulate.market(rows, churn.score(rows, shift), 0.08, np.random.default_rng(0)).probability
        for shift in (0.0, 1.0)
    }
    assert np.average(outgrown, weights=leaving[1.0]) > np.average(outgrown, weights=leaving[0.0]) + 2
    best_known = np.max([fit for name, fit in churn.reasons(rows).items() if name != "outgrown plan"], axis=0)
    assert np.average(best_known, weights=leaving[0.0]) > np.average(best_known, weights=leaving[1.0]) + 1


def test_a_contract_that_still_runs_holds_a_customer_in_both_brands():
    rows = churn.customers(np.random.default_rng(11), 2_000, 0.5)
    bound, free = rows.assign(months_left=12.0), rows.assign(months_left=0.0)
    for concept_shift in (0.0, 1.0):
        assert (churn.score(bound, concept_shift) < churn.score(free, concept_shift)).all()


def test_signs_of_one_reason_count_for_more_together_than_signs_of_two():
    rows = churn.customers(np.random.default_rng(11), 2_000, 0.0)
    calm = rows.assign(
        bill_change_percent=0.0, usage_trend_percent=0.0, months_left=12.0, moved="no", complaints_6m=0.0, calls_6m=0.0
    )
    dearer, upset = calm.assign(bill_change_percent=20.0), calm.assign(complaints_6m=2.0)
    using_less = {"usage_trend_percent": -30.0}
    when_upset, when_dearer = (
        churn.score(rows.assign(**using_less), 0.0) - churn.score(rows, 0.0) for rows in (upset, dearer)
    )
    assert (when_dearer > when_upset).mean() > 0.95
