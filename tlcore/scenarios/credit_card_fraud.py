"""Yesterday's frauds, today's payments: 284,807 card payments of two days (Dal Pozzolo et al., 2015)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore.remote import divided, openml

OPENML = 1597
FIRST = 0.5  # of the payments, in the order of time: the source


@dataclass(frozen=True)
class CreditCardFraud(tl.Scenario):
    title = "Yesterday's frauds: credit card payments"
    situation = "Rare events"
    modality = "table"
    story = (
        "A card company has had yesterday's payments checked. Today others are paid and other tricks are tried, and so "
        "far a few hundred payments have been looked at. One payment in six hundred is a fraud; so that a small "
        "machine can learn from them, nine ordinary payments in ten are left out unless you say otherwise. Real data: "
        "two days of September 2013, anonymised (Worldline and Université Libre de Bruxelles; ODbL and DbCL). About "
        "150 MB are downloaded once, from OpenML."
    )
    simulated = False
    embedded = False
    budget = 500

    ordinary: float = tl.knob(0.1, "Share of the ordinary payments that is kept, on both days", 0.02, 1.0)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the table cannot be downloaded."""
        payments = openml.table(OPENML)
        later = np.arange(len(payments)) >= FIRST * len(payments)
        fraud = payments["Class"].astype(str).str.strip("'").isin(["1", "1.0"]).to_numpy()
        kept = fraud | (np.random.default_rng(0).random(len(payments)) < self.ordinary)
        payments["Class"] = np.where(fraud, "fraud", "ordinary")
        source, target = divided(payments[kept], "Class", later[kept], leave=["Time"])
        return tl.Situation(source, target, label="Class", modality="table", positive="fraud")


SCENARIO = CreditCardFraud
