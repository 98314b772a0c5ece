"""Which customers of a brand bought last quarter will leave? A structural model of two brands, simulated.

Customers leave for reasons: a better offer, annoyance, a dearer bill, a move and, in the bought brand
alone, a plan they have outgrown. Contracts and habits hold them. Equations: docs/scenarios/churn.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate

POOL, TEST = 8_000, 10_000

# Who the customers are: those of the main brand, and those of the bought one.
MAIN = {
    "age": 49.0,
    "age_spread": 15.0,
    "tenure": 60.0,  # months
    "contract": {"rolling": 0.0, "one year": 0.4, "two years": 0.8},
    "products": 1.0,  # beyond the first
    "data": 2.2,  # logarithm of the gigabytes used a month
    "charge": 3.5,  # logarithm of the monthly charge of 20 GB, one product
    "faults": 0.4,  # in half a year
    "payment": {"direct debit": 1.2, "card": 0.0, "invoice": 0.4},
    "channel": {"shop": 0.8, "telephone": 0.9, "web": 0.2, "app": -0.4},
}
BOUGHT = {
    "age": 33.0,
    "age_spread": 11.0,
    "tenure": 18.0,
    "contract": {"rolling": 1.5, "one year": 0.2, "two years": -1.0},
    "products": 0.25,
    "data": 2.9,
    "charge": 2.9,
    "faults": 0.5,
    "payment": {"direct debit": 0.2, "card": 1.2, "invoice": -0.6},
    "channel": {"shop": -1.2, "telephone": -0.6, "web": 0.7, "app": 1.3},
}
PLANS = (5, 10, 20, 50, 100)  # gigabytes a month
LENGTH = {"rolling": 0, "one year": 12, "two years": 24}  # months
ABSENT = -5.0  # weight, in log-odds, of a reason that hardly ever counts; 0 is the weight of a common one
STEEPNESS = 1.4  # log-odds per unit of a sign's weight
MAY_MISS = ("age", "household_size", "satisfaction")


@dataclass(frozen=True)
class Churn(simulate.Simulated):
    title = "Churn at a brand just bought"
    situation = "Rare events"
    modality = "table"
    story = (
        "A telecom company knows who left its main brand in past years. It has just bought a smaller, cheaper brand "
        "with younger customers, and has seen five hundred of them through a quarter: about forty left. "
        "Some reasons to leave are the same in both brands, one belongs to the new one. "
        "Whom should the retention team call first, and does the main brand's history help to tell? "
        "All customers are simulated, so the true chance that each leaves is known."
    )
    label = "leaves"
    may_miss = MAY_MISS
    budget = 500
    # Assumed: a call with a gift costs twenty, every second one who would leave stays and is worth three hundred.
    worth = (130.0, -20.0, 0.0, 0.0)

    covariate_shift: float = tl.knob(0.3, "How different the bought brand's customers are", 0.0, 1.0)
    concept_shift: float = tl.knob(0.5, "How far the bought brand's own reason to leave replaces the known", 0.0, 1.0)
    event_rate: float = tl.knob(0.08, "Share of customers who leave the bought brand in a quarter", 0.01, 0.5)
    source_rate: float = tl.knob(0.06, "Share of customers who leave the main brand in a quarter", 0.01, 0.5)
    label_noise: float = tl.knob(0.0, "Share of leavers recorded as staying, and as many the other way round", 0.0, 0.5)
    missing: float = tl.knob(0.1, "Share of blank cells in what customers fill in or answer", 0.0, 0.8)
    source_size: int = tl.knob(10_000, "Customers known from the main brand", 500, 100_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other customers", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Customers, the chance that each leaves, and whether they did: before anything is blank or mistaken."""
        main, bought = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        known = customers(main, self.source_size, 0.0)
        fresh = customers(bought, POOL + TEST, self.covariate_shift)
        source = simulate.market(known, score(known, 0.0), self.source_rate, main)
        target = simulate.market(fresh, score(fresh, self.concept_shift), self.event_rate, bought)
        return {"source": source, "target": target.part(slice(POOL)), "test": target.part(slice(POOL, None))}


