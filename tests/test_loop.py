"""The one loop: what it keeps, what it tells, when it ends."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from learning import course_for, dealt, run
from torch import nn
from toys import pictures, table

from tlcore import words
from tlcore.errors import Stopped
from tlcore.learn import loop, losses, recipes
from tlcore.learn.data import Domain, Paired
from tlcore.learn.loop import Best
from tlcore.learn.shelf import Shelf
from tlcore.learn.space import fit_space
from tlcore.phase import Move, Phase, ready
from tlcore.situation import Examples
from tlcore.spec import Training


def phase_for(task, **changes):
    model = task.model(task.target_labels)
    plain = Phase("target", model, task.target, losses.supervised(model), [Move(model, 3e-3)])
    return replace(plain, **changes)


def test_what_is_minimised_is_what_is_told():
    task, course = course_for(table(), Training(epochs=2, batch=32, least_steps=3))
    told = []
    course.report = told.append
    model = task.model(task.target_labels)
    terms = lambda batch, progress: {"first": model(batch.x).square().mean(), "progress": torch.tensor(progress)}  # noqa: E731
    loop.fit(phase_for(task, predictor=model, objective=terms, moves=[Move(model, 1e-3)]), course)
    assert [list(e.terms) for e in told] == [[], ["first", "progress"], ["first", "progress"]]
    assert told[1].terms["progress"] == pytest.approx(np.mean([0, 1 / 6, 2 / 6]))
    assert [e.step for e in told] == [0, 3, 6]
    assert [e.seen for e in told] == [0, 90, 180]  # 30 training labels, three steps of all of them


def test_the_best_epoch_is_put_back():
    """A phase that is good at first and then ruins its model ends with the good weights."""
    task, course = course_for(table(), Training(epochs=8, batch=32, least_steps=10, patience=20, warmup=0.0), 200)
    model = task.model(task.target_labels)
    good = losses.supervised(model)

    def ruinous(batch, progress):
        turn = 1.0 if progress < 0.5 else -1.0
        return {"task": turn * good(batch, progress)["task"]}

    told = []
    course.report = told.append
    loop.fit(phase_for(task, predictor=model, objective=ruinous, moves=[Move(model, 1e-2)]), course)
    last_kept = max(e.number for e in told if e.kept)
    assert 1 <= last_kept <= 6 < told[-1].number
    scores, losses_now = course.judge.epoch(model, "target")
    assert scores == next(e.scores for e in told if e.number == last_kept)
    assert losses_now.mean() < told[-1].loss


def test_an_epoch_is_given_up_only_when_it_is_clearly_worse():
    model = nn.Linear(1, 1)
    best = Best(Phase("p", model, moves=[Move(model, 1.0)]))
    start = np.array([1.0, 1.2, 0.8, 1.1])
    assert best.offer(0, start)
    assert best.offer(1, start + np.array([0.3, -0.25, 0.2, -0.2]))  # within the noise: the later epoch is kept
    assert not best.offer(2, start + 0.3)  # worse on every example
    assert best.offer(3, start - 0.3)
    assert best.number == 3


def test_training_ends_early_when_nothing_improves():
    task, course = course_for(table(), Training(epochs=40, batch=32, least_steps=8, patience=3, warmup=0.0))
    model = task.model(task.target_labels)
    told = []
    course.report = told.append
    worsening = lambda batch, progress: {"task": -losses.supervised(model)(batch, progress)["task"]}  # noqa: E731
    loop.fit(phase_for(task, predictor=model, objective=worsening, moves=[Move(model, 1e-2)]), course)
    assert told[-1].number < 40
    assert told[-1].number - max(e.number for e in told if e.kept) == 3


def test_a_loss_that_is_no_number_ends_the_phase_and_keeps_the_best_epoch():
    task, course = course_for(table(), Training(epochs=5, batch=32, least_steps=2))
    model = task.model(task.target_labels)

    def breaking(batch, progress):
        return {"task": losses.supervised(model)(batch, progress)["task"] * (math.nan if progress > 0.5 else 1.0)}

    loop.fit(phase_for(task, predictor=model, objective=breaking, moves=[Move(model, 1e-3)]), course)
    assert "no longer numbers" in words.told(course.notes[0])
    assert all(torch.isfinite(weight).all() for weight in model.parameters())


def test_one_bad_gradient_under_a_good_loss_does_not_end_the_run():
    """The slope of a root at 0 is infinite: the loss is a number, the weights after the step are not."""
    task, course = course_for(table(), Training(epochs=5, batch=32, least_steps=4))
    model = task.model(task.target_labels)

    def spoiling(batch, progress):
        root = (model.head.weight * 0).sum().abs().sqrt() if progress >= 0.95 else 0.0
        return {"task": losses.supervised(model)(batch, progress)["task"] + root}

    loop.fit(phase_for(task, predictor=model, objective=spoiling, moves=[Move(model, 1e-3)]), course)
    assert "in epoch 5" in words.told(course.notes[0])
    assert all(torch.isfinite(weight).all() for weight in model.parameters())


def test_what_a_strategy_computes_before_a_phase_is_part_of_its_cost(tmp_path):
    task, course = course_for(table())
    told = []
    course.report = told.append

    def slow():
        time.sleep(0.05)
        yield ready("fit", task.model(task.target_labels))

    loop.train(slow(), course, Shelf(tmp_path))
    assert told[0].seconds == course.spent >= 0.05


def test_another_headline_metric_never_replays_the_first_ones_scores(tmp_path):
    """Told again, an epoch must speak of the metric that this run is judged by."""
    situation = table()
    for metric in ("roc_auc", "accuracy"):
        task, course = course_for(situation)
        course.judge.headline = metric
        told = []
        course.report = told.append
        model = task.model()
        loop.train(recipes.source(model, task, 3e-3), course, Shelf(tmp_path))
        assert not any(epoch.replayed for epoch in told)


def test_frozen_batch_norm_stands_still_while_the_head_moves():
    task, course = course_for(pictures(), Training(epochs=2, batch=32, least_steps=2))
    model = task.model(task.target_labels)
    before = {key: value.clone() for key, value in model.body.state_dict().items()}
    loop.fit(
        phase_for(task, predictor=model, objective=losses.supervised(model), moves=[Move(model.head, 1e-2)]), course
    )
    assert all(torch.equal(value, before[key]) for key, value in model.body.state_dict().items())


def test_each_part_moves_at_its_own_rate():
    task, course = course_for(table(), Training(epochs=1, batch=32, least_steps=5, weight_decay=0.0))
    model = task.model(task.target_labels)
    body = {key: value.clone() for key, value in model.body.named_parameters()}
    head = model.head.weight.detach().clone()
    moves = [Move(model.body, 0.0), Move(model.head, 1e-2)]
    loop.fit(phase_for(task, predictor=model, objective=losses.supervised(model), moves=moves), course)
    assert all(torch.equal(value, body[key]) for key, value in model.body.named_parameters())
    assert not torch.equal(model.head.weight, head)


def test_the_learning_rate_rises_then_falls_to_nothing():
    optimizer = torch.optim.SGD([{"params": [torch.zeros(1)], "lr": 1.0, "peak": 1.0}])
    rates = []
    for step in range(101):
        loop._pace(optimizer, step / 100, 0.1)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates.index(max(rates)) == 10
    assert max(rates) == pytest.approx(1.0)
    assert rates[0] < 0.15
    assert rates[-1] == pytest.approx(0.0)


def test_a_stop_during_the_source_phase_keeps_nothing_on_the_shelf(tmp_path):
    def stop(epoch):
        if epoch.number == 2:
            raise Stopped

    run(table(), "fine_tune", tmp_path, report=stop)
    assert not list(tmp_path.glob("*.json"))


def test_two_training_budgets_never_share_a_source_phase(tmp_path):
    for epochs in (1, 2):
        run(table(), "fine_tune", tmp_path, training=Training(epochs=epochs, batch=32, least_steps=2))
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_another_label_budget_shares_the_source_phase(tmp_path):
    for labels in (20, 40):
        _, told = run(table(), "fine_tune", tmp_path, labels=labels)
    assert len(list(tmp_path.glob("*.json"))) == 1
    assert any(epoch.replayed for epoch in told)


def test_a_half_written_source_phase_is_not_used(tmp_path):
    run(table(), "fine_tune", tmp_path)
    address = next(tmp_path.glob("*.json")).stem
    (tmp_path / f"{address}.json").unlink()  # as if the process had ended between the two files
    with Shelf(tmp_path).place(address) as place:
        assert not place.filled


def test_batches_have_one_size_and_walk_every_example():
    domain = Domain(torch.arange(70).float()[:, None], torch.zeros(70).long(), batch=32, least_steps=1)
    batches = list(domain)
    assert len(batches) == len(domain) == 3
    assert {len(batch.x) for batch in batches} == {32}
    assert set(torch.cat([batch.x for batch in batches]).flatten().tolist()) == set(map(float, range(70)))


def test_a_handful_of_labels_is_walked_several_times_an_epoch():
    domain = Domain(torch.arange(5).float()[:, None], torch.zeros(5).long(), batch=32, least_steps=8)
    assert [len(batch.x) for batch in domain] == [5] * 8


def test_pairs_go_round_the_smaller_domain_and_leave_the_larger_its_batches():
    many, few = (
        Domain(torch.zeros(100, 1), torch.zeros(100).long(), batch=32),
        Domain(torch.ones(20, 1), torch.full((20,), -1), batch=32),
    )
    pairs = list(Paired(many, few))
    assert len(pairs) == len(Paired(many, few))
    assert {(len(p.source.x), len(p.target.x)) for p in pairs} == {(32, 20)}
    assert Paired(many, few).seen == 0
    assert Paired(many, replace(few, target_labels=True)).seen == 20 * len(pairs)


def test_unseen_categories_and_gaps_are_encoded_not_refused():
    situation = table()
    task, _ = dealt(situation)
    strange = situation.test.take(np.arange(3))
    frame = strange.inputs.copy()
    frame["channel"] = ["fax", None, "web"]
    frame.loc[frame.index[0], "age"] = np.inf
    frame.loc[frame.index[1], "income"] = np.nan
    encoded = task.space.encode(type(strange)(frame, strange.labels))
    assert torch.isfinite(encoded).all()
    assert encoded[0, -1] == 0
    assert encoded[2, -1] > 0
    assert task.space.design(encoded).shape[0] == 3


def test_categories_do_not_depend_on_the_order_of_the_rows():
    """Many values once each: their codes, and so the shared source phase, are the same however rows are dealt."""
    rows = pd.DataFrame({"city": [f"city {row}" for row in range(30)]})
    one, other = (fit_space(Examples(part)).categories for part in (rows, rows.iloc[::-1]))
    assert one == other


def test_a_column_that_never_changes_is_not_scaled_by_its_rounding():
    assert fit_space(Examples(pd.DataFrame({"x": [0.1] * 3}))).scale == [1.0]
    assert fit_space(Examples(pd.DataFrame({"x": [1e-12, -1e-12]}))).scale == [1e-12]


def test_scaling_is_learnt_from_the_source_training_rows_alone():
    task, _ = dealt(table(shift=5.0))
    assert task.source.x[:, :4].mean(0).abs().max() < 1e-5
    assert task.target.x[:, 0].mean() > 2


def test_whoever_comes_second_hears_what_went_wrong_in_the_shared_phase(tmp_path):
    def exploding(task, course, name):
        model, calls = task.model(), iter(range(10**9))
        learn = losses.supervised(model)

        def objective(batch, progress):
            return {"task": learn(batch, progress)["task"] * (1.0 if next(calls) < len(task.source) else 1e6)}

        address = task.address("source", "exploding")
        yield Phase(name, model, task.source, objective, [Move(model, 1e-3)], selector="source", address=address)

    heard = []
    for name in ("source", "teacher"):
        task, course = course_for(table())
        loop.train(exploding(task, course, name), course, Shelf(tmp_path))
        heard.append([words.told(note) for note in course.notes if "exploded" in note.text])
    assert len(heard[0]) == len(heard[1]) == 1
    assert "'source'" in heard[0][0]
    assert "'teacher'" in heard[1][0]
