"""Who will use a points scheme that started last month? A structural model of two loyalty schemes, simulated.

The old scheme gave a stamp for every visit and discounts for stamps; the new one gives points for
money spent, in an app. What makes customers use each, and who is invited, differ by knobs.
Equations: docs/scenarios/loyalty.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate

POOL, TEST = 3_000, 4_000
STRENGTH = 2.0  # standard deviation of the log-odds among members of the old scheme
RIVALRY = -0.46  # correlation of the two schemes' rules among them (a test measures it)

# Who is met: members of the stamp scheme, and customers invited to the points scheme first.
STAMPS = {
    "age": 52.0,
    "age_spread": 15.0,
    "tenure": 9.0,
    "distance": 0.9,  # logarithm of the kilometres to the store
    "visits": 1.6,  # logarithm of the visits a month
    "basket": 3.3,  # logarithm of a basket's price
    "online": -2.2,  # log-odds that somebody of 45 also orders online
    "payment": {"cash": 0.5, "debit card": 1.0, "credit card": -0.2, "phone": -0.8},
    "store": {"city": 0.0, "suburb": 0.4, "retail park": 0.3, "village": 0.5},
}
POINTS = {
    "age": 34.0,
    "age_spread": 11.0,
    "tenure": 3.0,
    "distance": 1.4,
    "visits": 1.0,
    "basket": 3.5,
    "online": -0.2,
    "payment": {"cash": -1.0, "debit card": 0.4, "credit card": 0.4, "phone": 1.2},
    "store": {"city": 1.2, "suburb": 0.2, "retail park": 0.5, "village": -0.9},
}
MAY_MISS = ("age", "household_size", "distance_km")


@dataclass(frozen=True)
class Loyalty(simulate.Simulated):
    title = "A retailer's new loyalty scheme"
    situation = "Cold start"
    modality = "table"
    story = (
        "A retailer ran a stamp card for years and knows of thousands of members whether they used it. "
        "Now it replaces the card by points in an app, and can tell of a hundred and twenty customers so far "
        "whether they became active members. Points reward money spent rather than visits, and the app reaches "
        "other people: who should be invited next, and what are the years with the stamp card still worth? "
        "All customers are simulated, so the true chance of becoming active is known."
    )
    label = "active"
    may_miss = MAY_MISS
    budget = 120
    # Assumed: a welcome gift costs four, an active member brings twelve a year.
    worth = (8.0, -4.0, 0.0, 0.0)

    covariate_shift: float = tl.knob(0.4, "How different the invited are: younger, in town, rarer visits", 0.0, 1.0)
    concept_shift: float = tl.knob(0.35, "How far the reasons to take part differ between the schemes", 0.0, 1.0)
    event_rate: float = tl.knob(0.3, "Share of customers who become active in the points scheme", 0.01, 0.5)
    source_rate: float = tl.knob(0.4, "Share of members who used the stamp scheme", 0.01, 0.5)
    label_noise: float = tl.knob(0.0, "Share of active members recorded as idle, and as many the other way", 0.0, 0.5)
    missing: float = tl.knob(0.05, "Share of blank cells in what customers fill in when they join", 0.0, 0.8)
    source_size: int = tl.knob(8_000, "Members of the stamp scheme", 200, 50_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other customers", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Customers, the chance that each is active, and whether they were: before anything is blank or mistaken."""
        old, new = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        members = customers(old, self.source_size, 0.0)
        invited = customers(new, POOL + TEST, self.covariate_shift)
        source = simulate.market(members, score(members, 0.0), self.source_rate, old)
        target = simulate.market(invited, score(invited, self.concept_shift), self.event_rate, new)
        return {"source": source, "target": target.part(slice(POOL)), "test": target.part(slice(POOL, None))}


