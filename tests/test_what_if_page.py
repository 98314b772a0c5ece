"""The What-if page: the answer on shipped examples, what is missing offered, and nothing blank."""

from __future__ import annotations

import pytest
from apps import opened, said
from streamlit.testing.v1 import AppTest

from pages.parts import what_if
from tlcore import launch
from tlcore.store import Store

pytestmark = pytest.mark.usefixtures("quiet")


def test_the_parts_are_found_by_their_files_each_with_a_place_of_its_own():
    found = what_if.parts()
    assert next(iter(found)) == "labels"
    assert len({part.PLACE for part in found.values()}) == len(found)


def check(app: AppTest) -> None:
    assert not app.error
    assert "the best without transfer" in said(app)
    assert "more labels than" in said(app)
    assert len(app.get("vega_lite_chart")) == 1
    assert len(app.dataframe[0].value) > 5


@pytest.mark.parametrize("scenario", ["b2b_value", "scans"])  # a number, several classes; two classes: below
def test_it_says_how_many_labels_are_saved_on_an_example_of_every_kind(example, scenario):
    check(opened("compare/what_if.py", experiment=example(scenario)))


def test_a_price_and_more_labels_change_what_is_told_and_stay_whatever_another_page_asks(example):
    app = opened("compare/what_if.py", experiment=example("cold_start"), saver_price="5", more_labels="250")
    check(app)
    assert "At 5 a label" in said(app)
    assert "250 more labels than" in said(app)
    app.number_input(key="saver_price").set_value(0.0).run()
    assert "At 5 a label" not in said(app)
    app.switch_page("compare/value.py").run()  # asks for a price too, in a currency, and what further to show
    assert not app.exception
    assert app.number_input(key="label_price").value == 2
    app.switch_page("compare/what_if.py").run()
    assert not app.exception
    assert (app.number_input(key="saver_price").value, app.number_input(key="more_labels").value) == (0, 250)


def test_why_there_is_no_figure_is_said_in_the_language_of_whoever_asks(example):
    asked = {"experiment": example("cold_start"), "more_labels": "100000"}
    words = "beyond four times as many"
    assert words in said(opened("compare/what_if.py", **asked, lang="en"))
    assert words not in said(opened("compare/what_if.py", **asked, lang="zh_CN"))


def test_the_missing_budgets_are_offered_with_runs_and_time_and_started_at_a_click(example, monkeypatch):
    app = opened("compare/what_if.py", experiment=example("cold_start"))
    assert "runs to train, about" in said(app)
    monkeypatch.setattr(launch, "start", lambda store: None)
    app.button(key="missing budgets").click().run()
    store = Store.open()
    newest = store.experiment(store.experiments()["id"].iloc[0])
    store.close()
    assert not newest.example
    assert set(newest.experiment.labels) > {50, 100, 200}


def test_without_a_model_to_hold_transfer_against_it_says_so(store):
    import shelves

    experiment = store.submit(shelves.planned(("fine_tune",), seeds=1))
    shelves.carried_out(store)
    assert "nothing to hold transfer against" in said(opened("compare/what_if.py", experiment=experiment))


def test_a_budget_that_no_seed_shares_with_a_model_without_transfer_is_not_offered(store):
    import shelves

    experiment = store.submit(shelves.planned(("scratch", "fine_tune"), seeds=2, labels=(40, 80)))
    for run in store.runs(experiment).itertuples():  # with 80 labels fine-tuning's second seed is done, else the first
        if run.seed != (run.strategy == "fine_tune" and run.labels == 80):
            store.ask(run.run, "stop")
    while store.waiting():
        shelves.carried_out(store)
    text = said(opened("compare/what_if.py", experiment=experiment, budget="80"))
    assert "what it does with 40" in text
