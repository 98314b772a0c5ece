"""A telephone campaign in another season: who takes a fixed-term deposit (Moro et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass

import tlcore as tl
from tlcore.remote import divided, openml, some

OPENML = 1461
COLUMNS = (  # OpenML numbers them; these are their publisher's names
    "age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day", "month",
    "duration", "campaign", "pdays", "previous", "poutcome", "deposit",
)  # fmt: skip
SEASONS = {"spring": ("mar", "apr"), "autumn": ("sep", "oct"), "winter": ("dec", "jan", "feb")}


@dataclass(frozen=True)
class BankMarketing(tl.Scenario):
    title = "The campaign of another season: bank marketing"
    situation = "Cold start"
    modality = "table"
    story = (
        "A bank telephones its customers about fixed-term deposits, mostly in summer, when one in fourteen agrees. In "
        "autumn it calls fewer and other customers, and nearly half agree. Can the summer's calls help to choose whom "
        "to call in autumn? How long a call lasted is left out, for nobody knows that before. Real data: 45,211 calls "
        "of a Portuguese bank, 2008 to 2010 (S. Moro and others, UCI; CC BY 4.0). About 4 MB are downloaded once, "
        "from OpenML."
    )
    simulated = False
    embedded = False
    budget = 60

    season: str = tl.knob(
        "autumn", "When the target's customers are called; all other calls are the source", choices=tuple(SEASONS)
    )
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 44000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the table cannot be downloaded."""
        calls = openml.table(OPENML).set_axis(list(COLUMNS), axis=1)
        calls["deposit"] = calls["deposit"].astype(str).map({"1": "no", "2": "yes"})
        inside = calls["month"].astype(str).isin(SEASONS[self.season])
        source, target = divided(calls, "deposit", inside, leave=["month", "duration"])
        return tl.Situation(some(source, self.source_size), target, label="deposit", modality="table", positive="yes")


SCENARIO = BankMarketing
