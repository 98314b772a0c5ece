"""How many target examples nobody labelled: a pool that some strategies learn from as well."""

from __future__ import annotations

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.situation import Situation
from tlcore.words import _

ON = EVERY


def check(data: Situation, found: Findings) -> None:
    if data.unlabelled is None:
        return
    without, with_label = len(data.unlabelled), len(data.target)
    found.hint(
        _("{without} target examples have no label, {labelled} have one.", without=f"{without:,}",
          labelled=f"{with_label:,}"),
        remedy=_("Strategies that learn from unlabelled examples (alignment, self-training) can use them; they help "
                 "only if the two groups come from the same place and time.")
        if without >= with_label
        else _("They are few: strategies that learn from unlabelled examples gain little from them."),
    )  # fmt: skip
