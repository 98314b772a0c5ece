"""Which recommendations of a new product line will be clicked? A structural model of two lines, simulated.

What counts is how item and user go together: the price beside what the user usually pays, the
category beside the favourite one. What attracts, and who sees what, differ by knobs.
Equations: docs/scenarios/new_products.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate

POOL, TEST = 10_000, 10_000
STRENGTH = 2.2  # standard deviation, in log-odds, of what attracts in the established range
RIVALRY = -0.37  # correlation there of what attracts in the two lines (a test measures it)
GOES_WITH = {
    "clothing": "shoes",
    "shoes": "clothing",
    "home": "garden",
    "garden": "home",
    "beauty": "clothing",
    "toys": "home",
}

# What is shown to whom: recommendations of the established range, and of the shop's own new line.
ESTABLISHED = {
    "age": {"18-24": -0.6, "25-34": 0.2, "35-49": 0.8, "50-64": 0.6, "65+": 0.0},
    "visits": 1.2,  # logarithm of a user's visits a month
    "usual": 3.5,  # logarithm of the price a user usually pays
    "favourite": {"clothing": 0.6, "shoes": 0.4, "home": 0.3, "garden": 0.2, "beauty": 0.0, "toys": 0.2},
    "category": {"clothing": 0.5, "shoes": 0.4, "home": 0.2, "garden": 0.2, "beauty": 0.0, "toys": 0.2},
    "price": 3.5,  # logarithm
    "discounted": -0.6,  # log-odds of a discount
    "rating": 4.1,
    "days": 200.0,  # since the item was first on sale, mean
    "device": {"computer": 0.8, "tablet": 0.0, "phone": 0.4},
    "evening": 0.0,  # log-odds that a visit falls into the evening
    "position": 5.0,  # mean place on the page
}
LINE = {
    "age": {"18-24": 0.8, "25-34": 0.9, "35-49": 0.2, "50-64": -0.5, "65+": -1.5},
    "visits": 0.8,
    "usual": 3.2,
    "favourite": {"clothing": 0.5, "shoes": 0.2, "home": 0.3, "garden": -0.6, "beauty": 0.6, "toys": 0.0},
    "category": {"clothing": 0.3, "shoes": -0.6, "home": 1.0, "garden": -0.8, "beauty": 0.8, "toys": -0.6},
    "price": 3.8,
    "discounted": -1.8,
    "rating": 4.4,
    "days": 60.0,
    "device": {"computer": -0.5, "tablet": 0.0, "phone": 1.5},
    "evening": 0.8,
    "position": 9.0,
}
MAY_MISS = ("age_group", "favourite_category", "usual_price", "rating")


@dataclass(frozen=True)
class NewProducts(simulate.Simulated):
    title = "Recommending a new product line"
    situation = "Cold start"
    modality = "table"
    story = (
        "An online shop knows from years of recommendations who clicks on what in its established range. "
        "It has just launched a line of its own design, which was shown six hundred times so far and brought some "
        "fifty clicks. Prices that fit a purse and favourite categories made people click until now; "
        "the new line lives on curiosity and inspiration as well. Which of its items should be shown to whom? "
        "All users and items are simulated, so the true chance of a click is known."
    )
    label = "click"
    may_miss = MAY_MISS
    budget = 600
    # Assumed: a place on the screen costs four cents, a click brings forty-nine.
    worth = (0.45, -0.04, 0.0, 0.0)

    covariate_shift: float = tl.knob(0.4, "How differently the line is shown: younger users, newer, dearer", 0.0, 1.0)
    concept_shift: float = tl.knob(0.3, "How far what attracts differs between the two lines", 0.0, 1.0)
    event_rate: float = tl.knob(0.08, "Share of the new line's recommendations that are clicked", 0.01, 0.5)
    source_rate: float = tl.knob(0.08, "Share of the established range's recommendations that are clicked", 0.01, 0.5)
    label_noise: float = tl.knob(0.0, "Share of clicks recorded as none, and as many the other way round", 0.0, 0.5)
    missing: float = tl.knob(0.1, "Share of blank cells in what a user told or bought, and in ratings", 0.0, 0.8)
    source_size: int = tl.knob(15_000, "Recommendations of the established range", 500, 100_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other users and items", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Recommendations, the chance of a click on each, and whether it came: before anything is blank or mistaken."""
        old, new = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        known = recommendations(old, self.source_size, 0.0)
        fresh = recommendations(new, POOL + TEST, self.covariate_shift)
        source = simulate.market(known, score(known, 0.0), self.source_rate, old)
        target = simulate.market(fresh, score(fresh, self.concept_shift), self.event_rate, new)
        return {"source": source, "target": target.part(slice(POOL)), "test": target.part(slice(POOL, None))}


