"""A class below one in a hundred: which measure still says something, and which remedies belong into the comparison."""

from __future__ import annotations

import numpy as np

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.files.parts import parts, place
from tlcore.situation import Situation
from tlcore.words import _, counted

ON = EVERY
RARE = 0.01


def check(data: Situation, found: Findings) -> None:
    if data.regression:
        return
    for role, part in parts(data).items():
        if role == "test":
            continue
        classes, counts = np.unique(np.asarray(part.labels, dtype=str), return_counts=True)
        least = int(counts.argmin())
        if counts[least] < RARE * len(part):
            found.hint(
                counted(
                    "Class '{name}' is {share} of {place}: {n} example.",
                    "Class '{name}' is {share} of {place}: {n} examples.",
                    int(counts[least]),
                    name=classes[least],
                    share=f"{counts[least] / len(part):.2%}",
                    place=place(role),
                ),
                where=place(role),
                remedy=_("Judge by average precision, compare the remedies for rare classes, and choose a budget that "
                         "holds at least ten of them: with fewer, what differs between strategies is mostly luck."),
            )  # fmt: skip
