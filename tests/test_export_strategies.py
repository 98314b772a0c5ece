"""Every strategy's model can be taken away: rebuilt as it was, and written as parts that answer alike."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import encoders
import numpy as np
import pytest
import torch
import toys
from learning import backbone_for, network_name, run, spec_for
from scipy.special import softmax

from tlcore import catalog, plan
from tlcore.export import parts, preparation
from tlcore.learn import graph, nets, rebuild
from tlcore.learn.data import deal
from tlcore.learn.parts import Parts
from tlcore.learn.shelf import Shelf
from tlcore.situation import split
from tlcore.spec import Training

BRIEF = Training(epochs=1, batch=32, least_steps=2, patience=1)
HOMES = ("table, two classes", "table, many places", "texts", "images", "images, a network with weights")
drawn = cache(lambda toy: toys.TOYS[toy]())
# One of every make of network is written as ONNX: these, those with weights below, and in test_export.py a plain one,
# one below a learner, a picture's and a text's. All others answer as they stand, put together of the same pieces.
WRITTEN = {
    ("many_places", "table, many places"), ("nearest_mean", "table, two classes"), ("lora", "table, two classes"),
    ("fine_tune", "sounds"),
}  # fmt: skip


def _home(name: str) -> str:
    """The first toy that a strategy applies to."""
    return next(toy for toy in HOMES if not plan.refusal(name, drawn(toy), network_name(drawn(toy))))


ELSEWHERE = [
    ("pooled_boosting", "table, a number"),
    ("scratch", "table, a number"), ("tradaboost", "table, a number"), ("random_forest", "table, three classes"),
    ("fine_tune", "sounds"), ("logistic_regression", "sounds"), ("source_forest", "table, a number"),
]  # fmt: skip


told: dict[str, graph.Telling] = {}  # networks that answer as they stand, by the name of their file


class Standing(Parts):
    """Parts without the way of a network to ONNX, which takes seconds."""

    def _written(self, network):
        name = f"network_{len(self.networks)}"
        told[name] = graph.Telling(graph.graphable(network)).eval()
        return name


class Told:
    """Such a network, as `tlcore.export.networks` opens a file."""

    def __init__(self, file):
        self.telling = told[file.name]
        self.tells = self.telling.tells

    @torch.inference_mode()
    def __call__(self, rows, what):
        return self.telling(torch.from_numpy(rows))[self.tells.index(what)].numpy()


CASES = [(name, _home(name)) for name in catalog.strategies()] + ELSEWHERE


def test_every_make_that_is_to_be_written_is_among_the_cases():
    assert set(CASES) >= WRITTEN


@pytest.mark.parametrize(("name", "toy"), CASES)
def test_a_model_is_rebuilt_as_it_was_and_its_parts_answer_alike(name, toy, tmp_path, monkeypatch):
    situation = drawn(toy)
    few = {"trees": 10} if any(knob.name == "trees" for knob in fields(catalog.strategies()[name])) else {}
    result, _ = run(situation, name, tmp_path / "shelf", training=BRIEF, **few)
    strategy = catalog.strategy(name, **few)
    test = result.predictions.query("part == 'test'")
    stored = (test["prediction"] if "prediction" in test else test.filter(regex=r"^p\d+$")).to_numpy()
    found = rebuild.rebuilt(
        strategy.phases, spec_for(situation, strategy, BRIEF, 40, 0), situation, backbone_for(situation),
        catalog.metrics(), shelf=Shelf(tmp_path / "shelf"), stored=stored, tolerance=1e-4,
        weights={name: tensor.numpy() for name, tensor in result.weights.items()},
    )  # fmt: skip
    assert (found.how, found.away < 1e-4) == ("rebuilt", True)
    if (name, toy) not in WRITTEN:
        monkeypatch.setattr(parts, "network", Told)
    kind = Parts if (name, toy) in WRITTEN else Standing
    tree = kind(tmp_path, found.held.test.x).of(found.predictor)
    space = preparation.space_of(preparation.described(found.task.space), tmp_path)
    rows = space.rows(found.hand.test)
    assert np.array_equal(rows, found.held.test.x.numpy())
    answer = parts.made(tree, tmp_path, space)(rows)
    if situation.kind == "regression":
        away = np.abs(answer[:, 0] * found.held.spread + found.held.centre - stored) / found.held.spread
    else:
        away = np.abs(softmax(answer.astype(float), axis=1) - stored)
    assert away.max() < 1e-4
    assert not list(tmp_path.glob("*.pt2"))


NETWORKS = {
    "text_encoder": ("texts", lambda place: encoders.bert(place, ["close", "bill", "account"]), "network.onnx"),
    "audio_encoder": ("sounds", encoders.hearing, "network.onnx"),
    # ONNX Runtime resizes pictures otherwise than torch, so the graph is kept in torch's own form.
    "clip_base_32": ("images", encoders.clip, "network.pt2"),
    "ft_transformer": ("table, two classes", None, "network.onnx"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_transformers_and_networks_with_weights_answer_alike(name, tmp_path):
    toy, weights, file = NETWORKS[name]
    situation, knobs = drawn(toy), {} if weights is None else {"weights": str(weights(tmp_path / "weights"))}
    hand = split(situation, 40, 0)
    task, held = deal(hand, situation, catalog.backbone(name, **knobs), BRIEF, 0, "cpu")
    model = task.model(task.target_labels)
    wanted = nets.answers(model, held.test.x[:40]).numpy()
    written = Parts(tmp_path, held.test.x)
    tree = written.of(model)
    assert (tree, bool(written.reasons)) == ({"network": file}, file.endswith("pt2"))
    if hasattr(task.space, "tokenizer"):
        task.space.tokenizer.backend_tokenizer.save(str(tmp_path / preparation.TOKENIZER))
    space = preparation.space_of(preparation.described(task.space), tmp_path)
    rows = space.rows(hand.test)
    assert np.array_equal(rows, held.test.x.numpy())
    assert np.abs(parts.made(tree, tmp_path, space)(rows[:40]) - wanted).max() < 1e-4
