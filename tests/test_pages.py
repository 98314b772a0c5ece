"""Every page opens through the frame, in every language, with an empty and with a filled store, without torch."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shelves
from encoders import bert
from streamlit.testing.v1 import AppTest

from pages.parts import again, menu, reads, show, strategies, uploads
from tlcore import catalog, launch
from tlcore.knobs import knob
from tlcore.measure.gap import SPLITS
from tlcore.outcome import Epoch, Failure, Note, Outcome, State
from tlcore.plan import drawn, plan, refusal
from tlcore.scenarios import own_files
from tlcore.spec import PRESETS, Experiment, Training
from tlcore.store import Store

ROOT = Path(__file__).parents[1]
PAGES = [
    f"{folder}/{file.name}" for folder in menu.sections() for file in sorted((ROOT / "pages" / folder).glob("*.py"))
]
STRATEGIES = ("logistic_regression", "scratch", "fine_tune")
BASELINES = ("frequency_table", "gradient_boosting", "logistic_regression", "scratch")


def opened(page: str = "start/home.py", **query: str) -> AppTest:
    """A page as a browser would show it, reached through the frame."""
    app = AppTest.from_file(str(ROOT / "pages/main.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "start/home.py":
        app.switch_page(page)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception, app.exception[0].value
    return app


def said(app: AppTest) -> str:
    """All text on the page."""
    kinds = (app.header, app.subheader, app.markdown, app.caption, app.error, app.info, app.warning, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    """Nobody works the queue, so that what is queued stays queued; no examples are there that a test did not make."""
    monkeypatch.setattr(launch, "start", lambda store: None)
    monkeypatch.setattr(reads, "EXAMPLES", tmp_path / "no examples")


@pytest.fixture
def store():
    store = Store.open()
    yield store
    store.close()


def submitted(store: Store, **choices) -> str:
    choices = {"labels": (100,), "seeds": 3, "training": Training(epochs=3), **choices}
    return store.submit(plan(Experiment("cold_start", STRATEGIES, **choices)))


@pytest.fixture
def finished(store):
    """A finished comparison in which fine-tuning is ten points ahead, and its id."""
    experiment = submitted(store)
    rng = np.random.default_rng(0)
    scores = {"logistic_regression": 0.70, "scratch": 0.65, "fine_tune": 0.80}
    for run in store.runs(experiment).itertuples():
        key = shelves.carried_out(store, score=scores[run.strategy] + 0.01 * rng.random())
        truth = np.arange(60) % 5 == 0
        event = np.clip(0.2 + 0.4 * truth + 0.2 * rng.random(60), 0, 1)
        parts = np.repeat(["valid", "test"], [10, 50])
        columns = {"part": parts, "row": np.arange(60), "truth": truth.astype(int), "p0": 1 - event, "p1": event}
        store.save_predictions(key, pd.DataFrame(columns))
    return experiment


@pytest.fixture
def troubled(store):
    """An experiment with a run that failed and others that wait, and its id."""
    experiment = submitted(store, seeds=1)
    key = shelves.begun(store)
    failure = Failure("memory", "The network did not fit into memory.", "tail of the log")
    store.finish(key, Outcome(State.FAILED, failure=failure))
    return experiment


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_when_nothing_has_been_tried_yet(page, language):
    app = opened(page, lang=language)
    assert app.header
    assert app.main.children, "a page is never blank"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_finished_experiment(page, language, finished):
    app = opened(page, lang=language, experiment=finished)
    assert app.header
    assert not app.error


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("run", "compare"))])
def test_every_page_about_runs_opens_while_some_wait_and_one_has_failed(page, troubled):
    opened(page, experiment=troubled)


def test_no_page_loads_torch(finished):
    walk = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "pages/main.py")!r}, default_timeout=60).run()
for page in {PAGES!r}:
    app.switch_page(page).run()
    assert not app.exception, app.exception[0].value
    assert "torch" not in sys.modules, page
"""
    result = subprocess.run([sys.executable, "-c", walk], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr[-2000:]


def test_the_menu_names_every_page_in_the_language_of_the_reader():
    about = [menu._about(ROOT / "pages" / page) for page in PAGES]
    assert all(page["PLACE"] < 99 for page in about), "a page says its TITLE, ICON and PLACE"
    for folder in menu.sections():
        places = [menu._about(file)["PLACE"] for file in (ROOT / "pages" / folder).glob("*.py")]
        assert len(set(places)) == len(places), folder


def test_the_language_follows_the_address_and_survives_a_change_of_page():
    app = opened(lang="zh_CN")
    assert "可探索的场景" in said(app)
    app.switch_page("run/runs.py").run()
    assert "还没有任何实验" in said(app)


def test_the_switch_in_the_sidebar_changes_the_language():
    app = opened()
    assert "Situations to explore" in said(app)
    app.sidebar.selectbox[0].set_value("zh_CN").run()
    assert "可探索的场景" in said(app)
    assert app.query_params["lang"] in ("zh_CN", ["zh_CN"])


def test_a_home_folder_that_cannot_be_written_is_said_in_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TRANSFERLAB_HOME", str(tmp_path / "file" / "home"))
    (error,) = opened().error
    assert "TRANSFERLAB_HOME" in error.value


def test_home_shows_the_answer_of_what_has_finished(finished):
    text = said(opened())
    assert "Fine-tuning helps" in text
    assert "9 of 9 runs done" in text


def test_trying_it_live_queues_one_small_comparison(store):
    app = opened()
    app.button(key="live digits").click().run()
    assert not app.exception
    (row,) = store.experiments().itertuples()
    assert (row.scenario, row.seeds, row.active) == ("digits", 3, 12)


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
        from test_pages import Suited

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


def watched(store: Store, scores: tuple[float, float]) -> str:
    """A comparison in which fine-tuning learnt the source to ``scores[0]`` and kept ``scores[1]``; its id."""
    asked = Experiment(
        "cold_start", ("scratch", "fine_tune"), labels=(100,), seeds=1, training=Training(epochs=3, watch_source=True)
    )
    experiment = store.submit(plan(asked))
    for _run in range(2):
        key = shelves.begun(store)
        if store.spec(key).strategy == "fine_tune":
            store.record(key, 0, Epoch("source", 1, 5, 0, 0.1, {}, {"source": scores[0]}, 0.5, True))
        both = {"valid": 0.7, "watched": 0.7, "source": scores[1]}
        store.record(key, 1, Epoch("target", 1, 9, 50, 0.2, {}, both, 0.5, True))
        store.finish(key, shelves.done())
    return experiment


def test_what_was_forgotten_is_said_beside_the_curves(store):
    app = opened("compare/convergence.py", experiment=watched(store, (0.9, 0.8)))
    assert "Learning the target cost Fine-tuning most on the source: 10.0 points." in said(app)


def test_how_to_see_forgetting_is_said_where_it_was_not_measured(finished):
    assert "`--watch-source`" in said(opened("compare/convergence.py", experiment=finished))


def noted(store: Store, notes: tuple[Note, ...]) -> str:
    experiment = submitted(store, seeds=2)
    for _run in range(6):
        key = shelves.begun(store)
        mine = notes if store.spec(key).strategy == "fine_tune" else ()
        store.finish(key, replace(shelves.done(), notes=mine))
    return experiment


def test_a_run_says_what_went_wrong_and_what_is_worth_knowing_apart(store):
    experiment = noted(store, (Note("Too {how}.", {"how": "hot"}), Note("A fact.", {}, grave=False)))
    runs = store.runs(experiment).set_index("strategy")
    app = opened("run/runs.py", experiment=experiment)
    (table,) = (frame.value for frame in app.dataframe if "warnings" in frame.value)
    assert set(table.loc[table["strategy"] == "Fine-tuning", "warnings"]) == {1}
    assert table.loc[table["strategy"] != "Fine-tuning", "warnings"].isna().all()
    app.selectbox(key="run").set_value(runs.loc["fine_tune", "run"].iloc[0]).run()
    assert [box.value for box in app.warning] == ["Too hot."]
    assert "A fact." in [box.value for box in app.info]


def test_the_verdict_says_once_for_each_strategy_what_went_wrong(store):
    experiment = noted(store, (Note("Too {how}.", {"how": "hot"}), Note("A fact.", {}, grave=False)))
    text = said(opened("compare/verdict.py", experiment=experiment))
    assert text.count("in 2 of 2 seeds: Too hot.") == 1
    assert "A fact." not in text


def test_a_ceiling_stands_beside_the_others_and_opens_no_budget_of_its_own(store):
    top = next(name for name in catalog.strategies() if catalog.is_ceiling(name))
    experiment = store.submit(plan(Experiment("cold_start", (*STRATEGIES, top), labels=(50, 100), seeds=3)))
    levels = {"logistic_regression": 0.70, "scratch": 0.65, "fine_tune": 0.75, top: 0.80}
    while (store.runs(experiment)["state"] == "queued").any():
        key = shelves.begun(store)
        store.record(key, 0, shelves.epoch(0))
        level = levels[store.spec(key).strategy]
        store.finish(key, replace(shelves.done(), test={"average_precision": level, "roc_auc": level}))
    for page in ("compare/verdict.py", "compare/convergence.py", "compare/imbalance.py", "run/runs.py"):
        app = opened(page, experiment=experiment)
        assert not app.error
        assert page.startswith("run") or "all labels" not in str(app.main), page
    text = said(opened("compare/verdict.py", experiment=experiment))
    assert "closes 50 % of the gap without them" in text


def test_nothing_that_was_chosen_is_lost_by_leaving_the_page():
    app = opened("run/plan.py", scenario="digits", preset="thorough")
    app.slider(key="seeds").set_value(7).run()
    app.slider(key="digits.blend").set_value(0.5).run()
    app.switch_page("start/home.py").run()
    app.switch_page("run/plan.py").run()
    assert app.selectbox(key="scenario").value == "digits"
    assert app.slider(key="seeds").value == 7
    assert app.slider(key="digits.blend").value == 0.5


def test_a_link_to_an_experiment_that_is_not_here_says_so(finished):
    app = opened("compare/verdict.py", experiment="nowhere")
    assert "nowhere" in said(app)


def test_the_runs_page_says_why_a_run_failed_and_shows_its_log(troubled):
    app = opened("run/runs.py", experiment=troubled)
    assert "The network did not fit into memory." in said(app)
    assert any("failure_kind: memory" in block.value for block in app.code)


def test_a_run_is_cancelled_and_tried_again_by_a_button(store, troubled):
    app = opened("run/runs.py", experiment=troubled)
    app.button(key="cancel").click().run()
    assert list(store.runs(troubled)["state"]) == ["failed", "cancelled", "cancelled"]
    app.button(key="retry").click().run()
    assert set(store.runs(troubled)["state"]) == {"queued"}


def test_an_experiment_opens_as_a_plan_again_with_everything_it_was_made_of(store):
    asked = Experiment(
        "digits", (*BASELINES, "fine_tune"), {"blend": 0.5}, {"fine_tune": {"lr": 0.002}}, labels=(50, 100), seeds=3,
        training=PRESETS["thorough"], margin=0.02, name="Half blended",
    )  # fmt: skip
    stored = store.experiment(store.submit(plan(asked))).experiment
    app = opened("run/plan.py", **again.address(stored))
    app.button(key="start").click().run()
    assert list(store.experiments()["name"]) == ["Half blended"], "the same plan is the same experiment"


def table(rows: int, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(40, 10, rows), "income": rng.normal(30, 5, rows)})
    return frame.assign(churn=np.where(frame["age"] > 40, "yes", "no")).to_csv(index=False).encode()


