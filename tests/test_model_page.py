"""The Model page proposes what to take away, makes it, and answers with it."""

from __future__ import annotations

import signal
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import toys
from apps import opened, said
from filelock import FileLock
from frames import runs_of
from sqlalchemy import update

from pages.parts import asked, model_choice, model_try, taken
from tlcore import launch, plan
from tlcore.errors import Unusable
from tlcore.export import examples, load
from tlcore.exporter import export
from tlcore.launch import models
from tlcore.measure.gain import summarise
from tlcore.scenarios import own_files
from tlcore.spec import Experiment
from tlcore.store import Store, home
from tlcore.store.schema import runs as stored_runs
from tlcore.words import speaking


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The home of an experiment on a person's own table, two of its models taken away."""
    tmp_path, place = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSFERLAB_HOME", str(place))
        patch.setattr(examples, "ASKED", 3)
        yield place, *_made(tmp_path)
        if process := asked._answerer(str(place)).process:
            process.kill()
        asked._answerer.clear()


@pytest.fixture
def finished(made, monkeypatch):
    place, experiment, runs = made
    monkeypatch.setenv("TRANSFERLAB_HOME", str(place))
    return experiment, runs


def _made(tmp_path):
    situation, given = toys.table(n_source=200, n_target=120), {"label": "answer"}
    for role in ("source", "target", "test"):
        part = getattr(situation, role)
        given[role] = str(tmp_path / f"{role}.csv")
        part.inputs.assign(answer=part.labels).to_csv(given[role], index=False)
    strategies = ("logistic_regression", "pooled_regression", "gradient_boosting")
    store = Store.open()
    experiment = store.submit(
        plan.plan(Experiment("own_files", strategies, own_files.settings(**given), seeds=3, labels=(40,), device="cpu"))
    )
    launch.here(store, experiment)
    runs = store.runs(experiment)
    (taken.folder("x").parent).mkdir(parents=True)
    for strategy in strategies[:2]:
        run = model_choice.run_of(runs, strategy)["run"]
        export(store, run, taken.folder(run))
    return experiment, runs


def test_the_page_answers_with_two_models_side_by_side(finished):
    experiment, runs = finished
    app = opened("share/model.py", experiment=experiment, take="pooled_regression", beside="logistic_regression")
    text = said(app)
    assert "How do I take it away?" in text
    assert "Checked: it answers all 400 test cases as its run did." in text
    assert not app.error
    for strategy in ("pooled_regression", "logistic_regression"):
        run = model_choice.run_of(runs, strategy)["run"]
        told = asked.ask(run, test=0)
        first = load(taken.folder(run)).predict(pd.read_csv(load_test(runs)).head(1)).iloc[0]
        assert told["answers"][0]["probability of yes"] == pytest.approx(first["probability of yes"])
        assert f"### {first['predicted']}" in text
        assert len(told["near"]) == asked.NEAR
        assert all(0 <= near["place"] < 40 for near in told["near"])
    app.number_input(key=f"cell {experiment} age 0").set_value(9.0).run()
    assert not app.exception
    assert not app.error
    seen = []
    for _ in range(4):
        app.query_params["case"] = "1"
        (another,) = [button for button in app.button if button.label == "Another test case"]
        another.click().run()
        seen.append("".join(app.query_params["case"]))
    assert "1" not in seen
    assert len(set(seen)) > 1


def load_test(runs: pd.DataFrame) -> str:
    return Store.open().spec(runs["run"].iloc[0]).settings["test"]


def test_the_nearest_labelled_example_of_a_labelled_example_is_itself(finished):
    from tlcore.export.answering import Neighbours, _hand

    _experiment, runs = finished
    run = model_choice.run_of(runs, "pooled_regression")["run"]
    hand = _hand(run)
    near = Neighbours(load(taken.folder(run)), hand)
    for place in (0, 7):
        found = near.of(hand.train.take(np.array([place])), 3)
        assert found[0] == {"place": place, "distance": 0.0}
        assert 0 < found[1]["distance"] <= found[2]["distance"]


