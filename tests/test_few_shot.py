"""Episodes, class means and learning to learn: against their definitions, at their edges, and where they fail."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from learning import course_for, dealt
from scipy.special import softmax
from torch import nn
from toys import other_classes, table

from tlcore import catalog, plan
from tlcore.errors import Unusable
from tlcore.learn import episodes, loop, losses, meta, nets
from tlcore.learn.data import Batch, Domain
from tlcore.learn.episodes import Episode, Episodes
from tlcore.learn.shelf import Shelf
from tlcore.spec import Training

BRIEF = Training(epochs=1, batch=32, least_steps=2)
LEARNING_TO_LEARN = ["maml", "anil", "reptile"]


def numbered(sizes: list[int]) -> Domain:
    """One example per row, its only feature its number; class c has ``sizes[c]`` of them, unordered."""
    y = torch.cat([torch.full((size,), label) for label, size in enumerate(sizes)])
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    return Domain(torch.arange(len(y)).float()[:, None], y[order])


def tiny(outputs: int = 3) -> nets.Model:
    torch.manual_seed(0)
    return nets.Model(nets.Body([nn.Linear(4, 6), nn.Tanh()], 6), outputs).double()  # type: ignore[list-item]


def episode(ways: int = 3, shots: int = 2, queries: int = 4) -> Episode:
    torch.manual_seed(1)
    middles = torch.randn(ways, 1, 4, dtype=torch.double)

    def half(each: int) -> Batch:
        x = middles + torch.randn(ways, each, 4, dtype=torch.double)
        return Batch(x.flatten(0, 1), torch.arange(ways).repeat_interleave(each))

    return Episode(half(shots), half(queries), ways)


def gradients(objective, module: nn.Module, batch) -> list[torch.Tensor]:
    module.zero_grad()
    sum(objective(batch, 0.0).values()).backward()
    return [weight.grad.clone() for weight in module.parameters()]


# Episodes


def test_an_episode_asks_about_nothing_it_was_shown():
    domain = numbered([20, 30, 25, 40])
    for (support, query, ways), *_ in Episodes(domain, ways=3, shots=4, queries=6):
        rows = torch.cat([support.x, query.x])[:, 0].long()
        assert len(rows.unique()) == len(rows) == ways * 10
        assert support.y.bincount().tolist() == [4] * 3
        assert query.y.bincount().tolist() == [6] * 3
        truth = domain.y[rows].reshape(-1)
        for own in range(3):  # each of the episode's classes is one class of the domain, and no two are the same
            assert len(truth[torch.cat([support.y, query.y]) == own].unique()) == 1
        assert len(truth.unique()) == 3


def test_episodes_follow_the_seed_and_no_two_are_alike():
    drawn = Episodes(numbered([20, 30, 25]), ways=2, shots=2, queries=2)

    def draw(seed: int) -> list[list[float]]:
        torch.manual_seed(seed)
        return [e.support.x[:, 0].tolist() for both in drawn for e in both]

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)
    assert len({tuple(rows) for rows in draw(0)}) > 1


def test_an_epoch_of_episodes_is_no_longer_than_one_of_the_domain_and_sees_no_more():
    for ways, tasks in ((2, 1), (5, 1), (5, 4)):
        domain = replace(numbered([200] * 6), batch=32, least_steps=3)
        drawn = Episodes(domain, ways, shots=2, queries=3, tasks=tasks)
        steps = [len(step) for step in drawn]
        assert steps == [tasks] * len(drawn)
        assert len(drawn) <= len(domain)
        assert (len(drawn) - 1) * tasks * ways * 5 < len(domain.x)


def test_with_fewer_classes_an_episode_holds_them_all_and_small_classes_stay_out():
    drawn = Episodes(numbered([20, 4, 20, 20]), ways=5, shots=3, queries=2)
    assert drawn.ways == 3
    seen = {int(domain_row) for both in drawn for e in both for domain_row in e.support.x[:, 0]}
    assert not seen & set(torch.nonzero(drawn.domain.y == 1)[:, 0].tolist())
    assert drawn.note.text.format(**drawn.note.values).startswith("Every episode draws 3 of the source's 3 classes")


def test_too_few_classes_for_an_episode_are_refused_in_a_sentence():
    with pytest.raises(Unusable, match=r"two source classes of at least 10 examples, but 1 of 2 classes have as many"):
        Episodes(numbered([30, 9]), ways=2, shots=5, queries=5)
    with pytest.raises(Unusable, match=r"maml\.ways is 1; it must lie between 2 and"):
        catalog.strategy("maml", ways=1)


def test_remedies_for_rare_classes_leave_the_equal_classes_of_an_episode_alone():
    domain = numbered([40, 10])
    weighed = replace(domain, weight=torch.rand(50), chance=torch.rand(50))
    for support, query, _ in (e for both in Episodes(weighed, 2, 2, 2) for e in both):
        assert support.weight is None
        assert support.y.bincount().tolist() == query.y.bincount().tolist() == [2, 2]


# Prototypes


def test_class_means_and_distances_match_their_definitions():
    rng = np.random.default_rng(0)
    features, y = rng.normal(size=(30, 5)), rng.integers(0, 3, 30)
    centres = np.stack([features[y == label].mean(0) for label in range(3)])
    expected = -((features[:, None] - centres) ** 2).sum(2)
    found = episodes.class_means(torch.from_numpy(features), torch.from_numpy(y), 3)
    assert np.allclose(found, centres)
    assert np.allclose(episodes.nearest(torch.from_numpy(features), found), expected)


def test_distances_are_squared_so_the_answer_is_linear_in_the_features():
    """Softmax over minus the squared distances is softmax over 2 c'x - |c|^2 (Snell et al., 2017, equation 8)."""
    rng = np.random.default_rng(0)
    features, centres = rng.normal(size=(30, 5)), rng.normal(size=(4, 5))
    linear = 2 * features @ centres.T - (centres**2).sum(1)
    found = episodes.nearest(torch.from_numpy(features), torch.from_numpy(centres)).softmax(1)
    assert np.allclose(found, softmax(linear, axis=1))


