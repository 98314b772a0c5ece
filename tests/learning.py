"""Train a strategy on a toy situation, in this process, in a second or so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from toys import pictures

from tlcore import catalog, plan
from tlcore.kinds.pretrained import Pretrained
from tlcore.learn import choosing, nets
from tlcore.learn.data import Held, Task, deal
from tlcore.learn.judge import Judge
from tlcore.learn.loop import Course
from tlcore.learn.run import Result, carry_out
from tlcore.learn.shelf import Shelf
from tlcore.outcome import Epoch
from tlcore.situation import Situation, split
from tlcore.spec import RunSpec, Training

choosing.FOLDS = 2  # `auto` is tried on every toy; how well it chooses, tests/test_auto.py asks
SHORT = Training(epochs=4, batch=32, least_steps=4, patience=4)
NARROW: dict[str, dict[str, int]] = {
    "mlp": {"width": 16},
    "small_cnn": {"width": 8, "stages": 2},
    "subword_bag": {"width": 16},
    "log_mel_cnn": {"bands": 16, "width": 8, "stages": 2},
}


class Acquainted(nets.Body):
    """Knows a class by its name: where other pictures of it lie on average."""

    def named(self, classes, _sentences):
        met = pictures(seed=9).target
        features = nets.answers(self, torch.from_numpy(met.inputs.transpose(0, 3, 1, 2).copy()))
        means = torch.stack([features[torch.from_numpy(met.labels == name)].mean(0) for name in classes])
        return 50 * torch.nn.functional.normalize(means, dim=1)


@dataclass(frozen=True)
class Taught(Pretrained):
    """A small network that comes with weights, random but always the same, and knows the toy's classes by name."""

    title, summary, modality, student, batch_norm = "Taught", "Comes with weights.", "image", "small_cnn", True
    names = True

    def build(self, space):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            blocks = catalog.backbone("small_cnn", **NARROW["small_cnn"]).build(space).blocks
        return Acquainted(blocks, 2 * NARROW["small_cnn"]["width"], pace=0.1, costly=True)

    def blank(self, space):
        return catalog.backbone("small_cnn", **NARROW["small_cnn"]).build(space)


Taught.name = "taught"


def network_name(situation: Situation) -> str:
    """The network of a toy: the one it asks for, or what suits its kind."""
    catalog.backbones().setdefault("taught", Taught)  # again wherever a test has made the catalogue look anew
    return plan.backbone_for(situation.facts.get("backbone", "auto"), situation)


def backbone_for(situation: Situation) -> catalog.Backbone:
    name = network_name(situation)
    return catalog.backbone(name, **NARROW.get(name, {}))


def spec_for(situation: Situation, strategy: catalog.Strategy, training: Training, labels: int, seed: int) -> RunSpec:
    backbone = backbone_for(situation)
    return RunSpec(
        "toy", {}, strategy.name, strategy.knobs, labels, seed, backbone.name, plan.headline(situation), training
    )


def run(
    situation: Situation,
    name: str,
    shelf: Path,
    *,
    training: Training = SHORT,
    labels: int = 40,
    seed: int = 0,
    report=None,
    **knobs: object,
) -> tuple[Result, list[Epoch]]:
    """One run of strategy ``name``; returns its result and every epoch it told."""
    strategy = catalog.strategy(name, **knobs)
    told: list[Epoch] = []

    def tell(epoch: Epoch) -> None:
        told.append(epoch)
        if report:
            report(epoch)

    spec = spec_for(situation, strategy, training, labels, seed)
    result = carry_out(
        strategy.phases, spec, situation, backbone_for(situation), catalog.metrics(),
        device="cpu", report=tell, shelf=Shelf(shelf),
    )  # fmt: skip
    return result, told


def dealt(situation: Situation, training: Training = SHORT, labels: int = 40, seed: int = 0) -> tuple[Task, Held]:
    hand = split(situation, labels, seed)
    return deal(hand, situation, backbone_for(situation), training, seed, "cpu")


def course_for(situation: Situation, training: Training = SHORT, labels: int = 40) -> tuple[Task, Course]:
    task, held = dealt(situation, training, labels)
    judge = Judge(held, task, catalog.metrics(), plan.headline(situation), "cpu")
    return task, Course(judge, training, report=lambda epoch: None)
