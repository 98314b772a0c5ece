"""A column that exists only after the event: filled where the label is the event, or called like its consequence."""

from __future__ import annotations

import re

import numpy as np

from tlcore.files import lists
from tlcore.files.finding import Findings, Fix
from tlcore.files.parts import frame
from tlcore.situation import Situation
from tlcore.words import _

ON = frozenset({"table"})
AFTERWARDS = re.compile(
    r"(^|[_\W])(closed?|closing|cancel(led|lation|ed)?|refund(s|ed)?|chargebacks?|outcome|result|resolved|resolution|"
    r"terminat(ed|ion)|ended|exited|churned|churn_?(date|reason)|end_?date|settled|verdict|"
    r"disput(e|ed)|write_?off)([_\W]|$)|退款|取消|注销|关闭|结果|拒付|终止",
    re.IGNORECASE,
)
AGREES = 0.95  # the share of events with a value, and of the others without one
LEAST = 10  # events


def check(data: Situation, found: Findings) -> None:
    for column in map(str, frame(data.source).columns):
        leave_out = Fix("ignore", lists.entry(column))
        if filled_as_event(data, column):
            found.warn(
                _("Column '{column}' is filled almost exactly where '{label}' is '{event}'.", column=column,
                  label=data.label, event=_event(data)),
                where=column,
                remedy=_("It is written down after the event and holds the answer; leave it out."),
                fix=leave_out,
            )  # fmt: skip
        elif AFTERWARDS.search(re.sub(r"([a-z])([A-Z])", r"\1_\2", column)):
            found.note(
                _("Column '{column}' is called like something that is known only afterwards.", column=column),
                where=column,
                remedy=_("Leave it out unless it is known when a prediction is needed."),
                fix=leave_out,
            )


def filled_as_event(data: Situation, column: str) -> bool:
    """Whether this column has a value where the label is the event and none elsewhere, in source or target."""
    if data.kind != "binary":
        return False
    for part in (data.source, data.target):
        event = np.asarray(part.labels, dtype=str) == _event(data)
        filled = frame(part)[column].notna().to_numpy()
        if min(event.sum(), (~event).sum()) < LEAST:
            continue
        if filled[event].mean() >= AGREES and filled[~event].mean() <= 1 - AGREES:
            return True
    return False


def _event(data: Situation) -> str:
    return data.target_space.classes[-1]
