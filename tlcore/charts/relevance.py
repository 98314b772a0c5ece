"""Whether the source's model says anything about the target's labels, in words."""

from __future__ import annotations

import pandas as pd

from tlcore.measure.relevance import OF_SOURCE
from tlcore.words import _


def question(table: pd.DataFrame) -> str:
    """What is asked: of the source's model, or of the inputs alone where no model of the source can be judged."""
    if table["of"].eq(OF_SOURCE).any() or table.empty:
        return _("Does the source's model say anything about the target's labels?")
    return _("Do the inputs say anything about the target's labels?")


def answer(table: pd.DataFrame) -> str:
    """One sentence from the rows of `tlcore.measure.relevance.relevance`: LEEP decides, LogME where there is none."""
    if table.empty:
        return _("So few labelled cases tell nothing.")
    source = table[table["of"] == OF_SOURCE]
    first = (source if len(source) else table).iloc[0]
    above = first["value"] > first["floor"]
    if len(source) and above:
        return _("Yes: what a model of the source answers on {n} labelled cases of the target goes with their labels.",
                 n=first["n"])  # fmt: skip
    if len(source):
        return _("Not surely: what a model of the source answers on {n} labelled cases of the target goes with their "
                 "labels no more than chance allows.", n=first["n"])  # fmt: skip
    if above:
        return _("The inputs of {n} labelled cases of the target tell something about their labels.", n=first["n"])
    return _("The inputs of {n} labelled cases of the target tell no more about their labels than chance allows.",
             n=first["n"])  # fmt: skip


def caution() -> str:
    """What these scores are not."""
    return _(
        "These scores only rank sources, networks and features on the same data: none is a gain, and a source that "
        "says the opposite scores as high as one that is right."
    )


def named(measure: str) -> tuple[str, str]:
    """A measure's name and what it says, in one line."""
    return {
        "leep": (_("LEEP"), _("How well the source model's probabilities tell the target's labels; at most 0.")),
        "nce": (_("NCE"), _("The same from the source model's likeliest class alone; at most 0.")),
        "logme": (_("LogME"), _("How well a weighted sum of the inputs explains the labels.")),
        "h_score": (_("H-score"), _("How much of the inputs' spread lies between classes.")),
        "scatter_ratio": (_("Scatter ratio"), _("How far the classes lie apart beside how far each one spreads.")),
        "silhouette": (_("Silhouette"), _("How much nearer cases lie to their own class than to the next, -1 to 1.")),
        "class_distance": (_("Class distance"), _("How far the classes' averages lie from the common one.")),
    }[measure]
