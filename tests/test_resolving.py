"""What a word on the command line stands for: an experiment, a run, a label budget."""

from __future__ import annotations

import pandas as pd
import pytest
import shelves

from tlcore.cli import main, resolving
from tlcore.errors import Unusable


def test_letters_that_an_examples_run_and_an_own_one_begin_with_are_refused(store, example):
    shipped = set(store.runs(example("digits"))["run"])
    own = set(store.runs(store.submit(shelves.planned(seeds=8)))["run"])
    shared = {key[0] for key in shipped} & {key[0] for key in own}
    assert shared
    for letter in shared:
        with pytest.raises(Unusable, match="fits"):
            resolving.a_run(store, letter)
    for key in (min(shipped), min(own)):
        assert resolving.a_run(store, key) == key


def test_a_label_budget_is_one_that_was_tried_and_all_is_one(store):
    experiment = store.experiment(store.submit(shelves.planned()))
    runs = pd.DataFrame({"labels": [50, 100, pd.NA]}, dtype=object)
    assert resolving.budget("all", runs, experiment) is None
    assert resolving.budget("50", runs, experiment) == 50
    assert resolving.budget(None, runs, experiment) in (50, 100, None)
    for words in ("many", "77", ""):
        with pytest.raises(Unusable, match="this experiment has 50, 100, all"):
            resolving.budget(words, runs, experiment)
    with pytest.raises(Unusable, match="has finished yet"):
        resolving.budget(None, runs.head(0), experiment)


@pytest.mark.parametrize("command", [["value"], ["report", "--html", "x.html"], ["whatif"]])
def test_every_command_takes_an_experiment_by_its_first_letters_and_refuses_a_run(store, command, capsys):
    experiment = store.submit(shelves.planned(seeds=1))
    run = store.runs(experiment)["run"].iloc[0]
    assert main([command[0], experiment[:8], *command[1:]]) == 2
    assert "inish" in capsys.readouterr().err  # it is found; nothing of it has finished
    assert main([command[0], run, *command[1:]]) == 2
    assert f"{run} is a run; name an experiment" in capsys.readouterr().err
