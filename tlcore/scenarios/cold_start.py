"""Who will buy an insurance that was launched last week? A structural model of two products, simulated.

The established product is household cover, the new one cyber cover. Both are offered by the same
insurer; who is reached, who buys and how often differ by knobs. Equations: docs/scenarios/cold_start.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate

POOL, TEST = 3_000, 4_000
STRENGTH = 2.0  # standard deviation of the log-odds among customers of the established product
RIVALRY = -0.33  # correlation of the two products' rules among them (a test measures it)

# Who is reached: the established product's customers, and those a campaign for the new one reaches.
ESTABLISHED = {
    "age": 50.0,
    "age_spread": 14.0,
    "tenure": 11.0,
    "contact": 120.0,
    "channel": {"agent": 0.6, "branch": 0.4, "web": 0.0, "app": -0.6},
    "region": {"capital": 0.0, "coast": 0.2, "north": 0.3, "south": 0.2, "inland": 0.4},
}
LAUNCH = {
    "age": 32.0,
    "age_spread": 10.0,
    "tenure": 3.0,
    "contact": 45.0,
    "channel": {"agent": -1.2, "branch": -1.0, "web": 1.0, "app": 1.3},
    "region": {"capital": 1.4, "coast": 0.4, "north": -0.2, "south": -0.4, "inland": -0.8},
}
MAY_MISS = ("income", "occupation", "household_size", "days_since_contact")


@dataclass(frozen=True)
class ColdStart(simulate.Simulated):
    title = "A new insurance product"
    situation = "Cold start"
    modality = "table"
    story = (
        "An insurer has sold household cover for years and knows thousands of answers to its offers. "
        "It has just launched a cyber cover and has only a hundred answers so far. "
        "Who should be offered the new product first, and does the experience with the old one help to tell? "
        "All customers are simulated, so the true chance of a purchase is known."
    )
    label = "purchase"
    may_miss = MAY_MISS
    budget = 100
    worth = (50.0, -10.0, 0.0, 0.0)  # assumed: an offer costs ten, a sale brings sixty

    covariate_shift: float = tl.knob(0.4, "How different the customers reached are: younger, newer, digital", 0.0, 1.0)
    concept_shift: float = tl.knob(0.25, "How far the reasons to buy differ between the two products", 0.0, 1.0)
    event_rate: float = tl.knob(0.22, "Share of customers who buy the new product", 0.01, 0.5)
    source_rate: float = tl.knob(0.25, "Share of customers who buy the established product", 0.01, 0.5)
    label_noise: float = tl.knob(0.0, "Share of purchases recorded as none, and as many the other way round", 0.0, 0.5)
    missing: float = tl.knob(0.05, "Share of blank cells in the columns that customers fill in themselves", 0.0, 0.8)
    source_size: int = tl.knob(8_000, "Customers of the established product", 200, 50_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other customers", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Customers, the chance that each buys, and whether they did: before anything is blank or recorded wrongly."""
        old, new = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        known = customers(old, self.source_size, 0.0)
        reached = customers(new, POOL + TEST, self.covariate_shift)
        source = simulate.market(known, score(known, 0.0), self.source_rate, old)
        target = simulate.market(reached, score(reached, self.concept_shift), self.event_rate, new)
        return {"source": source, "target": target.part(slice(POOL)), "test": target.part(slice(POOL, None))}


