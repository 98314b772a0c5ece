"""What went wrong in a finished comparison, and the command of each remedy."""

from __future__ import annotations

from typing import Any

from tlcore import advice
from tlcore.cli.afterwards import Ended
from tlcore.cli.spoken import command
from tlcore.diagnosis import SHOWN, Evidence, Finding, diagnose

PLACE = 3


def show(ended: Ended) -> dict[str, Any]:
    """Print the findings of each label budget; returns what ``--json`` adds to its record, all of them."""
    plan, runs, store = ended.plan, ended.runs, ended.store
    epochs, facts = store.epochs(runs["run"]), store.experiment(ended.experiment_id).facts
    record = []
    for labels in plan.experiment.labels:
        seen = Evidence.of(
            plan.experiment, facts, labels, runs, epochs, ended.summary, draw=lambda: plan.situation,
            measure=lambda labels=labels: advice.facts(plan.situation, labels, plan.backbone), called=lambda name: name,
        )  # fmt: skip
        found = diagnose(seen)
        record += [{"labels": "all" if labels is None else labels, **_record(one)} for one in found]
        _say("all" if labels is None else str(labels), found)
    return {"diagnosis": record}


def _record(found: Finding) -> dict[str, Any]:
    told = found.to_dict()
    for one, remedy in zip(told["remedies"], found.remedies, strict=True):
        one["command"] = command(remedy.experiment)
    return told


def _say(labels: str, found: list[Finding]) -> None:
    """The gravest few, each with the command of its first remedy."""
    if not found:
        return
    print(f"\nWhat went wrong with {labels} target labels, and what to try")
    for one in found[:SHOWN]:
        print(f"{'!' if one.grave else '-'} {one.title}. {one.sentence}")
        if one.remedies:
            others = "; ".join(remedy.words for remedy in one.remedies[1:])
            print(f"  {one.remedies[0].words}{f' (or: {others})' if others else ''}:")
            print(f"    {command(one.remedies[0].experiment)}")
    if len(found) > SHOWN:
        print(f"{len(found) - SHOWN} further findings are not shown; --json has them all.")
