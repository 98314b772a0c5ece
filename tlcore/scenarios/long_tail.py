"""Will a suggestion be clicked in a region with few users? A structural model of a dozen regions, simulated.

Every region has a taste of its own, at an angle to the common one; two of the small regions are turned so much
farther that what the others know misleads there. Equations: docs/scenarios/long_tail.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate
from tlcore.situation import Situation

LEAST, TEST = 50, 500  # rows of a region: at least, and of each small one in the test set
STRENGTH = 1.8  # standard deviation of a region's log-odds, about
LEVEL = 0.8  # standard deviation of the regions' levels in log-odds, where tastes have nothing in common
TURNED = 5  # times as far as the others: the regions that go against the common taste, up to its opposite

# From the largest to the smallest.
NAMES = (
    "capital", "harbour", "plains", "valley", "coast", "foothills", "lakes", "forest", "delta", "heath", "moors",
    "highlands", "bay", "islands", "border", "marshes", "canyon", "peninsula", "steppe", "glacier",
)  # fmt: skip

# Who is shown what: in the largest region, and in the smallest.
CITY = {
    "age": 31.0,
    "age_spread": 9.0,
    "orders": 2.0,  # logarithm of the orders in 90 days, as is the price
    "price": 2.7,
    "minutes": 27.0,
    "discount": -0.9,  # log-odds of a discount
    "rating": 4.2,
    "known": -0.3,  # log-odds that the user has ordered there before
    "cuisine": {"pizza": 0.2, "burger": 0.3, "sushi": 0.5, "curry": 0.4, "salad": 0.3, "home cooking": -0.5},
    "occasion": {"lunch": 0.6, "afternoon": -0.4, "dinner": 0.6, "night": 0.2},
    "device": {"app": 1.0, "web": -0.6},
}
COUNTRY = {
    "age": 46.0,
    "age_spread": 13.0,
    "orders": 0.8,
    "price": 2.9,
    "minutes": 41.0,
    "discount": 0.4,
    "rating": 3.9,
    "known": 0.9,
    "cuisine": {"pizza": 0.9, "burger": 0.4, "sushi": -0.9, "curry": -0.4, "salad": -0.3, "home cooking": 0.8},
    "occasion": {"lunch": 0.0, "afternoon": 0.0, "dinner": 1.0, "night": -1.2},
    "device": {"app": 0.1, "web": 0.2},
}
MAY_MISS = ("age", "rating", "minutes")

HEARTY, LIGHT = ("pizza", "burger", "home cooking"), ("sushi", "salad")

# The common taste: how much each trait of a suggestion attracts.
COMMON = {
    "cheap": 0.9,
    "bargain": 0.8,
    "fast": 0.7,
    "praised": 0.6,
    "habit": 0.9,
    "discovery": 0.8,
    "comfort": 0.8,
    "light": 0.6,
    "regular": 0.5,
    "at hand": 0.5,
}


@dataclass(frozen=True)
class LongTail(simulate.Simulated):
    title = "Clicks in small regions"
    situation = "Many regions"
    modality = "table"
    story = (
        "A food delivery service suggests a dish whenever somebody opens it. Six large regions have brought thousands "
        "of answers, clicked or not; six small ones have between fifty and two hundred each. Tastes resemble each "
        "other from region to region, but not everywhere: in two of the small ones people like what others leave. "
        "Where should the small regions lean on the large, who gains by sharing, and who is harmed? "
        "All regions and users are simulated, so the true chance of a click is known."
    )
    label = "click"
    may_miss = MAY_MISS
    budget = 200
    # Assumed: a place on the screen costs eight cents, a click brings thirty-three.
    worth = (0.25, -0.08, 0.0, 0.0)

    covariate_shift: float = tl.knob(0.5, "How different users and suggestions of small regions are", 0.0, 1.0)
    concept_shift: float = tl.knob(0.25, "How far each region's taste departs from the common one", 0.0, 1.0)
    event_rate: float = tl.knob(0.3, "Share of suggestions that are clicked in the small regions", 0.01, 0.5)
    source_rate: float = tl.knob(0.3, "Share of suggestions that are clicked in the large regions", 0.01, 0.5)
    label_noise: float = tl.knob(0.0, "Share of clicks recorded as none, and as many the other way round", 0.0, 0.5)
    missing: float = tl.knob(0.05, "Share of blank cells in age, rating and delivery time", 0.0, 0.8)
    regions: int = tl.knob(12, "Regions in all; the larger half is the source", 8, len(NAMES))
    largest: int = tl.knob(8_000, "Suggestions in the largest region", 1_000, 50_000)
    tail: float = tl.knob(
        2.0, "How fast regions get smaller: the n-th has the largest's size over n to this power", 0.5, 3.0
    )
    world: int = tl.knob(0, "Number of the simulated world: another number, other tastes and users", 0, 9_999)

    # The regions' names always differ; that is no difference between their users, and `differs` does not count it.

    def draw(self) -> Situation:
        drawn = super().draw()
        rows = dict(zip(NAMES, self.sizes().tolist(), strict=False))
        against = [NAMES[region] for region in self.against()]
        return replace(drawn, places="region", facts={**drawn.facts, "rows": rows, "against": against})

    def sizes(self) -> np.ndarray:
        """How many suggestions each region has outside the test set ``(regions,)``, falling by a power law."""
        rank = np.arange(1, self.regions + 1)
        return np.maximum(np.rint(self.largest * rank**-self.tail), LEAST).astype(int)

    def against(self) -> tuple[int, int]:
        """The regions where sharing misleads: the second of the small ones, and the smallest."""
        return self.regions // 2 + 1, self.regions - 1

    def markets(self) -> dict[str, simulate.Market]:
        """Suggestions, the chance of a click on each, and whether it came: before anything is blank or mistaken."""
        large, sizes = self.regions // 2, self.sizes()
        source = self._suggestions(1, np.repeat(np.arange(large), sizes[:large]))
        test = self._suggestions(2, np.repeat(np.arange(large, self.regions), TEST))
        pool = self._suggestions(3, np.repeat(np.arange(large, self.regions), sizes[large:]))
        known = simulate.market(source, self.score(source), self.source_rate, np.random.default_rng([self.world, 4]))
        small = pd.concat([test, pool], ignore_index=True)
        asked = simulate.market(small, self.score(small), self.event_rate, np.random.default_rng([self.world, 5]))
        return {"source": known, "target": asked.part(slice(len(test), None)), "test": asked.part(slice(len(test)))}

    def _suggestions(self, stream: int, region: np.ndarray) -> pd.DataFrame:
        """One suggestion for each entry of ``region``, in a drawn order."""
        rng = np.random.default_rng([self.world, stream])
        region = rng.permutation(region)
        remote = self.covariate_shift * region / (self.regions - 1)
        return suggestions(rng, remote).assign(region=np.array(NAMES, dtype=object)[region])

    def tastes(self) -> tuple[np.ndarray, np.ndarray]:
        """What each trait counts in each region ``(regions, traits)``, and each region's level ``(regions,)``."""
        common = np.array(list(COMMON.values())) / np.linalg.norm(list(COMMON.values()))
        drawn = np.array(
            [np.random.default_rng([self.world, 6, r]).normal(size=1 + len(common)) for r in range(self.regions)]
        )
        own = drawn[:, 1:] - np.outer(drawn[:, 1:] @ common, common)
        own /= np.linalg.norm(own, axis=1, keepdims=True)
        angle = np.full((self.regions, 1), np.pi / 2 * self.concept_shift)
        angle[list(self.against())] = min(np.pi / 2 * TURNED * self.concept_shift, np.pi)
        return np.cos(angle) * common + np.sin(angle) * own, LEVEL * self.concept_shift * drawn[:, 0]

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        """Log-odds of a click without the intercept: the traits, each counting what it counts in the row's region."""
        weights, levels = self.tastes()
        region = pd.Index(NAMES).get_indexer(rows["region"])
        return STRENGTH * (traits(rows) * weights[region]).sum(axis=1) + levels[region]