def test_what_cannot_be_answered_is_said_and_the_process_goes_on(finished, tmp_path):
    _experiment, runs = finished
    run = model_choice.run_of(runs, "pooled_regression")["run"]
    (tmp_path / "short.csv").write_text("age,income\n1,2\n3,4\n")
    with pytest.raises(Unusable) as refused:
        asked.ask(run, file=str(tmp_path / "short.csv"))
    assert len(refused.value.problems) == 3
    assert len(asked.ask(run, file=load_test(runs))["answers"]) == 400


def test_what_answers_opens_the_store_of_the_pages_also_where_that_is_named_from_here(finished, tmp_path, monkeypatch):
    _experiment, runs = finished
    run = model_choice.run_of(runs, "pooled_regression")["run"]
    (tmp_path / "linked").symlink_to(home())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRANSFERLAB_HOME", "linked")  # relative: another folder for a process that stands elsewhere
    try:
        assert len(asked.ask(run, test=0)["answers"]) == 1
    finally:
        asked._answerer(str(home())).process.kill()


def test_a_question_that_goes_wrong_does_not_end_the_process(finished):
    _experiment, runs = finished
    run = model_choice.run_of(runs, "pooled_regression")["run"]
    with pytest.raises(Unusable, match="could not answer this"):
        asked.ask(run, test=100_000)
    assert "IndexError" in (home() / asked.LOG).read_text()
    assert len(asked.ask(run, test=0)["answers"]) == 1


def test_a_model_that_hangs_is_given_up_and_the_next_question_gets_a_new_process(finished, monkeypatch):
    _experiment, runs = finished
    run = model_choice.run_of(runs, "pooled_regression")["run"]
    asked.ask(run, test=0)
    answerer = asked._answerer(str(home()))
    hung = answerer.process
    hung.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(asked, "LIMIT", 0.5)
    with pytest.raises(Unusable, match="no answer within"):
        asked.ask(run, test=0)
    assert hung.poll() is not None
    monkeypatch.setattr(asked, "LIMIT", 100)
    assert len(asked.ask(run, test=0)["answers"]) == 1


def offered(experiment: str) -> bool:
    """Whether the page offers to make the model; it shows one exactly where it does not."""
    app = opened("share/model.py", experiment=experiment, take="pooled_regression")
    offers = [button.label for button in app.button].count("Make the model") == 1
    assert offers != ("Checked: it answers" in said(app))
    return offers


def test_a_model_of_an_earlier_attempt_or_with_a_card_of_another_comparison_is_none(finished):
    experiment, runs = finished
    store, asked_for = Store.open(), Store.open().experiment(experiment).experiment
    run = model_choice.run_of(runs, "pooled_regression")["run"]
    assert not offered(experiment)

    def ended(key: str, **values: object) -> None:
        with store.writing.begin() as connection:
            changed = {"version": stored_runs.c.version + 1, **values}
            connection.execute(update(stored_runs).where(stored_runs.c.key == key).values(changed))

    row = runs.set_index("run").loc[run]
    ended(run, finished=row["finished"].timestamp() + 60)  # it was stopped then, and trained to its end now
    assert offered(experiment)
    ended(run, finished=row["finished"].timestamp())
    assert not offered(experiment)
    other = runs[runs["strategy"] == "logistic_regression"]["run"].iloc[-1]
    ended(other, state="running")  # the card would tell of fewer seeds than have finished by now
    assert offered(experiment)
    ended(other, state="done")
    assert not offered(experiment)
    shares = store.submit(plan.plan(replace(asked_for, strategies=("pooled_regression",), name="Another")))
    assert run in set(store.runs(shares)["run"])
    assert offered(shares)


