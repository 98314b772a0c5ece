"""The same again: everything trained anew, what differs from then in plain sentences, each run beside its repeat."""

from __future__ import annotations

import json
import platform
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shelves
import toys
from apps import opened, said
from evidence import evidence
from sqlalchemy import update

from tlcore import again, launch, sweep
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.measure import rerun
from tlcore.outcome import Failure, Outcome, State
from tlcore.plan import plan
from tlcore.scenarios import own_files
from tlcore.search import study
from tlcore.spec import Experiment, RunSpec, Training
from tlcore.store import facts
from tlcore.store.schema import experiments, runs
from tlcore.sweep import Axis

SHORT = Training(epochs=1, least_steps=2)
COLD = Experiment("cold_start", ("frequency_table", "fine_tune"), labels=(40,), seeds=2, training=SHORT, device="cpu")


@pytest.fixture
def trained(store):
    """An experiment that was really carried out, and its id."""
    experiment = store.submit(plan(replace(COLD, seeds=1)))
    launch.here(store, experiment)
    assert set(store.runs(experiment)["state"]) == {"done"}
    return experiment


@pytest.fixture
def carried(store):
    """An experiment whose runs ended without training, and its id."""
    experiment = store.submit(plan(COLD))
    for score in (0.70, 0.71, 0.72, 0.73):
        shelves.carried_out(store, score=score)
    with store.writing.begin() as connection:
        connection.execute(update(runs).values(device=f"CPU ({platform.machine()})"))
    return experiment


def pair(tmp_path, rows=(120, 90)):
    for seed, (name, n) in enumerate(zip(("old", "new"), rows, strict=True)):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({"age": rng.normal(40, 10, n).round(1), "spend": rng.gamma(2, 50, n).round(2)})
        frame.assign(churn=np.where(frame["age"] > 40, "yes", "no")).to_csv(tmp_path / f"{name}.csv", index=False)
    return own_files.settings(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="churn")


def recorded_otherwise(store, experiment, **changes):
    """As if other facts had been taken down when the experiment was submitted."""
    known = store.experiment(experiment).facts
    with store.writing.begin() as connection:
        changed = {**known, **{name: {**known[name], **values} for name, values in changes.items()}}
        connection.execute(update(experiments).where(experiments.c.id == experiment).values(facts=changed))


# Trained anew.


def test_every_run_is_trained_anew_the_source_included_and_comes_out_identical(store, trained, home):
    repeat = again.planned(store, trained)
    assert repeat.differs == []
    identity = store.submit(repeat.plan)
    assert identity != trained
    assert set(store.runs(identity)["state"]) == {"queued"}, "nothing finished is reused"
    launch.here(store, identity)
    shelved = {path.name for path in (home / "shelf").glob("*.safetensors")}
    assert shelved == {path.name for path in (home / "shelf" / f"{trained}.1").glob("*.safetensors")} != set()
    assert not store.epochs(store.runs(identity)["run"])["replayed"].all()
    rows = rerun.beside(store.runs(trained), store.runs(identity), COLD.margin)
    assert set(rows["outcome"]) == {rerun.IDENTICAL}
    assert rerun.answer(rows) == "All 2 runs came out identical, to the digit."
    assert rerun.verdicts(store.runs(trained), store.runs(identity), COLD.margin).empty
    for one, other in zip(store.runs(trained)["run"], store.runs(identity)["run"], strict=True):
        pd.testing.assert_frame_equal(store.predictions(one), store.predictions(other))


def test_a_repeat_has_the_settings_its_runs_had_whatever_the_defaults_are_today(store, carried):
    key = store.runs(carried)["run"].iloc[1]
    spec = store.spec(key)
    other = {**spec.to_dict(), "knobs": {**spec.knobs, "lr": 0.0123}}
    with store.writing.begin() as connection:
        connection.execute(update(runs).where(runs.c.key == key).values(spec=other))
    specs = again.planned(store, carried).plan.runs
    assert specs[1].knobs["lr"] == 0.0123
    assert [replace(one, again="") for one in specs] == store.specs(carried)


def test_a_repeat_that_has_not_ended_is_carried_on_and_the_next_one_is_another(store, carried):
    first = store.submit(again.planned(store, carried).plan)
    assert store.submit(again.planned(store, carried).plan) == first, "a second click starts nothing more"
    for _ in range(4):
        shelves.carried_out(store)
    second = store.submit(again.planned(store, first).plan)
    with store.writing.begin() as connection:
        connection.execute(update(runs).values(state="failed").where(runs.c.key.in_(store.runs(second)["run"][:1])))
        connection.execute(update(runs).values(state="stopped").where(runs.c.key.in_(store.runs(second)["run"][1:])))
    third = store.submit(again.planned(store, first).plan)
    assert again.repeats(store.experiments(), carried) == [first, second, third], "what failed or was stopped is over"
    assert again.original(store, second).id == carried, "a repeat of a repeat repeats the original"
    assert again.original(store, carried) is None
    assert len(set(store.runs(carried)["run"]) | set(store.runs(first)["run"]) | set(store.runs(second)["run"])) == 12


