"""Domain adaptation: gaps and critics against their definitions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from learning import SHORT, course_for, dealt, run
from toys import TOYS, pictures, table

from tlcore import catalog
from tlcore.learn import alarms, alignment, gaps, loop, losses, nets
from tlcore.learn.data import Domain, Paired
from tlcore.learn.shelf import Shelf
from tlcore.situation import Examples
from tlcore.spec import Training

BY_GAP = ("mmd", "joint_mmd", "deep_coral")
BY_CRITIC = ("dann", "cdan", "dynamic_adaptation")


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.normal(size=(9, 4)), rng.normal(size=(7, 4)) * 1.5 + 1


@pytest.fixture
def answers():
    rng = np.random.default_rng(1)
    return rng.dirichlet(np.ones(3), 9), rng.dirichlet(np.ones(3), 7)


def tensors(*arrays):
    return tuple(torch.from_numpy(array) for array in arrays)


def kernel_by_hand(a, b, pooled):
    """The mean of the kernels of two rows, every median found by loops."""
    apart = sorted(sum((pooled[i] - pooled[j]) ** 2) for i in range(len(pooled)) for j in range(i + 1, len(pooled)))
    middle = apart[(len(apart) - 1) // 2]
    return np.mean([math.exp(-sum((a - b) ** 2) / (2 * k * middle)) for k in gaps.WIDTHS])


def mmd_by_hand(*views):
    """Unbiased, one pair of rows at a time; several views multiply their kernels."""
    n, m = len(views[0][0]), len(views[0][1])
    pooled = [np.concatenate(view) for view in views]

    def k(i, j):
        return math.prod(kernel_by_hand(rows[i], rows[j], rows) for rows in pooled)

    first, second = range(n), range(n, n + m)
    within = sum(k(i, j) for i in first for j in first if i != j) / (n * (n - 1))
    within += sum(k(i, j) for i in second for j in second if i != j) / (m * (m - 1))
    return within - 2 * sum(k(i, j) for i in first for j in second) / (n * m)


def test_mmd_matches_its_definition(rows):
    assert gaps.mmd(*tensors(*rows)).item() == pytest.approx(mmd_by_hand(rows))


def test_joint_mmd_matches_its_definition(rows, answers):
    assert gaps.joint_mmd(*tensors(*rows, *answers)).item() == pytest.approx(mmd_by_hand(rows, answers))


def test_joint_mmd_of_answers_that_say_nothing_is_mmd(rows):
    same = np.full((9, 3), 1 / 3), np.full((7, 3), 1 / 3)
    assert gaps.joint_mmd(*tensors(*rows, *same)).item() == pytest.approx(gaps.mmd(*tensors(*rows)).item())


def test_coral_matches_its_definition_and_is_blind_to_a_move(rows):
    difference = np.cov(rows[0].T) - np.cov(rows[1].T)
    assert gaps.coral(*tensors(*rows)).item() == pytest.approx((difference**2).sum() / (4 * 4**2))
    assert gaps.coral(*tensors(rows[0], rows[0] + 5)).item() == pytest.approx(0, abs=1e-20)


def test_mean_distance_matches_its_definition(rows):
    expected = np.linalg.norm(rows[0].mean(0) - rows[1].mean(0))
    assert gaps.mean_distance(*tensors(*rows)).item() == pytest.approx(expected)


@pytest.mark.parametrize("gap", [gaps.mmd, gaps.coral, gaps.mean_distance])
def test_a_gap_is_the_same_from_either_side(gap, rows):
    first, second = tensors(*rows)
    assert gap(first, second).item() == pytest.approx(gap(second, first).item())


def test_mmd_is_nothing_on_average_where_nothing_differs():
    rng = np.random.default_rng(0)
    alike = [gaps.mmd(*tensors(*rng.normal(size=(2, 16, 3)))).item() for _ in range(300)]
    assert abs(np.mean(alike)) < 3 * np.std(alike) / math.sqrt(300)
    assert min(alike) < 0


@pytest.mark.parametrize("gap", [gaps.mmd, gaps.coral, gaps.mean_distance])
def test_the_gap_grows_with_the_shift(gap):
    x = np.random.default_rng(0).normal(size=(40, 3))
    values = [gap(*tensors(x, x[::-1] * (1 + shift) + shift)).item() for shift in (0.0, 0.3, 1.0)]
    assert values == sorted(values)
    assert values[2] > values[0]


@pytest.mark.parametrize("gap", [gaps.coral, gaps.mean_distance])
def test_gradients_of_a_gap_are_those_of_its_values(gap, rows):
    points = [part.requires_grad_() for part in tensors(*rows)]
    assert torch.autograd.gradcheck(gap, points)


def test_gradients_of_mmd_are_those_of_its_values_at_a_fixed_width(rows, monkeypatch):
    """The width follows the rows but carries no gradient; held fixed, the two agree."""
    first, second = tensors(*rows)
    width = torch.cdist(torch.cat([first, second]), torch.cat([first, second])).square()
    middle = width[tuple(torch.triu_indices(16, 16, 1))].median()
    monkeypatch.setattr(torch.Tensor, "median", lambda self: middle)
    assert torch.autograd.gradcheck(gaps.mmd, [first.requires_grad_(), second.requires_grad_()])


def test_gaps_of_rows_all_alike_are_nothing_and_have_gradients_that_are_numbers():
    same = torch.ones(6, 3, requires_grad=True)
    value = gaps.mmd(same, torch.ones(6, 3)) + gaps.coral(same, torch.ones(6, 3))
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-6)
    assert torch.isfinite(same.grad).all()


def test_the_width_of_a_kernel_stands_when_most_rows_are_equal():
    rows = torch.cat([torch.zeros(30, 2), torch.ones(4, 2)])
    kernel = gaps.kernel(rows)
    assert 0.01 < kernel[0, -1] < 0.99


@pytest.mark.parametrize("gap", [gaps.mmd, gaps.coral])
def test_half_precision_around_it_does_not_make_a_gap_coarser(gap):
    torch.manual_seed(0)
    first, second = torch.randn(64, 16), torch.randn(64, 16) * 1.02
    plain = gap(first, second)
    with torch.autocast("cpu", torch.bfloat16):
        assert gap(first, second).item() == plain.item()
        assert gap(first.bfloat16(), second.bfloat16()).dtype == torch.float32


# The reversal, the schedules


@pytest.mark.parametrize("strength", [0.0, 0.3, 2.0])
def test_a_reversed_gradient_is_minus_its_strength_times_the_numerical_one(strength):
    """`gradcheck` compares with finite differences of the values: reversed twice, signs and strengths must cancel."""
    x = torch.randn(4, 3, dtype=torch.double, requires_grad=True)
    if strength:
        assert torch.autograd.gradcheck(lambda v: losses.reverse(losses.reverse(v, strength), 1 / strength).sin(), x)
        with pytest.raises(RuntimeError):
            torch.autograd.gradcheck(lambda v: losses.reverse(v, strength).sin(), x)
    losses.reverse(x, strength).sin().sum().backward()
    assert torch.allclose(x.grad, -strength * x.detach().cos())


def test_a_strength_may_be_a_tensor():
    x = torch.randn(4, 3, requires_grad=True)
    losses.reverse(x, torch.tensor(0.25)).sum().backward()
    assert torch.equal(x.grad, torch.full_like(x, -0.25))


def seen(source, target, width=3):
    return alignment.Seen(
        torch.as_tensor(source), torch.as_tensor(target), torch.zeros(len(source), 2), torch.zeros(len(target), 2)
    )


def test_schedules_match_their_definitions():
    apart = seen(torch.zeros(4, 3), torch.full((4, 3), 7.0))
    for progress in (0.0, 0.4, 1.0):
        ramp = 2 / (1 + math.exp(-10 * progress)) - 1
        assert alignment.pace("ramp", progress, apart) == pytest.approx(ramp)
        assert alignment.pace("constant", progress, apart) == 1
        distance = 1 / (1 + math.exp(-0.1 * math.sqrt(3 * 7**2)))
        assert alignment.pace("distance", progress, apart).item() == pytest.approx(distance)
    alike = seen(torch.ones(4, 3), torch.ones(4, 3))
    assert alignment.pace("distance", 0.5, alike).item() == pytest.approx(0.5)


def test_no_gradient_flows_through_the_distance_that_sets_the_pace():
    features = torch.randn(4, 3, requires_grad=True)
    assert not alignment.pace("distance", 0.5, seen(features, torch.zeros(4, 3))).requires_grad


# Strategies at the edge of their knobs


def aligned_objective(name, model, task, **knobs):
    """The objective of a strategy's first phase, about this model."""
    task = replace(task)
    object.__setattr__(task, "model", lambda *_: model)
    return next(iter(catalog.strategy(name, **knobs).phases(task))).objective