def suggestions(rng: np.random.Generator, remote: np.ndarray) -> pd.DataFrame:
    """A suggestion and who is shown it, for each ``remote``: from the largest region (0) to the smallest (1)."""
    n, place = len(remote), simulate.between(CITY, COUNTRY, remote)
    age = np.clip(place["age"] + place["age_spread"] * rng.normal(size=n), 16, 88).round()
    orders = np.floor(np.exp(place["orders"] - 0.02 * (age - 35) + 0.8 * rng.normal(size=n)))
    cuisine = simulate.choose(rng, place["cuisine"], n)
    dear = 0.3 * (cuisine == "sushi") - 0.15 * np.isin(cuisine, ["pizza", "burger"])
    price = np.exp(place["price"] + dear + 0.35 * rng.normal(size=n))
    discount = np.where(rng.random(n) < simulate.sigmoid(place["discount"]), rng.choice([10, 15, 20, 30], n), 0)
    known = rng.random(n) < simulate.sigmoid(place["known"] + 0.4 * (np.log1p(orders) - 2))
    minutes = place["minutes"] + 7 * rng.gamma(2.0, 0.7, n) - 10 + 3 * (cuisine == "sushi")
    device = place["device"]
    return pd.DataFrame(
        {
            "age": age,
            "orders_90d": orders,
            "cuisine": cuisine,
            "price": price.round(2),
            "discount_percent": discount.astype(float),
            "minutes": minutes.round(),
            "rating": np.clip(place["rating"] + 0.4 * rng.normal(size=n), 1, 5).round(1),
            "known": np.where(known, "yes", "no"),
            "occasion": simulate.choose(rng, place["occasion"], n),
            "device": simulate.choose(rng, {"app": device["app"] - (age - 38) / 20, "web": device["web"]}, n),
        }
    )


def traits(rows: pd.DataFrame) -> np.ndarray:
    """What may attract ``(N, traits)``, in the order of `COMMON`; mean 0 and deviation 1 halfway down the tail."""
    known = rows["known"] == "yes"
    measured = {  # value, mean, deviation
        "cheap": (np.tanh((2.8 - np.log(rows["price"])) / 0.35), 0.05, 0.65),
        "bargain": ((rows["discount_percent"] >= 15) & (rows["price"] >= 14), 0.21, 0.41),
        "fast": (np.tanh((33 - rows["minutes"]) / 8), -0.04, 0.55),
        "praised": (np.tanh((rows["rating"] - 4.1) / 0.4), -0.08, 0.63),
        "habit": (known & (rows["occasion"] == "lunch"), 0.14, 0.35),
        "discovery": (~known & (rows["age"] < 36), 0.18, 0.38),
        "comfort": (rows["cuisine"].isin(HEARTY) & (rows["occasion"] == "dinner"), 0.27, 0.44),
        "light": (rows["cuisine"].isin(LIGHT) & (rows["age"] < 45), 0.18, 0.38),
        "regular": (np.tanh((np.log1p(rows["orders_90d"]) - 1.7) / 0.7), -0.2, 0.63),
        "at hand": (rows["device"] == "app", 0.66, 0.47),
    }
    return np.column_stack(
        [(np.asarray(value, dtype=float) - mean) / spread for value, mean, spread in measured.values()]
    )


SCENARIO = LongTail
