"""Alarms that ring when training fails, and stay silent when it does not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import torch
from learning import course_for, run
from toys import table

from tlcore import words
from tlcore.learn import alarms, alignment, loop, losses, nets
from tlcore.learn.data import Domain, Paired
from tlcore.outcome import Epoch
from tlcore.phase import Move, Phase
from tlcore.situation import LabelSpace
from tlcore.spec import Training


def told(*epochs):
    """Epochs of a phase "align" from (domain loss, scores)."""
    return [Epoch("align", n, n, 0, 0.0, {"task": 0.5, "domain": d}, s) for n, (d, s) in enumerate(epochs, 1)]


def sentences(notes):
    return [words.told(note) for note in notes]


def test_a_critic_with_a_softmax_over_one_score_is_called_dead():
    """The trap itself: one score, a softmax over it, a loss that is 0 whatever the weights."""
    task, course = course_for(table(), Training(epochs=4, batch=32, least_steps=3))
    model, critic = task.model(), torch.nn.Linear(16, 1)

    def broken(pair, _):
        answer = critic(losses.reverse(model.features(pair.source.x), 1.0))
        task = losses.task_loss(model(pair.source.x), pair.source)
        return {"task": task, "domain": -answer.log_softmax(1).mean()}

    pairs = Paired(task.source, task.unlabelled)
    loop.fit(Phase("align", model, pairs, broken, [Move(model, 1e-3), Move(critic, 1e-3)]), course)
    assert any("never learnt" in line for line in sentences(course.notes))


def test_a_healthy_critic_rings_no_alarm(tmp_path):
    result, _ = run(table(), "dann", tmp_path)
    assert not [note for note in result.outcome.notes if "critic" in words.told(note)]


def test_features_that_give_up_the_task_to_confuse_the_critic_are_called_out():
    coin = alarms.UNDECIDED
    falling = told((0.4, {"watched": 0.9}), (0.6, {"watched": 0.85}), (coin, {"watched": 0.6}))
    assert any("gave up" in line for line in sentences(alarms.after("align", falling, 1)))
    steady = told((0.4, {"watched": 0.9}), (0.6, {"watched": 0.88}), (coin, {"watched": 0.9}))
    assert not list(alarms.after("align", steady, 1))
    decided = told((0.4, {"watched": 0.9}), (0.4, {"watched": 0.85}), (0.3, {"watched": 0.6}))
    assert not list(alarms.after("align", decided, 1))


def test_of_a_loss_the_lower_is_the_better():
    coin = alarms.UNDECIDED
    better = told((0.4, {"watched": 0.9}), (0.6, {"watched": 0.6}), (coin, {"watched": 0.3}))
    assert not list(alarms.after("align", better, -1))
    worse = told((0.4, {"watched": 0.3}), (0.6, {"watched": 0.4}), (coin, {"watched": 0.9}))
    assert any("gave up" in line for line in sentences(alarms.after("align", worse, -1)))


def test_a_fall_on_a_dozen_validation_labels_alone_is_no_collapse():
    coin = alarms.UNDECIDED
    noisy = told(*((coin - 0.001 * n, {"valid": 0.95 - 0.1 * n, "watched": 0.8}) for n in range(3)))
    assert not list(alarms.after("align", noisy, 1))


def test_a_collapse_that_really_happens_is_called_out():
    """Features pulled to nothing: the critic tosses a coin and the score goes with them."""
    task, course = course_for(table(), Training(epochs=8, batch=64, least_steps=12, patience=20, warmup=0.0))
    model, critic = task.model(), nets.critic(16)
    fair = alignment.adversarial(model, critic, 0.0)

    def collapsing(pair, progress):
        terms = fair(pair, progress)
        if progress > 0.4:
            terms["task"] = 0 * terms["task"] + 1e3 * sum((weight**2).sum() for weight in model.parameters())
        return terms

    pairs = Paired(task.source, task.unlabelled)
    phase = Phase("align", model, pairs, collapsing, [Move(model, 3e-2), Move(critic, 3e-3)])
    training = course.training
    course.training = replace(training, weight_decay=0.0)
    loop.fit(phase, course)
    assert any("gave up" in line or "exploded" in line for line in sentences(course.notes))


def test_a_loss_that_explodes_ends_the_phase_and_says_so():
    task, course = course_for(table(), Training(epochs=6, batch=32, least_steps=3, patience=20))
    model = task.model()

    def exploding(batch, progress):
        return {"task": losses.supervised(model)(batch, progress)["task"] * (1e4 if progress > 0.5 else 1.0)}

    epochs = loop.fit(Phase("target", model, task.target, exploding, [Move(model, 1e-3)]), course)
    assert any("exploded" in line for line in sentences(course.notes))
    assert epochs[-1].number < 6


def test_a_loss_of_many_small_terms_below_nothing_is_no_explosion():
    first = [Epoch("p", 1, 1, 0, 0.0, {"a": -3.0, "b": 0.5}, {})]
    assert not alarms.exploded(first, {"a": -300.0, "b": 0.5})
    assert not alarms.exploded(first, {"a": 90.0, "b": 0.5})
    assert alarms.exploded(first, {"a": 900.0, "b": 0.5})


def test_statistics_of_a_frozen_layer_that_move_are_called_out():
    task, course = course_for(table(), Training(epochs=1, batch=32, least_steps=2))
    model = task.model()

    def careless(batch, progress):
        model.body.train()
        return losses.supervised(model)(batch, progress)

    loop.fit(Phase("target", model, task.target, careless, [Move(model.head, 1e-3)]), course)
    assert any("Batch-norm statistics" in line for line in sentences(course.notes))


@pytest.mark.parametrize(("heavy", "few"), [(3, True), (30, False)])
def test_few_rows_that_carry_all_the_weight_are_called_out(heavy, few):
    weight = torch.full((200,), 1e-6)
    weight[:heavy] = 1.0
    domain = Domain(torch.zeros(200, 1), torch.zeros(200).long(), weight=weight)
    for batches in (domain, Paired(domain, domain)):
        found = sentences(alarms.before(Phase("source", torch.nn.Identity(), batches)))
        assert bool(found) is few
        assert not few or f"{heavy}.0 equally weighted" in found[0]


def test_one_answer_for_all_is_called_out():
    labels = LabelSpace("binary", ("no", "yes"))
    frame = pd.DataFrame({"part": "test", "p0": [0.9, 0.8], "p1": [0.1, 0.2]})
    assert "'no'" in sentences(alarms.one_answer(frame, labels))[0]
    assert not list(alarms.one_answer(frame.assign(p0=[0.9, 0.1], p1=[0.1, 0.9]), labels))
    assert not list(alarms.one_answer(frame.drop(columns=["p0", "p1"]), LabelSpace("regression")))