@pytest.mark.parametrize("name", BY_GAP)
def test_without_weight_a_gap_leaves_learning_the_source_alone(name):
    task, _ = dealt(table())
    model = task.model().eval()
    pair = next(iter(Paired(task.source, task.unlabelled)))
    terms = aligned_objective(name, model, task, weight=0.0)(pair, 0.7)
    plain = losses.supervised(model)(pair.source, 0.7)["task"]
    assert terms["gap"].item() == 0
    weights = list(model.parameters())
    for ours, theirs in zip(
        torch.autograd.grad(sum(terms.values()), weights), torch.autograd.grad(plain, weights), strict=True
    ):
        assert torch.allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("name", BY_CRITIC)
def test_without_weight_no_critic_reaches_the_features(name):
    task, _ = dealt(table())
    model = task.model().eval()
    pair = next(iter(Paired(task.source, task.unlabelled)))
    terms = aligned_objective(name, model, task, weight=0.0)(pair, 0.7)
    sum(value for key, value in terms.items() if key.startswith("domain")).backward()
    assert all(weight.grad is None or not weight.grad.any() for weight in model.parameters())


def test_without_weight_all_gaps_are_one_strategy(tmp_path):
    scores = [run(table(), name, tmp_path, weight=0.0)[0].outcome.test for name in BY_GAP]
    assert scores[0] == scores[1] == scores[2]


