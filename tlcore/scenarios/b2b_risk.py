"""Which of a few hundred enterprises will not pay? A structural model of two kinds of customers, simulated.

A supplier knows how its small businesses paid; it has few enterprises, and of these few answers. Who they
are, what foretells a default and how often it happens differ by knobs. Equations: docs/scenarios/b2b_risk.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import companies, simulate
from tlcore.companies import MAY_MISS

LARGEST, TEST = 1_500, 1_500
STRENGTH = 2.2  # standard deviation of the log-odds among small businesses
RIVALRY = -0.43  # correlation of the two rules among them (a test measures it)


@dataclass(frozen=True)
class B2BRisk(simulate.Simulated):
    title = "Risk of enterprise customers"
    situation = "Small B2B base"
    modality = "table"
    story = (
        "A supplier of equipment sells on account. Of its four thousand small businesses it knows which failed to pay "
        "within a year. Lately it also sells to larger companies: there are a few hundred, and of eighty "
        "of them it is known so far how the year ended, a dozen did not pay. The credit department must rate "
        "the others. Is what foretold trouble at a small business a warning at a large one? "
        "All companies are simulated, so the true chance of a default is known."
    )
    label = "default"
    may_miss = MAY_MISS
    budget = 80
    # Assumed: who is named pays in advance and buys elsewhere: nothing lost, no margin of five hundred.
    worth = (0.0, 0.0, 500.0, -2_500.0)

    covariate_shift: float = tl.knob(0.6, "How different the enterprises are: larger, older, newly won", 0.0, 1.0)
    concept_shift: float = tl.knob(
        0.15, "How far the warning signs differ between the two kinds of customers", 0.0, 1.0
    )
    event_rate: float = tl.knob(0.15, "Share of enterprises that fail to pay within a year", 0.02, 0.5)
    source_rate: float = tl.knob(0.18, "Share of small businesses that fail to pay within a year", 0.02, 0.5)
    label_noise: float = tl.knob(0.0, "Share of defaults recorded as paid, and as many the other way round", 0.0, 0.5)
    missing: float = tl.knob(0.1, "Share of blank cells in what companies disclose about themselves", 0.0, 0.8)
    source_size: int = tl.knob(4_000, "Small businesses", 200, 50_000)
    target_size: int = tl.knob(600, "Enterprises outside the test set", 300, LARGEST)
    world: int = tl.knob(0, "Number of the simulated world: another number, other companies", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Companies, the chance that each fails to pay, and whether it did: before anything is blank or mistaken."""
        old, new = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        small = companies.companies(old, self.source_size, 0.0)
        # The test set comes first, and all that there could be are drawn: another target size leaves the rest in place.
        large = companies.companies(new, TEST + LARGEST, self.covariate_shift)
        source = simulate.market(small, score(small, 0.0), self.source_rate, old)
        target = simulate.market(large, score(large, self.concept_shift), self.event_rate, new)
        pool = slice(TEST, TEST + self.target_size)
        return {"source": source, "target": target.part(pool), "test": target.part(slice(TEST))}


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of a default without the intercept: both rules blended, at a strength that does not depend on it."""
    return STRENGTH * simulate.blended(small_rule(rows), enterprise_rule(rows), concept_shift, RIVALRY)


def small_rule(rows: pd.DataFrame) -> np.ndarray:
    """Which small businesses fail to pay, up to a constant, with standard deviation 1 among them."""
    overtrading = (rows["credit_used_percent"] >= 60) & (rows["trend_percent"] >= 8)
    young = (rows["founded_years"] < 6) & (rows["equity_percent"] < 25)
    quarrel = (rows["disputes_2y"] >= 1) & (rows["days_late"] >= 6)
    attached = rows["ownership"].isin(["owner", "family"]) & (rows["months_customer"] >= 30)
    score = (
        0.9 * np.tanh((np.log(rows["days_late"]) - 1.6) / 0.6)
        - 0.7 * np.tanh((rows["equity_percent"] - 25) / 12)
        + 1.1 * overtrading
        + 0.8 * young
        + 0.9 * quarrel
        - 0.6 * attached
        + 0.5 * rows["sector"].isin(["construction", "hospitality"])
    )
    return (score / 1.35).to_numpy()


def enterprise_rule(rows: pd.DataFrame) -> np.ndarray:
    """Which enterprises would fail to pay if nothing were as with small businesses, on the same scale."""
    growing = (rows["credit_used_percent"] >= 60) & (rows["trend_percent"] >= 8)
    indebted = (rows["ownership"] == "investor") & (rows["equity_percent"] < 30)
    adrift = (rows["management_changes_3y"] >= 1) & (rows["trend_percent"] < 5)
    bound = (rows["ordering"] == "framework contract") & (rows["product_groups"] >= 3)
    score = (
        -0.8 * np.tanh((np.log(rows["days_late"]) - 1.6) / 0.6)
        - 0.7 * np.tanh(rows["trend_percent"] / 12)
        - 0.2 * np.tanh((rows["equity_percent"] - 25) / 12)
        - 0.6 * growing
        + 1.1 * indebted
        + 0.9 * adrift
        - 0.6 * bound
        - 0.4 * (rows["disputes_2y"] >= 1)
        + 0.5 * rows["sector"].isin(["manufacturing", "logistics"])
        + 0.5 * (rows["export_percent"] >= 30)
    )
    return (score / 0.94).to_numpy()


SCENARIO = B2BRisk
