"""Test examples that were seen before, and examples that occur twice in one place, by a hash of their content."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.files.fixes import DROP, marks
from tlcore.files.parts import parts, place, rows
from tlcore.situation import Situation
from tlcore.words import _, counted

ON = EVERY
COARSE = 0.9  # where fewer rows than this share differ, two cases may well look the same and be two


def check(data: Situation, found: Findings) -> None:
    examples = parts(data)
    values = {role: marks(part.inputs, part.labels) for role, part in examples.items()}
    whole = np.concatenate(list(values.values()))
    coarse = len(np.unique(whole)) < COARSE * len(whole)
    grave = found.note if coarse else found.warn
    fix = DROP if data.modality in ("table", "text") and not coarse else None
    judged = "target" if data.test is None else "test"
    for role in values:
        held = np.flatnonzero(np.isin(values[judged], values[role]))
        if len(held) and role not in (judged, "test"):
            grave(
                counted(
                    "One example of {test} is also in {other}.",
                    "{n} examples of {test} are also in {other}.",
                    len(held),
                    test=place(judged),
                    other=place(role),
                ),
                where=place(judged),
                remedy=_("Half of the target is the test set; remove the copies, or the score will flatter transfer.")
                if judged == "target"
                else _("Remove them from one of the two, or the score will flatter whoever learns by heart."),
                rows=rows(examples[judged], held),
                fix=fix,
            )
    _check_unlabelled(data, judged, found)
    for role, part in values.items():
        again = np.flatnonzero(pd.Series(part).duplicated().to_numpy())
        if len(again):
            say = grave if role == judged == "target" else found.note
            say(
                counted(
                    "One example of {file} repeats an earlier one.",
                    "{n} examples of {file} repeat earlier ones.",
                    len(again),
                    file=place(role),
                ),
                where=place(role),
                remedy=_("Remove the copies if they are the same case recorded twice."),
                rows=rows(examples[role], again),
                fix=fix,
            )


def _check_unlabelled(data: Situation, judged: str, found: Findings) -> None:
    """Unlabelled examples that are judged too: their inputs alone are the mark."""
    if data.unlabelled is None:
        return
    tested, more = marks(parts(data)[judged].inputs), marks(data.unlabelled.inputs)
    count = int(np.isin(more, tested).sum())
    if not count:
        return
    coarse = len(np.unique(tested)) < COARSE * len(tested)
    say = found.note if coarse else found.warn
    say(
        counted(
            "One unlabelled example is also in {test}.",
            "{n} unlabelled examples are also in {test}.",
            count,
            test=place(judged),
        ),
        where=place(judged),
        remedy=_("Half of the target is the test set; remove the copies, or the score will flatter what learns from "
                 "unlabelled examples.")
        if judged == "target"
        else _("Remove them, or the score will flatter what learns from unlabelled examples."),
        fix=DROP if data.modality in ("table", "text") and not coarse else None,
    )  # fmt: skip