def test_own_files_are_read_from_their_link_and_the_label_is_guessed():
    places = {"source": uploads.keep("old.csv", table(300, 0)), "target": uploads.keep("new.csv", table(200, 1))}
    app = opened("prepare/data.py", scenario="own_files", **{f"files.{role}": place for role, place in places.items()})
    assert app.selectbox(key="files.label").value == "churn"
    assert "300 source and 200 target examples, to predict churn" in said(app)


def test_the_column_with_the_texts_and_the_one_with_the_places_can_be_said():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"town": rng.choice(["north", "south"], 200), "ticket": rng.choice(["a lost card", "no pin"], 200)}
    )
    frame["asked"] = np.where(frame["ticket"] == "no pin", "pin", "card")
    places = {
        f"files.{role}": uploads.keep(f"{role}.csv", frame.to_csv(index=False).encode())
        for role in ("source", "target")
    }
    app = opened("prepare/data.py", scenario="own_files", **places, **{"files.label": "asked"})
    app.selectbox(key="files.places").set_value("town").run()
    assert not app.error
    assert app.session_state["own files asked for"]["places"] == "town"
    app.selectbox(key="files.text").set_value("ticket").run()
    assert not app.error
    assert app.session_state["own files asked for"]["text"] == "ticket"


def test_files_that_cannot_be_used_get_their_sentence_in_place():
    places = {"source": uploads.keep("old.csv", table(300, 0)), "target": uploads.keep("new.csv", b"")}
    app = opened("prepare/data.py", scenario="own_files", **{f"files.{role}": place for role, place in places.items()})
    assert app.error
    assert "new.csv" in app.error[0].value
    assert str(uploads.folder()) not in app.error[0].value


