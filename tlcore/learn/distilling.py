"""What the ways of distilling share: who teaches, what inside a teacher can be matched, and what the student saves."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from statistics import median

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import balanced_accuracy_score, r2_score
from torch import Tensor, nn

from tlcore import catalog
from tlcore.learn import losses, nets, recipes
from tlcore.learn.data import Batch, Domain, Task
from tlcore.learn.nets import Model
from tlcore.outcome import Note
from tlcore.phase import Move, Objective, Phase

TIMED = 5  # forward passes, the median of which is told


def teacher(task: Task, backbone: str, lr: float) -> Generator[Phase, None, Model]:
    """Train the teacher on the source: ``teacher = yield from tl.distilling.teacher(...)``.

    Without a ``backbone`` of its own it is the network that fine-tuning starts from, and shares its source phase.
    """
    school = replace(task, backbone=catalog.backbone(backbone)) if backbone else task
    model = school.model()
    yield from recipes.source(model, school, lr, name="teacher")
    return nets.frozen_copy(model)  # type: ignore[return-value]


def graduate(student: Model, teacher: Model, task: Task, lr: float) -> Iterator[Phase]:
    """Fit the target's labels with the student, and say what it saves and what it keeps."""
    notes = tuple(compared(student, teacher, task))
    recipes.rehead(student, task)
    yield from recipes.tune(student, task, [Move(student, lr)], notes=notes)


# Hints: a layer inside, not the answer alone.


class Grafted(nn.Module):
    """A student's lower half under its teacher's upper half, with a translation in between (Romero et al., 2015).

    What the student's guided layer says is regressed onto the teacher's hint layer. How well that works is
    judged by the answers the teacher's upper half gives when it reads the student instead of its own lower half.
    """

    def __init__(self, student: Model, teacher: Model, task: Task):
        super().__init__()
        self.lower, _ = halves(student)
        self.hint, self.upper = halves(teacher)
        few = task.source.x[:2]
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(task.seed)
            ours, theirs = nets.frozen_copy(self.lower)(few), self.hint(few)
            self.translate = Translation(ours, theirs).to(few.device)

    def forward(self, x: Tensor) -> Tensor:
        return self.upper(self.translate(self.lower(x)))

    def objective(self, batch: Batch, _: float) -> dict[str, Tensor]:
        """Mean squared distance to the teacher's hint, on the same view."""
        with torch.no_grad():
            told = self.hint(batch.x)
        return {"hint": F.mse_loss(self.translate(self.lower(batch.x)), told)}


class Translation(nn.Module):
    """A learnt linear map from a student's layer to a teacher's: 1x1 where both are maps ``(N, C, H, W)``."""

    def __init__(self, ours: Tensor, theirs: Tensor):
        super().__init__()
        self.size = (theirs.shape[2], theirs.shape[3]) if theirs.dim() == 4 else None
        axis = [1 if each.dim() == 4 else -1 for each in (ours, theirs)]
        inputs, outputs = ours.shape[axis[0]], theirs.shape[axis[1]]
        self.maps = ours.dim() == theirs.dim() == 4
        self.match = nn.Conv2d(inputs, outputs, 1) if self.maps else nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        if not self.maps:
            x = self.match(x.mean((2, 3)) if x.dim() == 4 else x)
            return x if self.size is None else x[..., None, None].expand(*x.shape, *self.size)
        return F.adaptive_avg_pool2d(self.match(x), self.size)


def halves(model: Model) -> tuple[nn.Sequential, nn.Sequential]:
    """The blocks up to the middle one, and the rest with the head. The modules are the model's own."""
    middle = len(model.body.blocks) // 2 + 1
    return nn.Sequential(*model.body.blocks[:middle]), nn.Sequential(*model.body.blocks[middle:], model.head)


# Attention: where in a picture a network is at work.


