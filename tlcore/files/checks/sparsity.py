"""Tables that are nearly all zeros and gaps."""

from __future__ import annotations

from tlcore.files.finding import Findings
from tlcore.files.parts import frame, place
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
SPARSE = 0.8  # of the cells
LEAST = 5  # columns


def check(data: Situation, found: Findings) -> None:
    for role, part in (("source", data.source), ("target", data.target)):
        inputs = frame(part)
        if inputs.shape[1] < LEAST:
            continue
        numeric = inputs.select_dtypes("number")
        empty = int(inputs.isna().to_numpy().sum()) + int((numeric.to_numpy() == 0).sum())
        share = empty / max(1, inputs.size)
        if share >= SPARSE:
            found.hint(
                _("{share} of the cells of {place} are zero or missing.", share=f"{share:.0%}", place=place(role)),
                where=place(role),
                remedy=_("Trees and strongly regularised linear models bear this best; measures of the domain gap and "
                         "alignment mostly see where the gaps are."),
            )  # fmt: skip
            return
