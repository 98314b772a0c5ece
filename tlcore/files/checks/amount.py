"""How much there is in all: below ten thousand examples, what is kept fixed matters more than what is learnt."""

from __future__ import annotations

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.situation import Situation
from tlcore.words import _

ON = EVERY
SMALL = 10_000


def check(data: Situation, found: Findings) -> None:
    parts = [data.source, data.target, *(part for part in (data.test, data.unlabelled) if part is not None)]
    total = sum(map(len, parts))
    if total < SMALL:
        found.hint(
            _("There are {n} examples in all, fewer than {small}.", n=f"{total:,}", small=f"{SMALL:,}"),
            remedy=_("Prefer strategies that change little of what the source taught, and keep the classical learners "
                     "in the comparison: a large network from nothing has too little to learn from."),
        )  # fmt: skip
