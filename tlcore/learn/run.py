"""One run, from a strategy's story to its score on labels used once."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from tlcore.catalog import Backbone, Metric
from tlcore.errors import Stopped
from tlcore.learn import alarms, memory, nets
from tlcore.learn.data import Task, deal
from tlcore.learn.judge import Judge
from tlcore.learn.look import Look
from tlcore.learn.loop import Course, Report, train
from tlcore.learn.shelf import Shelf
from tlcore.outcome import Note, Outcome, State
from tlcore.phase import Phase
from tlcore.situation import Situation, Split, split
from tlcore.spec import RunSpec


@dataclass(frozen=True, eq=False)
class Result:
    outcome: Outcome
    predictions: pd.DataFrame
    picture: pd.DataFrame  # of both domains in the network's features, before and after (measure/adaptation.py)
    weights: dict[str, Tensor]


def carry_out(
    phases: Callable[[Task], Iterator[Phase]],
    spec: RunSpec,
    situation: Situation,
    backbone: Backbone,
    metrics: Mapping[str, Metric],
    *,
    device: str,
    report: Report,
    shelf: Shelf,
) -> Result:
    """Deal the data, train, and judge once on the test labels.

    ``report`` is called after every epoch and may raise `Stopped`: then the best epoch so far is
    what is judged. Any other error passes through.
    """
    hand = split(situation, spec.labels, spec.seed)
    remedy = spec.knobs.get("imbalance", "none")
    task, held = deal(hand, situation, backbone, spec.training, spec.seed, device, remedy)
    judge = Judge(held, task, metrics, spec.metric, device)
    look = Look(held, task)
    course = Course(judge, spec.training, report, spec.seed, around=look.at)
    state = State.DONE
    scores: dict[str, dict[str, float]] = {}
    predictions = pd.DataFrame()
    with memory.at(shelf.features):
        try:
            train(phases(task), course, shelf)
        except Stopped:
            state = State.STOPPED
        phase = course.phase
        assert phase is not None
        if judge.can_judge(phase.selector):
            scores, predictions = judge.measured(phase.predictor, phase.selector)
            course.notes += alarms.one_answer(predictions, task.target_labels)
        else:
            course.notes.append(
                Note("The run was stopped before it had learnt the target's classes; there is no score.")
            )
        features, picture = look.ends(phase.predictor)
    outcome = Outcome(
        state,
        scores.get("test", {}),
        scores.get("valid", {}),
        selector=_selector(course.selectors, hand),
        seconds=course.spent,
        epochs=course.epochs,
        device=device_name(device),
        notes=alarms.distinct([*task.notes, *course.notes]),
        features=features,
    )
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in nets.own_state(phase.predictor).items()}
    return Result(outcome, predictions, picture, weights)


def _selector(kinds: list[str], hand: Split) -> str:
    """What chose the epoch that was judged, in words, from the selectors of the phases in turn."""
    valid, labels = len(hand.valid), len(hand.valid) + len(hand.train)
    last = kinds[-1]
    if last == "source":  # stopped before the target's turn came
        return f"the latest epoch not clearly worse than the best on {len(hand.source_valid)} source labels kept aside"
    if "target" in kinds:
        chosen = f"the latest epoch not clearly worse than the best on {valid} of the {labels} target labels kept aside"
        return f"{chosen}, to which its last step was then fitted" if last == "none" else chosen
    if last == "none":
        return f"no epoch to choose; fitted on all {labels} target labels"
    return "no epoch to choose; no target label was used"


def device_name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else f"CPU ({platform.machine()})"
