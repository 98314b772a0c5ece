"""Remedies for rare classes: each against its definition, at its edges, and through several strategies."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch
from learning import SHORT, backbone_for, dealt, run
from scipy.special import log_softmax, softmax
from toys import other_classes, pictures, table

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.learn import imbalance, losses, recipes, weighting
from tlcore.learn.data import Batch, Domain, Paired, deal
from tlcore.learn.imbalance import Shape, remedied
from tlcore.outcome import State
from tlcore.situation import Examples, Situation, split
from tlcore.spec import Training

REMEDIES = ("class weights", "balanced sampling", "focal loss", "logit adjustment", "SMOTE")
BRIEF = Training(epochs=1, batch=32, least_steps=4)


def rare(share: float = 0.06, seed: int = 0) -> Situation:
    """The two-class toy with few events, in both places."""
    whole = table(seed=seed, n_source=1600, n_target=900)
    rng = np.random.default_rng(seed)

    def thinned(part: Examples) -> Examples:
        events, others = np.flatnonzero(part.labels == "yes"), np.flatnonzero(part.labels == "no")
        kept = rng.permutation(events)[: max(4, round(len(others) * share / (1 - share)))]
        return part.take(np.sort(np.concatenate([others, kept])))

    return replace(whole, source=thinned(whole.source), target=thinned(whole.target), test=thinned(whole.test))


def hand(remedy: str, situation: Situation | None = None, labels: int = 80):
    situation = situation or rare()
    return deal(split(situation, labels, 0), situation, backbone_for(situation), SHORT, 0, "cpu", remedy)


def domain(counts: tuple[int, ...], numbers: int = 2, codes: int = 0) -> tuple[Domain, imbalance.TableSpace]:
    """So many rows of each class, each class around a place of its own; codes are 1 to 3."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(counts)), counts)
    frame = pd.DataFrame({f"n{k}": rng.normal(size=len(y)) + 10 * y for k in range(numbers)})
    for k in range(codes):
        frame[f"c{k}"] = rng.choice(["a", "b", "c"], len(y))
    examples = Examples(frame, y.astype(str))
    space = imbalance.TableSpace.fit(frame, [])
    return Domain(space.encode(examples), torch.from_numpy(y), batch=16), space


# Against their definitions


def test_class_weights_make_every_class_weigh_the_same_and_the_mean_is_one():
    part, space = domain((60, 30, 6))
    weight = remedied(part, "class weights", 3, space, 0).weight
    assert weight.mean().item() == pytest.approx(1, rel=1e-6)
    sums = [weight[part.y == place].sum().item() for place in range(3)]
    assert sums == pytest.approx([32.0] * 3)


def test_a_class_without_an_example_takes_no_weight_from_the_others():
    part, space = domain((40, 8))
    assert torch.equal(
        remedied(part, "class weights", 5, space, 0).weight, remedied(part, "class weights", 2, space, 0).weight
    )
    assert remedied(part, "class weights", 5, space, 0).weight.mean().item() == pytest.approx(1)


def test_balanced_sampling_draws_all_classes_equally_often():
    part, space = domain((900, 90, 10))
    torch.manual_seed(0)
    drawn = torch.cat([batch.y for _ in range(20) for batch in remedied(part, "balanced sampling", 3, space, 0)])
    shares = torch.bincount(drawn) / len(drawn)
    assert torch.allclose(shares, torch.full((3,), 1 / 3), atol=0.02)  # about five standard errors


def test_balanced_sampling_costs_no_more_steps_and_counts_the_same_labels():
    part, space = domain((90, 10))
    part = replace(part, target_labels=True, least_steps=9)
    drawn = remedied(part, "balanced sampling", 2, space, 0)
    assert (len(drawn), drawn.seen) == (len(part), part.seen)
    assert sum(len(batch.y) for batch in drawn) == drawn.seen