def test_an_example_is_done_again_as_it_was_shipped(store, example):
    shipped = example("cold_start")
    repeat = again.planned(store, shipped)
    bare = [run.split(".")[0] for run in store.runs(shipped)["run"]]
    assert [replace(spec, again="").key for spec in repeat.plan.runs] == bare
    assert store.runs(store.submit(repeat.plan))["state"].eq("queued").all()


def test_a_repeat_says_so_in_its_file_and_nothing_else_does():
    assert "again" not in COLD.to_yaml()
    marked = replace(COLD, again="a1b2.1")
    assert Experiment.from_yaml(marked.to_yaml()) == marked
    (spec, *_) = marked.runs(backbone="mlp", metric="roc_auc")
    assert RunSpec.from_dict(spec.to_dict()) == spec


# What differs from then.


def test_a_changed_file_is_named_with_its_rows_then_and_now(store, tmp_path):
    asked = Experiment(
        "own_files", ("frequency_table", "scratch"), pair(tmp_path), labels=(20,), seeds=1, training=SHORT
    )
    experiment = store.submit(plan(asked))
    assert again.planned(store, experiment).differs == []
    pair(tmp_path, rows=(120, 98))
    repeat = again.planned(store, experiment)
    assert repeat.differs == [
        "The target (new.csv) has changed: 45 examples then, 49 now.",
        "The test set has changed: 45 examples then, 49 now.",
    ]
    identity = store.submit(repeat.plan)
    launch.here(store, identity)
    assert set(store.runs(identity)["state"]) == {"done"}, "what the file holds today is what is learnt from"
    assert again.differed(store, store.experiment(identity))[:2] == repeat.differs


def test_other_content_of_the_same_length_is_noticed(store, tmp_path):
    asked = Experiment(
        "own_files", ("frequency_table", "scratch"), pair(tmp_path), labels=(20,), seeds=1, training=SHORT
    )
    experiment = store.submit(plan(asked))
    frame = pd.read_csv(tmp_path / "old.csv")
    frame.loc[3, "spend"] += 1
    frame.to_csv(tmp_path / "old.csv", index=False)
    told = again.planned(store, experiment).differs
    assert told == ["The source (old.csv) has changed: 120 examples as then, but not the same ones."]


def test_a_file_that_is_gone_is_one_sentence(store, tmp_path):
    asked = Experiment(
        "own_files", ("frequency_table", "scratch"), pair(tmp_path), labels=(20,), seeds=1, training=SHORT
    )
    experiment = store.submit(plan(asked))
    (tmp_path / "new.csv").unlink()
    with pytest.raises(Unusable, match=r"There is no file or folder .*new\.csv"):
        again.planned(store, experiment)


def test_versions_and_machine_of_then_are_named(store, carried):
    recorded_otherwise(store, carried, versions={"scikit-learn": "1.2.3"}, machine={"cores": 999})
    told = again.planned(store, carried).differs
    installed = facts.versions()["scikit-learn"]
    assert told[0] == f"scikit-learn 1.2.3 then, {installed} now."
    assert "999 cores then" in told[1]


def test_the_device_is_named_where_it_is_another():
    same = {"counts": {part: {"n": 1} for part in rerun.PARTS}, "digests": dict.fromkeys(rerun.PARTS, "a")}
    then, now = same | {"devices": ["NVIDIA H200"]}, same | {"devices": ["CPU (x86_64)"]}
    assert rerun.differing(then, now) == ["Trained on NVIDIA H200 then, on CPU (x86_64) now."]
    assert rerun.differing(then, then) == []
    del then["digests"]
    assert "not taken down then" in rerun.differing(then, now)[0]


@pytest.mark.parametrize("draw", [toys.table, toys.pictures, toys.messages, toys.calls])
def test_equal_examples_have_equal_digests_and_a_changed_one_another(draw):
    one, other = draw(), draw()
    assert facts.content(one.source) == facts.content(other.source) != facts.content(one.target)
    labels = one.source.labels.copy()
    labels[0] = labels[labels != labels[0]][0]
    assert facts.content(replace(one.source, labels=labels)) != facts.content(one.source)
    assert facts.content(one.source.take(np.arange(len(one.source))[::-1])) != facts.content(one.source)


