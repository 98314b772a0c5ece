"""Columns that say something in one place and nothing in the other: they give the domain away and teach nothing."""

from __future__ import annotations

from tlcore.files import lists
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import frame, place
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})


def check(data: Situation, found: Findings) -> None:
    source, target = frame(data.source), frame(data.target)
    for role, here, there in (("source", source, target), ("target", target, source)):
        for column in here.columns:
            leave_out = Fix("ignore", lists.entry(str(column))) if column != data.places else None
            if here[column].isna().all() and there[column].notna().any():
                found.warn(
                    _("Column '{column}' is empty in {place}.", column=column, place=place(role)),
                    where=str(column),
                    remedy=_("It gives the domain away and teaches nothing; leave it out."),
                    fix=leave_out,
                )
            elif here[column].nunique(dropna=False) == 1 and there[column].nunique(dropna=False) > 1:
                found.warn(
                    _("Column '{column}' never changes in {place} ('{value}').", column=column, place=place(role),
                      value=here[column].iloc[0]),
                    where=str(column),
                    remedy=_("What is learnt from it in one place cannot help in the other."),
                    fix=leave_out,
                )  # fmt: skip