@pytest.mark.parametrize("name", [*BY_GAP, *BY_CRITIC])
@pytest.mark.parametrize("schedule", ["constant", "distance"])
def test_every_schedule_trains(name, schedule, tmp_path):
    result, told = run(table(), name, tmp_path, training=replace(SHORT, epochs=2), schedule=schedule)
    assert result.outcome.test["roc_auc"] > 0.5
    assert any(set(epoch.terms) > {"task"} for epoch in told if epoch.phase == "align")


def test_alignment_lessens_the_gap_of_features():
    """With and without weight, the same start: the aligned features lie closer."""
    left = {}
    for weight in (0.0, 30.0):
        task, course = course_for(table(shift=2.0), Training(epochs=6, batch=64, least_steps=10))
        phase = next(iter(catalog.strategy("mmd", weight=weight, schedule="constant").phases(task)))
        loop.fit(replace(phase, selector="none"), course)
        with torch.no_grad():
            left[weight] = gaps.mmd(phase.predictor.features(task.source.x[:300]), phase.predictor.features(
                task.unlabelled.x[:300])).item()  # fmt: skip
    assert left[30.0] < left[0.0]


# Critics


def test_a_conditional_critic_reads_every_product(rows, answers):
    features, told = rows[0].astype(np.float32), answers[0].astype(np.float32)
    products = alignment.ConditionalCritic(4, 3).products(*tensors(features, told))
    assert np.allclose(products.numpy(), [[f * p for f in x for p in a] for x, a in zip(features, told, strict=True)])


def test_projected_products_keep_inner_products_on_average():
    torch.manual_seed(0)
    critic = alignment.ConditionalCritic(100, 60)
    assert critic.projected
    features, told = torch.randn(2, 100), torch.rand(2, 60).softmax(1)
    found = [alignment.ConditionalCritic(100, 60).products(features, told) for _ in range(60)]
    inner = np.array([(a @ b).item() for a, b in found])
    true = ((features[0] @ features[1]) * (told[0] @ told[1])).item()
    assert abs(inner.mean() - true) < 4 * inner.std() / math.sqrt(60)


