"""The mathematics, each piece against its definition in double precision."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax

from tlcore.learn import losses
from tlcore.learn.data import Batch


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(size=(40, 77)) * 3


@pytest.fixture
def batch(logits):
    y = np.arange(40) % 77
    weight = np.random.default_rng(1).uniform(0.1, 3, 40)
    return Batch(torch.zeros(40, 1), torch.from_numpy(y), torch.from_numpy(weight))


def test_cross_entropy_matches_its_definition(logits, batch):
    each = -log_softmax(logits, axis=1)[np.arange(40), batch.y.numpy()]
    plain = losses.task_loss(torch.from_numpy(logits), batch._replace(weight=None))
    weighted = losses.task_loss(torch.from_numpy(logits), batch)
    assert plain.item() == pytest.approx(each.mean())
    assert weighted.item() == pytest.approx(np.average(each, weights=batch.weight))


def test_equal_weights_change_nothing(logits, batch):
    equal = losses.task_loss(torch.from_numpy(logits), batch._replace(weight=torch.full((40,), 0.3).double()))
    plain = losses.task_loss(torch.from_numpy(logits), batch._replace(weight=None))
    assert equal.item() == pytest.approx(plain.item())


def test_a_number_is_judged_by_its_squared_error():
    y = torch.tensor([1.0, 2.0, 4.0])
    answer = torch.tensor([[1.0], [0.0], [1.0]])
    weight = torch.tensor([1.0, 2.0, 1.0])
    assert losses.task_loss(answer, Batch(y, y)).item() == pytest.approx((0 + 4 + 9) / 3)
    assert losses.task_loss(answer, Batch(y, y, weight)).item() == pytest.approx((0 + 8 + 9) / 4)


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_distillation_matches_its_definition_with_many_classes(logits, temperature):
    teacher = np.random.default_rng(2).normal(size=logits.shape) * 3
    told, ours = softmax(teacher / temperature, axis=1), log_softmax(logits / temperature, axis=1)
    expected = temperature**2 * (told * (np.log(told) - ours)).sum(1).mean()
    found = losses.softened_gap(torch.from_numpy(logits), torch.from_numpy(teacher), temperature)
    assert found.item() == pytest.approx(expected)


def test_distillation_keeps_the_size_of_its_gradient_when_softened(logits):
    teacher = torch.from_numpy(np.random.default_rng(2).normal(size=logits.shape)) * 0.1
    sizes = []
    for temperature in (1.0, 10.0):
        student = (torch.from_numpy(logits) * 0.1).requires_grad_()
        losses.softened_gap(student, teacher, temperature).backward()
        sizes.append(student.grad.norm().item())
    assert sizes[1] == pytest.approx(sizes[0], rel=0.2)


def test_a_student_equal_to_its_teacher_has_nothing_left_to_learn(logits):
    answers = torch.from_numpy(logits)
    assert losses.softened_gap(answers, answers, 3.0).item() == pytest.approx(0, abs=1e-12)


def test_reversal_passes_values_and_turns_gradients():
    x = torch.randn(5, 3, dtype=torch.double, requires_grad=True)
    out = losses.reverse(x, 0.5)
    assert torch.equal(out, x)
    torch.autograd.backward(out, torch.ones_like(x))
    assert torch.equal(x.grad, torch.full_like(x, -0.5))


def test_the_reversed_gradient_is_minus_the_plain_one():
    net = torch.nn.Linear(3, 2).double()
    x = torch.randn(4, 3, dtype=torch.double)
    grads = []
    for turn in (lambda v: v, lambda v: losses.reverse(v, 0.7)):
        point = x.clone().requires_grad_()
        net(turn(point)).pow(2).sum().backward()
        grads.append(point.grad)
    assert torch.allclose(grads[1], -0.7 * grads[0])


def test_the_ramp_rises_from_nothing_to_one():
    values = [losses.ramp(p) for p in np.linspace(0, 1, 21)]
    assert values[0] == 0
    assert values == sorted(values)
    assert values[-1] == pytest.approx(2 / (1 + math.exp(-10)) - 1)
