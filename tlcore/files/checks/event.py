"""Which of two classes is the event, where nobody said."""

from __future__ import annotations

import numpy as np

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.situation import Situation
from tlcore.words import _

ON = EVERY


def check(data: Situation, found: Findings) -> None:
    if data.kind != "binary" or data.positive:
        return
    other, event = data.target_space.classes
    share = float(np.mean(np.asarray(data.target.labels, dtype=str) == event))
    found.hint(
        _("'{event}' is taken for the event in '{label}' ({share} of the labelled target), '{other}' for its absence.",
          event=event, other=other, label=data.label, share=f"{share:.1%}"),
        where=data.label,
        remedy=_("Name the event if it is the other one: recall and average precision speak of it."),
    )  # fmt: skip
