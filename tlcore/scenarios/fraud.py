"""Which card payments are fraud, in a market entered last month? A structural model of two markets, simulated.

Fraud comes in patterns: a test of stolen numbers, a taken-over account, a stolen card, a copied
stripe and, in the new market alone, a hijacked wallet. Equations: docs/scenarios/fraud.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate

POOL, TEST = 8_000, 12_000

# How people pay: in the main market, and in the new one.
MAIN = {
    "amount": 3.4,  # logarithm of a customer's usual amount
    "distance": 1.8,  # logarithm of the kilometres from home
    "abroad": -3.4,  # log-odds of a payment abroad, at home
    "device": 6.0,  # logarithm of the days the device has been known
    "rush": 0.35,  # payments by the hour
    "entry": {"chip": 1.0, "contactless": 1.2, "online": 0.7, "wallet": -1.2, "stripe": -2.4},
    "merchant": {
        "groceries": 1.4,
        "restaurant": 0.9,
        "fuel": 0.5,
        "fashion": 0.3,
        "electronics": -0.4,
        "travel": -0.5,
        "gaming": -0.6,
        "gift cards": -1.4,
        "cash": -0.3,
    },
}
NEW = {
    "amount": 2.5,
    "distance": 2.6,
    "abroad": -2.0,
    "device": 4.6,
    "rush": 0.7,
    "entry": {"chip": -0.6, "contactless": 0.2, "online": 1.0, "wallet": 1.5, "stripe": -1.0},
    "merchant": {
        "groceries": 1.0,
        "restaurant": 0.7,
        "fuel": 0.2,
        "fashion": 0.5,
        "electronics": 0.2,
        "travel": 0.2,
        "gaming": 0.6,
        "gift cards": -0.4,
        "cash": -1.2,
    },
}
ABSENT = -8.0  # weight, in log-odds, of a pattern that hardly ever occurs; 0 is the weight of a common one
STEEPNESS = 2.7  # log-odds per unit of a sign's weight
MAY_MISS = ("distance_km", "device_age_days", "merchant", "usual_amount")


@dataclass(frozen=True)
class Fraud(simulate.Simulated):
    title = "Card fraud in a new market"
    situation = "Rare events"
    modality = "table"
    story = (
        "A card issuer knows fraud in its main market well and has just entered a new one. "
        "Fewer than one payment in a hundred is fraud, so a thousand checked payments show about eight cases. "
        "Some tricks are the same everywhere, one exists only here, and people pay differently here: "
        "how many more frauds does the old knowledge catch? "
        "All payments are simulated, so the true risk of each is known."
    )
    label = "fraud"
    may_miss = MAY_MISS
    budget = 1_000
    # Assumed: looking into a payment costs ten, a fraud four hundred.
    worth = (-10.0, -10.0, 0.0, -400.0)

    covariate_shift: float = tl.knob(0.3, "How differently people pay in the new market", 0.0, 1.0)
    concept_shift: float = tl.knob(0.2, "How far the new market's own trick replaces the known ones", 0.0, 1.0)
    event_rate: float = tl.knob(0.008, "Share of fraud among the new market's payments", 0.003, 0.2)
    source_rate: float = tl.knob(0.008, "Share of fraud among the main market's payments", 0.003, 0.2)
    label_noise: float = tl.knob(0.0, "Share of frauds recorded as none, and as many the other way round", 0.0, 0.5)
    missing: float = tl.knob(0.03, "Share of blank cells in the columns that some terminals do not send", 0.0, 0.8)
    source_size: int = tl.knob(20_000, "Payments known from the main market", 1_000, 100_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other payments", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Payments, the risk of each, and whether it was fraud: before anything is blank or recorded wrongly."""
        main, new = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        known = payments(main, self.source_size, 0.0)
        fresh = payments(new, POOL + TEST, self.covariate_shift)
        source = simulate.market(known, score(known, 0.0), self.source_rate, main)
        target = simulate.market(fresh, score(fresh, self.concept_shift), self.event_rate, new)
        return {"source": source, "target": target.part(slice(POOL)), "test": target.part(slice(POOL, None))}


