"""Where a knob may be searched: its declared range or choices, by ratio where the range spans decades."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

from tlcore import catalog
from tlcore.errors import Unusable, unknown
from tlcore.situation import Situation
from tlcore.words import _

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

DECADES = 100.0  # a positive range is searched by ratio where its end is this many times its beginning


def searchable(strategy: str) -> dict[str, Field[Any]]:
    """The knobs of a strategy that have a range or choices."""
    return {
        knob.name: knob
        for knob in fields(catalog.strategies()[strategy])
        if knob.metadata.get("help") and (isinstance(knob.default, bool) or knob.metadata["choices"] or _ranged(knob))
    }


def space(strategy: str, over: Iterable[str], settings: dict[str, Any], situation: Situation) -> dict[str, Any]:
    """An Optuna distribution for each of these knobs; choices that do not go with these data are left out.

    ``settings`` are all knobs as they stand. Raises `Unusable` with one sentence per knob that cannot be searched.
    """
    declared = {knob.name: knob for knob in fields(catalog.strategies()[strategy]) if knob.metadata.get("help")}
    can = searchable(strategy)
    problems = [
        problem
        for name in over
        if name not in can
        for problem in (
            [
                _(
                    "{knob} has no range to search in; choose among {names}.",
                    knob=f"{strategy}.{name}",
                    names=", ".join(can) or _("none"),
                )
            ]
            if name in declared
            else unknown(_("knob of {owner}", owner=strategy), name, declared).problems
        )
    ]
    if problems:
        raise Unusable(*problems)
    return {name: _distribution(strategy, can[name], settings, situation) for name in over}


def _distribution(strategy: str, knob: Field[Any], settings: dict[str, Any], situation: Situation) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    choices = (False, True) if isinstance(knob.default, bool) else knob.metadata["choices"]
    if choices:
        fitting = [
            choice
            for choice in choices
            if catalog.strategy(strategy, **{**settings, knob.name: choice}).objection(situation) is None
        ]
        return CategoricalDistribution(fitting)
    low, high = knob.metadata["low"], knob.metadata["high"]
    by_ratio = low > 0 and high / low >= DECADES
    if isinstance(knob.default, int):
        return IntDistribution(int(low), int(high), log=by_ratio)
    return FloatDistribution(float(low), float(high), log=by_ratio)


def _ranged(knob: Field[Any]) -> bool:
    numeric = isinstance(knob.default, (int, float))
    return numeric and knob.metadata["low"] is not None and knob.metadata["high"] is not None
