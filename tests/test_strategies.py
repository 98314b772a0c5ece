"""What every strategy promises, checked for each one found on each kind of task."""

from __future__ import annotations

import ast
import inspect
import math
import subprocess
import sys
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from learning import SHORT, course_for, network_name, run
from toys import TOYS, table

from tlcore import catalog, plan
from tlcore.errors import Stopped, Unusable
from tlcore.learn import loop
from tlcore.learn.run import Result
from tlcore.outcome import Epoch, State
from tlcore.situation import Situation
from tlcore.spec import Training


@cache
def drawn(toy: str) -> Situation:
    return TOYS[toy]()


def applies(name: str, toy: str) -> bool:
    situation = drawn(toy)
    return not plan.refusal(name, situation, network_name(situation))


BRIEF = Training(epochs=2, batch=32, least_steps=4, patience=2)  # how well it learns is asked once, in more epochs


def few_trees(name: str) -> dict[str, int]:
    """A forest of ten keeps its promises as one of a hundred does."""
    return {"trees": 10} if any(knob.name == "trees" for knob in fields(catalog.strategies()[name])) else {}


def briefly(name: str, toy: str, shelf: Path, **more: object) -> tuple[Result, list[Epoch]]:
    return run(drawn(toy), name, shelf, training=BRIEF, **few_trees(name), **more)


every_strategy = pytest.mark.parametrize("name", catalog.strategies())
APPLYING = [(name, toy) for toy in TOYS for name in catalog.strategies() if applies(name, toy)]
everywhere = pytest.mark.parametrize(("name", "toy"), APPLYING)


def home_of(name: str) -> str:
    """The first toy this strategy applies to: a table of two classes for most."""
    return next(toy for known, toy in APPLYING if known == name)


