"""What will an enterprise be worth over three years? A structural model of two kinds of customers, simulated.

The same companies as in ``b2b_risk``, asked what their custom brings in. What drives the value, and how much of
it nobody can foresee, differ by knobs. Equations: docs/scenarios/b2b_value.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import catalog, companies, simulate
from tlcore.companies import MAY_MISS
from tlcore.situation import Examples, Situation

LARGEST, TEST = 1_500, 1_500
TYPICAL = 40.0  # thousand euros: the expected value of a customer with a score of 0
STRENGTH = 0.6  # standard deviation of the logarithm of the expected value among small businesses
RIVALRY = -0.3  # correlation of the two rules among them (a test measures it)
BEST_AT = ("r2", "rmse", "mae")


@dataclass(frozen=True, eq=False)
class Customers:
    """Companies, what each is expected to be worth and what it turned out to be worth (thousand euros, ``(N,)``)."""

    inputs: pd.DataFrame
    expected: np.ndarray
    value: np.ndarray

    def part(self, rows: slice) -> Customers:
        return Customers(self.inputs.iloc[rows].reset_index(drop=True), self.expected[rows], self.value[rows])


@dataclass(frozen=True)
class B2BValue(tl.Scenario):
    title = "Value of enterprise customers"
    situation = "Small B2B base"
    modality = "table"
    story = (
        "A supplier of equipment has served small businesses for decades and can tell of four thousand what each "
        "brought in over three years, in thousand euros of gross margin. Larger companies have been customers for "
        "a short time only, and for eighty of them the three years are over. Sales must decide which of the new ones "
        "deserve an account manager. Does what makes a small business valuable tell what a large one will be worth? "
        "All companies are simulated, so the expected value of each is known."
    )
    simulated = True
    budget = 80
    # Assumed, per thousand: attention given in vain costs 50, a good customer overlooked 100.
    worth = (50.0, 100.0)

    covariate_shift: float = tl.knob(0.6, "How different the enterprises are: larger, older, newly won", 0.0, 1.0)
    concept_shift: float = tl.knob(0.25, "How far the drivers of value differ between the two kinds", 0.0, 1.0)
    noise: float = tl.knob(0.45, "What nobody can foresee, as a share of the expected value", 0.0, 1.5)
    label_noise: float = tl.knob(0.0, "Share of values booked to another customer by mistake", 0.0, 0.5)
    missing: float = tl.knob(0.1, "Share of blank cells in what companies disclose about themselves", 0.0, 0.8)
    source_size: int = tl.knob(4_000, "Small businesses", 200, 50_000)
    target_size: int = tl.knob(600, "Enterprises outside the test set", 300, LARGEST)
    world: int = tl.knob(0, "Number of the simulated world: another number, other companies", 0, 9_999)

    def differs(self) -> frozenset[str]:
        at_work = {"inputs": self.covariate_shift > 0, "rule": self.concept_shift > 0}
        return frozenset(name for name, there in at_work.items() if there)

    def draw(self) -> Situation:
        parts, seen = self.customers(), {}
        for number, (name, drawn) in enumerate(parts.items()):
            rng = np.random.default_rng([self.world, 100 + number])
            told = drawn.value if name == "test" else misbooked(drawn.value, self.label_noise, rng)
            seen[name] = Examples(simulate.blanked(drawn.inputs, MAY_MISS, self.missing, rng), told)
        means = {name: float(drawn.value.mean()) for name, drawn in parts.items()}
        return Situation(
            seen["source"],
            seen["target"],
            label="margin_thousand_eur",
            modality="table",
            test=seen["test"],
            regression=True,
            simulated=True,
            facts={"best": best(parts["test"]), "means": means},
        )

    def truth(self) -> dict[str, np.ndarray]:
        """The expected value of every row of "source", "target" and "test", in thousand euros."""
        return {name: part.expected for name, part in self.customers().items()}

    def customers(self) -> dict[str, Customers]:
        """Companies, their expected and their actual value: before anything is blank or booked wrongly."""
        old, new = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        small = companies.companies(old, self.source_size, 0.0)
        # The test set comes first, and all that there could be are drawn: another target size leaves the rest in place.
        large = companies.companies(new, TEST + LARGEST, self.covariate_shift)
        source = valued(small, score(small, 0.0), self.noise, old)
        target = valued(large, score(large, self.concept_shift), self.noise, new)
        pool = slice(TEST, TEST + self.target_size)
        return {"source": source, "target": target.part(pool), "test": target.part(slice(TEST))}


def valued(rows: pd.DataFrame, score: np.ndarray, noise: float, rng: np.random.Generator) -> Customers:
    """What customers with these scores are worth: log-normal around ``TYPICAL exp(score)``, ``noise`` its variation."""
    expected = TYPICAL * np.exp(score)
    spread = np.sqrt(np.log1p(noise**2))
    return Customers(rows, expected, expected * np.exp(spread * rng.normal(size=len(rows)) - spread**2 / 2))


def misbooked(value: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """``share`` of the values handed on, each to the next of those affected: all amounts remain, at wrong customers."""
    wrong = rng.permutation(len(value))[: round(share * len(value))]
    booked = value.copy()
    booked[wrong] = value[np.roll(wrong, 1)]
    return booked


def best(test: Customers) -> dict[str, float]:
    """What the expected values score on the test set. In R2 and RMSE no model does better, except by luck."""
    return {name: float(catalog.metric(name).measure(test.value, test.expected)) for name in BEST_AT}


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Logarithm of the expected value over `TYPICAL`: both rules blended, at a strength that does not depend on it."""
    return STRENGTH * simulate.blended(small_rule(rows), enterprise_rule(rows), concept_shift, RIVALRY)