def test_a_class_without_an_example_is_answered_with_no_chance_and_harms_no_other():
    features = torch.randn(6, 3, dtype=torch.double)
    centres = torch.randn(3, 3, dtype=torch.double)
    gone = centres.clone()
    gone[1] = torch.nan
    told = episodes.nearest(features, gone)
    assert told.isfinite().all()
    assert (told.softmax(1)[:, 1] < 1e-8).all()
    assert torch.allclose(told[:, [0, 2]].softmax(1), episodes.nearest(features, centres[[0, 2]]).softmax(1), atol=1e-8)


def test_the_gradient_of_an_episode_is_that_of_its_loss():
    batch, body = episode(), nn.Linear(4, 2).double()

    def loss(weight):
        body_with = lambda x: x @ weight.T  # noqa: E731
        return episodes.prototypical(body_with)([batch], 0.0)["task"]

    assert torch.autograd.gradcheck(loss, (body.weight,))
    known, asked = (batch.support.x @ body.weight.T, batch.query.x @ body.weight.T)
    centres = torch.stack([known[batch.support.y == own].mean(0) for own in range(3)])
    scores = -((asked[:, None] - centres) ** 2).sum(2).detach().numpy()
    expected = -np.log(softmax(scores, axis=1)[np.arange(12), batch.query.y.numpy()]).mean()
    assert loss(body.weight).item() == pytest.approx(expected)


def test_prototypes_are_the_means_of_every_labelled_target_example(tmp_path):
    for situation in (table("multiclass"), other_classes()):
        task, course = course_for(situation, BRIEF)
        told = loop.train(catalog.strategy("protonet").phases(task), course, Shelf(tmp_path))
        x, y = task.labelled.x, task.labelled.y
        with torch.no_grad():
            features = told.body(x)
        for label in range(task.target_labels.outputs):
            assert torch.allclose(told.centres[label], features[y == label].mean(0), atol=1e-5)
        assert told(x).shape == (40, task.target_labels.outputs)


def test_a_body_that_still_learns_is_judged_by_its_present_means():
    domain = numbered([300, 300])
    body = nn.Linear(1, 2)
    judged = episodes.Remeasured(body, domain, 2).eval()
    before = judged(domain.x)
    assert len(judged.x) == 2 * episodes.OF_EACH[1]
    assert judged.state_dict().keys() == {"body.weight", "body.bias"}
    with torch.no_grad():
        body.weight.mul_(3.0)
    after = judged.eval()(domain.x)
    fresh = episodes.Remeasured(body, domain, 2).eval()(domain.x)
    assert torch.equal(after, fresh)
    assert not torch.allclose(after, before)


# Learning to learn


def supervised_everywhere(model: nets.Model, order: int, lr: float, steps: int):
    """The loss on the queries after adapting all weights, the head's own included, to the support."""

    def objective(batch: Episode, _: float) -> dict[str, torch.Tensor]:
        fast = meta.adapted(model, dict(model.named_parameters()), batch.support, lr, steps, order)
        return {"task": losses.task_loss(torch.func.functional_call(model, fast, (batch.query.x,)), batch.query)}

    return objective


