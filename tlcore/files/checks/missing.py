"""How much of each column is missing, and whether source and target differ in it."""

from __future__ import annotations

from tlcore.files import lists
from tlcore.files.checks.after_event import filled_as_event
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import frame
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
DIFFER = 0.25  # of the shares: the simulated places that record differently stay below
MOSTLY = 0.5
LEAST = 20  # rows of a place


def check(data: Situation, found: Findings) -> None:
    source, target = frame(data.source), frame(data.target)
    if min(len(source), len(target)) < LEAST:
        return
    for column in source.columns:
        here, there = float(source[column].isna().mean()), float(target[column].isna().mean())
        if max(here, there) == 1 or filled_as_event(data, str(column)):  # said by another check
            continue
        leave_out = Fix("ignore", lists.entry(str(column))) if column != data.places else None
        shares = {"column": column, "source": f"{here:.0%}", "target": f"{there:.0%}"}
        if abs(here - there) >= DIFFER:
            found.warn(
                _("Column '{column}' is missing in {source} of the source and {target} of the target.", **shares),
                where=str(column),
                remedy=_("That it is missing says where a row is from; leave it out, or find out why."),
                fix=leave_out,
            )
        elif min(here, there) >= MOSTLY:
            found.note(
                _("Column '{column}' is mostly missing: in {source} of the source and {target} of the target.",
                  **shares),
                where=str(column),
                fix=leave_out,
            )  # fmt: skip