def recommendations(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n recommendations shown, from those of the established range (0) to those of the new line (1)."""
    place = simulate.between(ESTABLISHED, LINE, shift)
    age = simulate.choose(rng, place["age"], n)
    young = np.isin(age, ["18-24", "25-34"])
    purse = 0.5 * rng.normal(size=n) - 0.25 * young
    favourite = simulate.choose(rng, place["favourite"], n)
    # The shop guesses: an item is the likelier to be shown, the nearer it lies to the user's taste and purse.
    category = simulate.choose(
        rng, {name: weight + 1.0 * (favourite == name) for name, weight in place["category"].items()}, n
    )
    dear = 0.3 * np.isin(category, ["home", "shoes"]) - 0.3 * np.isin(category, ["beauty", "toys"])
    discount = np.where(rng.random(n) < simulate.sigmoid(place["discounted"]), rng.choice([10.0, 20, 30, 50], n), 0.0)
    device = place["device"]
    evening = rng.random(n) < simulate.sigmoid(place["evening"])
    hour = rng.normal(np.where(evening, 20.5, 13.0), np.where(evening, 1.8, 3.0))
    return pd.DataFrame(
        {
            "age_group": age,
            "visits_month": np.maximum(np.exp(place["visits"] + 0.7 * rng.normal(size=n)), 0.1).round(1),
            "favourite_category": favourite,
            "usual_price": np.exp(place["usual"] + purse).round(2),
            "category": category,
            "price": np.exp(place["price"] + 0.4 * purse + dear + 0.5 * rng.normal(size=n)).round(2),
            "discount_percent": discount,
            "rating": np.clip(place["rating"] + 0.4 * rng.normal(size=n), 1, 5).round(1),
            "days_on_sale": np.ceil(rng.exponential(place["days"], n)),
            "device": simulate.choose(
                rng, device | {"phone": device["phone"] + 0.7 * young, "tablet": device["tablet"] - 0.3 * young}, n
            ),
            "hour": np.floor(hour % 24),
            "weekday": rng.choice(np.array(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], dtype=object), n),
            "position": 1.0 + rng.poisson(rng.gamma(1.0, place["position"] - 1, n)),
        }
    )


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of a click without the intercept: how likely a look is, and what attracts, both lines blended."""
    looked_at = -0.5 * np.log(rows["position"].to_numpy())
    return looked_at + STRENGTH * simulate.blended(established_appeal(rows), line_appeal(rows), concept_shift, RIVALRY)


def stretch(rows: pd.DataFrame) -> pd.Series:
    """The logarithm of the price to pay over what the user usually pays: 0 fits the purse."""
    return np.log(rows["price"] * (1 - rows["discount_percent"] / 100) / rows["usual_price"])


def goes_with(rows: pd.DataFrame) -> pd.Series:
    """Whether the item is of the category that goes with the user's favourite one."""
    return rows["favourite_category"].map(GOES_WITH) == rows["category"]


def established_appeal(rows: pd.DataFrame) -> np.ndarray:
    """What attracts in the established range, up to a constant, with standard deviation 1 there."""
    evening, weekend = rows["hour"] >= 18, rows["weekday"].isin(["Sat", "Sun"])
    score = (
        1.5 * np.exp(-((stretch(rows) / 0.5) ** 2))
        + 1.2 * (rows["category"] == rows["favourite_category"])
        + 0.5 * goes_with(rows)
        + 0.8 * ((rows["discount_percent"] >= 20) & (rows["usual_price"] < 30))
        + 0.5 * np.tanh((rows["rating"] - 4) / 0.4)
        - 0.5 * np.exp(-rows["days_on_sale"] / 30)
        + 0.5 * (weekend & (rows["device"] == "computer") & rows["category"].isin(["home", "garden"]))
        + 0.4 * (evening & (rows["device"] == "phone"))
        + 0.3 * np.tanh(rows["visits_month"] / 6)
    )
    return (score / 0.92).to_numpy()


def line_appeal(rows: pd.DataFrame) -> np.ndarray:
    """What would attract in the new line if it shared nothing with the established range, on the same scale."""
    young = rows["age_group"].isin(["18-24", "25-34"])
    score = (
        1.0 * np.tanh(stretch(rows) / 0.5)
        - 1.0 * np.exp(-((stretch(rows) / 0.5) ** 2))
        - 0.8 * (rows["category"] == rows["favourite_category"])
        + 0.9 * goes_with(rows)
        + 0.9 * np.exp(-rows["days_on_sale"] / 60) * np.where(young, 1.0, -0.3)
        - 0.5 * (rows["discount_percent"] >= 20)
        + 0.7 * ((rows["device"] != "computer") & rows["category"].isin(["home", "beauty"]))
        + 0.4 * ((rows["hour"] >= 18) & (rows["device"] == "phone"))
        - 0.3 * np.tanh(rows["visits_month"] / 6)
    )
    return (score / 1.1).to_numpy()


SCENARIO = NewProducts
