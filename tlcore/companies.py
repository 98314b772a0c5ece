"""Companies that buy from a supplier of building and workshop equipment, drawn by documented rules.

What several simulated scenarios ask of the same customers: who they are, not how they pay or what they
are worth. The equations stand in docs/scenarios/b2b_risk.md.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore import simulate

# Who buys: the small businesses the supplier grew up with, and the largest of the enterprises it now wins.
SMALL = {
    "employees": 2.3,  # logarithm, as are orders, days late, disputes and changes of management
    "employees_spread": 1.0,
    "age": 11.0,
    "months": 46.0,
    "orders": 2.2,
    "late": 1.6,
    "disputes": -1.3,
    "changes": -1.4,
    "export": -2.6,  # log-odds of a sale abroad
    "sector": {
        "construction": 0.7,
        "hospitality": 0.5,
        "retail": 0.4,
        "services": 0.3,
        "manufacturing": -0.4,
        "logistics": -0.5,
    },
    "ownership": {"owner": 1.6, "family": 0.5, "investor": -1.6, "listed": -4.0},
    "ordering": {"web shop": 1.0, "account manager": -0.3, "framework contract": -2.0},
}
ENTERPRISE = {
    "employees": 6.0,
    "employees_spread": 1.1,
    "age": 34.0,
    "months": 12.0,
    "orders": 3.8,
    "late": 2.1,
    "disputes": -0.7,
    "changes": 0.2,
    "export": -0.6,
    "sector": {
        "construction": 0.2,
        "hospitality": -0.6,
        "retail": 0.2,
        "services": 0.3,
        "manufacturing": 1.0,
        "logistics": 0.4,
    },
    "ownership": {"owner": -0.9, "family": 0.6, "investor": 0.9, "listed": 0.2},
    "ordering": {"web shop": -1.0, "account manager": 0.6, "framework contract": 0.9},
}
SIZES = ("1 to 9", "10 to 49", "50 to 249", "250 or more")
MAY_MISS = ("founded_years", "turnover_a_head", "equity_percent", "export_percent")


def companies(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n customers, from small businesses (0) to large enterprises (1). Money is in thousand euros, a year's worth."""
    place = simulate.between(SMALL, ENTERPRISE, shift)
    soundness, drive = rng.normal(size=(2, n))
    size = np.maximum(place["employees"] + place["employees_spread"] * rng.normal(size=n), 0.0)
    founded = np.ceil(rng.gamma(1.6, place["age"] / 1.6, n))
    sector = simulate.choose(rng, place["sector"], n)
    a_head = np.exp(4.7 + 0.2 * soundness + 0.35 * rng.normal(size=n))
    equity = 26 + 13 * soundness + 5 * np.tanh((founded - 10) / 10) + 7 * rng.normal(size=n)
    used = simulate.sigmoid(0.1 + 0.6 * drive - 0.5 * soundness + 0.6 * rng.normal(size=n))
    late = np.exp(place["late"] - 0.4 * soundness + 0.6 * rng.normal(size=n))
    abroad = np.isin(sector, ["manufacturing", "logistics"])
    export = simulate.sigmoid(place["export"] + 0.8 * abroad + rng.normal(size=n))
    ownership = place["ownership"]
    ordering = place["ordering"]
    return pd.DataFrame(
        {
            "sector": sector,
            "ownership": simulate.choose(
                rng,
                {
                    "owner": ownership["owner"] - 0.04 * (founded - 10),
                    "family": ownership["family"] + 0.03 * (founded - 10),
                    "investor": ownership["investor"] + 0.4 * drive,
                    "listed": ownership["listed"],
                },
                n,
            ),
            "founded_years": founded,
            "employees": np.array(SIZES, dtype=object)[np.digitize(np.exp(size), [9.5, 49.5, 249.5])],
            "turnover_a_head": a_head.round(),
            "equity_percent": np.clip(equity, -30, 90).round(),
            "export_percent": (100 * export).round(),
            "months_customer": np.ceil(np.minimum(12 * founded, rng.gamma(1.5, place["months"] / 1.5, n))),
            "ordering": simulate.choose(
                rng,
                {
                    "web shop": ordering["web shop"],
                    "account manager": ordering["account manager"] + 0.2 * drive,
                    "framework contract": ordering["framework contract"],
                },
                n,
            ),
            "orders": np.exp(place["orders"] + 0.2 * drive + 0.55 * rng.normal(size=n)).round(1),
            "trend_percent": (3 + 11 * drive + 5 * soundness + 10 * rng.normal(size=n)).round(),
            "product_groups": 1.0 + rng.poisson(1.3 + 0.25 * size, n),
            "credit_used_percent": (100 * used).round(),
            "days_late": np.maximum(late, 0.1).round(1),
            "disputes_2y": rng.poisson(np.exp(place["disputes"] - 0.3 * soundness)).astype(float),
            "management_changes_3y": rng.poisson(np.exp(place["changes"]), n).astype(float),
        }
    )
