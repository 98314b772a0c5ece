"""Loans for one purpose, then for another: the German credit data (Hofmann, 1994)."""

from __future__ import annotations

from dataclasses import dataclass

import tlcore as tl
from tlcore.remote import divided, openml

OPENML = 31
PURPOSES = {
    "cars": ("new car", "used car"),
    "furniture": ("furniture/equipment",),
    "business": ("business", "retraining"),
}


@dataclass(frozen=True)
class GermanCredit(tl.Scenario):
    title = "A new kind of loan: German credit"
    situation = "Cold start"
    modality = "table"
    story = (
        "A bank has lent for furniture, television sets and training for years and knows who paid back. Now it lends "
        "for cars, and of few of those loans the end is known. Do the old loans help to tell which of the new ones "
        "will go wrong? Real data: the Statlog German credit data, 1,000 loans (H. Hofmann, UCI; CC BY 4.0). "
        "Less than 1 MB is downloaded once, from OpenML."
    )
    simulated = False
    embedded = False
    budget = 50

    target: str = tl.knob("cars", "What the target's loans are for; all others are the source", choices=tuple(PURPOSES))

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the table cannot be downloaded."""
        loans = openml.table(OPENML)
        inside = loans["purpose"].astype(str).str.strip("'").isin(PURPOSES[self.target])
        source, target = divided(loans, "class", inside, leave=["purpose"])
        return tl.Situation(source, target, label="class", modality="table", positive="bad")


SCENARIO = GermanCredit