def test_focal_loss_is_its_definition():
    rng = np.random.default_rng(0)
    scores, y = 2 * rng.normal(size=(30, 4)), rng.integers(0, 4, 30)
    p = softmax(scores, axis=1)[np.arange(30), y]
    for focus in (0.0, 1.0, 2.0):
        batch = Batch(torch.zeros(30, 1), torch.from_numpy(y), shape=Shape(focus=focus))
        found = losses.task_loss(torch.from_numpy(scores), batch)
        assert found.item() == pytest.approx((-((1 - p) ** focus) * np.log(p)).mean())
    assert imbalance.FOCUS == 2.0


def test_focal_loss_without_focus_is_cross_entropy():
    scores, y = torch.randn(12, 3), torch.arange(12) % 3
    focal = losses.task_loss(scores, Batch(scores, y, shape=Shape(focus=0.0)))
    assert focal.item() == pytest.approx(losses.task_loss(scores, Batch(scores, y)).item())


def test_the_gradient_of_focal_loss_is_that_of_its_value_even_where_an_answer_is_sure():
    y = torch.tensor([0, 1, 2])
    scores = torch.tensor([[30.0, 0, 0], [0, 0.5, 0], [40.0, 0, 0]], dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda s: losses.task_loss(s, Batch(s, y, shape=Shape(focus=2.0))), (scores,))


def test_logit_adjustment_is_its_definition():
    """Cross-entropy of the scores plus the logarithm of each class's share (Menon et al., 2021, equation 10)."""
    part, space = domain((70, 20, 10))
    shape = remedied(part, "logit adjustment", 3, space, 0).shape
    scores = np.random.default_rng(0).normal(size=(100, 3))
    adjusted = scores + np.log([0.7, 0.2, 0.1])
    expected = -log_softmax(adjusted, axis=1)[np.arange(100), part.y.numpy()].mean()
    found = losses.task_loss(torch.from_numpy(scores), Batch(part.x, part.y, shape=shape))
    assert found.item() == pytest.approx(expected, rel=1e-6)


def test_logit_adjustment_changes_nothing_where_all_classes_are_equally_large():
    part, space = domain((20, 20, 20))
    adjusted = remedied(part, "logit adjustment", 3, space, 0)
    scores = torch.randn(60, 3)
    plain = losses.task_loss(scores, Batch(part.x, part.y))
    assert losses.task_loss(scores, Batch(part.x, part.y, shape=adjusted.shape)).item() == pytest.approx(plain.item())


def test_a_class_that_was_never_seen_has_a_finite_offset():
    part, space = domain((20, 5))
    assert remedied(part, "logit adjustment", 4, space, 0).shape.offset.isfinite().all()


def test_equal_classes_need_no_remedy():
    part, space = domain((20, 20))
    assert torch.equal(remedied(part, "class weights", 2, space, 0).weight, torch.ones(40))
    same = remedied(part, "SMOTE", 2, space, 0)
    assert torch.equal(same.x, part.x)
    assert torch.equal(same.y, part.y)


# SMOTE


def test_smote_makes_all_classes_equally_large_and_keeps_every_row():
    part, space = domain((50, 20, 7), codes=1)
    more = remedied(part, "SMOTE", 3, space, 0)
    assert torch.bincount(more.y).tolist() == [50, 50, 50]
    assert torch.equal(more.x[:77], part.x)
    assert torch.equal(more.y[:77], part.y)
    assert more.x.dtype == part.x.dtype


@pytest.mark.parametrize("codes", [0, 2])
def test_a_new_row_lies_between_two_neighbours_and_its_codes_are_never_mixed(codes):
    part, space = domain((60, 12), numbers=2, codes=codes)
    more = remedied(part, "SMOTE", 2, space, 0)
    old, new = part.x[part.y == 1].numpy(), more.x[72:].numpy()
    assert (more.y[72:] == 1).all()
    assert set(np.unique(new[:, 2:])) <= set(np.unique(old[:, 2:]))
    for row in new[:, :2]:
        # On the segment between some pair: as far from both ends together as they are from one another.
        ends = np.linalg.norm(old[:, :2] - row, axis=1)
        between = np.linalg.norm(old[:, None, :2] - old[None, :, :2], axis=2)
        assert np.isclose(ends[:, None] + ends[None, :], between, atol=1e-4).any()