def customers(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n customers, from members of the stamp scheme (0) to those invited to the points scheme (1)."""
    place = simulate.between(STAMPS, POINTS, shift)
    thrift = rng.normal(size=n)
    age = np.clip(place["age"] + place["age_spread"] * rng.normal(size=n), 18, 90).round()
    household = 1 + rng.poisson(0.4 + 1.5 * np.exp(-(((age - 41) / 12) ** 2)))
    away = rng.normal(size=n)
    distance = np.exp(place["distance"] + 0.8 * away)
    often = place["visits"] - 0.2 * away + 0.5 * rng.normal(size=n)
    basket = place["basket"] + 0.3 * np.log(household / 2) - 0.3 * (often - 1.3) - 0.1 * thrift
    orders = rng.random(n) < simulate.sigmoid(place["online"] + (45 - age) / 15)
    payment = place["payment"]
    modern = (45 - age) / 20
    return pd.DataFrame(
        {
            "age": age,
            "household_size": household.astype(float),
            "distance_km": distance.round(1),
            "store": simulate.choose(rng, place["store"], n),
            "tenure_years": np.minimum(age - 18, rng.gamma(1.5, place["tenure"] / 1.5, n)).round(1),
            "visits_month": np.maximum(np.exp(often), 0.2).round(1),
            "basket": np.exp(basket + 0.35 * rng.normal(size=n)).round(2),
            "discounted_share": simulate.sigmoid(-1.2 + 0.7 * thrift + 0.4 * rng.normal(size=n)).round(2),
            "own_brand_share": simulate.sigmoid(-0.8 + 0.5 * thrift + 0.5 * rng.normal(size=n)).round(2),
            "online_share": np.where(orders, rng.beta(1.5, 2.5, n), 0.0).round(2),
            "department": simulate.choose(
                rng,
                {
                    "fresh food": 1.0,
                    "dry goods": 0.6 + 0.3 * thrift,
                    "delicatessen": 0.1 - 0.5 * thrift,
                    "drinks": 0.2,
                    "baby": np.where((household >= 3) & (age < 45), 0.8, -3.0),
                    "home": 0.0,
                },
                n,
            ),
            "payment": simulate.choose(
                rng,
                {
                    "cash": payment["cash"] - modern + 0.2 * thrift,
                    "debit card": payment["debit card"],
                    "credit card": payment["credit card"] - 0.2 * thrift,
                    "phone": payment["phone"] + modern,
                },
                n,
            ),
            "newsletter": np.where(rng.random(n) < simulate.sigmoid(-0.4 + 0.5 * thrift), "yes", "no"),
        }
    )


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of being active without the intercept: both rules blended, at a strength that does not depend on it."""
    return STRENGTH * simulate.blended(stamps_rule(rows), points_rule(rows), concept_shift, RIVALRY)


def stamps_rule(rows: pd.DataFrame) -> np.ndarray:
    """Who uses the stamp card, up to a constant, with standard deviation 1 among its members."""
    bargains = (rows["discounted_share"] >= 0.25) & (rows["basket"] >= 25)
    family_near = (rows["household_size"] >= 3) & (rows["distance_km"] < 3)
    informed = (rows["newsletter"] == "yes") & (rows["discounted_share"] >= 0.2)
    score = (
        0.9 * np.tanh((np.log(rows["visits_month"]) - 1.3) / 0.6)
        + 1.1 * bargains
        + 1.0 * family_near
        + 0.6 * informed
        + 0.8 * np.exp(-(((rows["age"] - 55) / 12) ** 2))
        - 0.6 * np.tanh(rows["distance_km"] / 5)
        + 0.4 * (rows["payment"] == "cash")
        - 0.6 * (rows["payment"] == "phone")
        - 0.6 * (rows["online_share"] >= 0.3)
        + 0.5 * np.tanh(rows["tenure_years"] / 6)
        + 0.3 * rows["department"].isin(["dry goods", "baby"])
    )
    return (score / 1.02).to_numpy()


def points_rule(rows: pd.DataFrame) -> np.ndarray:
    """Who would use the points scheme if it shared nothing with the stamp card, on the same scale."""
    cashless = rows["payment"].isin(["phone", "credit card"])
    orders_from_afar = (rows["online_share"] >= 0.2) & (rows["distance_km"] >= 3)
    connoisseur = rows["department"].isin(["delicatessen", "drinks"]) & (rows["own_brand_share"] < 0.35)
    family_near = (rows["household_size"] >= 3) & (rows["distance_km"] < 3)
    score = (
        0.9 * np.tanh((np.log(rows["basket"]) - 3.4) / 0.4)
        - 0.7 * np.tanh((rows["discounted_share"] - 0.25) / 0.12)
        - 0.5 * np.tanh((np.log(rows["visits_month"]) - 1.3) / 0.6)
        + 0.8 * np.where(rows["age"] < 45, cashless, -0.3 * cashless)
        + 0.8 * orders_from_afar
        + 0.8 * connoisseur
        - 0.6 * family_near
        + 0.4 * (rows["newsletter"] == "yes")
        + 0.4 * np.exp(-rows["tenure_years"] / 2)
    )
    return (score / 1.05).to_numpy()


SCENARIO = Loyalty
