"""The one training loop. It knows no strategy: it reads phases aloud.

For every phase: judge the predictor as it stands (epoch 0); then, epoch by epoch, freeze everything,
free what this phase moves, walk the batches, minimise the sum of the named terms, judge, report, and
at the end put the best epoch back. The device is read once per epoch, never inside one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from hashlib import blake2s

import numpy as np
import torch
from torch import Tensor, nn

from tlcore.learn import alarms, nets
from tlcore.learn.judge import Judge
from tlcore.learn.shelf import Shelf
from tlcore.measure.notes import EXPLODED, NO_NUMBERS
from tlcore.outcome import Epoch, Note
from tlcore.phase import Phase
from tlcore.spec import Training

Report = Callable[[Epoch], None]
DOUBT = 0.5  # standard errors


@dataclass
class Course:
    """What counts on through a run's phases: cost so far, epochs so far, what went wrong."""

    judge: Judge
    training: Training
    report: Report
    seed: int = 0
    step: int = 0
    seen: int = 0
    spent: float = 0.0  # seconds, those of replayed phases included
    epochs: int = 0
    phase: Phase | None = None  # the latest
    selectors: list[str] = field(default_factory=list)  # of every phase so far
    notes: list[Note] = field(default_factory=list)
    around: Callable[[Phase], AbstractContextManager[object]] = nullcontext  # what is looked at around each phase

    def tell(self, epoch: Epoch) -> None:
        self.epochs += epoch.number > 0
        self.report(epoch)


def train(phases: Iterable[Phase], course: Course, shelf: Shelf) -> nn.Module:
    """Run each phase in turn and return the last one's predictor. ``course.report`` may raise to stop."""
    _sow(course.seed, "start")
    with closing(_timed(phases, course)) as timed:
        for phase in timed:
            with course.around(phase):
                _carry_out(phase, course, shelf)
    assert course.phase is not None, "A strategy yielded no phase."
    return course.phase.predictor.eval()


def _carry_out(phase: Phase, course: Course, shelf: Shelf) -> None:
    """One phase: trained, or told again where somebody has trained the same."""
    course.phase = phase
    course.selectors.append(phase.selector)
    course.notes += [*phase.notes, *alarms.before(phase)]
    _sow(course.seed, phase.address or phase.name)
    if phase.address is None:
        fit(phase, course)
    else:
        # The epochs that are told again speak of the headline metric: another metric, another place.
        with shelf.place(f"{phase.address}-{course.judge.headline}") as place:
            if place.filled:
                told, notes = place.load(phase.predictor)
                _replay(phase, course, told, notes)
            else:
                known = len(course.notes)
                place.store(phase.predictor, fit(phase, course), course.notes[known:])
    _sow(course.seed, f"after {phase.name}")


def _timed(phases: Iterable[Phase], course: Course) -> Generator[Phase, None, None]:
    """The phases in turn. What a strategy computes before each, such as a fit by scikit-learn, is part of its cost.

    Closed early, it lets the strategy end too: what it does "finally" is done before the run is judged.
    """
    began = time.perf_counter()
    try:
        for phase in phases:
            course.spent += time.perf_counter() - began
            yield phase
            began = time.perf_counter()
    finally:
        if isinstance(phases, Generator):
            phases.close()


def fit(phase: Phase, course: Course) -> list[Epoch]:
    """Train one phase, keep its best epoch, and return all of its epochs."""
    judge, training = course.judge, course.training
    epochs = max(1, round(training.epochs * phase.share)) if phase.moves else 0
    total = epochs * len(phase.batches)
    device = judge.device
    bf16 = device == "cuda" and torch.cuda.is_bf16_supported()
    half = torch.bfloat16 if bf16 or device == "cpu" else torch.float16
    scaler = torch.amp.GradScaler(device, enabled=device == "cuda" and not bf16)
    weights = [tensor for move in phase.moves for tensor in move.module.parameters()]
    optimizer = _optimizer(phase, training)
    best, told, done, standing = Best(phase), [], 0, alarms.Standing(phase)
    concerned = [phase.predictor, *(move.module for move in phase.moves)]
    nets.stand(concerned, weights)

    def close(number: int, terms: dict[str, float], spent: float) -> bool:
        """Judge and report one epoch; true when the phase may go on."""
        freeze(phase)
        scores, losses = judge.epoch(phase.predictor, phase.selector, training.watch_source)
        kept = best.offer(number, losses)
        loss = None if losses is None else float(losses.mean())
        course.spent += spent
        told.append(Epoch(phase.name, number, course.step, course.seen, course.spent, terms, scores, loss, kept))
        course.tell(told[-1])
        return number - best.number < training.patience

    try:
        close(0, {}, 0.0)
        for number in range(1, epochs + 1):
            began, sums, names = time.perf_counter(), None, ()
            release(phase)
            for batch in phase.batches:
                _pace(optimizer, done / total, training.warmup)
                with torch.autocast(device, half, enabled=device == "cuda"):
                    terms = phase.objective(batch, done / total)  # type: ignore[misc]
                    loss = sum(terms.values(), start=torch.zeros((), device=device))
                optimizer.zero_grad(set_to_none=True)
                scaler.scale(loss).backward()
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(weights, training.clip)
                scaler.step(optimizer)
                scaler.update()
                torch.autograd.graph.increment_version(weights)  # a fused optimizer does not say that it changed them
                done, names = done + 1, tuple(terms)
                values = torch.stack([term.detach().float() for term in terms.values()])
                sums = values if sums is None else sums + values
            course.step += len(phase.batches)
            course.seen += getattr(phase.batches, "seen", 0)
            means = _read(sums, names, len(phase.batches))
            if not (all(map(math.isfinite, means.values())) and best.finite()):
                where = {"number": number, "phase": phase.name, "kept": best.number}
                course.notes.append(Note(NO_NUMBERS, where))
                break
            if alarms.exploded(told, means):
                where = {"number": number, "phase": phase.name, "kept": best.number}
                course.notes.append(Note(EXPLODED, where))
                break
            if not close(number, means, time.perf_counter() - began):
                break
    finally:
        best.restore()
        freeze(phase)
        if phase.address:  # others will load just these weights
            nets.stand(concerned, ())
        course.notes += [*standing.drift(), *alarms.after(phase.name, told, judge.sign), *best.left_alone(phase, told)]
    return told


