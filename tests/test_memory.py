"""Features of costly networks: computed once, known by their content, forgotten when there is no room."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from tlcore.learn import episodes, memory, nets
from tlcore.learn.data import Batch, Domain
from tlcore.learn.loop import Course, fit
from tlcore.phase import Move, Phase
from tlcore.spec import Training


class Counted(nn.Module):
    """Adds up its inputs and counts how many it has seen."""

    def __init__(self):
        super().__init__()
        self.scale, self.seen = nn.Parameter(torch.ones(3)), 0

    def forward(self, x):
        self.seen += len(x)
        return x.float() * self.scale


def body() -> nets.Body:
    return nets.Body([Counted()], 3, costly=True)


def kept(place) -> int:
    return sum(part.stat().st_size for part in place.rglob("*.npz"))


def test_every_distinct_input_passes_once_whatever_the_split(tmp_path):
    network, x = body(), torch.arange(30).reshape(10, 3)
    with memory.at(tmp_path):
        first = nets.answers(network, x)
        again = nets.answers(network, x.flip(0))
        twice = nets.answers(network, torch.cat([x[:2], x[:2], x[8:] + 100]))
    assert network.blocks[0].seen == 12
    assert torch.equal(first, x.float())
    assert torch.equal(again, x.flip(0).float())
    assert torch.equal(twice[4:], x[8:].float() + 100)


def test_other_weights_are_another_network(tmp_path):
    network, x = body(), torch.ones(2, 3)
    with memory.at(tmp_path):
        nets.answers(network, x)
        with torch.no_grad():
            network.blocks[0].scale.mul_(2)
        assert torch.equal(nets.answers(network, x), 2 * x)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_network_that_moves_is_not_asked_to_remember(tmp_path):
    network, x = body(), torch.ones(2, 3)
    nets.stand([network], network.parameters())
    with memory.at(tmp_path):
        nets.answers(network, x)
        nets.answers(network, x)
    assert network.blocks[0].seen == 4
    assert not list(tmp_path.iterdir())


def test_a_damaged_part_is_computed_again(tmp_path):
    network, x = body(), torch.ones(2, 3)
    with memory.at(tmp_path):
        nets.answers(network, x)
        (part,) = tmp_path.rglob("*.npz")
        part.write_bytes(part.read_bytes()[:40])
        assert torch.equal(nets.answers(network, x), x)
    assert network.blocks[0].seen == 2  # equal inputs count once
    with np.load(part) as mended:
        assert len(mended["names"]) == 1


def test_where_there_is_no_room_what_was_used_longest_ago_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MOST_BYTES", 1_500)
    with memory.at(tmp_path):
        for scale in range(4):
            network = body()
            with torch.no_grad():
                network.blocks[0].scale.fill_(scale + 1)
            nets.answers(network, torch.rand(20, 3))
    assert 0 < kept(tmp_path) <= 1_500
    assert len(list(tmp_path.iterdir())) < 4


def test_one_network_alone_keeps_no_more_than_there_is_room_for(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MOST_BYTES", 4_000)
    network, batches = body(), [torch.rand(20, 3) for _ in range(8)]
    with memory.at(tmp_path):
        for x in batches:
            assert torch.equal(nets.answers(network, x), x)
            assert 0 < kept(tmp_path) <= 4_000
        seen = network.blocks[0].seen
        nets.answers(network, batches[-1])
        assert network.blocks[0].seen == seen, "the latest are kept"
        nets.answers(network, batches[0])
        assert network.blocks[0].seen == seen + 20, "the oldest are not"
        much = torch.rand(400, 3)
        before = sorted(tmp_path.rglob("*.npz"))
        assert torch.equal(nets.answers(network, much), much)
        assert sorted(tmp_path.rglob("*.npz")) == before, "what never fits drives nothing out"


def test_a_part_is_read_from_disk_once_in_a_process_and_not_held_beyond_a_limit(tmp_path, monkeypatch):
    read, load = [], np.load
    monkeypatch.setattr(np, "load", lambda file, **more: read.append(file) or load(file, **more))
    monkeypatch.setattr(memory, "_held", {})
    network, x = body(), torch.rand(20, 3)
    with memory.at(tmp_path):
        for _ in range(4):
            nets.answers(network, x)
        assert len(read) == 1
        monkeypatch.setattr(memory, "MOST_HELD", 10)
        for _ in range(3):
            assert torch.equal(nets.answers(network, x), x)
    assert not memory._held
    assert network.blocks[0].seen == 20


def test_weights_that_stand_are_read_once_for_their_name(monkeypatch, tmp_path):
    named, digest = [], nets.digest
    monkeypatch.setattr(nets, "digest", lambda model: named.append(model) or digest(model))
    network, x = body(), torch.rand(2, 3)
    with memory.at(tmp_path):
        for _ in range(3):
            nets.answers(network, x)
        assert len(named) == 1
        nets.stand([network], ())
        nets.answers(network, x)
        assert len(named) == 2


def loaded(network: nets.Body) -> None:
    network.load_state_dict({name: 3 * tensor for name, tensor in network.state_dict().items()})


def replaced(network: nets.Body) -> None:
    network.blocks[0].scale = nn.Parameter(torch.full((3,), 3.0))


def exchanged(network: nets.Body) -> None:
    block = Counted()
    with torch.no_grad():
        block.scale.fill_(3.0)
    network.blocks[0] = block


def copied(network: nets.Body) -> None:
    with torch.no_grad():
        network.blocks[0].scale.copy_(torch.full((3,), 3.0))


def trained(network: nets.Body) -> None:
    """Through a module that shares its weights, so that nobody tells the body itself."""
    apart = nn.Sequential(*network.blocks)
    x, y = torch.rand(8, 3), torch.rand(8, 3) + 5

    def learn(batch: Batch, _progress: float) -> dict[str, torch.Tensor]:
        told.append(nets.answers(network, x))
        now = network.blocks[0].scale
        assert torch.equal(told[-1], x * now)
        return {"task": (batch.x * now - batch.y).square().mean()}

    told: list[torch.Tensor] = []
    judge = SimpleNamespace(device="cpu", sign=1, epoch=lambda *_: ({}, None))
    course = Course(judge, Training(epochs=2, batch=8), lambda epoch: None)
    fit(Phase("apart", apart, Domain(x, y, 8, least_steps=3), learn, [Move(apart, 0.1)], selector="unused"), course)
    assert not torch.equal(told[0], told[-1])


@pytest.mark.parametrize("change", [loaded, replaced, exchanged, copied, trained])
def test_a_body_whose_weights_changed_never_answers_from_memory_of_the_old_ones(change, tmp_path):
    network, x = body(), torch.rand(5, 3)
    with memory.at(tmp_path):
        assert torch.equal(nets.answers(network, x), x)
        change(network)
        now = network.blocks[0].scale.detach()
        assert not torch.equal(now, torch.ones(3))
        assert torch.equal(nets.answers(network, x), x * now)


def test_a_copy_is_known_by_its_own_weights(tmp_path):
    network, x = body(), torch.rand(5, 3)
    with memory.at(tmp_path):
        nets.answers(network, x)
        other = nets.frozen_copy(network)
        for scale in (2.0, 3.0):
            with torch.no_grad():
                other.blocks[0].scale.fill_(scale)
            assert torch.equal(nets.answers(other, x), x * scale)
        assert torch.equal(nets.answers(network, x), x)


def test_outside_a_run_nothing_is_remembered():
    network = body()
    for _ in range(2):
        nets.answers(network, torch.ones(1, 3))
    assert network.blocks[0].seen == 2


def test_a_run_keeps_only_the_weights_that_are_its_own():
    network = nets.Model(body(), 2)
    assert set(nets.own_state(network)) == {"head.weight", "head.bias"}
    with torch.no_grad():
        network.body.blocks[0].scale.add_(1)
    assert "body.blocks.0.scale" in nets.own_state(network)


@pytest.mark.parametrize("pace", [1.0, 0.1])
def test_weights_move_at_the_pace_of_their_block(pace):
    model = nets.Model(nets.Body([nn.Linear(2, 3)], 3, pace=pace), 2)
    groups = nets.by_pace(model)
    assert {share: sum(weight.numel() for weight in weights) for share, weights in groups.items()} == (
        {1.0: 17} if pace == 1.0 else {0.1: 9, 1.0: 8}
    )


def test_whatever_answers_from_features_has_them_remembered(tmp_path):
    network, x = body(), torch.rand(12, 3)
    labels = torch.tensor([0, 1] * 6)
    with memory.at(tmp_path):
        means = episodes.Prototypes(network, x, labels, 2, spread=True)
        told = nets.answers(means, x)
        nets.answers(nets.Model(network, 2), x)
    assert network.blocks[0].seen == 12
    assert torch.allclose(told, means(x))