def customers(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n customers, from those of the main brand (0) to those of the bought one (1)."""
    place = simulate.between(MAIN, BOUGHT, shift)
    age = np.clip(place["age"] + place["age_spread"] * rng.normal(size=n), 18, 90).round()
    household = 1 + rng.poisson(0.4 + 1.3 * np.exp(-(((age - 42) / 13) ** 2)))
    contract = simulate.choose(rng, place["contract"], n)
    length = pd.Series(contract).map(LENGTH).to_numpy()
    products = 1 + rng.poisson(place["products"] * (1 + 0.3 * (household >= 3)))
    usual = place["data"] + 0.3 * np.log(household) + (45 - age) / 60 + 0.6 * rng.normal(size=n)
    plan = simulate.choose(rng, {str(gb): -8 * (np.log(gb) - usual - 0.6) ** 2 for gb in PLANS}, n).astype(float)
    charge = place["charge"] + 0.25 * np.log(plan / 20) + 0.5 * np.log(products) + 0.2 * rng.normal(size=n)
    dearer = rng.random(n) < 0.15
    faults = rng.poisson(rng.gamma(0.8, place["faults"] / 0.8, n))
    complaints = rng.poisson(0.04 + 0.25 * faults)
    satisfaction = 8.2 - 0.6 * faults - 0.8 * complaints - 0.8 * dearer + 1.3 * rng.normal(size=n)
    channel = place["channel"]
    digital = (45 - age) / 25
    return pd.DataFrame(
        {
            "age": age,
            "household_size": household.astype(float),
            "tenure_months": np.ceil(rng.gamma(1.2, place["tenure"] / 1.2, n)),
            "contract": contract,
            "months_left": np.floor(length * rng.random(n)),
            "products": products.astype(float),
            "plan_gb": plan,
            "used_gb": np.minimum(np.exp(usual + 0.3 * rng.normal(size=n)), 1.2 * plan).round(1),
            "usage_trend_percent": (18 * rng.normal(size=n)).round(),
            "monthly_charge": np.exp(charge).round(2),
            "bill_change_percent": np.where(dearer, rng.uniform(6, 35, n), 2.5 * rng.normal(size=n)).round(),
            "faults_6m": faults.astype(float),
            "calls_6m": rng.poisson(0.4 + 0.5 * faults + 0.6 * complaints + 0.4 * dearer).astype(float),
            "complaints_6m": complaints.astype(float),
            "satisfaction": np.clip(satisfaction, 1, 10).round(),
            "late_payments": rng.poisson(rng.gamma(0.5, 0.5, n)).astype(float),
            "moved": np.where(rng.random(n) < 0.04 + 0.08 * np.exp(-(((age - 28) / 9) ** 2)), "yes", "no"),
            "payment": simulate.choose(rng, place["payment"], n),
            "channel": simulate.choose(
                rng,
                {
                    "shop": channel["shop"] - digital,
                    "telephone": channel["telephone"] - digital,
                    "web": channel["web"],
                    "app": channel["app"] + digital,
                },
                n,
            ),
        }
    )


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of leaving without the intercept: the summed odds of all reasons, less what holds in both brands."""
    known, own = ABSENT * concept_shift, ABSENT * (1 - concept_shift)
    odds = [score + (own if name == "outgrown plan" else known) for name, score in reasons(rows).items()]
    return np.logaddexp.reduce(odds) - hold(rows)


def reasons(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """How far each customer has each reason to leave, in log-odds: the more of its signs are there, the further."""
    worth = 32 * (rows["plan_gb"] / 20) ** 0.25 * rows["products"] ** 0.5  # what the market asks for the same
    dear = simulate.above(np.log(rows["monthly_charge"] / worth), 0.15, 0.05)
    free = 1 - simulate.above(rows["months_left"], 2.5, 0.6)
    digital = rows["channel"].isin(["web", "app"])
    using_less, using_more = (
        1 - simulate.above(rows["usage_trend_percent"], -8, 4),
        simulate.above(rows["usage_trend_percent"], 8, 4),
    )
    signs: dict[str, list[tuple[float, Any]]] = {
        "better offer": [(2, free), (2.5, dear), (1.5, rows["products"] == 1), (1, digital)],
        "annoyance": [
            (2.5, rows["complaints_6m"] >= 1),
            (1.5, simulate.above(rows["calls_6m"], 2.5, 0.5)),
            (2, 1 - simulate.above(rows["satisfaction"], 5.5, 0.5)),
            (1, rows["tenure_months"] < 24),
        ],
        "dearer bill": [(2.5, simulate.above(rows["bill_change_percent"], 8, 1.5)), (2, using_less), (2, free)],
        "move": [(3, rows["moved"] == "yes"), (1.5, rows["household_size"] <= 2), (1.5, rows["products"] == 1)],
        "outgrown plan": [
            (2.5, simulate.above(rows["used_gb"] / rows["plan_gb"], 0.8, 0.05)),
            (2, using_more),
            (1.5, rows["contract"] == "rolling"),
            (1, rows["channel"] == "app"),
        ],
    }
    return {
        name: STEEPNESS * np.sum([weight * np.asarray(sign, dtype=float) for weight, sign in met], axis=0)
        for name, met in signs.items()
    }


def hold(rows: pd.DataFrame) -> np.ndarray:
    """What keeps a customer, whatever the reason to leave, in log-odds."""
    return (
        1.0 * simulate.above(rows["months_left"], 6, 1.5)
        + 0.3 * (rows["products"].to_numpy() - 1)
        + 0.4 * (rows["payment"] == "direct debit").to_numpy()
        + 0.6 * np.tanh(rows["tenure_months"].to_numpy() / 48)
    )


SCENARIO = Churn
