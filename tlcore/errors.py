"""Everything that can be wrong with what a person asked for, or with a run.

    TransferLabError
    ├── Unusable     the request cannot be carried out; one sentence per problem (exit status 2)
    └── Stopped      someone asked a run to end early; the best epoch is kept

A sentence says what is wrong, where, and what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from tlcore.words import _


class TransferLabError(Exception):
    """The root of this package's own errors."""


class Unusable(TransferLabError):
    """What was asked for cannot be done; ``problems`` holds one sentence for each reason."""

    def __init__(self, *problems: str):
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class Stopped(TransferLabError):
    """Raised inside a run by whoever wants it to end after the current epoch."""


def gathered(*attempts: Callable[[], Any]) -> list[Any]:
    """What each of these returns. Raises one `Unusable` with the problems of all that raise one."""
    found, problems = [], []
    for attempt in attempts:
        try:
            found.append(attempt())
        except Unusable as error:
            problems += error.problems
    if problems:
        raise Unusable(*problems)
    return found


def unknown(kind: str, name: object, offer: Iterable[str]) -> Unusable:
    """The answer to a name nobody knows: the nearest one that exists, and all of them. ``kind`` is said as it is."""
    offer = list(offer)
    near = get_close_matches(str(name), offer, n=1)
    said = [
        _("No {kind} is called '{name}'.", kind=kind, name=name),
        *([_("Did you mean '{near}'?", near=near[0])] if near else []),
        _("On offer: {names}.", names=", ".join(offer)),
    ]
    return Unusable(" ".join(said))
