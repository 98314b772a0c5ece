"""The examples that ship: today's code can read them, and they say what their own runs say."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tlcore import catalog
from tlcore.measure.gain import recommended, summarise
from tlcore.store import Store

EXAMPLES = Path(__file__).parents[1] / "examples"
SHIPPED = sorted(path.parent.name for path in EXAMPLES.glob("*/experiment.json"))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSFERLAB_HOME", str(tmp_path_factory.mktemp("shipped")))
        opened = Store.open()
    opened.adopt_examples(EXAMPLES)
    yield opened
    opened.close()


def example_of(store, scenario):
    known = store.experiments()
    (identity,) = known.loc[known["scenario"] == scenario, "id"]
    return store.experiment(identity)


def test_all_examples_together_are_small():
    assert sum(path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file()) < 20_000_000


def test_every_embedded_scenario_ships_a_finished_example():
    assert set(catalog.embedded()) == set(SHIPPED), "run `python examples/make.py SCENARIO` for what is missing"


@pytest.mark.parametrize("scenario", SHIPPED)
def test_an_example_is_finished_and_large_enough_for_a_verdict(store, scenario):
    example = example_of(store, scenario)
    runs = store.runs(example.id)
    assert example.example
    assert set(runs["state"]) == {"done"}
    assert runs["seed"].nunique() >= 5
    assert runs["labels"].nunique() >= 3
    assert set(runs["strategy"]) <= set(catalog.strategies())
    assert len(store.epochs(list(runs["run"]))) > len(runs)
    usual = runs[runs["labels"] == catalog.scenarios()[scenario].budget]
    assert all(store.predictions(run) is not None for run in usual.loc[usual["seed"] == 0, "run"])


@pytest.mark.parametrize("scenario", SHIPPED)
def test_an_example_names_machine_and_versions_and_its_scenario_as_it_is_today(store, scenario):
    example = example_of(store, scenario)
    assert example.facts["machine"]
    assert {"python", "torch"} <= set(example.facts["versions"])
    offer = catalog.scenario(scenario, **example.experiment.settings)
    assert example.facts["simulated"] == offer.simulated
    spec = store.spec(store.runs(example.id)["run"].iloc[0])
    assert spec.settings == offer.knobs, "the scenario's defaults have changed: run `make examples`"


@pytest.mark.parametrize("scenario", SHIPPED)
def test_the_verdicts_that_ship_are_those_of_the_runs_that_ship(store, scenario):
    shipped = json.loads((EXAMPLES / scenario / "verdicts.json").read_text())
    summary = summarise(store.runs(example_of(store, scenario).id))
    assert recommended(summary) == shipped["recommended"]
    today = {(row.strategy, row.labels): row for row in summary.itertuples()}
    assert len(today) == len(shipped["verdicts"])
    for said in shipped["verdicts"]:
        row = today[said["strategy"], said["labels"]]
        assert row.verdict == said["verdict"]
        assert row.baseline == said["baseline"]
        if said["gain"] is not None:
            assert row.gain == pytest.approx(said["gain"], abs=1e-5)
        else:
            assert pd.isna(row.gain)
