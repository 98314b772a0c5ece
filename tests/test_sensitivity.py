"""Where transfer pays: the verdict of every condition, the region it holds in, and a grid that trains nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import shelves
from apps import opened, said
from frames import runs_of
from streamlit.testing.v1 import AppTest

from pages.parts import varying
from tlcore import catalog, sweep
from tlcore.charts import sensitivity as charts
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME, summarise
from tlcore.measure.sensitivity import BEST, DUE, region, table
from tlcore.plan import plan
from tlcore.spec import Experiment, Training
from tlcore.sweep import LABELS, Axis

ASKED = Experiment(
    "cold_start",
    ("logistic_regression", "fine_tune"),
    {"source_size": 300},
    labels=(40,),
    seeds=3,
    training=Training(epochs=2),
)
SHIFT, NOISE = Axis("concept_shift", (0.0, 0.5, 1.0)), Axis("label_noise", (0.0, 0.2))
NAMES = {"concept_shift": "shift", "label_noise": "noise"}


def rows(verdicts: dict[tuple[float, float], str]) -> pd.DataFrame:
    """A map with these verdicts, by shift and noise."""
    told = [
        {"concept_shift": shift, "label_noise": noise, "verdict": verdict, "strategy": "fine_tune", "gain": 0.05,
         "gain_low": 0.02, "gain_high": 0.08, "baseline": "scratch", "pairs": 3, "margin": 0.01, "metric": "roc_auc"}
        for (shift, noise), verdict in verdicts.items()
    ]  # fmt: skip
    return pd.DataFrame(told)


def told(verdict_of) -> str:
    """The headline and what follows, of a map whose verdicts this function gives."""
    found = rows({(shift, noise): verdict_of(shift, noise) for shift in SHIFT.values for noise in NOISE.values})
    answer = charts.answer(found, NAMES, "fine_tune")
    return " ".join([answer.headline, *answer.sentences])


# The map of verdicts.


def test_the_verdict_of_a_condition_is_that_of_its_own_comparison():
    helping, harming = ({"scratch": 0.6, "fine_tune": 0.6 + gain, "dann": 0.6} for gain in (0.1, -0.1))
    runs = [runs_of(helping), runs_of(harming), runs_of(helping).head(0)]
    found = table([{"x": 0}, {"x": 1}, {"x": 2}], runs, 0.01, "fine_tune")
    assert list(found["verdict"]) == [HELPS, HURTS, DUE]
    own = summarise(runs[0]).set_index("strategy").loc["fine_tune"]
    assert list(found.loc[0, ["gain", "gain_low", "gain_high"]]) == list(own[["gain", "gain_low", "gain_high"]])


def test_without_a_name_a_condition_speaks_of_what_helps_most():
    found = table([{"x": 0}], [runs_of({"scratch": 0.6, "fine_tune": 0.65, "dann": 0.7, "mmd": 0.5})], 0.01, BEST)
    assert list(found["strategy"]) == ["dann"]
    harming = table([{"x": 0}], [runs_of({"scratch": 0.6, "fine_tune": 0.55, "dann": 0.5})], 0.01, BEST)
    assert list(zip(harming["strategy"], harming["verdict"], strict=True)) == [("fine_tune", HURTS)]


def test_a_verdict_that_holds_in_a_rectangle_is_told_by_its_edges():
    low = rows({(s, n): HELPS if s < 0.7 else HURTS for s in SHIFT.values for n in NOISE.values})
    assert region(low, NAMES, HELPS) == {"concept_shift": (0.0, 0.5)}
    assert region(low, NAMES, HURTS) == {"concept_shift": (1.0, 1.0)}
    assert region(low, NAMES, SAME) is None
    corner = rows({(s, n): HURTS if s == 1.0 and n == 0.2 else HELPS for s in SHIFT.values for n in NOISE.values})
    assert region(corner, NAMES, HURTS) == {"concept_shift": (1.0, 1.0), "label_noise": (0.2, 0.2)}
    assert region(corner, NAMES, HELPS) is None, "an L is no rectangle"
    assert region(rows({(0.0, 0.0): HELPS}), NAMES, HELPS) == {}


@pytest.mark.parametrize(
    ("verdict_of", "sentences"),
    [
        (lambda s, n: HELPS if s < 0.7 else HURTS,
         ["Fine-tuning pays where: shift up to 0.5.", "Fine-tuning harms where: shift = 1."]),
        (lambda s, n: HELPS, ["Fine-tuning pays in every one of 6 conditions."]),
        (lambda s, n: HURTS, ["Do not transfer here"]),
        (lambda s, n: OPEN, ["Not enough evidence in any of 6 conditions. More seeds"]),
        (lambda s, n: SAME if s == 1.0 and n == 0.2 else HELPS, ["Fine-tuning pays in 5 of 6 conditions.",
         "makes no practical difference where: shift = 1; noise = 0.2."]),
        (lambda s, n: DUE, ["No answer yet"]),
        (lambda s, n: DUE if s else HELPS, ["4 conditions have no result yet."]),
    ],
)  # fmt: skip
def test_the_sentence_says_where_it_pays_and_where_it_harms(verdict_of, sentences):
    assert all(sentence in told(verdict_of) for sentence in sentences), told(verdict_of)


def test_the_map_says_a_verdict_by_icon_and_figure_not_by_colour_alone():
    found = rows({(0.0, 0.0): HELPS, (1.0, 0.0): HURTS})
    drawn = charts.grid(found, NAMES, "fine_tune").to_dict()
    values = next(iter(drawn["datasets"].values()))
    assert [row["icon"] for row in values] == ["▲", "▼"]
    assert {row["text"] for row in values} == {"+5.0"}


# The grid.


def test_every_label_there_is_comes_last_and_each_value_once():
    grid = sweep.sweep(ASKED, [Axis(LABELS, (None, 80, 40, 80))])
    assert [cell.at[LABELS] for cell in grid.cells] == [40, 80, None]
    assert [cell.experiment.labels for cell in grid.cells] == [(40,), (80,), (None,)]


def test_a_cell_of_equal_spec_is_the_same_run_and_is_not_trained_again(store):
    usual = catalog.scenario("cold_start").concept_shift
    first = sweep.sweep(ASKED, [Axis("concept_shift", (0.0, usual))])
    sweep.submit(store, first)
    for _run in range(len(first.whole.runs)):
        shelves.carried_out(store)
    second = sweep.sweep(
        replace(ASKED, name="Another question"), [Axis("concept_shift", (usual, 1.0)), Axis(LABELS, (40,))]
    )
    facts, _room = sweep.cost(second, store)
    assert (facts.runs, facts.due) == (12, 6)
    assert [len(runs) for runs in sweep.runs(store, second)] == [6, 0], "found by what it is, whoever asked"
    sweep.submit(store, second)
    assert store.waiting() == 6
    assert {cell.id for cell in (*first.cells, *second.cells)} == set(store.experiments()["id"])


def test_all_conditions_are_judged_by_one_metric():
    grid = sweep.sweep(ASKED, [Axis("event_rate", (0.05, 0.4))])
    assert {run.metric for run in grid.whole.runs} == {"roc_auc"}


@pytest.mark.parametrize(
    ("axes", "answer"),
    [
        ([Axis("concept_shft", (0.0,))], "Did you mean 'concept_shift'?"),
        ([Axis("world", (0, 1))], "No condition to vary is called 'world'."),
        ([Axis("concept_shift", (0.0, 2.0))], "cold_start.concept_shift is 2.0; it must lie between 0.0 and 1.0."),
        ([Axis("concept_shift", ())], "is varied over no value"),
        ([SHIFT, SHIFT], "choose one, or two different ones"),
        ([], "0 conditions are varied"),
        ([Axis(LABELS, (40, 9_000_000))], "does not fit"),
    ],
)
def test_what_makes_no_grid_is_answered(axes, answer):
    with pytest.raises(Unusable) as refusal:
        sweep.sweep(ASKED, axes)
    assert answer in str(refusal.value)
    assert len(refusal.value.problems) == 1


def test_a_condition_that_cannot_be_planned_queues_none(store):
    grid = sweep.sweep(ASKED, [Axis("event_rate", (0.22, 0.01))])
    cell = replace(grid.cells[-1], experiment=replace(grid.cells[-1].experiment, labels=(9_000_000,)))
    with pytest.raises(Unusable, match="event_rate"):
        sweep.submit(store, replace(grid, cells=(*grid.cells[:-1], cell)))
    assert store.experiments().empty


# The command.


def test_a_dry_run_says_what_it_would_cost_and_starts_nothing(store, capsys):
    words = ["sweep", "cold_start", "--vary", "concept_shift=0,1", "--strategies", "fine_tune", "--seeds", "3"]
    assert main([*words, "--dry-run"]) == 0
    assert "2 conditions, 30 runs" in capsys.readouterr().err
    assert store.experiments().empty


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ([], "Nothing is varied; add --vary KNOB=A,B,C with one of covariate_shift"),
        (["--vary", "concept_shift"], "reads like --vary labels=20,50,all"),
        (["--vary", "labels=much"], "--vary labels is 'much'; it takes whole numbers"),
        (["--vary", "concept_shift=much"], "concept_shift is 'much'; it must be a number."),
        (["--vary", "concept_shift=0", "--of", "dann", "--strategies", "fine_tune"], "--of is 'dann'"),
        (["--vary", "concept_shift=0", "--labels", "20,50"], "one label budget"),
        (["--vary", "concept_shift=0,.1,.2,.3,.4", "--vary", "label_noise=0,.1,.2,.3,.4", "--seeds", "100",
          "--strategies", "fine_tune"], "These are 12,500 runs"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_answered(words, answer, capsys, store):
    assert main(["sweep", "cold_start", *words]) == 2
    assert answer in capsys.readouterr().err
    assert store.experiments().empty


# The page.


@pytest.fixture
def asked(store):
    """An experiment whose runs are finished, to ask further about."""
    number = store.submit(plan(ASKED))
    for _run in range(6):
        shelves.carried_out(store)
    return number


def page(**query: str) -> AppTest:
    return opened("compare/what_if.py", part="conditions", **query)


pytestmark = pytest.mark.usefixtures("quiet")


def test_the_page_says_what_a_map_costs_starts_it_and_shows_what_is_there(asked, store):
    values = {"values.cold_start.concept_shift": "0, 0.25", "values.cold_start.labels": "40"}
    app = page(**{"across.cold_start": "concept_shift", **values})
    assert "2 conditions: **6** runs to train, 6 finished already." in said(app)
    assert "1 condition has no result yet." in said(app)
    app.button(key="start_map").click().run()
    assert store.waiting() == 6
    assert "They are under way." in said(app)
    assert "start_map" not in {button.key for button in app.button}
    app.button(key="stop_map").click().run()
    assert store.waiting() == 0
    assert not app.button(key="start_map").disabled


def test_the_cells_of_a_map_do_not_crowd_the_list_of_experiments(asked, store):
    grid = sweep.sweep(ASKED, [SHIFT])
    sweep.submit(store, grid)
    app = page()
    assert len(app.selectbox[0].options) == 1
    assert app.query_params["experiment"] in (asked, [asked]), "the newest cell is not what a visitor came for"
    opened_cell = page(experiment=grid.cells[0].id)
    assert len(opened_cell.selectbox[0].options) == 2


def test_values_that_make_no_map_are_said_in_place(asked):
    assert "must lie between" in page(**{"values.cold_start.covariate_shift": "0, 7"}).error[0].value
    assert "must be a number" in page(**{"values.cold_start.covariate_shift": "a lot"}).error[0].value
    assert "name 1 to 8" in page(**{"values.cold_start.covariate_shift": ""}).error[0].value
    labels = page(**{"across.cold_start": "labels", "values.cold_start.labels": "20, some"})
    assert labels.error[0].value.startswith("20, some are no numbers of labels")


def test_a_great_many_runs_are_asked_back_before_they_start(asked, store):
    many = {f"values.cold_start.{name}": "0,.1,.2,.3,.4,.5,.6,.7" for name in ("covariate_shift", "concept_shift")}
    app = page(**{"up.cold_start": "concept_shift", "map_seeds": "20", **many})
    assert app.button(key="start_map").disabled
    assert "2,560" in app.checkbox(key="map_sure").label
    app.checkbox(key="map_sure").check().run()
    assert not app.button(key="start_map").disabled


@pytest.mark.parametrize(("low", "high", "whole", "values"), [
    (0.0, 1.0, False, [0, 0.5, 1]), (0.01, 0.5, False, [0.01, 0.071, 0.5]), (200, 50_000, True, [200, 3162, 50_000]),
])  # fmt: skip
def test_the_values_that_are_suggested_span_the_range(low, high, whole, values):
    assert varying.suggested(low, high, whole) == values


def test_every_simulated_scenario_has_conditions_to_vary_and_own_files_have_none():
    assert all(sweep.knobs(name) for name, offer in catalog.scenarios().items() if offer.simulated)
    assert sweep.knobs("own_files") == {}