def test_a_class_of_one_row_is_repeated_while_the_others_are_mixed():
    part, space = domain((30, 1, 10))
    more = remedied(part, "SMOTE", 3, space, 0)
    assert torch.bincount(more.y).tolist() == [30, 30, 30]
    assert len(more.x[more.y == 1].unique(dim=0)) == 1
    assert len(more.x[more.y == 2].unique(dim=0)) > 20


def test_a_class_of_two_rows_is_mixed_from_those_two():
    part, space = domain((30, 2))
    more = remedied(part, "SMOTE", 2, space, 0)
    first, second = part.x[part.y == 1]
    steps = (more.x[32:] - first) / (second - first)
    assert torch.allclose(steps[:, 0], steps[:, 1], atol=1e-3)
    assert ((steps > -1e-4) & (steps < 1 + 1e-4)).all()


def test_a_table_without_numbers_is_repeated():
    part, space = domain((30, 5), numbers=0, codes=2)
    more = remedied(part, "SMOTE", 2, space, 0)
    old = {tuple(row) for row in part.x[part.y == 1].tolist()}
    assert {tuple(row) for row in more.x[35:].tolist()} <= old
    assert torch.bincount(more.y).tolist() == [30, 30]


def test_smote_looks_for_neighbours_among_some_thousand_rows(monkeypatch):
    monkeypatch.setattr(imbalance, "AMONG", 10)
    part, space = domain((60, 40), codes=1)
    more = remedied(part, "SMOTE", 2, space, 0)
    assert torch.bincount(more.y).tolist() == [60, 60]
    assert torch.equal(more.x[:100], part.x)
    low, high = part.x[part.y == 1, :2].amin(0), part.x[part.y == 1, :2].amax(0)
    assert ((more.x[100:, :2] >= low) & (more.x[100:, :2] <= high)).all()


def test_smote_makes_the_same_rows_for_the_same_seed():
    part, space = domain((50, 9), codes=1)
    once, again, other = (remedied(part, "SMOTE", 2, space, seed).x for seed in (3, 3, 4))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


# Where they act, and where they never do


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_remedy_never_touches_validation_test_or_unlabelled_examples(remedy):
    plain, held_plain = hand("none")
    task, held = hand(remedy)
    for name in ("source_valid", "valid", "unlabelled"):
        part, before = getattr(task, name), getattr(plain, name)
        assert torch.equal(part.x, before.x)
        assert torch.equal(part.y, before.y)
        assert (part.weight, part.chance, part.shape) == (None, None, None)
    for name in ("source", "valid", "watched", "test"):
        assert torch.equal(getattr(held, name).x, getattr(held_plain, name).x)
        assert np.array_equal(getattr(held, name).truth, getattr(held_plain, name).truth)


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_source_phase_with_a_remedy_is_not_taken_for_one_without(remedy):
    addresses = {hand(each)[0].address("source") for each in ("none", remedy)}
    assert len(addresses) == 2


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_remedy_stays_at_work_in_pairs_and_on_features(remedy):
    task, _ = hand(remedy)
    pair = next(iter(Paired(task.source, task.unlabelled)))
    assert (pair.source.weight is None) is (task.source.weight is None)
    assert pair.source.shape is task.source.shape
    assert (pair.target.weight, pair.target.shape) == (None, None)
    features = recipes.precomputed(task.model().body, task.target)
    assert (features.weight, features.chance, features.shape) == (
        task.target.weight, task.target.chance, task.target.shape)  # fmt: skip


def test_balanced_sampling_balances_the_source_half_of_a_pair():
    task, _ = hand("balanced sampling")
    torch.manual_seed(0)
    y = torch.cat([pair.source.y for _ in range(5) for pair in Paired(task.source, task.unlabelled)])
    assert y.float().mean().item() == pytest.approx(0.5, abs=0.06)


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """A very short run of this strategy on the rare events, with this remedy; each carried out once."""
    situation, shelf = rare(), tmp_path_factory.mktemp("shelf")
    return cache(lambda name, remedy: run(situation, name, shelf, training=BRIEF, labels=80, imbalance=remedy)[0])