def test_an_upload_is_kept_by_its_content_and_no_address_leads_out_of_its_folder():
    place = uploads.keep("../../evil.csv", b"a,b\n1,2\n")
    assert uploads.keep("evil.csv", b"a,b\n1,2\n") == place
    assert uploads.path_of(place).read_bytes() == b"a,b\n1,2\n"
    assert uploads.path_of("../transferlab.db") is None
    assert uploads.path_of("/etc/passwd") is None
    assert uploads.path_of("nowhere/evil.csv") is None
    assert uploads.path_of("nul\0byte") is None
    assert uploads.path_of("long" * 1000) is None


@pytest.mark.parametrize(
    ("written", "escaped"),
    [
        ("between $5 and $6", r"between \$5 and \$6"),
        ("*stars*", r"\*stars\*"),
        ("_lines_ but new_market", r"\_lines\_ but new_market"),
        (":red[a](b)", r":red\[a\](b)"),
        ("<=50K", r"\<=50K"),
    ],
)
def test_a_persons_own_words_are_never_read_as_markdown(written, escaped):
    assert show.plain(written) == escaped


def test_labels_with_gaps_name_the_same_classes_in_the_form_as_in_the_data():
    target = pd.read_csv(io.BytesIO(table(200, 1)))
    target["churn"] = (target["churn"] == "yes").astype(float).where(target.index > 20)
    source = pd.read_csv(io.BytesIO(table(300, 0)))
    source["churn"] = (source["churn"] == "yes").astype(int)
    places = {
        f"files.{role}": uploads.keep(f"{role}.csv", frame.to_csv(index=False).encode())
        for role, frame in {"source": source, "target": target}.items()
    }
    app = opened("prepare/data.py", scenario="own_files", **places)
    app.selectbox(key="files.positive").set_value("1").run()
    assert not app.error
    assert "300 source and 179 target examples" in said(app)


