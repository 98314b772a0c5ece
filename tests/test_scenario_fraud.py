"""Payments, few of them fraud."""

import numpy as np

from tlcore import simulate
from tlcore.scenarios import fraud


def test_the_new_market_has_a_trick_of_its_own():
    rows = fraud.payments(np.random.default_rng(11), 20_000, 0.5)
    fits = fraud.patterns(rows)
    only_own = simulate.market(rows, fraud.score(rows, 1.0), 0.008, np.random.default_rng(0))
    only_known = simulate.market(rows, fraud.score(rows, 0.0), 0.008, np.random.default_rng(0))
    assert np.average(fits["hijacked wallet"], weights=only_own.probability) > 15
    assert np.average(fits["hijacked wallet"], weights=only_known.probability) < 12
    best_known = np.max([fit for name, fit in fits.items() if name != "hijacked wallet"], axis=0)
    assert np.average(best_known, weights=only_known.probability) > 15
