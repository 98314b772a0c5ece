"""The plan: what was chosen is what starts, and nothing of it is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from apps import opened, said
from encoders import bert
from streamlit.testing.v1 import AppTest

from pages.parts import again, strategies
from tlcore import catalog
from tlcore.knobs import knob
from tlcore.plan import drawn, plan, refusal
from tlcore.spec import PRESETS, Experiment

BASELINES = ("frequency_table", "gradient_boosting", "logistic_regression", "scratch")

pytestmark = pytest.mark.usefixtures("quiet")


def test_pressing_start_twice_makes_one_experiment(store):
    app = opened("run/plan.py")
    app.button(key="start").click().run()
    app.switch_page("run/plan.py").run()
    app.button(key="start").click().run()
    assert len(store.experiments()) == 1


def test_a_plan_starts_with_what_was_chosen(store):
    app = opened("run/plan.py", scenario="digits")
    app.slider(key="seeds").set_value(3).run()
    app.checkbox(key="use.dann").check().run()
    app.checkbox(key="use.l2_sp").uncheck().run()
    app.number_input(key="fine_tune.lr").set_value(0.002).run()
    app.button(key="start").click().run()
    asked = store.experiment(store.experiments()["id"].iloc[0]).experiment
    assert (asked.scenario, asked.seeds, asked.training) == ("digits", 3, PRESETS["quick"])
    assert "dann" in asked.strategies
    assert "l2_sp" not in asked.strategies
    assert {"frequency_table", "logistic_regression", "gradient_boosting", "scratch"} < set(asked.strategies)
    assert asked.knobs["fine_tune"] == {"lr": 0.002}


def test_the_usual_strategies_are_ticked_and_the_usual_baselines_take_part(store):
    app = opened("run/plan.py", scenario="cold_start")
    app.button(key="start").click().run()
    asked = store.experiment(store.experiments()["id"].iloc[0]).experiment
    situation = drawn("cold_start")
    assert set(asked.strategies) == {name for name in catalog.usual() if not refusal(name, situation)}
    assert "strategies" not in app.query_params


def test_three_buttons_tick_many_at_once_and_the_address_stays_short(store):
    app = opened("run/plan.py", scenario="cold_start")
    app.button(key="tick all").click().run()
    app.checkbox(key="use.dann").uncheck().run()
    assert not app.exception
    assert {box.key for box in app.checkbox if not box.value and box.key.startswith("use.")} == {"use.dann"}
    assert app.query_params["strategies"] in ("all,-dann", ["all,-dann"])
    app.button(key="tick none").click().run()
    assert not any(box.value for box in app.checkbox if box.key.startswith("use."))
    app.button(key="start").click().run()
    asked = store.experiment(store.experiments()["id"].iloc[0]).experiment
    assert all(catalog.is_baseline(name) for name in asked.strategies)


def test_a_search_shows_who_answers_it_and_keeps_what_is_ticked():
    app = opened("run/plan.py", scenario="cold_start")
    app.checkbox(key="use.dann").check().run()
    app.text_input(key="find_strategy").set_value("Hinton distill").run()
    shown = {box.key for box in app.checkbox if box.key.startswith("use.")}
    assert "use.distillation" in shown
    assert "use.dann" not in shown
    app.checkbox(key="use.distillation").check().run()
    app.text_input(key="find_strategy").set_value("").run()
    assert app.checkbox(key="use.dann").value
    assert app.checkbox(key="use.distillation").value
    app.text_input(key="find_strategy").set_value("nobody at all").run()
    assert "No strategy answers this search." in said(app)


@pytest.mark.parametrize("chosen", [[], ["dann"], ["fine_tune", "l2_sp"], ["everything"], ["everything", "-dann"]])
def test_a_choice_is_heard_as_it_was_spoken(chosen):
    names = set(strategies.free()) if "everything" in chosen else {name for name in chosen if name in strategies.free()}
    names -= {"dann"} if "-dann" in chosen else set()
    assert strategies.heard(strategies.spoken(names)) == names


def test_a_link_that_names_strangers_opens_all_the_same():
    usual = set(strategies.free()) & set(catalog.usual())
    assert strategies.heard("usual,nobody,-nobody,<b>") == usual
    assert strategies.heard("") == usual
    assert strategies.heard("none,dann") == {"dann"}
    assert strategies.heard("-fine_tune") == usual - {"fine_tune"}


def test_a_link_of_an_earlier_version_still_ticks():
    app = opened("run/plan.py", **{"use.dann": "true", "use.fine_tune": "false"})
    assert app.checkbox(key="use.dann").value
    assert not app.checkbox(key="use.fine_tune").value


def test_every_family_has_a_name_in_the_list_of_families():
    assert {offer.family for offer in catalog.strategies().values()} <= set(catalog.FAMILIES)


@dataclass(frozen=True)
class Suited:
    rate: float = knob(0.5, "How fast", 0.0, 1.0, by={"image": 0.25})


def test_a_knob_shows_the_default_of_this_modality_and_only_what_differs_is_recorded():
    def page(modality, suited):
        import streamlit as st
        from test_plan_page import Suited

        from pages.parts import forms

        st.json(forms.knobs(Suited, "some", suited=suited, modality=modality))

    app = AppTest.from_function(page, args=("image", {"rate": 0.25})).run()
    assert app.slider(key="some.rate.image").value == 0.25
    assert app.json[0].value == "{}"
    app.slider(key="some.rate.image").set_value(0.5).run()
    assert app.json[0].value == '{"rate": 0.5}', "the default of another modality is a choice here"
    app = AppTest.from_function(page, args=("table", {})).run()
    assert app.slider(key="some.rate").value == 0.5


def test_settings_that_were_changed_stay_in_view_and_in_the_plan(store):
    app = opened("run/plan.py", scenario="digits", **{"fine_tune.lr": "0.002"})
    app.selectbox(key="settings_of").set_value("feature_extraction").run()
    app.number_input(key="feature_extraction.lr").set_value(0.02).run()
    app.selectbox(key="settings_of").set_value("l2_sp").run()
    app.button(key="start").click().run()
    asked = store.experiment(store.experiments()["id"].iloc[0]).experiment
    assert asked.knobs == {"fine_tune": {"lr": 0.002}, "feature_extraction": {"lr": 0.02}}


def test_the_source_is_watched_by_a_toggle_and_the_command_says_so(store):
    app = opened("run/plan.py", scenario="digits")
    app.toggle(key="training.quick.watch_source").set_value(True).run()
    assert any("--watch-source" in block.value and "--preset quick" in block.value for block in app.code)
    app.button(key="start").click().run()
    stored = store.experiment(store.experiments()["id"].iloc[0]).experiment
    assert stored.training == replace(PRESETS["quick"], watch_source=True)
    assert again.address(stored)["training.quick.watch_source"] == "true"


def test_nothing_that_was_chosen_is_lost_by_leaving_the_page():
    app = opened("run/plan.py", scenario="digits", preset="thorough")
    app.slider(key="seeds").set_value(7).run()
    app.slider(key="digits.blend").set_value(0.5).run()
    app.switch_page("start/home.py").run()
    app.switch_page("run/plan.py").run()
    assert app.selectbox(key="scenario").value == "digits"
    assert app.slider(key="seeds").value == 7
    assert app.slider(key="digits.blend").value == 0.5


def test_an_experiment_opens_as_a_plan_again_with_everything_it_was_made_of(store):
    asked = Experiment(
        "digits", (*BASELINES, "fine_tune"), {"blend": 0.5}, {"fine_tune": {"lr": 0.002}}, labels=(50, 100), seeds=3,
        training=PRESETS["thorough"], margin=0.02, name="Half blended",
    )  # fmt: skip
    stored = store.experiment(store.submit(plan(asked))).experiment
    app = opened("run/plan.py", **again.address(stored))
    app.button(key="start").click().run()
    assert list(store.experiments()["name"]) == ["Half blended"], "the same plan is the same experiment"


def test_a_budget_of_the_command_line_is_offered_when_its_experiment_opens_again(store):
    asked = Experiment("digits", (*BASELINES, "fine_tune"), labels=(37,), seeds=3, training=PRESETS["quick"])
    app = opened("run/plan.py", **again.address(plan(asked).experiment))
    app.button(key="start").click().run()
    assert store.experiment(store.experiments()["id"].iloc[0]).experiment.labels == (37,)


def test_a_network_with_weights_brings_its_own_strategies_into_the_plan(store, tmp_path):
    plain = opened("run/plan.py", scenario="intents")
    assert "use.pretrained_regression" not in {box.key for box in plain.checkbox}
    weights = {"minilm.weights": str(bert(tmp_path / "encoder", ["cancel"]))}
    app = opened("run/plan.py", scenario="intents", backbone="minilm", **weights)
    assert app.checkbox(key="use.pretrained_regression").value  # one of the usual ones where there are weights
    app.button(key="start").click().run()
    asked = store.experiment(store.experiments()["id"].iloc[0]).experiment
    assert asked.backbone == "minilm"
    assert {"pretrained_regression", "pretrained_fine_tune"} <= set(asked.strategies)


def test_weights_that_cannot_be_had_are_said_when_start_is_pressed(store, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.is_offline_mode", lambda: True)
    app = opened("run/plan.py", scenario="intents", backbone="minilm")
    app.button(key="start").click().run()
    assert "cannot be fetched" in app.error[0].value
    assert store.experiments().empty


def test_the_data_pages_speak_of_the_experiment_that_was_just_looked_at(store):
    asked = plan(Experiment("churn", ("frequency_table",), {"covariate_shift": 0.2}, labels=(60,), seeds=1))
    viewed = store.submit(asked)
    app = opened("compare/verdict.py", experiment=viewed)
    app.switch_page("run/plan.py").run()
    assert app.selectbox(key="scenario").value == "churn"
    assert app.slider(key="churn.covariate_shift").value == 0.2
    app.selectbox(key="scenario").set_value("digits").run()
    app.switch_page("run/runs.py").run()
    app.switch_page("run/plan.py").run()
    assert app.selectbox(key="scenario").value == "digits"  # chosen by a person after that