# Each run beside its repeat.


def frame(scores, state="done", **further):
    """Runs of one strategy, a seed each."""
    told = {"strategy": "scratch", "labels": 40, "state": state, "metric": "roc_auc", "test_score": scores}
    tests = [{"roc_auc": score, "log_loss": float("nan")} for score in scores]
    return pd.DataFrame({**told, "seed": range(len(scores)), "test": tests, **further}).astype({"labels": object})


def test_the_noise_is_what_other_seeds_made_then():
    then, now = frame([0.70, 0.74, 0.78]), frame([0.70, 0.775, 0.85])
    rows = rerun.beside(then, now, 0.01)
    np.testing.assert_allclose(rows["noise"], np.std([0.70, 0.74, 0.78], ddof=1))
    assert rows["outcome"].tolist() == [rerun.IDENTICAL, rerun.NEAR, rerun.FAR]
    np.testing.assert_allclose(rows["change"], [0, 0.035, 0.07])
    assert rerun.answer(rows).startswith("Not the same: 1 of 3 runs moved")
    assert rerun.answer(rows[:2]).startswith("The same within the noise: 1 of 2")
    summed = rerun.by_strategy(rows).iloc[0]
    assert summed[["runs", "identical", "near", "different"]].tolist() == [3, 1, 1, 1]
    assert summed["now"] == pytest.approx(np.mean([0.70, 0.775, 0.85]))


def test_with_one_seed_the_margin_is_the_noise():
    assert rerun.beside(frame([0.70]), frame([0.705]), 0.01)["outcome"].tolist() == [rerun.NEAR]
    assert rerun.beside(frame([0.70]), frame([0.715]), 0.01)["outcome"].tolist() == [rerun.FAR]


def test_where_every_seed_came_out_equal_a_rounding_is_no_difference():
    now = frame([0.81 + 1e-13, 0.815, 0.83])
    assert rerun.beside(frame([0.81, 0.81, 0.81 - 1e-13]), now, 0.01)["outcome"].tolist() == [
        rerun.NEAR,
        rerun.NEAR,
        rerun.FAR,
    ]


def test_a_seed_without_a_score_is_no_noise():
    rows = rerun.beside(frame([0.70, 0.74, float("nan")]), frame([0.71, 0.74, 0.80]), 0.01)
    assert rows["outcome"].tolist() == [rerun.NEAR, rerun.IDENTICAL, rerun.LACKING]
    assert rerun.beside(frame([float("nan")]), frame([0.7]), 0.01)["outcome"].tolist() == [rerun.LACKING]


def test_an_equal_headline_with_another_measure_is_not_identical():
    now = frame([0.70, 0.74])
    now.at[0, "test"] = {"roc_auc": 0.70, "log_loss": 0.4}
    assert rerun.beside(frame([0.70, 0.74]), now, 0.01)["outcome"].tolist() == [rerun.NEAR, rerun.IDENTICAL]


def test_a_run_without_a_result_in_both_is_not_compared_and_said():
    now = frame([0.70, float("nan")])
    now.loc[1, "state"] = "failed"
    rows = rerun.beside(frame([0.70, 0.74]), now, 0.01)
    assert rows["outcome"].tolist() == [rerun.IDENTICAL, rerun.LACKING]
    assert rerun.answer(rows) == "The one run came out identical, to the digit. 1 run cannot be compared."
    assert "nothing to compare yet" in rerun.answer(rerun.beside(frame([0.7]), now.head(0), 0.01))


def test_a_verdict_that_turns_is_named(store, carried):
    then = store.runs(carried)
    then = pd.concat([then.assign(seed=then["seed"] + 2 * k, test_score=[0.5, 0.8, 0.5, 0.8]) for k in range(3)])
    now = then.assign(test_score=then["test_score"].where(then["strategy"] != "fine_tune", 0.3))
    moved = rerun.verdicts(then, now, 0.01)
    assert moved.to_dict("records") == [
        {"strategy": "fine_tune", "labels": 40, "then": "helps", "now": "negative transfer"}
    ]
    assert rerun.verdicts(then, then, 0.01).empty


# The command line.


@pytest.fixture
def carrying_out(store, monkeypatch):
    """Whatever is started is carried out here and now, without training."""
    monkeypatch.setattr(launch, "start", lambda store: [shelves.carried_out(store) for _ in range(store.waiting())])