def test_a_sure_answer_counts_twice_and_one_of_k_ways_one_and_a_kth():
    told = torch.tensor([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    assert alignment.sureness(told).tolist() == pytest.approx([2.0, 1 + 1 / 3])


def test_both_domains_weigh_the_same_however_sure_their_answers():
    both = seen(torch.zeros(2, 3), torch.zeros(2, 3))
    each, counts = torch.tensor([1.0, 3.0, 5.0, 5.0]), torch.tensor([1.0, 3.0, 100.0, 100.0])
    assert alignment._balanced(each, counts, both).item() == pytest.approx((2.5 + 5) / 2)


def test_source_and_target_carry_different_domain_labels():
    assert alignment.domains(seen(torch.zeros(2, 3), torch.zeros(3, 3))).tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("name", BY_CRITIC)
def test_a_critic_whose_domains_differ_plainly_learns_to_tell_them_apart(name):
    """Were the domain labels equal for both, its loss would fall as well: so each domain is asked by itself."""
    task, course = course_for(table(shift=3.0), Training(epochs=6, batch=64, least_steps=20))
    phase = next(iter(catalog.strategy(name, weight=0.0).phases(task)))
    told = loop.fit(replace(phase, selector="none"), course)
    assert told[-1].terms["domain"] < 0.9 * alarms.UNDECIDED
    model, critic = (move.module for move in phase.moves[:2])
    with torch.no_grad():
        sides = []
        for part in (task.source, task.unlabelled):
            features = model.features(part.x)
            guess = critic(features, model.head(features).softmax(1)) if name == "cdan" else critic(features)
            sides.append(guess.argmax(1).float().mean().item())
    assert sides[0] < 0.5 < sides[1]


def test_one_class_critic_is_a_plain_critic():
    critics = alignment.ClassCritics(5, 1)
    plain = nets.critic(5)
    with torch.no_grad():
        plain[0].weight.copy_(critics.into[0].T)
        plain[0].bias.copy_(critics.shift[0])
        plain[2].weight.copy_(critics.out[0].T)
        plain[2].bias.zero_()
        x = torch.randn(7, 5)
        assert torch.allclose(critics(x[:, None])[:, 0], plain(x), atol=1e-6)


@pytest.mark.parametrize(
    ("whole", "by_class", "share"),
    [
        ((0.1, 0.1), (0.5, 0.5), 1.0),  # only the domains as wholes differ
        ((0.5, 0.5), (0.1, 0.1), 0.0),  # only within classes do they
        ((0.1, 0.3), (0.2, 0.2), 0.5),  # the balanced error counts
        ((0.5, 0.5), (0.5, 0.5), 0.5),  # no gap at all
        ((0.9, 0.9), (0.7, 0.7), 0.5),  # worse than a coin is no gap either
        ((0.0, 0.0), (0.25, 0.25), 2 / 3),
    ],
)
def test_the_dynamic_factor_by_hand(whole, by_class, share):
    errors = torch.tensor([[whole[0], by_class[0], by_class[0]], [whole[1], by_class[1], by_class[1]]])
    assert alignment.share_of_whole(errors).item() == pytest.approx(share)


def test_the_dynamic_factor_is_found_anew_after_every_epoch_and_kept_in_between():
    task, _ = dealt(table())
    model = task.model()
    pairs = Paired(task.source, task.unlabelled)
    critics = nets.critic(16), alignment.ClassCritics(16, 2)
    learn = alignment.Dynamic(model, *critics, len(pairs), 1.0, "ramp")
    optimizer = torch.optim.Adam([weight for critic in critics for weight in critic.parameters()], lr=0.01)
    for epoch in range(2):
        kept = learn.whole.item()
        for number, pair in enumerate(pairs):
            assert learn.whole.item() == kept
            terms = learn(pair, (epoch + number / len(pairs)) / 2)
            optimizer.zero_grad()
            (terms["domain"] + terms["domain by class"]).backward()
            optimizer.step()
        assert learn.whole.item() != kept
        assert not learn.asked.any()


def test_a_class_critic_reads_the_features_times_the_probability_of_its_class():
    """Yu et al., 2019, equation 5, written out: the mean over examples of the sum over classes."""
    task, _ = dealt(table())
    model, critics = task.model().eval(), alignment.ClassCritics(16, 2)
    learn = alignment.Dynamic(model, nets.critic(16), critics, 99, 1.0, "ramp")
    pair = next(iter(Paired(task.source, task.unlabelled)))
    with torch.no_grad():
        found = learn(pair, 0.5)["domain by class"].item()
        features = model.features(torch.cat([pair.source.x, pair.target.x]))
        likely = model.head(features).softmax(1)
        hidden = [torch.relu(likely[:, [c]] * features @ critics.into[c] + critics.shift[c]) for c in range(2)]
        scores = torch.stack([hidden[c] @ critics.out[c] for c in range(2)]).double().numpy()
    side = np.r_[np.zeros(len(pair.source.x), int), np.ones(len(pair.target.x), int)]
    right = np.take_along_axis(scores, side[None, :, None], 2)[..., 0] - np.logaddexp.reduce(scores, axis=2)
    assert found == pytest.approx(-right.sum(0).mean(), rel=1e-5)


def test_the_memory_of_the_dynamic_factor_adds_up_by_hand():
    task, _ = dealt(table())
    learn = alignment.Dynamic(task.model(), nets.critic(16), alignment.ClassCritics(16, 2), 99, 1.0, "ramp")
    guesses = torch.zeros(3, 3, 2)
    guesses[..., 1] = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, 1.0, -1.0]])  # above 0: "target"
    likely = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    learn._remember(guesses, likely, torch.tensor([0, 1, 1]))
    assert learn.asked.flatten().tolist() == pytest.approx([1, 0.9, 0.1, 2, 0.7, 1.3])
    assert learn.wrong.flatten().tolist() == pytest.approx([1, 0.0, 0.1, 1, 0.0, 0.5])


# AdaBN


