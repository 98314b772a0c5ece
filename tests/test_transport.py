"""Optimal transport: where source rows go, against what is known of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from learning import dealt
from toys import table

from tlcore import words
from tlcore.learn import transport
from tlcore.learn.data import Domain
from tlcore.situation import Examples, Situation


def moved(task, method="exact", blur=0.1, by_class=0.1, rows=500):
    return transport.carried(task, method, blur, by_class, rows)


@pytest.mark.parametrize("method", ["linear", "exact", "blurred"])
def test_moved_rows_lie_where_the_target_lies(method):
    task, _ = dealt(table(shift=2.0))
    source, notes = moved(task, method)
    where = [part[:, :4].mean(0) for part in (task.source.x, source.x, task.unlabelled.x)]
    assert (where[1] - where[2]).norm() < 0.2 * (where[0] - where[2]).norm()
    assert any("standard deviations" in words.told(note) for note in notes)


def test_categories_and_gaps_stay_as_they_are():
    task, _ = dealt(table(shift=2.0))
    source, _ = moved(task)
    numbers, plain = len(task.space.numeric), task.space.plain
    assert torch.equal(source.x[:, numbers:], task.source.x[:, numbers:])
    holed = task.space.numeric.index(task.space.holed[0])
    gap = task.source.x[:, plain - 1] > 0.5
    assert gap.any()
    assert torch.equal(source.x[gap, holed], task.source.x[gap, holed])
    assert torch.equal(source.y, task.source.y)


def test_the_linear_map_gives_the_source_the_targets_mean_and_covariance():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(500, 3)), rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) + 2
    carried = transport.linear(source, target)
    assert np.allclose(carried.mean(0), target.mean(0))
    assert np.allclose(np.cov(carried.T), np.cov(target.T), atol=0.02 * np.abs(np.cov(target.T)).max())


def test_in_one_dimension_the_linear_map_is_a_change_of_mean_and_spread():
    x, y = np.random.default_rng(0).normal(size=(2, 300, 1))
    expected = (5 * y + 3).mean() + (x - x.mean()) * (5 * y).std() / x.std()
    assert np.allclose(transport.linear(x, 5 * y + 3), expected, atol=0.02)


def test_an_exact_plan_of_equal_crowds_reorders_the_target():
    """As many rows on each side, all matched: every source row takes the place of one target row."""
    x = np.random.default_rng(0).normal(size=(40, 3))
    task, _ = dealt(table())
    numbers = [f"n{k}" for k in range(3)]
    situation = Situation(
        Examples(pd.DataFrame(x, columns=numbers), np.tile(["a", "b"], 20)),
        Examples(pd.DataFrame(x[::-1] + 4, columns=numbers), np.tile(["a", "b"], 20)),
        "y",
        "table",
        test=Examples(pd.DataFrame(x, columns=numbers), np.tile(["a", "b"], 20)),
    )
    task, _ = dealt(situation, labels=8)
    size = min(len(task.source.x), len(task.unlabelled.x))
    task = replace(
        task,
        source=Domain(task.source.x[:size], task.source.y[:size]),
        unlabelled=Domain(task.unlabelled.x[:size], task.unlabelled.y[:size]),
    )
    source, _ = moved(task)
    found, wanted = (sorted(map(tuple, part.round(decimals=3).tolist())) for part in (source.x, task.unlabelled.x))
    assert np.allclose(found, wanted, atol=2e-3)


def test_rows_that_were_not_matched_go_where_their_nearest_went():
    task, _ = dealt(table(shift=2.0))
    rows = task.space.design(task.source.x).astype(float)
    chosen = np.arange(0, len(rows), 10)
    carried = transport._displaced(rows, chosen, rows[chosen] + np.arange(len(chosen))[:, None])
    for row in (3, 57, 111):
        nearest = np.argmin(((rows[chosen] - rows[row]) ** 2).sum(1))
        assert np.allclose(carried[row], rows[row] + nearest)
    assert np.allclose(carried[chosen], rows[chosen] + np.arange(len(chosen))[:, None])


@pytest.mark.parametrize("method", ["linear", "exact", "blurred"])
def test_a_constant_column_and_a_handful_of_rows_do_no_harm(method):
    situation = table(n_source=60, n_target=40)
    for part in (situation.source, situation.target, situation.test):
        part.inputs["constant"] = 1.0
    task, _ = dealt(situation, labels=12)
    source, _ = moved(task, method, rows=10)
    assert torch.isfinite(source.x).all()
    place = task.space.numeric.index("constant")
    assert source.x[:, place].abs().max() < 1e-3


def test_a_plan_that_does_not_settle_is_a_note_and_no_warning(recwarn):
    task, _ = dealt(table(shift=2.0))
    source, notes = moved(task, "blurred", blur=1e-3)
    assert torch.isfinite(source.x).all()
    assert len(notes) == 2 or notes[0].grave
    assert not recwarn.list


def test_a_table_without_numbers_is_left_alone_with_a_note():
    situation = table()
    for part in (situation.source, situation.target, situation.test):
        for name in ("age", "income", "tenure", "visits"):
            del part.inputs[name]
    task, _ = dealt(situation)
    source, notes = moved(task)
    assert source is task.source
    assert "no numbers" in words.told(notes[0])