def test_a_margin_from_the_command_line_opens_however_wide(store):
    experiment = submitted(store, seeds=1, margin=0.6)
    shelves.carried_out(store)
    assert opened("compare/verdict.py", experiment=experiment).number_input[0].value == 60.0


def test_without_scratch_nobody_is_said_to_have_got_there(store):
    asked = Experiment("cold_start", ("logistic_regression", "fine_tune"), labels=(100,), seeds=1)
    experiment = store.submit(plan(asked))
    for _run in range(2):
        shelves.carried_out(store)
    costs, *_settings = opened("compare/convergence.py", experiment=experiment).dataframe
    assert set(costs.value["reached"]) == {"-"}


def test_a_budget_of_the_command_line_is_offered_when_its_experiment_opens_again(store):
    asked = Experiment("digits", (*BASELINES, "fine_tune"), labels=(37,), seeds=3, training=PRESETS["quick"])
    app = opened("run/plan.py", **again.address(plan(asked).experiment))
    app.button(key="start").click().run()
    assert store.experiment(store.experiments()["id"].iloc[0]).experiment.labels == (37,)


def test_the_rarest_class_speaks_for_itself_where_the_event_is_the_common_one(store, tmp_path):
    rng = np.random.default_rng(0)
    for name in ("old", "new"):
        frame = pd.DataFrame({"age": rng.normal(40, 10, 200), "stayed": np.where(np.arange(200) % 5, "yes", "no")})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    settings = own_files.settings(
        source=tmp_path / "old.csv", target=tmp_path / "new.csv", label="stayed", positive="yes"
    )
    asked = Experiment("own_files", ("scratch", "fine_tune"), settings, labels=(20,), seeds=1)
    experiment = store.submit(plan(asked))
    for _run in range(2):
        truth = np.arange(50) % 5 > 0
        event = np.where(truth, 0.9, 0.2)
        columns = {"part": "test", "row": np.arange(50), "truth": truth.astype(int), "p0": 1 - event, "p1": event}
        store.save_predictions(shelves.carried_out(store), pd.DataFrame(columns))
    app = opened("compare/imbalance.py", experiment=experiment)
    assert "It says stayed = no in 20 % of cases; it is true in 20 %." in said(app)
    (calibration,) = [table.value for table in app.dataframe if "brier" in table.value]
    assert calibration["error"].tolist() == pytest.approx([0.8 * 0.1 + 0.2 * 0.2] * 2)


@pytest.mark.parametrize(
    ("scenario", "told", "untold"),
    [
        ("digits", "do not rely on it", "Nothing is estimated"),
        ("intents", "Nothing is estimated", "do not rely on it"),
        ("b2b_value", "Both in one picture", "How common each class is"),
    ],
)
def test_the_domain_gap_says_how_common_each_class_is_where_the_answer_is_one(scenario, told, untold):
    text = said(opened("prepare/domain_gap.py", scenario=scenario))
    assert told in text
    assert untold not in text


def test_every_measure_of_the_gap_has_a_tile_with_a_name_and_a_line_of_explanation():
    app = opened("prepare/domain_gap.py", scenario="cold_start")
    assert len(app.metric) == len(SPLITS)
    assert all(tile.help for tile in app.metric)
    assert not {tile.label for tile in app.metric} & set(SPLITS)


def test_public_data_are_fetched_when_a_person_asks_and_not_by_looking(monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_MIRROR", "http://127.0.0.1:9")  # where nobody answers
    app = opened("prepare/data.py", scenario="mnist_usps")
    assert not app.exception
    assert not app.error
    (ask,) = [button for button in app.button if button.label == "Get the data"]
    ask.click().run()
    assert not app.exception
    (error,) = app.error
    assert "could not be downloaded" in error.value


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