def attentive(student: Model, teacher: Model, temperature: float, share: float, weight: float) -> Objective:
    """Distil the answers, and look where the teacher looks (Zagoruyko and Komodakis, 2017)."""

    def objective(batch: Batch, _: float) -> dict[str, Tensor]:
        answer, ours = watched(student, batch.x)
        with torch.no_grad():
            told, theirs = watched(teacher, batch.x)
        terms = losses.response(answer, told, batch, temperature, share)
        # From the deepest stage upwards: networks of different depth have their last stages in common.
        gaps = [attention_gap(a, b) for a, b in zip(reversed(ours), reversed(theirs), strict=False)]
        return terms | {"attention": weight / 2 * torch.stack(gaps).mean()}

    return objective


def watched(model: Model, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The answer, and the last feature maps ``(N, C, H, W)`` of every stage: of every size they have on the way."""
    stages: dict[torch.Size, Tensor] = {}
    for block in model.body.blocks:
        # A stage may end in its own pooling: the maps before it are what is wanted.
        for part in block if isinstance(block, nn.Sequential) else [block]:
            x = part(x)
            if x.dim() == 4 and x.shape[2:].numel() > 1:
                stages[x.shape[2:]] = x
    return model.head(x), list(stages.values())


def attention(maps: Tensor) -> Tensor:
    """Where the activity is ``(N, H * W)``: squares summed over the channels, of length 1."""
    return F.normalize(maps.pow(2).sum(1).flatten(1))


def attention_gap(ours: Tensor, theirs: Tensor) -> Tensor:
    """Squared distance of two attention maps, the mean over the batch: 0 where they look alike, 2 at most.

    The larger of two maps is brought to the smaller one's size.
    """
    size = min(ours.shape[2], theirs.shape[2]), min(ours.shape[3], theirs.shape[3])
    maps = [each if tuple(each.shape[2:]) == size else F.adaptive_avg_pool2d(each, size) for each in (ours, theirs)]
    return (attention(maps[0]) - attention(maps[1])).pow(2).sum(1).mean()


# What it was good for.


def compared(student: Model, teacher: Model, task: Task) -> Iterator[Note]:
    """Size and speed of both, and how much of the teacher's skill on the source's validation labels is kept."""
    yield Note(
        "The teacher has {weights:,} weights ({megabytes:.2f} MB) and takes {milliseconds:.1f} ms for 1,000 examples.",
        cost(teacher, task.source_valid),
        grave=False,
    )
    yield Note(
        "The student has {weights:,} weights ({megabytes:.2f} MB) and takes {milliseconds:.1f} ms for 1,000 examples.",
        cost(student, task.source_valid),
        grave=False,
    )
    ours, theirs = skill(student, task.source_valid), skill(teacher, task.source_valid)
    if theirs <= 0:
        return  # worse than the mean: there is nothing to keep
    told = {"kept": ours / theirs, "student": ours, "teacher": theirs}
    if task.source_labels.kind == "regression":
        yield Note(
            "The student keeps {kept:.0%} of the teacher's R2 on the source's validation labels: "
            "{student:.3f} of {teacher:.3f}.",
            told,
            grave=False,
        )
    else:
        yield Note(
            "The student keeps {kept:.0%} of the teacher's balanced accuracy on the source's validation labels: "
            "{student:.3f} of {teacher:.3f}.",
            told,
            grave=False,
        )


def cost(model: Model, domain: Domain) -> dict[str, float]:
    """Weights, megabytes, and milliseconds for 1,000 examples in batches like those of training."""
    x = domain.x[: domain.batch]
    took = []
    with torch.inference_mode():
        for _ in range(TIMED + 1):
            began = time.perf_counter()
            model(x)
            if x.is_cuda:
                torch.cuda.synchronize()
            took.append(time.perf_counter() - began)
    return {
        "weights": sum(tensor.numel() for tensor in model.parameters()),
        "megabytes": sum(tensor.nbytes for tensor in model.state_dict().values()) / 1e6,
        "milliseconds": median(took[1:]) / len(x) * 1e6,  # the first pass warms up
    }


def skill(model: Model, domain: Domain) -> float:
    """Balanced accuracy, or R2: what a network can do on these labels."""
    told = nets.answers(model, domain.x).cpu().numpy()
    truth = domain.y.cpu().numpy()
    if domain.y.is_floating_point():
        return float(r2_score(truth, told[:, 0])) if len(truth) > 1 else float("nan")
    return float(balanced_accuracy_score(truth, np.argmax(told, axis=1)))