def payments(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n payments, made as in the main market (0), as in the new one (1), or in between."""
    place = simulate.between(MAIN, NEW, shift)
    usual = np.exp(place["amount"] + 0.6 * rng.normal(size=n))
    entry = simulate.choose(rng, place["entry"], n)
    at_distance = np.isin(entry, ["online", "wallet"])
    kinds = place["merchant"]
    merchant = simulate.choose(
        rng,
        kinds
        | {
            "fuel": kinds["fuel"] - 3.0 * at_distance,
            "cash": np.where(entry == "chip", kinds["cash"] + 1.0, np.where(entry == "stripe", 0.5, -9.0)),
            "gaming": np.where(at_distance, kinds["gaming"] + 1.0, -9.0),
        },
        n,
    )
    dear = 0.9 * np.isin(merchant, ["electronics", "travel", "cash"]) - 0.5 * (merchant == "gaming")
    abroad = rng.random(n) < simulate.sigmoid(place["abroad"] + 1.2 * (merchant == "travel"))
    # Hours peak at 13 and 19; some customers live at night.
    hour = np.where(rng.random(n) < 0.12, rng.uniform(0, 24, n), rng.normal(np.where(rng.random(n) < 0.5, 13, 19), 2.5))
    busy = rng.gamma(0.5, 2.0, n)
    last_hour = rng.poisson(place["rush"] * busy)
    return pd.DataFrame(
        {
            "amount": np.maximum(usual * np.exp(dear + 0.9 * rng.normal(size=n)), 0.01).round(2),
            "usual_amount": usual.round(2),
            "merchant": merchant,
            "entry": entry,
            "hour": np.floor(hour % 24),
            "distance_km": np.exp(place["distance"] + 2.5 * abroad + 1.3 * rng.normal(size=n)).round(1),
            "abroad": np.where(abroad, "yes", "no"),
            "payments_1h": last_hour.astype(float),
            "payments_24h": (last_hour + rng.poisson(2.0 + 1.5 * busy)).astype(float),
            "minutes_since_last": np.ceil(rng.exponential(600 / (1 + 3 * last_hour))),
            "device_age_days": np.floor(rng.exponential(1.0, n) ** 1.3 * np.exp(place["device"])),
            "failed_pins_24h": rng.poisson(np.where(rng.random(n) < 0.04, 1.2, 0.03)).astype(float),
        }
    )


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of fraud without the intercept: the log of the summed odds of all patterns, by how common each is."""
    known, own = ABSENT * concept_shift, ABSENT * (1 - concept_shift)
    return np.logaddexp.reduce(
        [score + (own if name == "hijacked wallet" else known) for name, score in patterns(rows).items()]
    )


def patterns(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """How well each payment fits each way of stealing, in log-odds: the more of its signs are there, the better."""
    entry, merchant = rows["entry"], rows["merchant"]
    ratio = np.log(rows["amount"] / rows["usual_amount"])
    small, large, larger = (
        1 - simulate.above(ratio, 0.0, 0.4),
        simulate.above(ratio, 0.5, 0.3),
        simulate.above(ratio, 0.8, 0.3),
    )
    hasty, silent = (
        1 - simulate.above(rows["minutes_since_last"], 12, 5),
        simulate.above(rows["minutes_since_last"], 600, 100),
    )
    burst = simulate.above(rows["payments_1h"], 2.5, 0.6)
    new_device = 1 - simulate.above(rows["device_age_days"], 30, 10)
    night = 1 - simulate.above(np.abs((rows["hour"] + 9) % 24 - 12), 3.5, 1.0)  # hours away from three o'clock
    far = simulate.above(np.log1p(rows["distance_km"]), 4.5, 0.4)
    resold = (entry == "online") & merchant.isin(["electronics", "gift cards", "fashion"])
    at_till, cash = entry.isin(["chip", "contactless"]), merchant == "cash"
    signs: dict[str, list[tuple[float, Any]]] = {
        "number test": [(3, burst), (2, small), (2, entry == "online"), (1, hasty)],
        "takeover": [(3, new_device), (2, larger), (1.5, resold), (1.5, night)],
        "stolen card": [(2.5, rows["failed_pins_24h"] >= 1), (2, at_till * hasty), (2, larger), (1.5, cash)],
        "copied stripe": [(3, entry == "stripe"), (2.5, rows["abroad"] == "yes"), (2.5, far)],
        "hijacked wallet": [(3, entry == "wallet"), (2, silent), (2, large), (2, merchant.isin(["gaming", "travel"]))],
    }
    return {
        name: STEEPNESS * np.sum([weight * np.asarray(sign, dtype=float) for weight, sign in met], axis=0)
        for name, met in signs.items()
    }


SCENARIO = Fraud