def small_rule(rows: pd.DataFrame) -> np.ndarray:
    """What makes a small business valuable, with mean 0 and standard deviation 1 among them."""
    loyal = (rows["months_customer"] >= 30) & (rows["product_groups"] >= 3)
    expanding = (rows["trend_percent"] >= 8) & (rows["credit_used_percent"] >= 40)
    at_ease = (rows["ordering"] == "web shop") & (rows["disputes_2y"] == 0)
    score = (
        0.9 * np.tanh((np.log(rows["orders"]) - 2.4) / 0.7)
        + 0.4 * (rows["employees"] != "1 to 9")
        + 0.4 * rows["employees"].isin(["50 to 249", "250 or more"])
        + 0.9 * loyal
        + 0.8 * expanding
        + 0.6 * at_ease
        + 0.5 * rows["sector"].isin(["construction", "manufacturing"])
        - 0.4 * np.tanh((np.log(rows["days_late"]) - 1.6) / 0.6)
    )
    return ((score - 1.09) / 0.96).to_numpy()


def enterprise_rule(rows: pd.DataFrame) -> np.ndarray:
    """What would make an enterprise valuable if nothing were as with small businesses, on the same scale."""
    squeezed = (rows["ordering"] == "framework contract") & (rows["orders"] >= 20)
    served = (rows["ordering"] == "account manager") & (rows["product_groups"] >= 3)
    abroad = (rows["export_percent"] >= 25) & (rows["sector"].isin(["manufacturing", "logistics"]))
    expanding = (rows["trend_percent"] >= 8) & (rows["credit_used_percent"] >= 40)
    score = (
        -0.5 * np.tanh((np.log(rows["orders"]) - 2.4) / 0.7)
        + 0.4 * (rows["employees"] != "1 to 9")
        + 0.4 * rows["employees"].isin(["50 to 249", "250 or more"])
        - 0.8 * squeezed
        + 1.1 * served
        + 1.0 * abroad
        - 0.5 * expanding
        + 0.4 * np.tanh((np.log(rows["days_late"]) - 1.6) / 0.6)
        + 0.6 * np.tanh((rows["equity_percent"] - 25) / 12)
        - 0.6 * (rows["ownership"] == "investor")
        + 0.5 * (rows["management_changes_3y"] == 0)
    )
    return ((score - 0.74) / 0.76).to_numpy()


SCENARIO = B2BValue
