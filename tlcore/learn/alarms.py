"""What goes wrong while training, said in a sentence: read from a phase's epochs and the numbers at hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import pandas as pd
import torch
from torch import nn

from tlcore.measure import notes
from tlcore.outcome import Epoch, Note
from tlcore.phase import Phase
from tlcore.situation import LabelSpace

FEW = 10  # an effective sample size below this is hardly a sample
UNDECIDED = math.log(2)  # cross-entropy of a critic that tosses a coin
NEAR = 0.02  # share of UNDECIDED
FALLEN = 0.05  # of the best score so far
RUNAWAY = 100.0  # times its first epoch's value, a loss explodes


def before(phase: Phase) -> Iterator[Note]:
    """What can be seen before the first step."""
    yield from few(phase.name, getattr(phase.batches, "effective", None))


def few(phase: str, effective: float | None) -> Iterator[Note]:
    """Weights that are worth fewer than `FEW` equally weighted rows (Kish, 1965); None: there are no weights."""
    if effective is not None and effective < FEW:
        yield Note(
            "Few rows carry nearly all of the weight in phase '{phase}': they count for {n:.1f} equally weighted ones. "
            "The result hangs on those few.",
            {"phase": phase, "n": effective},
        )


def exploded(told: list[Epoch], terms: dict[str, float]) -> bool:
    """Whether the sum of the loss terms ran away from where it stood in the phase's first epoch."""
    first = sum(next((epoch.terms for epoch in told if epoch.terms), terms).values())
    return sum(terms.values()) > RUNAWAY * max(1.0, abs(first))


def after(phase: str, told: list[Epoch], sign: int) -> Iterator[Note]:
    """What a phase's whole course shows: a critic that never learnt, or features that gave up the task.

    ``sign`` times the scores of the headline metric, more is better.
    """
    trained = [epoch for epoch in told if "domain" in epoch.terms]
    domain = [epoch.terms["domain"] for epoch in trained]
    if len(domain) >= 3 and max(domain) - min(domain) < 1e-6:
        yield Note(notes.DEAD_CRITIC, {"phase": phase, "loss": domain[0]})
    elif len(domain) >= 3 and abs(domain[-1] - UNDECIDED) < NEAR * UNDECIDED:
        scores = [score for epoch in trained for score in [_score(epoch)] if score is not None]
        best = max(scores, key=lambda score: sign * score, default=0.0)
        if scores and sign * (best - scores[-1]) > FALLEN * abs(best):
            yield Note(notes.GAVE_UP, {"phase": phase, "best": best, "last": scores[-1]})


def _score(epoch: Epoch) -> float | None:
    """Of hundreds of watched examples where there are any: a fall on a dozen validation labels is mostly chance."""
    value = next((epoch.scores[part] for part in ("watched", "source", "valid") if part in epoch.scores), None)
    return None if value is None or math.isnan(value) else value


class Standing:
    """The batch-norm statistics that a phase must leave alone, as they stood before it."""

    def __init__(self, phase: Phase):
        moving = {id(tensor) for move in phase.moves for tensor in move.module.buffers()}
        self.phase = phase
        self.before = [
            (tensor, tensor.detach().clone())
            for module in phase.predictor.modules()
            if isinstance(module, nn.modules.batchnorm._BatchNorm)
            for tensor in (module.running_mean, module.running_var)
            if tensor is not None and id(tensor) not in moving
        ]

    def drift(self) -> Iterator[Note]:
        if any(not torch.equal(tensor, value) for tensor, value in self.before):
            yield Note(
                "Batch-norm statistics of frozen layers moved in phase '{phase}'; they were meant to stand still.",
                {"phase": self.phase.name},
            )


def one_answer(predictions: pd.DataFrame, labels: LabelSpace) -> Iterator[Note]:
    """Test predictions that all name one class."""
    if labels.kind == "regression":
        return
    test = predictions.loc[predictions["part"] == "test", [f"p{place}" for place in range(len(labels.classes))]]
    answers = set(test.to_numpy().argmax(1))
    if len(test) > 1 and len(answers) == 1:
        yield Note(notes.ONE_ANSWER, {"answer": labels.classes[answers.pop()]})


def distinct(found: Iterable[Note]) -> tuple[Note, ...]:
    """Each sentence once."""
    return tuple({note.text + repr(note.values): note for note in found}.values())
