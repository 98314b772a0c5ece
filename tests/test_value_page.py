"""The Value page answers in money on the shipped examples, and the command line says the same."""

from __future__ import annotations

import json

import pytest
from apps import opened, said
from streamlit.testing.v1 import AppTest
from test_value import SALE, climbed, compared

from tlcore.charts import capacity as of_capacity
from tlcore.charts import value as charts
from tlcore.cli import main
from tlcore.measure import value
from tlcore.measure.capacity import gains
from tlcore.measure.payoffs import ErrorCosts, Payoffs
from tlcore.store import Store

pytestmark = pytest.mark.usefixtures("quiet")


def typed(app: AppTest, label: str, figure: float) -> AppTest:
    next(box for box in app.number_input if box.label == label).set_value(figure)
    app.run()
    assert not app.exception
    return app


def test_a_payoff_typed_moves_the_sum_and_the_threshold_at_once(example):
    app = opened("compare/value.py", experiment=example("cold_start"))
    before = said(app)
    assert "1,000 cases are worth" in before
    assert "name a case from 17 % on" in before  # 10 of 10 + 50
    assert "These figures are assumptions" in before
    after = said(typed(app, "Event found", 90.0))
    assert "name a case from 10 % on" in after
    assert "These figures are assumptions" not in after
    assert "Name every case" in said(typed(app, "False alarm", 0.0))


def test_the_alert_budget_is_answered_or_refused_in_place(example):
    app = opened("compare/value.py", experiment=example("cold_start"), further="alerts", checks="100", cases="5000")
    assert "Looking at 100 of 5,000 cases a day" in said(app)
    typed(app, "Looked at a day", 6000.0)
    assert [error.value for error in app.error] == [
        "6000 checks a day are more than the 5000 cases that come in; write at most 5000."
    ]
    typed(app, "Looked at a day", -1.0)
    assert "0 or more" in app.error[0].value


def test_numbers_are_priced_by_what_errors_cost(example):
    app = opened("compare/value.py", experiment=example("b2b_value"))
    assert "1,000 cases are worth" in said(app)
    assert "Where to lean" in said(app)
    assert "have paid after" in said(app)


def test_of_several_classes_one_is_the_event(example):
    app = opened("compare/value.py", experiment=example("digits"), event="7")
    assert "The event: digit = 7." in said(app)
    assert "1,000 cases are worth" in said(app)
    priced = said(app).split("1,000 cases are worth")[1].split(" more")[0]
    app.switch_page("share/report.py").run()
    assert not app.exception
    assert priced in said(app)


def test_figures_are_kept_chosen_and_forgotten_and_stand_in_the_address(example):
    experiment = example("cold_start")
    store = Store.open()
    store.keep_payoffs("Spring", Payoffs(80, -20, 0, 0, "CNY"))
    app = opened("compare/value.py", **{"experiment": experiment, f"tp_{experiment}": "70"})
    assert next(box.value for box in app.number_input if box.label == "Event found") == 70
    next(box for box in app.selectbox if box.label == "Take").select("Spring").run()
    assert "name a case from 20 % on" in said(app)
    assert " CNY" in said(app)
    next(box for box in app.text_input if box.label == "Keep under the name").input("Autumn").run()
    next(button for button in app.button if button.label == "Keep").click().run()
    assert set(store.payoffs("classes")) == {"Autumn", "Spring"}
    next(button for button in app.button if button.label.startswith("Delete")).click().run()
    assert len(store.payoffs("classes")) == 1
    store.close()


@pytest.mark.parametrize("figure", ["nan", "much"])
def test_a_link_with_a_figure_that_is_none_opens_nevertheless(example, figure):
    experiment = example("cold_start")
    app = opened("compare/value.py", **{"experiment": experiment, f"tp_{experiment}": figure})
    assert "1,000 cases are worth" in said(app) or "must be a number" in said(app)


@pytest.mark.parametrize("worth", [SALE, Payoffs(5, -200, 1, -9)])
def test_the_charts_hold_to_the_schema(worth):
    runs, kept = compared(seeds=3)
    found = climbed(kept)
    outcomes = value.outcomes(found, runs, worth)
    summary, flat = value.worth_of(outcomes), value.flat(found, worth)
    charts.profits(summary, worth, flat).to_dict()
    charts.against_threshold(value.curve(found, runs, worth), summary, outcomes, worth, flat).to_dict()
    frame = gains(found, runs, worth)
    for of in ("found", "lift"):
        of_capacity.gains(frame, 0.1, of).to_dict()
    of_capacity.alerts(frame, 500, 0.1, worth).to_dict()


def test_the_command_line_says_what_the_page_says(example, capsys, tmp_path):
    experiment = example("cold_start")
    file = tmp_path / "value.json"
    words = ["value", experiment, "--payoffs=50,-10,0,0", "--alerts", "100/5000", "--label-price", "2"]
    assert main([*words, "--json", str(file)]) == 0
    record = json.loads(file.read_text())
    assert record["answer"][0] in said(opened("compare/value.py", experiment=experiment))
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert record["answer"][0] in printed
    assert "Looking at 100 of 5,000 cases a day" in printed
    assert {row["strategy"] for row in record["labels_paid"]} >= {"scratch", "fine_tune"}
    assert main(["value", experiment, "--payoffs", "1,1,1,1", "--json", str(file)]) == 0
    assert "nothing to decide" in capsys.readouterr().out
    assert "nothing to decide" in json.loads(file.read_text())["answer"][0]
    assert main(["value", experiment, "--payoffs=50,-10,0,0", "--hour-price", "9"]) == 0
    assert "labels and training" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--payoffs", "a,b,1,2"], "TP is 'a'; it must be a number"),
        (["--payoffs", "1,2"], "four numbers with commas between"),
        (["--alerts", "20"], "such as 200/10000"),
        (["--alerts", "20/10"], "more than the 10 cases"),
        (["--alerts", "-1/10"], "0 or more"),
        (["--labels", "77"], "this experiment has 50, 100, 200"),
        (["--label-price", "-2"], "a price is 0 or more"),
        (["--over", "1"], "say --payoffs"),
        (["--event", "maybe"], "maybe"),
        (["--currency", " "], "write up to 12 letters"),
    ],
)
def test_what_cannot_be_priced_is_refused_in_one_sentence(example, capsys, words, sentence):
    experiment = example("cold_start")
    assert main(["value", experiment, *(f"{words[0]}={word}" for word in words[1:])]) == 2
    problem = capsys.readouterr().err
    assert sentence in problem


def test_costs_of_errors_are_for_numbers(example, capsys):
    experiment = example("b2b_value")
    assert main(["value", experiment, "--over", "1", "--under", "3"]) == 0
    assert "1,000 cases are worth" in capsys.readouterr().out
    assert main(["value", experiment, "--payoffs", "1,2,3,4"]) == 2
    assert "--over C --under C" in capsys.readouterr().err
    assert ErrorCosts(1, 3).level == 0.75
