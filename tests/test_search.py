"""A search for better settings: the test labels stay out of it, it survives its driver, and what won is judged anew."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cache
from threading import Thread

import numpy as np
import optuna
import pandas as pd
import pytest
import shelves
from apps import opened, said
from frames import runs_of
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from toys import pictures, table

from tlcore import catalog, launch, search, sweep
from tlcore.charts import tuning as charts
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.launch import dry_runs
from tlcore.measure import tuned
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME
from tlcore.outcome import Outcome, State
from tlcore.plan import plan
from tlcore.search import driver, study
from tlcore.search.space import searchable, space
from tlcore.search.study import QUESTION
from tlcore.spec import Experiment, Training
from tlcore.store import Store
from tlcore.words import speaking

ASKED = Experiment(
    "cold_start", ("scratch",), {"source_size": 300}, labels=(40,), seeds=2, training=Training(epochs=2, least_steps=2)
)


@cache
def wanted(trials: int = 3, **changes) -> study.Search:
    return study.search(replace(ASKED, **changes), "scratch", ["lr"], trials, fresh=3)


def made_up(test=lambda seed, lr: 0.5, valid_at_first=0.5):
    """Carries a trial out without training: the further the learning rate from its default, the higher its score."""

    def carry_out(store: Store, _experiment: str) -> None:
        for _run in range(store.waiting()):
            key = shelves.begun(store)
            spec = store.spec(key)
            lr, metric = spec.knobs["lr"], spec.metric
            valid = valid_at_first + 0.05 * abs(np.log10(lr / wanted().settings["lr"])) + 0.001 * spec.seed
            outcome = Outcome(State.DONE, {metric: test(spec.seed, lr)}, {metric: valid}, "", 1.0, 2, "CPU")
            store.finish(key, outcome)

    return carry_out


# Where to look.


def test_a_knob_is_searched_over_its_declared_range_by_ratio_where_that_spans_decades():
    settings = catalog.strategy("discriminative_rates").knobs
    found = space("discriminative_rates", searchable("discriminative_rates"), settings, table())
    assert found["lr"] == FloatDistribution(1e-6, 1.0, log=True)
    assert found["decay"] == FloatDistribution(0.0, 1.0) or not found["decay"].log
    assert isinstance(found["imbalance"], CategoricalDistribution)
    depth = space("gradual_unfreezing", searchable("gradual_unfreezing"),
                  catalog.strategy("gradual_unfreezing").knobs, table())  # fmt: skip
    assert all(not isinstance(one, IntDistribution) or one.low >= 0 for one in depth.values())


def test_a_choice_that_does_not_go_with_the_data_is_not_tried():
    settings = catalog.strategy("fine_tune").knobs
    assert "SMOTE" in space("fine_tune", ["imbalance"], settings, table())["imbalance"].choices
    assert "SMOTE" not in space("fine_tune", ["imbalance"], settings, pictures())["imbalance"].choices


@pytest.mark.parametrize("name", [name for name, offer in catalog.strategies().items() if offer.epochs])
def test_every_default_lies_within_what_is_searched(name):
    settings = catalog.strategy(name).knobs
    for knob, where in space(name, searchable(name), settings, table()).items():
        assert where._contains(where.to_internal_repr(settings[knob])), knob


@pytest.mark.parametrize(
    ("strategy", "over", "changes", "answer"),
    [
        ("scratch", ["rate"], {}, "No knob of scratch is called 'rate'."),
        ("scratch", [], {}, "No knob is searched"),
        ("logistic_regression", ["C"], {}, "learns from every label at once"),
        ("scrach", ["lr"], {}, "Did you mean 'scratch'?"),
        ("scratch", ["lr"], {"trials": 0}, "trials is 0"),
        ("scratch", ["lr"], {"fresh": 2}, "fresh is 2"),
        ("scratch", ["lr"], {"labels": (20, 40)}, "one label budget"),
        ("pretrained_fine_tune", ["lr"], {}, "does not apply here"),
    ],
)
def test_what_makes_no_search_is_answered_in_a_sentence(strategy, over, changes, answer):
    asked = replace(ASKED, labels=changes.get("labels", (40,)))
    with pytest.raises(Unusable) as refusal:
        study.search(asked, strategy, over, changes.get("trials", 4), changes.get("fresh", 3))
    assert answer in str(refusal.value)
    assert len(refusal.value.problems) == 1


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: study.search(ASKED, "scratch", [], 4), "没有要搜索的设置"),
        (lambda: study.search(ASKED, "scratch", ["rate"], 4), "scratch 的设置中没有“rate”。"),
        (lambda: study.search(replace(ASKED, labels=(2,)), "scratch", ["lr"], 4), "有一个标签预算是 2"),
        (lambda: study.search(ASKED, "pretrained_fine_tune", ["lr"], 4), "不适用于此处"),
        (lambda: sweep.sweep(ASKED, [sweep.Axis("label_noise", ())]), "label_noise 没有可变的取值"),
        (lambda: sweep.sweep(ASKED, [sweep.Axis("label_noise", (7.0,))]), "的值为 7.0；必须在 0.0 与"),
        (lambda: sweep.sweep(replace(ASKED, labels=(20, 40)), [sweep.Axis("label_noise", (0.1,))]), "一次扫描"),
    ],
)  # fmt: skip
def test_a_page_says_what_is_wrong_in_the_language_of_its_reader(ask, words):
    with speaking("zh_CN"), pytest.raises(Unusable) as refusal:
        ask()
    assert words in str(refusal.value)


# The driver.


def test_what_wins_is_judged_on_seeds_that_no_trial_has_seen(store):
    asked = wanted()
    study.begin(store, asked)

    def test(seed: int, lr: float) -> float:
        """On the seeds of the trials what wins looks ten points worse on test; on fresh ones it is as much better."""
        return 0.6 if lr == asked.settings["lr"] else 0.7 if seed >= 2 else 0.5

    driver.drive(store, asked.id, made_up(test))
    found = study.standing(store, asked.id)
    assert found.over
    assert list(found.trials["state"]) == ["complete"] * 3
    assert found.trials["lr"].iloc[0] == asked.settings["lr"], "the first tries the settings as they are"
    assert found.best_number == found.trials["value"].idxmax() > 0
    assert (found.final.pairs, found.final.verdict) == (3, HELPS)
    assert found.final.gain == pytest.approx(0.1)
    assert len(store.runs()) == 3 * 2 + 2 * 3, "what the trials have trained is not trained again"


def test_test_scores_never_touch_the_choice(tmp_path, monkeypatch):
    chosen = []
    for place, test in enumerate((lambda seed, lr: 0.9 * (lr > 0.01), lambda seed, lr: 1.0 - 0.9 * (lr > 0.01))):
        monkeypatch.setenv("TRANSFERLAB_HOME", str(tmp_path / str(place)))
        store = Store.open()
        number = study.begin(store, wanted())
        driver.drive(store, number, made_up(test))
        found = study.standing(store, number)
        chosen.append((list(found.trials["lr"]), list(found.trials["value"]), found.best))
        store.close()
    assert chosen[0] == chosen[1]


def test_a_process_that_is_killed_leaves_the_search_to_the_next(store):
    asked = wanted(1)
    code = """