def test_the_second_order_meta_gradient_matches_finite_differences():
    model, batch = tiny(), episode()
    objective = meta.maml(model, lr=0.5, steps=3, order=2)
    exact = gradients(objective, model.body, [batch])
    first = gradients(meta.maml(model, lr=0.5, steps=3, order=1), model.body, [batch])
    weight, h = model.body.blocks[0].weight, 1e-5
    for row, column in ((0, 0), (2, 3), (5, 1)):
        sides = []
        for sign in (1, -1):
            with torch.no_grad():
                weight[row, column] += sign * h
            sides.append(objective([batch], 0.0)["task"].item())
            with torch.no_grad():
                weight[row, column] -= sign * h
        slope = (sides[0] - sides[1]) / (2 * h)
        assert exact[0][row, column].item() == pytest.approx(slope, rel=1e-5, abs=1e-9)
    assert not torch.allclose(exact[0], first[0], rtol=1e-2)


def test_both_orders_agree_where_inner_steps_lead_nowhere():
    model, batch = tiny(), episode()
    first, second = (gradients(supervised_everywhere(model, order, 0.0, 3), model, batch) for order in (1, 2))
    assert any(grad.any() for grad in first)
    assert all(torch.allclose(a, b) for a, b in zip(first, second, strict=True))
    first, second = (gradients(supervised_everywhere(model, order, 0.3, 3), model, batch) for order in (1, 2))
    assert not all(torch.allclose(a, b) for a, b in zip(first, second, strict=True))


def test_without_inner_steps_the_queries_are_plain_supervised_examples():
    model, batch = tiny(), episode()
    found = gradients(supervised_everywhere(model, 2, 0.3, 0), model, batch)
    plain = gradients(losses.supervised(model), model, batch.query)
    assert all(torch.equal(a, b) for a, b in zip(found, plain, strict=True))


@pytest.mark.parametrize("order", [1, 2])
def test_vectors_of_words_learn_from_the_queries_though_they_stand_still_in_the_inner_steps(order):
    torch.manual_seed(0)
    bag = nn.EmbeddingBag(20, 6, mode="mean")
    model = nets.Model(nets.Body([bag, nn.Tanh(), nn.Linear(6, 6)], 6), 3).double()
    support, query = (Batch(torch.randint(20, (6, 5)), torch.arange(3).repeat(2)) for _ in range(2))
    found = gradients(meta.maml(model, 0.5, 3, order), model.body, [Episode(support, query, 3)])
    unseen = sorted(set(range(20)) - set(torch.cat([support.x, query.x]).flatten().tolist()))
    assert found[0].any()
    assert not found[0][unseen].any()


@pytest.mark.parametrize("order", [1, 2])
def test_inner_steps_are_gradient_descent_and_leave_the_network_alone(order):
    model, batch = tiny(), episode()
    before = nets.digest(model)
    fast = meta.adapted(model, dict(model.named_parameters()), batch.support, 0.3, 4, order)
    twin = copy.deepcopy(model)
    descent = torch.optim.SGD(twin.parameters(), lr=0.3)
    for _ in range(4):
        descent.zero_grad()
        losses.task_loss(twin(batch.support.x), batch.support).backward()
        descent.step()
    assert all(torch.allclose(fast[name], weight) for name, weight in twin.named_parameters())
    assert nets.digest(model) == before


