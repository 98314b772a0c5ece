"""More from few labels: pseudo-labels, consistency, blends, and honest probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from learning import SHORT, dealt, run
from scipy.special import log_softmax, softmax
from toys import messages, pictures, table

from tlcore import catalog
from tlcore.learn import calibration, consistency, losses, nets
from tlcore.learn.data import Batch, Domain, Pair
from tlcore.learn.imbalance import Shape, remedied

EDGES = {"pseudo_labels": {"threshold": 1.0}, "mixup": {"alpha": 0.0}, "label_smoothing": {"smoothing": 0.0}}
BOTH = pytest.mark.parametrize("toy", [table, pictures])


@BOTH
def test_at_the_edge_of_its_knob_each_is_fine_tuning(toy, tmp_path):
    plain, _ = run(toy(), "fine_tune", tmp_path)
    for name, edge in EDGES.items():
        bare, _ = run(toy(), name, tmp_path, **edge)
        assert bare.outcome.test == plain.outcome.test, name


def test_away_from_the_edge_it_is_not(tmp_path):
    plain, _ = run(table(), "fine_tune", tmp_path)
    for name, knobs in {
        "pseudo_labels": {"threshold": 0.5},
        "mixup": {},
        "label_smoothing": {"smoothing": 0.5},
    }.items():
        assert run(table(), name, tmp_path, **knobs)[0].outcome.test != plain.outcome.test


# Pseudo-labels


def test_pseudo_labels_are_the_sure_answers_and_no_class_gets_more_than_its_share():
    task, _ = dealt(table("multiclass"))
    model = task.model()
    told = consistency.pseudo_labelled(model, task, 0.36)
    with torch.no_grad():
        answers = model.eval()(task.unlabelled.x).softmax(1)
        sure = answers.max(1).values > 0.36
        again = model(told.x).softmax(1)
    assert (again.max(1).values > 0.36).all()
    assert torch.equal(again.argmax(1), told.y)
    shares = torch.bincount(task.target.y, minlength=3) / len(task.target.y)
    most = (shares * sure.sum()).ceil()
    wanted = torch.minimum(torch.bincount(answers[sure].argmax(1), minlength=3), most.long())
    assert torch.equal(torch.bincount(told.y, minlength=3), wanted)
    assert (wanted < torch.bincount(answers[sure].argmax(1), minlength=3)).any(), "nothing was cut off: a poor example"
    for place in range(3):  # the surest ones of each class
        mine = answers[sure & (answers.argmax(1) == place)].max(1).values.sort(descending=True).values
        held = again[told.y == place].max(1).values.sort(descending=True).values
        assert torch.allclose(held, mine[: len(held)])


def test_nothing_is_sure_enough_for_a_threshold_of_one():
    task, _ = dealt(table())
    model = task.model()
    with torch.no_grad():
        model.head.weight.mul_(1e6)  # as sure as a float can be
    assert len(consistency.pseudo_labelled(model, task, 1.0).x) == 0
    assert len(consistency.pseudo_labelled(model, task, 0.99).x) > 0


def test_pseudo_labels_count_more_and_more():
    task, _ = dealt(table())
    model = task.model().eval()
    labelled, others = next(iter(task.target)), next(iter(task.source))
    terms = [consistency.pseudo_supervised(model, 2.0)(Pair(labelled, others), p) for p in (0.0, 1.0)]
    alone = losses.task_loss(model(others.x), others).item()
    assert terms[0]["pseudo-labels"].item() == 0
    assert terms[1]["pseudo-labels"].item() == pytest.approx(2 * alone, rel=1e-3)
    assert terms[0]["task"].item() == pytest.approx(losses.supervised(model)(labelled, 0)["task"].item(), rel=1e-5)


def test_pseudo_labels_of_a_run_are_counted_in_its_notes(tmp_path):
    result, told = run(table(), "pseudo_labels", tmp_path, threshold=0.6, rounds=3)
    counts = [note.values for note in result.outcome.notes if "sure" in note.values]
    assert [values["round"] for values in counts] == [1, 2, 3]
    assert all(0 < values["sure"] <= values["all"] for values in counts)
    assert {epoch.phase for epoch in told} == {"source", "target", "round 1", "round 2", "round 3"}


def test_a_remedy_for_rare_classes_is_at_work_on_pseudo_labels_too():
    from dataclasses import replace

    task, _ = dealt(table())
    weighted = consistency.pseudo_labelled(task.model(), replace(task, remedy="class weights"), 0.5)
    again = remedied(replace(weighted, weight=None), "class weights", 2, task.space, 0)
    assert torch.equal(weighted.weight, again.weight)


# FixMatch


def test_consistency_is_its_definition():
    rng = np.random.default_rng(0)
    answer, told = rng.normal(size=(50, 4)), 2 * rng.normal(size=(50, 4))
    sure = softmax(told, axis=1)
    each = -log_softmax(answer, axis=1)[np.arange(50), sure.argmax(1)] * (sure.max(1) >= 0.8)
    assert 0 < (sure.max(1) >= 0.8).sum() < 50
    found = consistency.disagreement(torch.from_numpy(answer), torch.from_numpy(told), 0.8)
    assert found.item() == pytest.approx(each.sum() / 50)


def test_the_told_answer_gets_no_gradient():
    answer, told = (torch.randn(9, 3, dtype=torch.double, requires_grad=True) for _ in range(2))
    consistency.disagreement(answer, told, 0.0).backward()
    assert told.grad is None
    assert answer.grad.any()


@BOTH
def test_fixmatch_without_weight_learns_the_labels_alone(toy):
    task, _ = dealt(toy())
    model = task.model().eval()
    pair = next(iter(consistency.Beside(task.target, task.unlabelled, 3)))
    terms = consistency.consistent(model, task.space, 0.0, weight=0.0)(pair, 0.5)
    assert terms["task"].item() == pytest.approx(losses.supervised(model)(pair.source, 0)["task"].item(), rel=1e-5)
    terms["consistency"].backward()
    assert not any(p.grad is not None and p.grad.any() for p in model.parameters())
    full = consistency.consistent(model, task.space, 0.0, weight=1.0)(pair, 0.5)
    full["consistency"].backward()
    assert any(p.grad.any() for p in model.parameters())


def test_so_many_unlabelled_examples_stand_beside_each_labelled_one():
    task, _ = dealt(table())
    beside = consistency.Beside(task.target, task.unlabelled, 3)
    pairs = list(beside)
    assert len(pairs) == len(beside) == len(task.target)
    assert all(len(pair.target.x) == 3 * len(task.target.x) for pair in pairs)
    assert all((pair.target.y == -1).all() for pair in pairs)
    assert beside.seen == task.target.seen == sum(len(pair.source.x) for pair in pairs)


def test_where_few_are_unlabelled_all_of_them_come():
    few = Domain(torch.arange(5.0)[:, None], torch.full((5,), -1), batch=4)
    many = Domain(torch.zeros(40, 1), torch.zeros(40, dtype=torch.long), batch=8)
    assert all(len(pair.target.x) == 5 for pair in consistency.Beside(many, few, 4))


# Mixup


class Fixed:
    """A generator that always draws this share and turns the batch round."""

    def __init__(self, share):
        self.share = share

    def beta(self, a, b):
        return self.share

    def permutation(self, n):
        return np.arange(n)[::-1].copy()


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_mixup_blends_inputs_and_answers_by_the_same_share(kind, monkeypatch):
    task, _ = dealt(table(kind))
    model = task.model().eval()
    monkeypatch.setattr(np.random, "default_rng", lambda seed: Fixed(0.3))
    batch = next(iter(task.source))
    found = consistency.mixed(model, task.space, 1.0, 0)(batch, 0.0)["task"]
    with torch.no_grad():
        stem = model.body.blocks[0](batch.x)
        x = 0.7 * stem + 0.3 * stem.flip(0)
        for block in list(model.body.blocks)[1:]:
            x = block(x)
        answer = model.head(x).double()
    if kind == "regression":
        # The blended squared errors are the squared error to the blended number, and a constant.
        y, other = batch.y, batch.y.flip(0)
        blended = 0.7 * y + 0.3 * other
        constant = 0.7 * y**2 + 0.3 * other**2 - blended**2
        expected = ((answer[:, 0] - blended) ** 2 + constant).mean()
    else:
        one_hot = torch.nn.functional.one_hot(batch.y, 3)
        expected = -((0.7 * one_hot + 0.3 * one_hot.flip(0)) * answer.log_softmax(1)).sum(1).mean()
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_pictures_are_mixed_as_they_are(monkeypatch):
    task, _ = dealt(pictures())
    model = task.model().eval()
    monkeypatch.setattr(np.random, "default_rng", lambda seed: Fixed(0.5))
    seen = []
    model.body.blocks[0].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    batch = next(iter(task.source))
    consistency.mixed(model, task.space, 1.0, 0)(batch, 0.0)
    assert torch.allclose(seen[0], (batch.x.float() + batch.x.float().flip(0)) / 2)


def test_the_drawn_shares_follow_the_beta_distribution():
    rng = np.random.default_rng(0)
    shares = [consistency.larger(rng, 0.4) for _ in range(4000)]
    assert min(shares) >= 0.5
    # E max(l, 1 - l) for Beta(0.4, 0.4), by numerical integration
    from scipy.stats import beta

    grid = (np.arange(200_000) + 0.5) / 200_000
    expected = np.average(np.maximum(grid, 1 - grid), weights=beta.pdf(grid, 0.4, 0.4))
    assert np.mean(shares) == pytest.approx(expected, abs=0.01)


def test_a_weight_travels_with_its_example(monkeypatch):
    task, _ = dealt(table())
    model = task.model().eval()
    monkeypatch.setattr(np.random, "default_rng", lambda seed: Fixed(0.4))
    batch = next(iter(task.source))
    weight = torch.rand(len(batch.x))
    found = consistency.mixed(model, task.space, 1.0, 0)(batch._replace(weight=weight), 0.0)["task"]
    with torch.no_grad():
        stem = model.body.blocks[0](batch.x)
        x = 0.6 * stem + 0.4 * stem.flip(0)
        for block in list(model.body.blocks)[1:]:
            x = block(x)
        each = [
            torch.nn.functional.cross_entropy(model.head(x), y, reduction="none") for y in (batch.y, batch.y.flip(0))
        ]
    expected = (0.6 * weight * each[0] + 0.4 * weight.flip(0) * each[1]).sum() / weight.sum()
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


# Label smoothing


def test_label_smoothing_matches_pytorchs_own():
    task, _ = dealt(table("multiclass"))
    model = task.model().eval()
    batch = next(iter(task.source))
    found = calibration.smoothed(model, 0.2)(batch, 0.0)["task"]
    expected = torch.nn.functional.cross_entropy(model(batch.x), batch.y, label_smoothing=0.2)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_smoothing_keeps_weights_and_the_offset_of_rare_classes():
    rng = np.random.default_rng(0)
    answer, offset, weight = rng.normal(size=(20, 3)), rng.normal(size=3), rng.uniform(0.1, 3, 20)
    y = torch.arange(20) % 3
    batch = Batch(torch.from_numpy(answer), y, torch.from_numpy(weight), Shape(offset=torch.from_numpy(offset)))
    found = calibration.smoothed(torch.nn.Identity(), 0.3)(batch, 0.0)["task"]
    told = 0.7 * np.eye(3)[y] + 0.1
    expected = np.average(-(told * log_softmax(answer + offset, axis=1)).sum(1), weights=weight)
    assert found.item() == pytest.approx(expected)


# Temperature


def test_temperature_scaling_changes_probabilities_and_no_order(tmp_path):
    plain, _ = run(table(), "fine_tune", tmp_path)
    honest, _ = run(table(), "temperature_scaling", tmp_path)
    for metric in ("roc_auc", "average_precision", "accuracy"):
        assert honest.outcome.test[metric] == plain.outcome.test[metric]
    assert honest.outcome.test["log_loss"] != plain.outcome.test["log_loss"]


def test_the_note_tells_the_temperature_that_is_at_work(tmp_path):
    plain, _ = run(table(), "fine_tune", tmp_path)
    honest, _ = run(table(), "temperature_scaling", tmp_path)
    note = next(note for note in honest.outcome.notes if "temperature" in note.values)
    assert "kept aside, to which its last step was then fitted" in honest.outcome.selector
    odds = [np.log(frame["p1"] / frame["p0"]).to_numpy() for frame in (
        plain.predictions.query("part == 'test'"), honest.predictions.query("part == 'test'"))]  # fmt: skip
    assert np.allclose(odds[0] / note.values["temperature"], odds[1], atol=1e-4)


def test_the_temperature_undoes_an_inflation_of_the_scores():
    rng = np.random.default_rng(0)
    honest = 2 * rng.normal(size=(20_000, 3))
    y = np.array([rng.choice(3, p=p) for p in softmax(honest, axis=1)])
    assert calibration.temperature(honest, y) == pytest.approx(1.0, abs=0.05)
    assert calibration.temperature(3 * honest, y) == pytest.approx(3.0, abs=0.1)
    assert calibration.temperature(honest / 4, y) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_the_log_loss_it_was_fitted_on_is_never_worse(seed):
    rng = np.random.default_rng(seed)
    scores, y = 4 * rng.normal(size=(12, 3)), rng.integers(0, 3, 12)

    def loss(t):
        return -log_softmax(scores / t, axis=1)[np.arange(12), y].mean()

    assert loss(calibration.temperature(scores, y)) <= loss(1.0)


def test_a_dozen_labels_all_answered_rightly_do_not_make_it_boundlessly_sure():
    y = np.arange(12) % 2
    scores = np.eye(2)[y] * 2.0
    assert 0.5 < calibration.temperature(scores, y) < 1
    assert calibration.temperature(scores, y, spread=100.0) < 0.2  # as it would without the prior


def test_a_temperature_is_kept_with_the_network():
    tempered = calibration.Tempered(torch.nn.Linear(3, 2), 2.5)
    loaded = calibration.Tempered(torch.nn.Linear(3, 2), 1.0)
    loaded.load_state_dict(tempered.state_dict())
    assert loaded.temperature.item() == 2.5
    assert nets.digest(loaded) == nets.digest(tempered)


def test_fixmatch_changes_the_unlabelled_cases_as_they_are():
    """Already varied ones would be judged by a view harsher than the paper's weak one."""
    task, _ = dealt(messages(), replace(SHORT, augment=True))
    assert task.unlabelled.augment is not None
    *_, phase = (p for p in catalog.strategy("fixmatch").phases(task))
    assert phase.batches.others.augment is None
    assert phase.batches.labelled.augment is not None