def customers(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n customers, from those of the established product (0) to those the launch campaign reaches (1)."""
    place = simulate.between(ESTABLISHED, LAUNCH, shift)
    wealth = rng.normal(size=n)
    age = np.clip(place["age"] + place["age_spread"] * rng.normal(size=n), 18, 88).round()
    occupation = simulate.choose(
        rng,
        {
            "employed": 1.2,
            "self-employed": 0.0 + 0.3 * wealth,
            "public service": -0.2,
            "student": 0.5 * (27 - age),
            "retired": 0.5 * (age - 65),
        },
        n,
    )
    outside = np.isin(occupation, ["student", "retired"])
    income = np.exp(3.6 + 0.4 * wealth - 0.5 * outside - 0.4 * ((age - 48) / 30) ** 2 + 0.15 * rng.normal(size=n))
    tenure = np.minimum(age - 18, rng.gamma(1.5, place["tenure"] / 1.5, n))
    household = 1 + rng.poisson(0.4 + 1.4 * np.exp(-(((age - 42) / 14) ** 2)))
    owner = rng.random(n) < simulate.sigmoid((age - 45) / 12 + wealth)
    policies = 1 + rng.poisson(0.6 + 0.07 * tenure)
    channel = place["channel"]
    digital = (45 - age) / 20
    return pd.DataFrame(
        {
            "age": age,
            "income": income.round(1),
            "occupation": occupation,
            "household_size": household.astype(float),
            "home": np.where(owner, "owned", "rented"),
            "region": simulate.choose(rng, place["region"], n),
            "channel": simulate.choose(
                rng,
                {
                    "agent": channel["agent"] - digital,
                    "branch": channel["branch"] - digital,
                    "web": channel["web"],
                    "app": channel["app"] + digital,
                },
                n,
            ),
            "tenure_years": tenure.round(1),
            "policies_held": policies.astype(float),
            "yearly_premium": (190 * policies**0.9 * np.exp(0.25 * wealth + 0.2 * rng.normal(size=n))).round(),
            "claims_3y": rng.poisson(0.25 + 0.12 * policies + 0.25 * owner).astype(float),
            "days_since_contact": np.ceil(rng.exponential(place["contact"], n)),
        }
    )


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of a purchase without the intercept: both rules blended, at a strength that does not depend on it."""
    return STRENGTH * simulate.blended(established_rule(rows), launch_rule(rows), concept_shift, RIVALRY)


def established_rule(rows: pd.DataFrame) -> np.ndarray:
    """Who buys household cover, up to a constant, with standard deviation 1 among its customers."""
    burden = rows["yearly_premium"] / (10 * rows["income"])
    sensitised = (rows["claims_3y"] >= 1) & (rows["tenure_years"] < 8)
    satisfied = (rows["claims_3y"] == 0) & (rows["tenure_years"] >= 8)
    family = (rows["home"] == "owned") & (rows["household_size"] >= 3)
    advised = (rows["channel"] == "agent") & (rows["age"] >= 50)
    self_served = rows["channel"].isin(["web", "app"]) & (rows["age"] < 40)
    score = (
        1.0 * np.exp(-(((rows["age"] - 50) / 14) ** 2))
        + 0.8 * np.tanh(2 * (np.log(rows["income"]) - 3.5))
        - 0.9 * np.tanh(burden)
        + 0.9 * sensitised
        + 0.7 * satisfied
        + 1.0 * family
        + 0.8 * advised
        + 0.5 * self_served
        + 0.7 * np.exp(-rows["days_since_contact"] / 60)
        + 0.4 * (rows["region"] == "capital")
        - 0.3 * (rows["region"] == "inland")
    )
    return (score / 1.07).to_numpy()


def launch_rule(rows: pd.DataFrame) -> np.ndarray:
    """Who would buy cyber cover if it shared nothing with household cover, on the same scale."""
    connected = rows["channel"].isin(["web", "app"])
    small_firm = (rows["occupation"] == "self-employed") & (rows["income"] >= 35)
    family = (rows["home"] == "owned") & (rows["household_size"] >= 3)
    score = (
        0.9 * np.tanh((40 - rows["age"]) / 10)
        + 0.6 * np.where(rows["age"] < 45, connected, -1.0 * connected)
        - 0.5 * np.tanh(2 * (np.log(rows["income"]) - 3.5))
        + 1.3 * small_firm
        - 0.7 * family
        + 0.6 * np.tanh(rows["policies_held"] - 2.5)
        + 0.4 * (rows["claims_3y"] >= 1)
        + 0.4 * (rows["region"] == "capital")
        + 0.5 * np.exp(-rows["days_since_contact"] / 60)
    )
    return (score / 1.05).to_numpy()


SCENARIO = ColdStart
