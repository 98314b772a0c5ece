"""Features of costly networks: computed once, known by their content, forgotten when there is no room."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tlcore.learn import episodes, memory, nets


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
    with np.load(part) as kept:
        assert len(kept["names"]) == 1


def test_where_there_is_no_room_what_was_used_longest_ago_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MOST_BYTES", 1_500)
    with memory.at(tmp_path):
        for scale in range(4):
            network = body()
            with torch.no_grad():
                network.blocks[0].scale.fill_(scale + 1)
            nets.answers(network, torch.rand(20, 3))
    kept = sum(part.stat().st_size for part in tmp_path.rglob("*.npz"))
    assert 0 < kept < 4_000
    assert len(list(tmp_path.iterdir())) < 4


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