def home(name: str) -> Situation:
    return drawn(home_of(name))


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The run of this strategy on this toy, carried out once for all tests that only look at it."""

    @cache
    def carried_out(name, toy):
        shelf = tmp_path_factory.mktemp("shelf")
        return shelf, *briefly(name, toy, shelf)

    return carried_out


@everywhere
def test_a_run_ends_with_every_metric_of_its_task(name, toy, once):
    situation = drawn(toy)
    _, result, told = once(name, toy)
    wanted = {key for key, metric in catalog.metrics().items() if situation.kind in metric.kinds}
    assert result.outcome.state is State.DONE
    assert set(result.outcome.test) == wanted
    assert all(math.isfinite(value) for value in result.outcome.test.values())
    assert result.outcome.selector
    assert all(math.isfinite(value) for epoch in told for value in (*epoch.terms.values(), *epoch.scores.values()))
    test = result.predictions.query("part == 'test'")
    assert len(test) == len(situation.test)
    if situation.kind != "regression":
        probabilities = test[[f"p{c}" for c in range(len(situation.target_space.classes))]]
        assert np.allclose(probabilities.sum(axis=1), 1)


@every_strategy
def test_every_strategy_but_the_frequency_table_learns_something(name, tmp_path):
    situation = home(name)
    result, _ = run(situation, name, tmp_path, training=Training(epochs=10, batch=32, least_steps=8))
    if name == "frequency_table":
        assert result.outcome.test["roc_auc"] == 0.5
    elif situation.kind == "binary":
        assert result.outcome.test["roc_auc"] > 0.7
    else:
        assert result.outcome.test["accuracy"] > 1.3 / len(situation.target_space.classes)


@everywhere
def test_same_seed_same_result(name, toy, once, tmp_path):
    _, first, _ = once(name, toy)
    again, _ = briefly(name, toy, tmp_path)
    assert again.outcome.test == first.outcome.test


@every_strategy
def test_a_loaded_source_phase_is_as_good_as_a_trained_one(name, once):
    shelf, first, told_first = once(name, home_of(name))
    again, told_again = briefly(name, home_of(name), shelf)
    assert again.outcome.test == first.outcome.test
    assert [(e.phase, e.number, e.terms, e.scores) for e in told_first] == [
        (e.phase, e.number, e.terms, e.scores) for e in told_again
    ]
    shared = [e for e in told_again if e.replayed]
    assert bool(shared) == bool(list(shelf.glob("*.json")))


@every_strategy
def test_cost_only_ever_grows(name, once):
    _, _, told = once(name, home_of(name))
    for count in ("step", "seen", "seconds"):
        values = [getattr(epoch, count) for epoch in told]
        assert values == sorted(values)


@everywhere
def test_frozen_means_frozen(name, toy, tmp_path):
    """Whatever a phase does not list in ``moves`` keeps every weight and every batch-norm statistic."""
    situation = drawn(toy)
    task, course = course_for(situation, Training(epochs=1, batch=32, least_steps=2))
    for phase in catalog.strategy(name, **few_trees(name)).phases(task):
        moving = {id(t) for move in phase.moves for t in move.module.state_dict(keep_vars=True).values()}
        others = {
            key: (tensor, tensor.detach().clone())
            for key, tensor in phase.predictor.state_dict(keep_vars=True).items()
            if id(tensor) not in moving
        }
        loop.fit(phase, course)
        assert all(torch.equal(tensor, before) for tensor, before in others.values())
        assert not any(weight.requires_grad for weight in phase.predictor.parameters())


@every_strategy
def test_a_run_can_be_stopped_after_any_epoch_and_still_has_a_result(name, tmp_path):
    def stop_soon(epoch):
        if epoch.number == 1:
            raise Stopped

    result, told = briefly(name, home_of(name), tmp_path, report=stop_soon)
    trains = any(epoch.number for epoch in told)
    assert result.outcome.state is (State.STOPPED if trains else State.DONE)
    assert result.outcome.test
    from_source = told[-1].phase in ("source", "teacher")
    assert ("source labels" in result.outcome.selector) is from_source


def test_no_strategy_can_reach_a_held_out_label():
    situation = table()
    task, _ = course_for(situation)
    assert (task.unlabelled.y == -1).all()
    assert len(task.labelled.y) == 40
    labelled_rows = {tuple(row) for row in task.labelled.x.tolist()}
    test_rows = {tuple(row) for row in task.space.encode(situation.test).tolist()}
    assert not labelled_rows & test_rows


@every_strategy
def test_every_strategy_says_what_it_is_for(name):
    offer = catalog.strategies()[name]
    assert all(getattr(offer, word) for word in ("title", "family", "summary", "avoid"))
    assert offer.needs <= set(catalog.NEEDS)
    assert inspect.getmodule(offer).__doc__
    assert offer.paper or not offer.transfers or offer.family == "no transfer"


@pytest.mark.parametrize("kind", ["strategies", "scenarios", "backbones"])
def test_every_knob_explains_itself_and_its_default_fits(kind):
    for name, offer in getattr(catalog, kind)().items():
        for knob in fields(offer):
            if knob.name == "digest":  # written when a run is planned: nobody turns it
                continue
            assert knob.metadata["help"], f"{name}.{knob.name} needs a line of help"
        if name != "own_files":  # needs files to be made at all
            offer()


@every_strategy
def test_a_knob_outside_its_range_is_refused_in_a_sentence(name):
    for knob in fields(catalog.strategies()[name]):
        high = knob.metadata["high"]
        if high is not None:
            with pytest.raises(Unusable, match=rf"{name}\.{knob.name} is .*must lie between"):
                catalog.strategy(name, **{knob.name: type(knob.default)(high * 2 + 1)})


def test_a_strategy_that_does_not_apply_says_why_in_sentences():
    refused = [(name, toy) for toy in TOYS for name in catalog.strategies() if (name, toy) not in APPLYING]
    assert ("dann", "table, other classes") in refused
    for name, toy in refused:
        assert "does not apply here. It needs" in plan.refusal(name, drawn(toy))


def test_the_loop_never_asks_which_strategy():
    tree = ast.parse(inspect.getsource(loop))
    known = set(catalog.strategies())
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not words & known


def test_listing_what_is_on_offer_does_not_load_torch():
    code = (
        "import sys; from tlcore import catalog;"
        "[getattr(catalog, k)() for k in ('strategies', 'scenarios', 'backbones', 'metrics')];"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_typo_is_answered_with_a_suggestion():
    with pytest.raises(Unusable, match="Did you mean 'fine_tune'"):
        catalog.strategy("finetune")
    with pytest.raises(Unusable, match=r"No knob of dann is called 'wait'. Did you mean 'weight'\?"):
        catalog.strategy("dann", wait=1.0)


def test_the_same_seed_gives_every_strategy_the_same_first_weights():
    situation = table()
    first, second = (course_for(situation, SHORT)[0].model() for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_a_family_nobody_has_heard_of_is_listed_last(monkeypatch, capsys):
    class Stranger(catalog.strategies()["scratch"]):
        family = "witchcraft"

    found = {**catalog.strategies(), "stranger": Stranger}
    monkeypatch.setattr(catalog, "strategies", lambda: found)
    assert catalog.families()[-1] == "witchcraft"
    from tlcore.cli import main

    assert main(["strategies"]) == 0
    assert "witchcraft (1)" in capsys.readouterr().out
