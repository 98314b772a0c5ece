"""What a case is worth in money, by what was said and what is true; or what an error of a number costs.

For yes and no: a value for each cell of the confusion matrix. Only differences matter for the decision: naming an event
gains ``TP - FN``, naming anything else loses ``TN - FP``, so a case of probability p is worth naming where

    p >= p* = (TN - FP) / ((TN - FP) + (TP - FN))                                           (Elkan, 2001)

For a number: what one unit of over- and one of under-estimating costs. The prediction with the lowest expected cost is
the quantile ``under / (over + under)`` of what may come (the newsvendor; Arrow, Harris and Marschak, 1951).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from tlcore import catalog
from tlcore.errors import Unusable, gathered
from tlcore.words import _

PER = 1_000  # cases: what every sum of money speaks of
LARGEST = 1e12  # a payoff beyond it is a slip of the finger
SOME, ALL, NONE, EQUAL, REVERSED = "some", "all", "none", "equal", "reversed"


def _check(figures: Mapping[str, float], currency: str) -> None:
    problems = [
        _("{name} is {word}; it must be a number between -{most} and {most}.", name=name.upper(), word=repr(figure),
          most="1e12")
        for name, figure in figures.items()
        if not isinstance(figure, (int, float)) or not abs(figure) <= LARGEST
    ]  # fmt: skip
    if not currency.strip() or len(currency) > 12:
        problems.append(_("The currency is {word}; write up to 12 letters, such as EUR.", word=repr(currency)))
    if problems:
        raise Unusable(*problems)


@dataclass(frozen=True)
class Payoffs:
    """The value of one case in ``currency``: a found event, a false alarm, a quiet case left alone, a missed event.

    Raises `Unusable` for what is no finite number.
    """

    tp: float
    fp: float
    tn: float
    fn: float
    currency: str = "EUR"
    kind: ClassVar[str] = "classes"

    def __post_init__(self) -> None:
        _check(self.figures, self.currency)

    @property
    def figures(self) -> dict[str, float]:
        return {"tp": self.tp, "fp": self.fp, "tn": self.tn, "fn": self.fn}

    @property
    def decision(self) -> str:
        """Whom it pays to name: "some" where a probability decides; "all" or "none" whatever the model says; "equal"
        where naming changes nothing; "reversed" where the less likely cases were to be named."""
        found, alarm = self.tp - self.fn, self.tn - self.fp
        if found > 0 and alarm > 0:
            return SOME
        if found == alarm == 0:
            return EQUAL
        if found < 0 and alarm < 0:
            return REVERSED
        return ALL if found >= 0 else NONE

    @property
    def threshold(self) -> float:
        """The probability from which a case is worth naming (p*); NaN unless a probability decides."""
        found, alarm = self.tp - self.fn, self.tn - self.fp
        return alarm / (alarm + found) if self.decision == SOME else math.nan

    @property
    def objection(self) -> str:
        """Why no model can be worth anything under these payoffs, in a sentence; "" where one can."""
        return {
            SOME: "",
            ALL: _(
                "Name every case, whatever a model says: a false alarm is worth no less here than leaving the case "
                "alone, so no probability speaks against naming."
            ),
            NONE: _(
                "Name no case, whatever a model says: a found event is worth no more here than a missed one, so no "
                "probability speaks for naming."
            ),
            EQUAL: _(
                "There is nothing to decide: whether a case is named or left alone changes nothing, so no model is "
                "worth anything under these payoffs."
            ),
            REVERSED: _(
                "These payoffs ask for naming the wrong cases: a missed event is worth more than a found one, and a "
                "false alarm more than leaving alone. Were two figures exchanged?"
            ),
        }[self.decision]

    def profit(
        self, named: np.ndarray | float, hits: np.ndarray | float, cases: float, events: float
    ) -> np.ndarray | float:
        """Money per 1,000 cases when ``named`` of ``cases`` are named, and ``hits`` of these are ``events``."""
        alarms, missed = named - hits, events - hits
        quiet = cases - events - alarms
        return (self.tp * hits + self.fp * alarms + self.fn * missed + self.tn * quiet) * (PER / cases)


@dataclass(frozen=True)
class ErrorCosts:
    """What one unit of predicting too much (``over``) and of predicting too little (``under``) costs, in ``currency``.

    Raises `Unusable` for what is no finite number, or below 0.
    """

    over: float
    under: float
    currency: str = "EUR"
    kind: ClassVar[str] = "number"

    def __post_init__(self) -> None:
        _check(self.figures, self.currency)
        negative = [name for name, figure in self.figures.items() if figure < 0]
        if negative:
            raise Unusable(_("The cost of an error ({name}) is below 0; write what a unit costs, 0 or more.",
                             name=negative[0]))  # fmt: skip

    @property
    def figures(self) -> dict[str, float]:
        return {"over": self.over, "under": self.under}

    @property
    def level(self) -> float:
        """The share of cases that should turn out below the cheapest prediction."""
        return self.under / (self.over + self.under)

    @property
    def objection(self) -> str:
        """Why no prediction is better than another under these costs, in a sentence; "" where one is."""
        if self.over == self.under == 0:
            return _("There is nothing to decide: no error costs anything, so no model is worth anything.")
        if self.over == 0:
            return _("Predicting too much costs nothing here, so the largest number there is would be the best answer.")
        if self.under == 0:
            return _("Predicting too little costs nothing here, so the smallest number there is would be the best "
                     "answer.")  # fmt: skip
        return ""

    def cost(self, errors: np.ndarray) -> float:
        """Money per 1,000 cases, from (N,) errors, prediction minus truth."""
        each = np.where(errors > 0, self.over * errors, -self.under * errors)
        return float(each.mean() * PER)


Worth = Payoffs | ErrorCosts

# Where a scenario assumes nothing: a found event brings five times what a false alarm costs; either error costs alike.
USUAL: dict[bool, Worth] = {False: Payoffs(10, -2, 0, 0), True: ErrorCosts(1, 1)}


def worth(figures: Mapping[str, float], currency: str = "EUR") -> Worth:
    """Payoffs or costs from figures by their names, such as a store keeps. Raises `Unusable` for other names."""
    if set(figures) == {"tp", "fp", "tn", "fn"}:
        return Payoffs(**figures, currency=currency)
    if set(figures) == {"over", "under"}:
        return ErrorCosts(**figures, currency=currency)
    raise Unusable(_("Payoffs have the figures tp, fp, tn and fn, or over and under; these are: {names}.",
                     names=", ".join(figures) or "-"))  # fmt: skip


def assumed(figures: Sequence[float], regression: bool) -> Worth:
    """What a scenario assumes (its ``worth``), or what is usual where it assumes nothing."""
    usual = USUAL[regression]
    return worth(dict(zip(usual.figures, figures, strict=True))) if len(figures) == len(usual.figures) else usual


def usual(scenario: str, regression: bool) -> Worth:
    """What the scenario of this name assumes, or what is usual where it is no longer on offer."""
    offer = catalog.scenarios().get(scenario)
    return assumed(offer.worth if offer else (), regression)


def payoffs(words: str | Sequence[object], currency: str = "EUR") -> Payoffs:
    """From "55,-5,0,0" (TP, FP, TN, FN). Raises `Unusable`, a sentence for each figure that is none."""
    parts = [part.strip() for part in words.split(",")] if isinstance(words, str) else list(words)
    if len(parts) != 4 or not all(str(part) for part in parts):
        raise Unusable(_("Payoffs are four numbers with commas between, TP,FP,TN,FN, such as 55,-5,0,0; not {words}.",
                         words=repr(words)))  # fmt: skip
    tp, fp, tn, fn = gathered(*(partial(number, *pair) for pair in zip(parts, ("TP", "FP", "TN", "FN"), strict=True)))
    return Payoffs(tp, fp, tn, fn, currency)


def number(word: object, name: str) -> float:
    """A finite number. Raises `Unusable` in a sentence that names what it was to be."""
    try:
        found = float(word)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise Unusable(_("{name} is {word}; it must be a number, such as 12.5.", name=name, word=repr(word)))
    return found
