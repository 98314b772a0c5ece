"""Any table of OpenML that one of its columns divides into source and target (Vanschoren et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass

import tlcore as tl
from tlcore import files
from tlcore.remote import openml


@dataclass(frozen=True)
class OpenmlTable(tl.Scenario):
    title = "A table of OpenML"
    situation = "Public data"
    modality = "table"
    story = (
        "OpenML keeps thousands of public tables under a number each. Name one, the column to predict, and the column "
        "that tells source from target: the rows with the value you name are the target, all others are the source. "
        "Read the licence on the table's page at openml.org. It is downloaded once and read as your own files are."
    )
    simulated = False
    embedded = False
    budget = 50

    data_id: int = tl.knob(31, "Number of the data set on OpenML", 1, 10_000_000)
    label: str = tl.knob("", "The column to predict; empty: the one its publisher names")
    domain_column: str = tl.knob("purpose", "The column that tells source from target")
    target_domain: str = tl.knob("new car", "The value of that column that marks the target")
    positive: str = tl.knob("", "The event, where there are two classes")
    ignore: str = tl.knob("", "Columns to leave out, separated by commas")

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where the table cannot be downloaded, or is not divided by what was asked."""
        path = openml.kept(self.data_id)
        return files.situation(
            files.Files(
                source=str(path),
                label=self.label or openml.table(self.data_id).attrs.get(openml.LABEL, ""),
                domain_column=self.domain_column,
                target_domain=self.target_domain,
                positive=self.positive,
                ignore=self.ignore,
            )
        )


SCENARIO = OpenmlTable
