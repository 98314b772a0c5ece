"""Our loop against a bare PyTorch loop that does the same work: ``python -m benchmarks.loop``.

Both train the same network from the same weights on the same rows, with AdamW, clipping, a cosine
schedule and a judgement per epoch that keeps the best weights. They take turns, so that whatever
else the machine does hits both; the median ratio is printed. Wanted: at most 1.10.
"""

from __future__ import annotations

import copy
import math
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F

from benchmarks import machine
from tlcore import catalog
from tlcore.learn import losses
from tlcore.learn.data import Task, deal
from tlcore.learn.judge import Judge
from tlcore.learn.loop import Course, fit
from tlcore.learn.nets import Model
from tlcore.phase import Move, Phase
from tlcore.situation import Examples, Modality, Situation, split
from tlcore.spec import Training

LR, TURNS = 3e-3, 7


def table(rows: int) -> Examples:
    rng = np.random.default_rng(rows)
    inputs = pd.DataFrame(rng.normal(size=(rows, 20)), columns=[f"number {place}" for place in range(20)])
    inputs["channel"] = rng.choice(["web", "branch", "phone"], rows)
    return Examples(inputs, np.where(rng.random(rows) < 0.3, "yes", "no"))


def pictures(rows: int) -> Examples:
    rng = np.random.default_rng(rows)
    return Examples(rng.integers(0, 256, (rows, 16, 16, 3), dtype=np.uint8), rng.integers(0, 10, rows).astype(str))


def dealt(
    draw: Callable[[int], Examples], rows: int, modality: Modality, batch: int, epochs: int
) -> tuple[Task, Judge]:
    """A task whose source has ``rows`` training rows beside a tenth held out, and its judge."""
    source = draw(rows + rows // 9)
    situation = Situation(source, draw(200), "answer", modality, test=draw(300))
    training = Training(epochs=epochs, batch=batch, patience=epochs, least_steps=1, augment=False)
    name = next(key for key, offer in catalog.backbones().items() if offer.modality == modality and offer.usual)
    task, held = deal(split(situation, None, 0), situation, catalog.backbone(name), training, 0, "cpu")
    return task, Judge(held, task, {"accuracy": catalog.metric("accuracy")}, "accuracy", "cpu")


def ours(task: Task, judge: Judge) -> float:
    model = task.model()
    phase = Phase("source", model, task.source, losses.supervised(model), [Move(model, LR)], selector="source")
    began = time.perf_counter()
    fit(phase, Course(judge, task.training, report=lambda epoch: None))
    return time.perf_counter() - began


def bare(task: Task, judge: Judge) -> float:
    model, training = task.model(), task.training
    x, y, batch = task.source.x, task.source.y, training.batch
    valid_x, valid_y = judge.held.source.x, torch.from_numpy(judge.held.source.truth)
    began = time.perf_counter()
    optimizer = torch.optim.AdamW(model.parameters(), LR, weight_decay=training.weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, training.epochs * math.ceil(len(x) / batch))
    best, kept = judged(model, valid_x, valid_y), copy.deepcopy(model.state_dict())
    for _ in range(training.epochs):
        model.train()
        total = torch.zeros(())
        for rows in torch.randperm(len(x)).split(batch):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), training.clip)
            optimizer.step()
            schedule.step()
            total += loss.detach()
        total.item()
        now = judged(model, valid_x, valid_y)
        if now < best:
            best, kept = now, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return time.perf_counter() - began


@torch.inference_mode()
def judged(model: Model, x: torch.Tensor, y: torch.Tensor) -> float:
    model.eval()
    answer = model(x)
    (answer.argmax(1) == y).float().mean().item()
    return F.cross_entropy(answer, y).item()


def main() -> None:
    torch.set_num_threads(1)
    print(f"{machine.words('torch')}, one thread, medians of {TURNS} turns")
    print(f"{'network':<34}{'ours, ms/step':>14}{'bare, ms/step':>14}{'ratio':>8}")
    cases: list[tuple[str, Callable[[int], Examples], int, Modality, int, int]] = [
        ("MLP, batch 256, 20 numbers", table, 256 * 40, "table", 256, 10),
        ("CNN, batch 64, 16 x 16 x 3", pictures, 64 * 20, "image", 64, 3),
    ]
    for name, draw, rows, modality, batch, epochs in cases:
        task, judge = dealt(draw, rows, modality, batch, epochs)
        steps = epochs * len(task.source)
        assert len(task.source.x) == rows
        ours(task, judge), bare(task, judge)  # the first turn warms caches and allocators
        times = [(ours(task, judge), bare(task, judge)) for _ in range(TURNS)]
        mine, theirs = (statistics.median(column) / steps * 1000 for column in zip(*times, strict=True))
        ratio = statistics.median(a / b for a, b in times)
        print(f"{name:<34}{mine:>14.2f}{theirs:>14.2f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