def test_a_model_that_is_being_made_is_not_begun_again_whoever_began_it(finished, monkeypatch):
    experiment, runs = finished
    run = runs[runs["strategy"] == "gradient_boosting"]["run"].iloc[0]
    begun: list[list[str]] = []
    monkeypatch.setattr(models, "spawn", lambda _store, words, *_: begun.append(words))
    with FileLock(taken.folder(run).with_suffix(".lock")):  # by a process of an earlier server
        models.tell(taken.folder(run), step="Rebuilding the model ...")
        assert taken.making(run)
        taken.make(experiment, run)
        assert begun == []
        app = opened("share/model.py", experiment=experiment, take="gradient_boosting", beside="logistic_regression")
        shown = model_choice.run_of(runs, "gradient_boosting")["run"]
        assert ("Rebuilding the model ..." in said(app)) == (shown == run)
        assert taken.problems(run) == []
    assert not taken.making(run)
    assert taken.problems(run) == ["The process ended without a word."]
    taken.make(experiment, run)
    assert begun == [[*models.WORDS, run]]


def _ended(run: str) -> None:
    until = time.monotonic() + 120
    while taken.making(run):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_who_makes_a_model_removes_what_a_killed_one_left_and_leaves_nothing_but_the_model(finished):
    experiment, runs = finished
    run = runs[runs["strategy"] == "gradient_boosting"]["run"].iloc[1]
    (taken.folder(run).parent / f".{run}.abcd1234").mkdir()
    (taken.folder(run).parent / f".{run}.abcd1234" / "network.onnx").write_text("half")
    taken.make(experiment, run)
    _ended(run)
    assert taken.problems(run) == []
    assert load(taken.folder(run)).record["of"]["experiment"] == experiment
    left = {file.name for file in taken.folder(run).parent.glob(f"*{run}*")}
    assert left - {f"{run}.lock"} == {run}


def test_every_problem_is_told_in_the_language_of_who_asked(finished):
    experiment, runs = finished
    run = runs[runs["strategy"] == "gradient_boosting"]["run"].iloc[2]
    taken.folder(run).mkdir()
    (taken.folder(run) / "letter.txt").write_text("dear")
    with speaking("zh_CN"):
        taken.make(experiment, run)
        _ended(run)
        (problem,) = taken.problems(run)
    assert "中有其他文件" in problem
    models.tell(taken.folder(run), problems=["The first.", "The second."])
    assert taken.problems(run) == ["The first.", "The second."]


def test_a_table_of_answers_has_headings_a_person_reads():
    answers = pd.DataFrame({"predicted": ["yes"], "probability of yes": [0.7]})
    assert model_try._headings(answers) == {"predicted": "Answer", "probability of yes": "Probability of yes"}
    with speaking("zh_CN"):
        assert list(model_try._headings(answers).values()) == ["答案", "“yes”的概率"]


def test_the_seed_is_the_middle_one_by_validation_and_never_chosen_by_test():
    runs = pd.DataFrame(
        {"strategy": "dann", "run": ["a", "b", "c"], "seed": [0, 1, 2], "valid_score": [0.9, 0.5, 0.7],
         "test_score": [0.1, 0.9, 0.2]}
    )  # fmt: skip
    assert model_choice.run_of(runs, "dann")["run"] == "c"
    assert model_choice.run_of(runs.assign(test_score=0.0), "dann")["run"] == "c"
    assert model_choice.run_of(runs.assign(valid_score=np.nan), "dann")["seed"] == 0


def test_without_a_model_to_hold_it_against_none_is_called_the_one_without_transfer():
    runs = runs_of({"fine_tune": 0.8}, seeds=3)
    told = model_choice.answer(summarise(runs), model_choice.proposed(summarise(runs)))
    assert "Fine-tuning" in told.headline
    assert "Without transfer" not in told.headline
    assert "no model without transfer" in told.sentences[0]
    few = summarise(runs_of({"fine_tune": 0.8, "scratch": 0.7}, seeds=2))
    assert "Without transfer, take" in model_choice.answer(few, model_choice.proposed(few)).headline


def test_an_example_says_that_it_has_no_model_yet_and_how_to_get_one(example):
    app = opened("share/model.py", experiment=example("cold_start"))
    assert "Examples ship without models" in said(app)
    assert [button.label for button in app.button].count("Make the model") == 1
    assert not app.subheader