def test_a_dry_run_says_what_differs_and_starts_nothing(store, carried, capsys):
    recorded_otherwise(store, carried, versions={"torch": "1.0"})
    assert main(["again", carried[:8], "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "torch 1.0 then, " in told
    assert "4 runs would be trained anew; nothing was started." in told
    assert len(store.experiments()) == 1


def test_the_command_compares_run_by_run(store, carried, carrying_out, capsys, tmp_path):
    assert main(["again", carried, "--json", str(tmp_path / "again.json")]) == 0
    assert "Not the same" in capsys.readouterr().out
    record = json.loads((tmp_path / "again.json").read_text())
    assert [run["now"] for run in record["runs"]] == [0.8] * 4
    assert record["runs"][0]["then"] == 0.70


def test_a_run_that_fails_again_gives_status_three(store, carried, monkeypatch, capsys):
    def start(store):
        while store.waiting():
            store.finish(shelves.begun(store), Outcome(State.FAILED, failure=Failure("data", "It is gone.")))

    monkeypatch.setattr(launch, "start", start)
    assert main(["again", carried]) == 3
    assert "It is gone." in capsys.readouterr().err


def test_a_run_or_an_unknown_name_is_refused(store, carried, capsys):
    assert main(["again", store.runs(carried)["run"].iloc[0]]) == 2
    assert "is a run; name an experiment" in capsys.readouterr().err
    assert main(["again", "nobody"]) == 2
    assert "No run or experiment is called 'nobody'" in capsys.readouterr().err


# What is derived from a repeat.


def test_what_varies_a_repeat_is_no_repeat(store, carried):
    repeat = replace(COLD, again=f"{carried}.1")
    grid = sweep.sweep(repeat, [Axis(sweep.LABELS, (40, 80))])
    assert [cell.experiment.again for cell in grid.cells] == ["", ""]
    assert {run.again for run in grid.whole.runs} == {""}
    assert study.search(repeat, "fine_tune", ["lr"], 2).experiment.again == ""
    assert evidence(asked=repeat).asked.again == ""


@pytest.mark.usefixtures("quiet")
def test_more_seeds_or_budgets_for_a_repeat_are_no_repeat(store, carried):
    repeat = store.submit(again.planned(store, carried).plan)
    for _ in range(4):
        shelves.carried_out(store)
    for page, key in (("verdict", None), ("what_if", "missing budgets")):
        app = opened(f"compare/{page}.py", experiment=repeat)
        buttons = [one for one in app.button if one.key == key or (not key and one.label.startswith("Add "))]
        buttons[0].click().run()
        assert not app.exception
        assert store.experiment(app.query_params["experiment"]).experiment.again == ""
    assert again.repeats(store.experiments(), carried) == [repeat]


# The pages.


@pytest.mark.usefixtures("quiet")
def test_the_button_starts_at_once_where_nothing_differs_and_the_repeat_says_how_it_came_out(store, carried):
    app = opened("run/runs.py", experiment=carried)
    app.button(key="run exactly again").click().run()
    assert not app.exception
    (repeat,) = again.repeats(store.experiments(), carried)
    assert app.query_params["experiment"] == repeat
    for score in (0.70, 0.71, 0.72, 0.73):
        shelves.carried_out(store, score=score)
    assert "All 4 runs came out identical, to the digit." in said(opened("run/runs.py", experiment=repeat))
    pages = {one: opened("compare/verdict.py", experiment=one) for one in (carried, repeat)}
    assert "came out identical" not in said(pages[carried]), "not compared before somebody looks"
    pages[carried].session_state[f"same again {carried}"] = True
    pages[carried].run()
    for page in pages.values():
        assert "All 4 runs came out identical, to the digit." in said(page)
        assert "No verdict is another." in said(page)


@pytest.mark.usefixtures("quiet")
def test_what_differs_is_said_before_anything_starts_and_can_be_declined(store, carried):
    recorded_otherwise(store, carried, versions={"numpy": "1.0"})
    app = opened("compare/verdict.py", experiment=carried)
    app.button(key="run exactly again").click().run()
    assert "numpy 1.0 then" in said(app)
    assert again.repeats(store.experiments(), carried) == []
    app.button(key="do not").click().run()
    assert "numpy 1.0 then" not in said(app)
    app.button(key="run exactly again").click().run()
    app.button(key="all the same").click().run()
    assert len(again.repeats(store.experiments(), carried)) == 1


@pytest.mark.usefixtures("quiet")
def test_every_experiment_shows_its_command_and_its_file(store, carried):
    app = opened("compare/verdict.py", experiment=carried)
    written = [block.value for block in app.code]
    assert any(
        line.startswith("python -m tlcore compare cold_start --strategies frequency_table,fine_tune")
        for line in written
    )
    assert f"python -m tlcore again {carried}" in written
    assert any("scenario: cold_start" in text for text in written)