class Best:
    """The weights of the epoch to keep: the latest one not clearly worse than the best.

    Validation losses come one per example. An epoch is clearly worse when its paired difference to
    the lowest mean so far exceeds `DOUBT` standard errors: with a dozen validation labels a slight
    decline does not make an early epoch win over the end of the schedule; with thousands this is the
    minimum (docs/decisions/0006). A good start, epoch 0, gives way only to an epoch whose mean is
    lower (docs/decisions/0030).
    """

    def __init__(self, phase: Phase):
        self.moving = [tensor for move in phase.moves for tensor in move.module.state_dict(keep_vars=True).values()]
        self.number = 0
        self.hold = phase.good_start
        self.start: float | None = None
        self.lowest: np.ndarray | None = None
        self.weights: list[Tensor] = []

    def offer(self, number: int, losses: np.ndarray | None) -> bool:
        """Keep this epoch unless it is clearly worse; without losses every epoch is kept."""
        if losses is not None:
            if self.lowest is None or losses.mean() < self.lowest.mean():
                self.lowest = losses
            away = losses - self.lowest
            if away.mean() > DOUBT * away.std(ddof=1 if len(away) > 1 else 0) / math.sqrt(len(away)):
                return False
            if self.start is None:
                self.start = losses.mean()
            elif self.hold and losses.mean() >= self.start:
                return False
        self.number = number
        self.weights = [tensor.detach().clone() for tensor in self.moving]
        return True

    def finite(self) -> bool:
        """Whether every weight is a number still: one bad gradient can spoil them while the losses looked well."""
        return bool(torch.stack([tensor.isfinite().all() for tensor in self.moving]).all())

    def left_alone(self, phase: Phase, told: list[Epoch]) -> Iterator[Note]:
        """A good start that no epoch bettered is the whole result of a phase: say so."""
        if self.hold and self.number == 0 and len(told) > 1:
            yield Note(
                "No epoch of phase '{phase}' was better than where it began, by the validation labels: "
                "the network was left as it was.",
                {"phase": phase.name},
                grave=False,
            )

    @torch.no_grad()
    def restore(self) -> None:
        for tensor, kept in zip(self.moving, self.weights, strict=False):
            tensor.copy_(kept)


def release(phase: Phase) -> None:
    """Freeze everything, then free what this phase moves."""
    freeze(phase)
    for move in phase.moves:
        move.module.requires_grad_(True).train()


def freeze(phase: Phase) -> None:
    """Nothing learns, and batch-norm statistics stand still too."""
    for module in (phase.predictor, *(move.module for move in phase.moves)):
        module.requires_grad_(False).eval()


def _optimizer(phase: Phase, training: Training) -> torch.optim.Optimizer:
    groups = [
        {"params": weights, "lr": move.lr * pace, "peak": move.lr * pace}
        | ({} if move.decay is None else {"weight_decay": move.decay})
        for move in phase.moves
        for pace, weights in nets.by_pace(move.module).items()
    ]
    groups = groups or [{"params": [torch.zeros(1, requires_grad=True)], "lr": 0.0, "peak": 0.0}]
    return torch.optim.AdamW(groups, weight_decay=training.weight_decay, fused=True)


def _pace(optimizer: torch.optim.Optimizer, progress: float, warmup: float) -> None:
    """Learning rates rise over the warm-up, then fall along half a cosine to zero."""
    if progress < warmup:
        factor = (progress + 0.01) / (warmup + 0.01)
    else:
        factor = 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


def _read(sums: Tensor | None, names: tuple[str, ...], steps: int) -> dict[str, float]:
    return {} if sums is None else dict(zip(names, (sums / steps).tolist(), strict=True))


def _replay(phase: Phase, course: Course, epochs: list[Epoch], notes: list[Note]) -> None:
    """Tell what this phase's first training told, at the cost it had then, and what went wrong in it."""
    step, seen, spent = course.step, course.seen, course.spent
    for epoch in epochs:
        course.step, course.seen, course.spent = step + epoch.step, seen + epoch.seen, spent + epoch.seconds
        course.tell(replace(epoch, phase=phase.name, step=course.step, seen=course.seen,
                            seconds=course.spent, replayed=True))  # fmt: skip
    # Whoever trained it may have called it otherwise.
    course.notes += [note._replace(values={**note.values, "phase": phase.name}) for note in notes]
    freeze(phase)


def _sow(seed: int, name: str) -> None:
    """Every phase, and what a strategy does between two, has its own point of the random stream.

    So it draws the same numbers whether what came before was trained or loaded.
    """
    torch.manual_seed(int.from_bytes(blake2s(f"{seed}:{name}".encode(), digest_size=6).digest()))
