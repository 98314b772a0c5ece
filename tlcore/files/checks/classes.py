"""Classes with too few target examples to be learnt and judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.files.checks import EVERY
from tlcore.files.finding import Findings
from tlcore.files.parts import listed
from tlcore.situation import Situation
from tlcore.words import _, counted

ON = EVERY


def check(data: Situation, found: Findings) -> None:
    if data.regression:
        return
    counts = pd.Series(np.asarray(data.target.labels, dtype=str)).value_counts()
    counts = counts.reindex(data.target_space.classes, fill_value=0)
    few = [str(name) for name, count in counts.items() if count < 2]
    if few:
        found.warn(
            counted(
                "Class {classes} has fewer than two labelled examples in the target.",
                "Classes {classes} have fewer than two labelled examples in the target.",
                len(few),
                classes=listed(few),
            ),
            remedy=_("Label more of them, or leave the class out."),
        )