@pytest.mark.parametrize("remedy", REMEDIES)
@pytest.mark.parametrize("name", ["scratch", "dann", "distillation", "pseudo_labels"])
def test_a_remedy_changes_what_is_learnt_and_not_what_is_judged(name, remedy, tried):
    plain, mended = tried(name, "none"), tried(name, remedy)
    assert mended.outcome.state is State.DONE
    assert mended.outcome.test != plain.outcome.test
    truths = [result.predictions.query("part == 'test'")["truth"].tolist() for result in (plain, mended)]
    assert truths[0] == truths[1]


@pytest.mark.parametrize("remedy", ["class weights", "balanced sampling", "logit adjustment", "SMOTE"])
def test_a_remedy_finds_more_of_the_rare_events(remedy, tmp_path):
    """Recall of the event at even odds."""
    situation, training = rare(), Training(epochs=6, batch=32, least_steps=8)
    recalls = []
    for each in ("none", remedy):
        result, _ = run(situation, "fine_tune", tmp_path, labels=200, training=training, imbalance=each)
        events = result.predictions.query("part == 'test' and truth == 1")
        recalls.append((events["p1"] > 0.5).mean())
    assert recalls[1] > recalls[0] + 0.05


def test_remedies_go_with_several_classes_and_with_classes_the_target_does_not_share(tmp_path):
    for remedy in REMEDIES:
        for situation in (table("multiclass"), other_classes()):
            result, _ = run(situation, "fine_tune", tmp_path, training=BRIEF, imbalance=remedy)
            assert result.outcome.state is State.DONE


# Where they have no meaning


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_number_has_no_rare_classes(remedy):
    objection = catalog.strategy("fine_tune", imbalance=remedy).objection(table("regression"))
    assert objection == (
        f"fine_tune.imbalance is {remedy!r}, a remedy for rare classes, but a number is predicted here."
    )


def test_pictures_cannot_be_mixed_by_smote():
    objection = catalog.strategy("fine_tune", imbalance="SMOTE").objection(pictures())
    assert objection == "fine_tune.imbalance is 'SMOTE', which mixes rows of a table; this data is no table."
    for remedy in set(REMEDIES) - {"SMOTE"}:
        assert catalog.strategy("fine_tune", imbalance=remedy).objection(pictures()) is None


def test_every_strategy_that_overrides_its_objections_keeps_those_of_the_remedies():
    for name, offer in catalog.strategies().items():
        if "imbalance" in offer.__dataclass_fields__:
            assert catalog.strategy(name, imbalance="SMOTE").objection(pictures()), name


def test_an_unknown_remedy_is_refused():
    with pytest.raises(Unusable, match="imbalance is 'magic'; it must be one of"):
        catalog.strategy("fine_tune", imbalance="magic")
    part, space = domain((5, 3))
    with pytest.raises(ValueError, match="There is no remedy 'magic'"):
        remedied(part, "magic", 2, space, 0)


def test_images_are_weighed_and_drawn_like_rows():
    task, _ = hand("balanced sampling", pictures(), labels=30)
    assert task.target.chance is not None
    assert task.source.chance.sum().item() == pytest.approx(len(task.source.x), rel=1e-4)


def test_what_smote_made_up_counts_nowhere_as_seen():
    """Learners that mix rows themselves, class means and class shares start from the labels there are."""
    situation = table(n_target=200)
    plain, _ = dealt(situation)
    hand = split(situation, 40, 0)
    mixed, _ = deal(hand, situation, backbone_for(situation), SHORT, 0, "cpu", "SMOTE")
    assert len(mixed.target.x) > mixed.target.genuine == len(plain.target.x)
    for name in ("labelled", "source_all"):
        seen, told = getattr(plain, name), getattr(mixed, name)
        assert torch.equal(seen.x, told.x)
        assert torch.equal(seen.y, told.y)
    some = weighting.subset(mixed.source, np.arange(0, len(mixed.source.x), 2))
    assert some.genuine == (mixed.source.genuine + 1) // 2
