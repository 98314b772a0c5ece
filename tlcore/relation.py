"""How source and target relate, in the field's terms (Pan and Yang, 2010): domain, task, and who has labels."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from tlcore.words import _

OF_THE_DOMAIN = {"inputs", "columns"}
OF_THE_TASK = {"rule", "classes"}


class Relation(NamedTuple):
    """A name in the field's terms, and what it means for the choice of strategy, in a sentence."""

    name: str
    meaning: str


def relation(differs: Set[str]) -> Relation:
    """The relation of a source and a target that differ in these (`tlcore.catalog.DIFFERENCES`)."""
    domain, task = differs & OF_THE_DOMAIN, differs & OF_THE_TASK
    if domain and task:
        return Relation(
            _("Different domain, different task"),
            _("Both the cases and what is asked of them change: expect to adapt and to learn anew, and doubt a gain."),
        )
    if "columns" in domain:
        return Relation(
            _("Different feature space, same task"),
            _("The same question is asked of other inputs: only what both have in common can be carried over."),
        )
    if domain:
        return Relation(
            _("Different domain, same task"),
            _("The cases are distributed otherwise, the question stays: domain adaptation is made for this."),
        )
    if task:
        return Relation(
            _("Same domain, different task"),
            _("The cases are alike, the answers are not: keep the features, and unfreeze as much as the labels allow."),
        )
    return Relation(
        _("Same domain, same task"),
        _("Source and target are of one kind: their examples can simply be put together."),
    )


def setting() -> Relation:
    """Whose labels there are to learn from: a few of the target's, always."""
    return Relation(
        _("Inductive transfer"), _("The target has a few labels, and what is learnt is judged on new cases of it.")
    )


def words(differs: Set[str]) -> list[str]:
    """What differs, one phrase each, in the order of `tlcore.catalog.DIFFERENCES`."""
    phrases = {
        "inputs": _("how the cases are distributed"),
        "columns": _("what is known of a case"),
        "rates": _("how often the event happens"),
        "rule": _("which cases lead to which answer"),
        "classes": _("which answers there are"),
    }
    return [phrase for name, phrase in phrases.items() if name in differs]