def adapted(situation, tmp_path, **knobs):
    """The source network as it was, and after its statistics were measured anew."""
    task, course = course_for(situation)
    phases = catalog.strategy("adabn", **knobs).phases(task)
    source = next(phases)
    loop.train([source], course, Shelf(tmp_path))
    before = {key: value.clone() for key, value in source.predictor.state_dict().items()}
    return task, before, next(phases).predictor


def statistic(name):
    return "running" in name or "num_batches" in name


def test_measuring_anew_moves_statistics_and_no_weight(tmp_path):
    _, before, model = adapted(table(), tmp_path)
    changed = {key for key, value in model.state_dict().items() if not torch.equal(value, before[key])}
    assert changed
    assert all(statistic(key) for key in changed)
    assert all(layer.momentum == 0.1 for layer in model.modules() if isinstance(layer, torch.nn.BatchNorm1d))
    assert not any(module.training for module in model.modules())


def test_the_first_statistics_are_those_of_all_unlabelled_rows():
    for situation in (table(), pictures()):
        task, _ = dealt(situation)
        model = task.model()
        inputs = []
        first = next(layer for layer in model.modules() if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm))
        hook = first.register_forward_hook(lambda _, given, __, kept=inputs: kept.append(given[0]))
        alignment.measure_anew(model, task.unlabelled)
        hook.remove()
        rows = torch.cat(inputs).transpose(0, 1).flatten(1).double()
        assert torch.allclose(first.running_mean.double(), rows.mean(1), atol=1e-5)
        assert torch.allclose(first.running_var.double(), rows.var(1), rtol=1e-4)


def test_measured_anew_in_parts_every_part_counts_the_same():
    task, _ = dealt(table())
    model = task.model()
    rows = torch.randn(1200, task.source.x.shape[1])
    rows[:, task.space.plain :] = 0
    alignment.measure_anew(model, Domain(rows, torch.full((1200,), -1)))
    norm = model.body.blocks[0].normalise
    assert norm.num_batches_tracked == 3
    assert torch.allclose(norm.running_mean, rows[:, : task.space.plain].mean(0), atol=1e-5)


def test_where_the_domains_are_alike_little_changes(tmp_path):
    """A shift of three standard deviations moves the statistics at least ten times as far as none."""
    moved = {}
    for shift in (0.0, 3.0):
        _, before, model = adapted(table(shift=shift, n_source=2000, n_target=2000), tmp_path)
        now = model.state_dict()["body.blocks.0.normalise.running_mean"]
        moved[shift] = (now - before["body.blocks.0.normalise.running_mean"]).norm().item()
    assert moved[0.0] < 0.1 * moved[3.0]


def test_pure_adabn_uses_no_label_of_the_target(tmp_path):
    """Other target labels, the same network: only the sentence about labels is left to differ."""
    result, told = run(table(), "adabn", tmp_path)
    assert result.outcome.selector == "no epoch to choose; no target label was used"
    assert [epoch.number for epoch in told if epoch.phase == "target"] == [0]
    situation = table()
    rng = np.random.default_rng(0)
    swapped = replace(situation, target=Examples(situation.target.inputs, rng.permutation(situation.target.labels)))
    first = adapted(situation, tmp_path)
    second = adapted(swapped, tmp_path / "other")
    assert nets.digest(first[2].head) == nets.digest(second[2].head)
    assert all(torch.equal(first[1][key], second[1][key]) for key in first[1])


def test_normalisation_of_a_table_without_numbers_is_nothing_to_adapt_and_says_so(tmp_path):
    situation = table()
    words = {role: Examples(getattr(situation, role).inputs[["channel"]], getattr(situation, role).labels)
             for role in ("source", "target", "test")}  # fmt: skip
    result, _ = run(replace(situation, **words), "adabn", tmp_path)
    assert [note.text for note in result.outcome.notes if note.grave and "normalises nothing" in note.text]


def test_a_tuned_head_leaves_the_new_statistics_alone(tmp_path):
    task, course = course_for(table())
    predictor = loop.train(catalog.strategy("adabn", tune=True).phases(task), course, Shelf(tmp_path))
    _, _, untuned = adapted(table(), tmp_path)
    assert nets.digest(predictor.body) == nets.digest(untuned.body)
    assert nets.digest(predictor.head) != nets.digest(untuned.head)


@pytest.mark.parametrize("name", ["cdan", "dynamic_adaptation"])
def test_answers_by_class_are_asked_for_where_there_are_classes(name):
    from tlcore import plan

    assert "classes to predict" in plan.refusal(name, TOYS["table, a number"]())
