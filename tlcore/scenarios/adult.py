"""Incomes of the employed, then of others: the census of 1994 (Becker and Kohavi, 1996)."""

from __future__ import annotations

from dataclasses import dataclass

import tlcore as tl
from tlcore.remote import divided, openml, some

OPENML = 1590
EMPLOYED = ("Private",)
GROUPS = {
    "self-employed": ("Self-emp-not-inc", "Self-emp-inc"),
    "civil servants": ("Federal-gov", "Local-gov", "State-gov"),
}


@dataclass(frozen=True)
class Adult(tl.Scenario):
    title = "Incomes of another group: adult census"
    situation = "Public data"
    modality = "table"
    story = (
        "Who earns more than 50,000 dollars a year is known for many employees of private companies. An offer is meant "
        "for the self-employed now, and only few of those have told what they earn. They work other hours in other "
        "trades: what do the employees teach about them? Real data: 48,842 answers to the census of the USA in 1994 "
        "(B. Becker and R. Kohavi, UCI; CC BY 4.0); it holds sex and origin, so look twice before using such a model. "
        "About 6 MB are downloaded once, from OpenML."
    )
    simulated = False
    embedded = False
    budget = 60

    target: str = tl.knob(
        "self-employed", "Whom the target is about; the source is about the employed", choices=tuple(GROUPS)
    )
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 33000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the table cannot be downloaded."""
        people = openml.table(OPENML)
        work = people["workclass"].astype(str)
        people = people[work.isin([*EMPLOYED, *GROUPS[self.target]])]
        inside = work[people.index].isin(GROUPS[self.target])
        source, target = divided(people, "class", inside, leave=["workclass", "fnlwgt"])
        return tl.Situation(
            some(source, self.source_size), some(target, 4000), label="class", modality="table", positive=">50K"
        )


SCENARIO = Adult
