"""What a case is worth, on the command line: the flags, and what they say of an experiment."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tlcore.measure.payoffs import Worth
    from tlcore.store import StoredExperiment


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--payoffs", metavar="TP,FP,TN,FN", help="what a case brings (write --payoffs=-10,-10,0,-400)")
    parser.add_argument("--over", metavar="C", help="of numbers: what predicting one unit too much costs")
    parser.add_argument("--under", metavar="C", help="of numbers: what predicting one unit too little costs")
    parser.add_argument(
        "--event", metavar="CLASS", help="of several classes, the one to be found (default: the rarest)"
    )
    parser.add_argument("--currency", default="EUR", help="what the figures are in (default EUR)")


def worth(asked: Namespace, experiment: StoredExperiment) -> Worth:
    """What a person says a case is worth, else what the scenario assumes."""
    from tlcore.errors import Unusable
    from tlcore.measure.payoffs import ErrorCosts, number, payoffs
    from tlcore.measure.payoffs import usual as usual_worth
    from tlcore.measure.payoffs import worth as worth_from

    regression = experiment.facts["kind"] == "regression"
    usual = usual_worth(experiment.experiment.scenario, regression)
    if regression:
        if asked.payoffs is not None:
            raise Unusable("The answer of this experiment is a number; say --over C --under C instead of --payoffs.")
        given = {"over": asked.over, "under": asked.under}
        figures = {n: usual.figures[n] if said is None else number(said, f"--{n}") for n, said in given.items()}
        return ErrorCosts(**figures, currency=asked.currency)
    if asked.over is not None or asked.under is not None:
        raise Unusable(
            "The answer of this experiment is a class; say --payoffs TP,FP,TN,FN instead of --over, --under."
        )
    if asked.payoffs is None:
        return worth_from(usual.figures, asked.currency)
    return payoffs(asked.payoffs, asked.currency)


def event(asked: Namespace, experiment: StoredExperiment) -> int | None:
    """The position of the class that is to be found; None where nobody chose one, or there is none to choose."""
    from tlcore.errors import Unusable, unknown

    if asked.event is None:
        return None
    classes = experiment.facts["classes"]
    if experiment.facts["kind"] == "regression":
        raise Unusable("The answer of this experiment is a number, so no class is to be found; leave --event out.")
    if asked.event not in classes:
        raise unknown("class", asked.event, classes)
    return int(classes.index(asked.event))


def said(asked: Namespace) -> bool:
    """Whether a person said anything of it."""
    return any(value is not None for value in (asked.payoffs, asked.over, asked.under)) or asked.currency != "EUR"