def test_maml_with_one_inner_step_from_a_zero_head_is_anil():
    """No gradient passes a head of zeros, so the first step moves the head alone."""
    task, _ = dealt(table("multiclass"))
    model = task.model().train()  # batch norm and dropout at work
    some = next(iter(Episodes(task.source, 3, 4, 4, tasks=2)))
    found = []
    for objective in (meta.maml(model, 0.5, 1, order=2), meta.anil(model, 0.5, 1)):
        torch.manual_seed(3)
        found.append(gradients(objective, model.body, some))
    assert any(grad.any() for grad in found[0])
    assert all(torch.allclose(a, b, atol=1e-7) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("make", [
    lambda model: meta.maml(model, 0.5, 3, order=2),
    lambda model: meta.anil(model, 0.5, 3),
    lambda model: meta.reptile(model, 0.5, 3),
    lambda model: episodes.prototypical(model.body),
])  # fmt: skip
def test_the_order_in_which_an_episode_counts_its_classes_does_not_matter(make):
    model, batch = tiny(), episode()
    support, query = batch.support, batch.query
    turned = Episode(
        *(Batch(half.x.unflatten(0, (3, -1)).flip(0).flatten(0, 1), half.y) for half in (support, query)), 3
    )
    told, again = (sum(make(model)([some], 0.0).values()).item() for some in (batch, turned))
    assert told == pytest.approx(again, rel=1e-9)


def test_reptile_pulls_the_body_to_where_plain_steps_lead():
    model, batch = tiny(), episode(shots=3, queries=3)
    found = gradients(meta.reptile(model, 0.5, 3), model.body, [batch])
    twin = copy.deepcopy(model)
    meta.zero_head(twin, 3)
    twin.double()
    descent = torch.optim.SGD(twin.parameters(), lr=0.5)
    for half in (batch.support, batch.query, batch.support):
        descent.zero_grad()
        losses.task_loss(twin(half.x), half).backward()
        descent.step()
    pairs = zip(model.body.parameters(), twin.body.parameters(), strict=True)
    assert all(torch.allclose(grad, w - led) for grad, (w, led) in zip(found, pairs, strict=True))
    assert any(grad.any() for grad in found)


def test_several_episodes_at_once_count_equally():
    model, one, other = tiny(), episode(), episode(ways=2, shots=5)
    for make in (
        lambda: meta.maml(model, 0.3, 2, 2),
        lambda: meta.anil(model, 0.3, 2),
        lambda: meta.reptile(model, 0.3, 2),
    ):
        alone = [sum(make()([some], 0.0).values()).item() for some in (one, other)]
        assert sum(make()([one, other], 0.0).values()).item() == pytest.approx(np.mean(alone))


@pytest.mark.parametrize("name", LEARNING_TO_LEARN)
def test_practice_moves_the_body_and_the_target_begins_from_a_zero_head(name):
    task, course = course_for(other_classes(), BRIEF)
    before = nets.digest(task.model().body)
    for phase in catalog.strategy(name).phases(task):
        if phase.name == "target":
            head = phase.predictor.head
            assert not head.weight.any()
            assert head.out_features == 2
            assert nets.digest(phase.predictor.body) != before
            break
        loop.fit(phase, course)


@pytest.mark.parametrize("name", ["protonet", *LEARNING_TO_LEARN])
def test_practice_is_shared_by_all_that_practise_alike_whatever_follows_on_the_target(name):
    task, _ = dealt(table())

    def address(**knobs) -> str:
        return next(iter(catalog.strategy(name, **knobs).phases(task))).address

    assert address() != address(shots=3)
    if name != "protonet":
        assert address(lr=1e-4) == address()
        assert address(inner_lr=0.05) != address()
        assert address(tasks=3) != address()
    others = {next(iter(catalog.strategy(other).phases(task))).address for other in LEARNING_TO_LEARN if other != name}
    assert address() not in others


# Cosine heads


def test_a_cosine_head_reads_directions_only():
    head = meta.Cosine(5, 3, scale=7.0).double()
    x = torch.randn(8, 5, dtype=torch.double)
    weight = head.weight.detach().numpy()
    lengths = np.linalg.norm(x.numpy(), axis=1)[:, None] * np.linalg.norm(weight, axis=1)
    assert np.allclose(head(x).detach(), 7.0 * (x.numpy() @ weight.T) / lengths)
    assert torch.allclose(head(100 * x), head(x))
    assert head(x).abs().max() <= 7.0


def test_a_cosine_head_stays_where_classes_are_shared_and_is_new_where_they_differ():
    for situation, kept in ((table(), True), (other_classes(), False)):
        task, _ = dealt(situation)
        phases = catalog.strategy("cosine_head").phases(task)
        model = next(phases).predictor
        before, target = model.head, next(phases)
        assert isinstance(model.head, meta.Cosine)
        assert model.head.out_features == 2
        assert (model.head is before) is kept
        assert [move.module for move in target.moves] == [model.head]


def test_another_scale_is_another_source_phase():
    task, _ = dealt(table())
    one, other = (next(iter(catalog.strategy("cosine_head", scale=s).phases(task))).address for s in (5.0, 10.0))
    assert one != other


# Where they fail


@pytest.mark.parametrize("name", ["protonet", "cosine_head", *LEARNING_TO_LEARN])
def test_a_number_cannot_be_predicted_by_comparing_classes(name):
    assert "It needs classes to predict, not a number." in plan.refusal(name, table("regression"))


@pytest.mark.parametrize("name", ["maml", "anil", "protonet", "reptile"])
def test_too_few_examples_for_an_episode_are_refused_before_anything_runs(name):
    situation = table(n_source=60)
    assert catalog.strategy(name, shots=2, queries=2).objection(situation) is None
    told = catalog.strategy(name, shots=20, queries=20).objection(situation)
    assert "episodes of 40 examples per class" in told
    assert "0 of 2 have" in told
