"""Every page opens through the frame, in every language, with an empty and with a filled store, without torch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shelves
import streamlit as st
from apps import PAGES, ROOT, opened, said

from pages.parts import menu, reads, show
from tlcore import catalog
from tlcore.measure.gap import SPLITS
from tlcore.measure.relevance import OF_ANSWERS, OF_CLASSES
from tlcore.outcome import Epoch, Failure, Note, Outcome, State
from tlcore.plan import plan
from tlcore.scenarios import own_files
from tlcore.spec import Experiment, Training
from tlcore.store import Store

STRATEGIES = ("logistic_regression", "scratch", "fine_tune")

pytestmark = pytest.mark.usefixtures("quiet")


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


def test_the_verdict_says_how_the_advice_fared_as_kept_or_as_it_would_have_been_given(store, finished, monkeypatch):
    told = "Recommended before training: Pooled (gradient boosting). Nothing that was recommended has been run."
    assert told in said(opened("compare/verdict.py", experiment=finished))
    kept = store.experiment(finished)
    without = replace(kept, facts={name: value for name, value in kept.facts.items() if name != "advice"})
    monkeypatch.setattr(Store, "experiment", lambda self, name: without)
    assert told in said(opened("compare/verdict.py", experiment=finished))
    gone = replace(without, experiment=replace(kept.experiment, settings={"world": -1}))
    monkeypatch.setattr(Store, "experiment", lambda self, name: gone)
    st.cache_data.clear()
    assert "before training" not in said(opened("compare/verdict.py", experiment=finished))


def test_what_one_page_writes_into_a_frame_no_other_reads(finished):
    mine = reads.runs(finished)
    mine["state"], mine.loc[:, "seed"] = "mine", -1
    again = reads.runs(finished)
    assert set(again["state"]) == {"done"}
    assert (again["seed"] >= 0).all()


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


def test_the_verdict_says_how_many_runs_were_cancelled_and_its_figures_add_up(store):
    experiment = submitted(store, seeds=4)
    for _run in range(len(store.runs(experiment))):
        key = shelves.begun(store)
        spec = store.spec(key)
        if (spec.strategy, spec.seed) == ("fine_tune", 3):
            store.finish(key, Outcome(State.CANCELLED))
            continue
        lucky = (spec.strategy, spec.seed) == ("logistic_regression", 3)
        score = 0.95 if lucky else {"logistic_regression": 0.7, "fine_tune": 0.8}.get(spec.strategy, 0.75)
        store.finish(key, shelves.done(score + 0.001 * spec.seed))
    app = opened("compare/verdict.py", experiment=experiment)
    shown = {tile.label: tile.value for tile in app.metric}
    assert "1 run was cancelled; the rest is compared." in said(app)
    gain = float(shown["With transfer"]) - float(shown["Best without transfer"])
    assert shown["Gain"] == f"{100 * gain:+.1f} points"


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
    measures = [*SPLITS, *OF_ANSWERS, *OF_CLASSES]
    assert len(app.metric) == len(measures)
    assert all(tile.help for tile in app.metric)
    assert not {tile.label for tile in app.metric} & set(measures)
    assert "Yes: what a model of the source answers on 100 labelled cases" in said(app)


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
