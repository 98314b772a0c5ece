"""Every page opens through the frame, in every language, with an empty and with a filled store, without torch."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shelves
from streamlit.testing.v1 import AppTest

from pages.parts import again, menu, reads, show, uploads
from tlcore import launch
from tlcore.outcome import Failure, Outcome, State
from tlcore.plan import plan
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
    app.checkbox(key="use.dann").uncheck().run()
    app.number_input(key="fine_tune.lr").set_value(0.002).run()
    app.button(key="start").click().run()
    asked = store.experiment(store.experiments()["id"].iloc[0]).experiment
    assert (asked.scenario, asked.seeds, asked.training) == ("digits", 3, PRESETS["quick"])
    assert "dann" not in asked.strategies
    assert {"frequency_table", "logistic_regression", "gradient_boosting", "scratch"} < set(asked.strategies)
    assert asked.knobs["fine_tune"] == {"lr": 0.002}


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
    (costs,) = opened("compare/convergence.py", experiment=experiment).dataframe
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