import sys, time
from tlcore.search import driver
from tlcore.store import Store
driver.drive(Store.open(), sys.argv[1], lambda store, experiment: print(experiment, flush=True) or time.sleep(600))
"""
    words = [sys.executable, "-c", code, study.begin(store, asked)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        under_way = process.stdout.readline().strip()
        assert driver.driven(store, asked.id)
        process.kill()
    assert not driver.driven(store, asked.id)
    assert study.standing(store, asked.id).under_way == under_way
    driver.drive(store, asked.id, made_up())
    assert list(study.standing(store, asked.id).trials["state"]) == ["complete"]


def test_who_is_killed_while_beginning_leaves_no_search_and_can_begin_again(store, monkeypatch):
    asked, write = wanted(), optuna.Study.set_user_attr

    def killed(study: optuna.Study, key: str, value: object) -> None:
        if key == QUESTION:
            raise SystemExit
        write(study, key, value)

    with monkeypatch.context() as patch:
        patch.setattr(optuna.Study, "set_user_attr", killed)
        with pytest.raises(SystemExit):
            study.begin(store, asked)
    assert study.found(store) == {}
    with pytest.raises(Unusable, match="No search is called"):
        study.load(store, asked.id)
    _question, begun = study.load(store, study.begin(store, asked))
    assert len(begun.trials) == 1


def test_two_who_begin_at_once_ask_for_the_first_trial_once(store, monkeypatch):
    asked, enqueue, others = wanted(), optuna.Study.enqueue_trial, []

    def slow(study_of: optuna.Study, params: dict) -> None:
        if not others:
            others.append(Thread(target=study.begin, args=(store, asked)))
            others[0].start()
            others[0].join(1.0)  # it has looked for trials meanwhile, or waits
        enqueue(study_of, params)

    monkeypatch.setattr(optuna.Study, "enqueue_trial", slow)
    _question, begun = study.load(store, study.begin(store, asked))
    others[0].join()
    assert len(begun.trials) == 1


def test_an_interrupted_search_tries_what_an_undisturbed_one_would_have(store, tmp_path, monkeypatch):
    asked, calls = wanted(), []

    def killed(store: Store, experiment: str) -> None:
        calls.append(experiment)
        if len(calls) == 2:
            shelves.carried_out(store)
            raise SystemExit
        made_up()(store, experiment)

    study.begin(store, asked)
    with pytest.raises(SystemExit):
        driver.drive(store, asked.id, killed)
    assert list(study.standing(store, asked.id).trials["state"]) == ["complete", "running"]
    driver.drive(store, asked.id, made_up())
    resumed = study.standing(store, asked.id)
    assert len(resumed.trials) == 3
    assert len(set(store.runs()["run"])) == len(store.runs())
    monkeypatch.setenv("TRANSFERLAB_HOME", str(tmp_path / "undisturbed"))
    other = Store.open()
    driver.drive(other, study.begin(other, asked), made_up())
    assert list(study.standing(other, asked.id).trials["lr"]) == list(resumed.trials["lr"])
    other.close()


def test_a_stopped_search_tries_no_further_and_can_go_on(store):
    asked, calls = wanted(), []

    def stopping(store: Store, experiment: str) -> None:
        calls.append(experiment)
        made_up()(store, experiment) if len(calls) < 2 else driver.stop(store, asked.id)

    driver.drive(store, study.begin(store, asked), stopping)
    found = study.standing(store, asked.id)
    assert (found.stopped, found.over) == (True, False)
    assert set(store.runs(calls[-1])["state"]) == {"cancelled"}
    assert "Stopped after 1 of 3 trials." in charts.answer(found).headline
    driver.drive(store, study.begin(store, asked), made_up())
    assert study.standing(store, asked.id).over


def test_a_search_that_is_stopped_while_what_won_is_judged_can_go_on(store, finished, started):
    asked, calls = wanted(), []

    def stopping(store: Store, experiment: str) -> None:
        calls.append(experiment)
        made_up()(store, experiment) if len(calls) <= asked.trials else driver.stop(store, asked.id)

    driver.drive(store, study.begin(store, asked), stopping)
    found = study.standing(store, asked.id)
    assert (found.tried, found.stopped, found.over, found.final) == (True, True, False, None)
    assert len(calls) == asked.trials + 1, "the second of both is not begun"
    assert store.waiting() == 0
    page = opened("compare/what_if.py", part="settings")
    assert "Stopped before what won was judged." in said(page)
    page.button(key="resume_search").click().run()
    assert started == [asked.id] * 2, "by the button, and by the page that shows it under way"
    driver.drive(store, asked.id, made_up())
    assert study.standing(store, asked.id).over


def test_runs_of_the_last_comparison_that_somebody_cancelled_stop_the_search(store):
    asked, calls = wanted(), []

    def cancelling(store: Store, experiment: str) -> None:
        calls.append(experiment)
        made_up()(store, experiment) if len(calls) <= asked.trials else store.stop_all(experiment, "cancel")

    driver.drive(store, study.begin(store, asked), cancelling)
    found = study.standing(store, asked.id)
    assert (found.stopped, found.over) == (True, False)


def test_a_stop_while_a_search_is_starting_holds(store, monkeypatch):
    words: list[str] = []
    monkeypatch.setattr(driver, "spawn", lambda store, given, log: words.extend(given))
    monkeypatch.setattr(launch, "start", lambda store: pytest.fail("it goes on"))
    number = study.begin(store, wanted())
    driver.start(store, number)
    driver.stop(store, number)
    monkeypatch.setattr(sys, "argv", words[1:])
    monkeypatch.delitem(sys.modules, words[1])  # as in the process that is started
    with suppress(SystemExit):
        runpy.run_module(words[1], run_name="__main__")
    assert study.standing(store, number).stopped
    assert store.experiments().empty


def test_two_never_drive_one_search(store):
    number = study.begin(store, wanted(1))

    def second(store: Store, experiment: str) -> None:
        assert driver.driven(store, number)
        with pytest.raises(Unusable, match="already"):
            driver.drive(store, number, made_up())
        made_up()(store, experiment)

    driver.drive(store, number, second)
    assert not driver.driven(store, number)


def test_trials_without_a_score_end_and_the_search_says_so(store):
    def failing(store: Store, _experiment: str) -> None:
        for _run in range(store.waiting()):
            store.finish(shelves.begun(store), Outcome(State.CANCELLED))

    number = study.begin(store, wanted(3))
    driver.drive(store, number, failing)
    found = study.standing(store, number)
    assert list(found.trials["state"]) == ["fail"] * 3
    assert "No trial" in charts.answer(found).headline or "no trial" in charts.answer(found).headline


def test_a_small_search_trains_for_real_and_the_store_is_as_it_was(store, capsys):
    asked = study.search(ASKED, "scratch", ["lr", "imbalance"], 2, fresh=3)
    driver.drive(store, study.begin(store, asked), launch.here)
    found = study.standing(store, asked.id)
    assert found.over
    assert found.trials["value"].between(0, 1).all()
    assert found.trials["imbalance"].isin(found.search.space()["imbalance"].choices).all()
    assert study.importances(store, asked.id) is None, "two trials tell nothing about knobs"
    again = Store.open()  # its schema is still its own
    assert len(again.runs()) >= 4
    again.close()
    assert search.cost(asked, store).runs == 2 * 2 + 2 * 3


# What it is worth.


def test_a_trial_is_worth_its_mean_validation_score_turned_so_that_more_is_better():
    runs = pd.DataFrame({"state": ["done"] * 3, "valid_score": [0.2, 0.4, np.nan], "test_score": [9.0, 9.0, 9.0]})
    assert tuned.value(runs, "roc_auc") == pytest.approx((0.3, 0.1))
    assert tuned.value(runs, "rmse")[0] == pytest.approx(-0.3)
    assert np.isnan(tuned.value(runs.assign(state=["done", "failed", "done"]), "roc_auc")[0])
    assert np.isnan(tuned.value(runs.assign(valid_score=[0.2, np.nan, np.nan]), "roc_auc")[0])


@pytest.mark.parametrize(
    ("gain", "noise", "verdict"), [(0.1, 0.01, HELPS), (-0.1, 0.01, HURTS), (0.0, 0.0005, SAME), (0.02, 0.1, OPEN)]
)
def test_the_last_comparison_is_paired_and_as_sure_as_its_interval(gain, noise, verdict):
    own = runs_of({"scratch": 0.7}, seeds=8, noise=0.05)
    won = own.assign(test_score=own["test_score"] + gain + np.random.default_rng(1).normal(0, noise, 8))
    found = tuned.compared(own, won, 3, "accuracy", 0.01)
    assert (found.verdict, found.pairs) == (verdict, 5)
    difference = (won["test_score"] - own["test_score"]).to_numpy()[3:]
    assert found.gain == pytest.approx(difference.mean())
    assert found.high - found.gain == pytest.approx(2.776445 * difference.std(ddof=1) / np.sqrt(5))


def test_an_answer_that_is_no_or_nothing_is_said_out_loud():
    trials = pd.DataFrame({"number": range(3), "state": "complete", "value": [0.5, 0.6, 0.7], "error": 0.01,
                           "lr": [0.003, 0.01, 0.1]})  # fmt: skip
    final = tuned.Compared(0.1, 0.05, 0.15, HELPS, 3, 0.6, 0.7, "roc_auc", 0.01)
    found = study.Standing(wanted(), trials, False, {"lr": 0.1}, 2, final, None)
    told = {
        verdict: charts.answer(replace(found, final=found.final._replace(verdict=verdict))).headline
        for verdict in (HELPS, HURTS, SAME, OPEN)
    }
    assert told[HELPS].startswith("Yes: ")
    assert "worse" in told[HURTS]
    assert "No practical difference" in told[SAME]
    assert "Not enough evidence" in told[OPEN]
    kept = charts.answer(replace(found, best_number=0, final=None))
    assert kept.headline.startswith("Keep the settings")
    charts.progress(found).to_dict()


# The command and the page.


@pytest.mark.parametrize(("metric", "valid", "best_first"), [("mae", 2.0001, True), ("r2", -0.9001, False)])
def test_the_command_tells_errors_and_negative_scores_as_they_are_and_the_best_first(
    metric, valid, best_first, store, capsys, monkeypatch
):
    """The further the learning rate from its default the higher the score: for an error, the first trial is best."""
    monkeypatch.setattr(driver, "_queued", made_up(valid_at_first=valid))
    value = replace(ASKED, scenario="b2b_value", settings={}, metric=metric)
    number = study.begin(store, study.search(value, "scratch", ["lr"], 3, fresh=3))
    assert main(["search", "--resume", number]) == 0
    told = capsys.readouterr()
    assert f"{metric} {valid + 0.0005:.3f} on validation" in told.err
    order = [line.split()[0] for line in told.out.splitlines() if line.rstrip().endswith("complete")]
    assert len(order) == 3
    assert (order[0] == "1") == best_first


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["cold_start"], "No knob is searched"),
        (["cold_start", "--over", "lr", "--trials", "0"], "trials is 0"),
        (["cold_start", "--over", "rate"], "No knob of fine_tune is called 'rate'."),
        (["--resume", "nobody"], "No search is called 'nobody'"),
    ],
)
def test_what_cannot_be_searched_is_answered(words, answer, capsys, store):
    assert main(["search", *words]) == 2
    assert answer in capsys.readouterr().err
    assert store.experiments().empty


def test_a_dry_run_says_what_it_would_cost_and_starts_nothing(store, capsys):
    assert main(["search", "cold_start", "--over", "lr", "--trials", "5", "--seeds", "3", "--dry-run"]) == 0
    assert "at most 25 runs" in capsys.readouterr().err
    assert study.found(store) == {}


def test_two_measured_steps_say_what_a_search_takes_where_no_run_does(store):
    asked, told = wanted(), []
    file = dry_runs._file(store, plan(asked.experiment))
    file.parent.mkdir(parents=True)
    for seconds in (1.0, 10.0):
        file.write_text(json.dumps({"seconds": seconds, "memory": 1e9, "weights": 1e6, "total": None}))
        told.append(search.cost(asked, store).seconds)
    assert told[1] > 5 * told[0]


pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def finished(store):
    """An experiment that is over, to ask further about."""
    store.submit(plan(replace(ASKED, strategies=("logistic_regression", "scratch"))))
    for _run in range(4):
        shelves.carried_out(store, score=0.5)  # the first trial will find these runs of its own


@pytest.fixture
def started(monkeypatch):
    """The searches that the page has somebody carry out."""
    numbers: list[str] = []
    monkeypatch.setattr(driver, "start", lambda store, number: numbers.append(number))
    return numbers


def test_the_page_says_what_a_search_costs_and_begins_it(store, finished, started):
    app = opened("compare/what_if.py", part="settings", **{"over.scratch": "lr"})
    assert "At most **70** runs" in said(app)
    app.slider(key="search_trials").set_value(2).run()
    app.button(key="start_search").click().run()
    assert not app.exception
    ((number, asked),) = study.found(store).items()
    assert (asked.strategy, asked.over, asked.trials) == ("scratch", ("lr",), 2)
    assert set(started) == {number}
    assert "0 of 2 trials have ended." in said(app)
    driver.drive(store, number, made_up())
    app.run()
    assert "stop_search" not in {button.key for button in app.button}
    assert any("scratch.lr=" in link.proto.query_string for link in app.get("page_link")) or "settings" in said(app)


def test_a_search_that_is_over_shows_its_answer_on_the_page(store, finished, started):
    number = study.begin(store, wanted(2))
    driver.drive(store, number, made_up(lambda seed, lr: 0.5 + 0.001 * seed))
    app = opened("compare/what_if.py", part="settings")
    assert "No practical difference" in said(app)
    assert started == [], "nobody is started for what is over"


def test_what_can_not_be_searched_is_said_in_place(store, started):
    store.submit(plan(replace(ASKED, strategies=("logistic_regression", "pooled_boosting"))))
    assert "no settings to search" in said(opened("compare/what_if.py", part="settings"))
