"""The command line: what it answers, what it refuses, and one experiment from files to verdict."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from frames import runs_of

from tlcore import catalog
from tlcore.cli import main, names
from tlcore.cli.commands.compare import _left_out
from tlcore.cli.flags import experiment as asked_experiment
from tlcore.cli.parser import Parser
from tlcore.cli.verdict import _row, _sentence, warnings
from tlcore.measure.gain import summarise
from tlcore.spec import PRESETS, Experiment
from tlcore.store import Store

ROOT = Path(__file__).parents[1]
RUN_KEYS = {
    "strategy", "labels", "seed", "state", "metric", "test_score", "valid_score", "test", "seconds", "epochs", "device",
}  # fmt: skip
SUMMARY_KEYS = {
    "strategy", "labels", "n", "mean", "std", "ci_low", "ci_high", "gain", "gain_low", "gain_high", "baseline",
    "verdict",
}  # fmt: skip


def customers(rows: int, seed: int, market: str = "") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(40, 10, rows).round(1), "spend": rng.gamma(2, 50, rows).round(2)})
    odds = (frame["age"] - 40) / 10 + (frame["spend"] - 100) / 70
    frame["churn"] = np.where(odds + rng.normal(0, 0.5, rows) > 0, "yes", "no")
    return frame.assign(market=market) if market else frame


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("data")
    customers(300, 0).to_csv(folder / "old.csv", index=False)
    customers(200, 1).to_csv(folder / "new.csv", index=False)
    return ["--source", str(folder / "old.csv"), "--target", str(folder / "new.csv"), "--label", "churn"]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command says on standard error when it cannot do what is asked."""
    assert main(list(words)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def understood(*words: str) -> Experiment:
    """The experiment that ``compare`` makes of these words."""
    from tlcore.cli.commands import compare

    parser = Parser(prog="compare")
    compare.arguments(parser)
    found: Experiment = asked_experiment(parser.parse_args(list(words)))
    return found


# What is on offer.


@pytest.mark.parametrize("kind", ["strategies", "scenarios", "backbones"])
def test_a_listing_names_everything_found_with_its_knobs(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([kind, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [offer["name"] for offer in listed] == list(getattr(catalog, kind)())
    assert all({"title", "knobs"} <= set(offer) for offer in listed)
    assert main([kind]) == 0
    shown = capsys.readouterr().out
    assert all(offer["name"] in shown for offer in listed)


def test_a_strategy_says_what_it_needs_and_when_to_avoid_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["strategies", "--json"])
    fine_tune = next(offer for offer in json.loads(capsys.readouterr().out) if offer["name"] == "fine_tune")
    assert fine_tune["needs"] == ["source data"]
    assert fine_tune["summary"]
    assert fine_tune["avoid"]
    assert fine_tune["knobs"]["lr"]["help"]


def test_strategies_are_listed_by_family_within_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    main(["strategies"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    headings = [line for line in lines if line and not line.startswith((" ", "*"))]
    families = {offer.family for offer in catalog.strategies().values()}
    assert [line.rsplit(" (", 1)[0] for line in headings] == [name for name in catalog.FAMILIES if name in families]
    start = next(number for number, line in enumerate(lines) if line.startswith("parameter transfer ("))
    assert any(line.startswith("  fine_tune *") for line in lines[start:])


def test_one_family_alone_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["strategies", "--family", "parameter transfer", "--json"])
    listed = {offer["name"] for offer in json.loads(capsys.readouterr().out)}
    assert listed == {name for name, offer in catalog.strategies().items() if offer.family == "parameter transfer"}


@pytest.mark.parametrize("words", [["strategies"], ["scenarios"], ["backbones"], ["runs"], ["check", "digits"]])
def test_commands_that_train_nothing_never_load_torch(words: list[str], home: Path) -> None:
    code = f"import sys\nfrom tlcore.cli import main\nmain({words!r})\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("command", names())
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert command in capsys.readouterr().out


# What is refused: a sentence on standard error, status 2, nothing written.


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["compar"], "Did you mean 'compare'?"),
        (["compare", "digts"], "Did you mean 'digits'?"),
        (["compare"], "No data is named: name a scenario (cold_start"),
        (["compare", "digits", "--lables", "5"], "Did you mean '--labels'?"),
        (["compare", "digits", "--labels", "many"], "--labels is 'many'; it takes whole numbers"),
        (["compare", "digits", "--labels", "²"], "it takes whole numbers"),
        (["compare", "digits", "--labels", "3"], "at least 4"),
        (["compare", "digits", "--labels", "9000000"], "does not fit"),
        (["compare", "digits", "--seeds", "five"], "Argument --seeds: invalid int value: 'five'"),
        (["compare", "digits", "--seeds", "0"], "between 1 and 100"),
        (["compare", "digits", "--preset", "quik"], "Did you mean 'quick'?"),
        (["compare", "digits", "--strategies", "finetune"], "Did you mean 'fine_tune'?"),
        (["compare", "digits", "--metric", "acuracy"], "Did you mean 'accuracy'?"),
        (["compare", "digits", "--metric", "rmse"], "measures regression tasks"),
        (["compare", "digits", "--backbone", "mlp"], "reads tables"),
        (["compare", "digits", "--device", "gpu"], "must be auto, cpu or cuda"),
        (["compare", "digits", "--set", "fine_tune.lr=fast"], "fine_tune.lr is 'fast'; it must be a number."),
        (["compare", "digits", "--set", "fine_tune.rate=1"], "No knob of fine_tune is called 'rate'."),
        (["compare", "digits", "--set", "lr=1"], "reads like --set fine_tune.lr=0.001"),
        (["compare", "digits", "--set", "training.epochs=0"], "training.epochs is 0; it must lie between"),
        (["compare", "digits", "--source", "a.csv"], "choose one of the two"),
        (["compare", "digits", "--json", "/no/such/folder/out.json"], "There is no folder /no/such/folder"),
        (["compare", "digits", "--yaml", "/"], "is a folder; name a file"),
        (["compare", "nothing.yaml"], "There is no file or folder nothing.yaml"),
        (["compare", "--source", "nothing.csv", "--target", "a.csv", "--label", "y"], "There is no file"),
        (["stop", "nobody"], "No run or experiment is called 'nobody'"),
        (["log", "nobody"], "No run or experiment is called 'nobody'"),
        (["runs", "--last", "0"], "must be at least 1"),
        (["strategies", "--family", "parametre transfer"], "Did you mean 'parameter transfer'?"),
        (["strategies", "--json", "/no/such/folder/out.json"], "There is no folder"),
    ],
)
def test_what_cannot_be_done_is_answered(words: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer in refused(capsys, *words)


def test_no_command_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr()
    assert "compare" in said.out
    assert "No command is given" in said.err


def test_every_problem_has_its_own_sentence_and_nothing_is_written(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out, saved = tmp_path / "out.json", tmp_path / "experiment.yaml"
    wrong = ["--strategies", "scrach,dan", "--seeds", "0", "--json", str(out), "--yaml", str(saved)]
    said = refused(capsys, "compare", *files, *wrong).splitlines()
    assert len(said) == 3
    assert not out.exists()
    assert not saved.exists()
    assert len(Store.open().experiments()) == 0


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("scenario: [", "no valid YAML"),
        ("just words", "holds no mapping"),
        ("scenario: digits", "names no strategies"),
        ("{scenario: digits, strategies: [scratch], seed: 3}", "Did you mean 'seeds'?"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_an_experiment_file_that_is_none_is_answered(
    tmp_path: Path, text: str | bytes, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert answer in refused(capsys, "compare", str(path))


# What flags mean.


def test_the_usual_baselines_are_always_compared_unless_left_out() -> None:
    usual = {name for name in catalog.usual() if catalog.is_baseline(name)}
    assert {"scratch", "logistic_regression", "frequency_table"} <= usual
    assert set(understood("digits", "--strategies", "dann").strategies) == {*usual, "dann"}
    assert understood("digits", "--strategies", "dann", "--no-baselines").strategies == ("dann",)


def test_the_usual_strategies_are_compared_unless_others_are_named() -> None:
    assert set(understood("digits").strategies) == set(catalog.usual())
    assert set(understood("digits", "--strategies", "all").strategies) == set(catalog.strategies())
    baselines = {name for name in catalog.strategies() if catalog.is_baseline(name)}
    assert set(understood("digits", "--no-baselines").strategies) == set(catalog.usual()) - baselines
    every = understood("digits", "--strategies", "all", "--no-baselines").strategies
    assert set(every) == set(catalog.strategies()) - baselines


def test_the_usual_set_is_small_and_helps_nobody_to_win() -> None:
    assert 8 <= len(catalog.usual()) <= 15, "a comparison nobody has thought about stays one of minutes"
    assert not any(catalog.is_ceiling(name) for name in catalog.usual())


def test_the_source_is_watched_where_asked_whatever_the_preset(tmp_path: Path) -> None:
    assert understood("digits", "--preset", "quick", "--watch-source").training == replace(
        PRESETS["quick"], watch_source=True
    )
    path = tmp_path / "experiment.yaml"
    path.write_text(understood("digits", "--preset", "thorough").to_yaml(), encoding="utf-8")
    assert understood(str(path), "--watch-source").training == replace(PRESETS["thorough"], watch_source=True)
    assert not understood("digits").training.watch_source


def test_settings_reach_their_owner_with_the_type_of_their_default() -> None:
    made = understood(
        "cold_start", "--strategies", "fine_tune", "--set", "fine_tune.lr=0.01", "--set", "scenario.label_noise=0.1",
        "--set", "training.epochs=3", "--set", "training.augment=false", "--labels", "20,all", "--preset", "quick",
    )  # fmt: skip
    assert made.knobs == {"fine_tune": {"lr": 0.01}}
    assert made.settings == {"label_noise": 0.1}
    assert (made.training.epochs, made.training.augment, made.training.patience) == (
        3,
        False,
        PRESETS["quick"].patience,
    )
    assert made.labels == (20, None)


def test_a_saved_experiment_is_the_same_experiment_and_flags_change_it(tmp_path: Path, files: list[str]) -> None:
    made = understood(*files, "--labels", "20", "--preset", "quick", "--strategies", "scratch", "--no-baselines")
    path = tmp_path / "experiment.yaml"
    path.write_text(made.to_yaml(), encoding="utf-8")
    assert understood(str(path)) == made
    again = understood(str(path), "--seeds", "7", "--strategies", "dann", "--no-baselines")
    assert (again.seeds, again.strategies, again.settings) == (7, ("dann",), made.settings)
    whole = understood("digits", "--strategies", "dann").to_yaml()
    path.write_text(whole, encoding="utf-8")
    assert understood(str(path), "--no-baselines").strategies == ("dann",)


def test_a_saved_experiment_refuses_files_that_changed(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for word in (files[1], files[3]):
        (tmp_path / Path(word).name).write_bytes(Path(word).read_bytes())
    words = ["--source", str(tmp_path / "old.csv"), "--target", str(tmp_path / "new.csv"), "--label", "churn"]
    path = tmp_path / "experiment.yaml"
    path.write_text(understood(*words).to_yaml(), encoding="utf-8")
    customers(90, 5).to_csv(tmp_path / "new.csv", index=False)
    assert "has changed since this experiment was set up" in refused(capsys, "compare", str(path))
    assert "choose one of the two" in refused(capsys, "compare", str(path), "--source", words[1])


def test_a_setting_of_own_files_may_be_said_twice_and_the_last_word_counts(files: list[str]) -> None:
    made = understood(*files, "--size", "32", "--set", "own_files.size=16")
    assert made.settings["size"] == 16


def test_a_strategy_without_a_finished_run_is_not_blamed_on_missing_baselines() -> None:
    levels = {"scratch": 0.6, "fine_tune": 0.7, "dann": 0.8}
    runs = runs_of(levels, 3)
    runs.loc[runs["strategy"] == "dann", ["state", "test_score"]] = ["failed", np.nan]
    runs.loc[(runs["strategy"] == "fine_tune") & (runs["seed"] > 0), ["state", "test_score"]] = ["failed", np.nan]
    runs.loc[(runs["strategy"] == "scratch") & (runs["seed"] == 0), ["state", "test_score"]] = ["failed", np.nan]
    rows = {row.strategy: row for row in summarise(runs).itertuples()}
    assert _sentence(rows["dann"], 100, " points") == "dann: no run has finished."
    assert "both with it and with scratch" in _sentence(rows["fine_tune"], 100, " points")
    assert _row(rows["dann"], 100)[2] == ""


def test_what_went_wrong_is_said_once_for_each_strategy() -> None:
    runs = runs_of({"scratch": 0.6, "fine_tune": 0.7}, 3)
    loud, quiet = ["The loss stood at {loss:.1f}.", {"loss": 0.5}, True], ["A fact.", {}, False]
    runs["warnings"] = [[loud, quiet] if row.strategy == "fine_tune" and row.seed else [] for row in runs.itertuples()]
    assert warnings(runs) == ["Warning: fine_tune, in 2 of 3 runs: The loss stood at 0.5."]


def test_a_ceiling_is_told_apart_from_what_is_compared() -> None:
    top = next(name for name in catalog.strategies() if catalog.is_ceiling(name))
    runs = pd.concat([runs_of({"scratch": 0.6, "fine_tune": 0.7}), runs_of({top: 0.8}, labels=pd.NA)])
    rows = {row.strategy: row for row in summarise(runs).itertuples()}
    assert "at most" in _sentence(rows[top], 100, " points")
    assert _row(rows["fine_tune"], 100)[-1] in {"49%", "50%", "51%"}
    assert _row(rows[top], 100)[-1] == ""


def test_what_does_not_apply_is_said_at_length_only_where_it_was_asked_for_by_name() -> None:
    refused = {"a": "A does not apply here.", "b": "B does not apply here."}
    assert _left_out(refused, "a,b") == list(refused.values())
    assert _left_out(refused, "all") == _left_out(refused, None)
    assert len(_left_out(refused, "all")) == 1
    assert _left_out({}, None) == []


# The doctor.


def test_check_reports_findings_and_ends_well(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *files]) == 0
    assert "Nothing wrong was found." in capsys.readouterr().out


def test_check_ends_with_status_2_where_the_data_is_unusable(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Did you mean 'churn'?" in refused(capsys, "check", *files[:-1], "chrun")
    customers(200, 1).rename(columns={"age": " age"}).to_csv(tmp_path / "new.csv", index=False)
    out = tmp_path / "found.json"
    assert (
        main(["check", files[0], files[1], "--target", str(tmp_path / "new.csv"), *files[4:], "--json", str(out)]) == 0
    )
    found = json.loads(out.read_text())["findings"]
    assert [finding["severity"] for finding in found] == ["note"]


def test_gap_measures_files_before_any_training(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gap", *files, "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert {"mmd", "coral", "frechet", "sliced_wasserstein", "a_distance"} <= set(measured)
    assert {feature["feature"] for feature in measured["features"]} == {"age", "spend"}
    shares = pd.DataFrame(measured["classes"]["shares"])
    assert shares[["source", "target", "estimate"]].sum().tolist() == pytest.approx([1, 1, 1])
    assert 0 < measured["classes"]["p_value"] <= 1
    assert main(["gap", *files]) == 0
    printed = capsys.readouterr().out
    assert "mmd" in printed
    assert "How common each class is" in printed


@pytest.mark.parametrize(("scenario", "estimated"), [("digits", True), ("intents", False), ("b2b_value", None)])
def test_gap_tells_the_shares_of_classes_for_images_and_texts_and_has_none_for_numbers(scenario, estimated, capsys):
    """The two places of the texts do not have the same classes, so nothing can be estimated."""
    assert main(["gap", scenario, "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    if estimated is None:
        assert "classes" not in measured
    else:
        assert all((row["estimate"] is not None) == estimated for row in measured["classes"]["shares"])


# From files to verdict, through the queue.


class Finished(NamedTuple):
    status: int
    out: str
    err: str
    record: dict[str, Any]
    environment: dict[str, str]


def command(*words: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tlcore", *words],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, files: list[str]) -> Finished:
    """One small comparison on own files, carried out by the launcher as a person's would be."""
    folder = tmp_path_factory.mktemp("compare")
    environment = {**os.environ, "TRANSFERLAB_HOME": str(folder / "home"), "TRANSFERLAB_IDLE": "20"}
    words = [
        "compare", *files, "--labels", "20", "--seeds", "3", "--preset", "quick", "--strategies", "fine_tune",
        "--set", "training.epochs=2", "--json", str(folder / "out.json"), "--yaml", str(folder / "out.yaml"),
    ]  # fmt: skip
    process = command(*words, environment=environment)
    out, err = process.communicate(timeout=240)
    assert (folder / "out.yaml").exists(), err
    return Finished(process.returncode, out, err, json.loads((folder / "out.json").read_text()), environment)


def test_compare_ends_with_a_verdict_for_every_strategy(finished: Finished) -> None:
    assert finished.status == 0, finished.err
    for name in ("fine_tune", "scratch", "frequency_table", "logistic_regression", "gradient_boosting"):
        assert name in finished.out
    assert "the best model without transfer" in finished.out
    assert "Recommended: " in finished.out
    assert "before training: " in finished.out
    assert re.search(r"Selector: .* of the 20 target labels", finished.out)
    assert "15 of 15 runs have ended." in finished.err


def test_the_record_has_the_agreed_keys(finished: Finished) -> None:
    record = finished.record
    further = {"adaptation", "diagnosis", "advice"}
    assert set(record) == {"experiment", "runs", "summary", "recommended", "gap", "imbalance"} | further
    assert {row["strategy"] for row in record["adaptation"]} == {"fine_tune"}
    assert "Domain gap with 20 labels: " in finished.out
    assert len(record["runs"]) == 15
    assert all(set(run) >= RUN_KEYS for run in record["runs"])
    assert all(run["state"] == "done" and 0 <= run["test_score"] <= 1 for run in record["runs"])
    assert all(set(row) >= SUMMARY_KEYS for row in record["summary"])
    assert record["recommended"] in {row["strategy"] for row in record["summary"]}
    assert [(row["labels"], row["outcome"]) for row in record["advice"]] == [(20, "untried")]
    assert {part["part"] for part in record["imbalance"]["parts"]} == {"source", "train", "valid", "test"}
    assert Experiment.from_dict(
        {key: value for key, value in record["experiment"].items() if key in Experiment.__dataclass_fields__}
    ).labels == (20,)


def test_the_queue_shows_what_compare_ran(
    finished: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRANSFERLAB_HOME", finished.environment["TRANSFERLAB_HOME"])
    experiment, run = finished.record["experiment"]["id"], finished.record["runs"][0]["run"]
    assert main(["runs", experiment[:6], "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 15
    assert main(["runs"]) == 0
    assert "15 runs; 0 under way, 0 waiting" in capsys.readouterr().out
    assert main(["stop", experiment]) == 0
    assert "Nothing to stop" in capsys.readouterr().out
    assert main(["log", run]) == 0
    assert "is done." in capsys.readouterr().out
    assert "is an experiment; name one of its 15 runs" in refused(capsys, "log", experiment)
    assert "is a run" in refused(capsys, "runs", run)


def test_repeating_a_finished_comparison_trains_nothing_again(finished: Finished, files: list[str]) -> None:
    process = command(
        "compare", *files, "--labels", "20", "--seeds", "3", "--preset", "quick", "--strategies", "fine_tune",
        "--set", "training.epochs=2", environment=finished.environment,
    )  # fmt: skip
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "15 of 15 runs have ended." in err
    assert out == finished.out


def test_ctrl_c_stops_the_runs_and_says_so(
    finished: Finished, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A suite started in the background ignores it, and whoever it starts would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = command(
        "compare", *files, "--labels", "20", "--seeds", "9", "--strategies", "fine_tune", "--no-baselines",
        "--set", "training.epochs=1000", "--set", "training.patience=1000", environment=finished.environment,
    )  # fmt: skip
    monkeypatch.setenv("TRANSFERLAB_HOME", finished.environment["TRANSFERLAB_HOME"])
    store, until = Store.open(), time.monotonic() + 60
    while not (store.runs()["state"] == "running").any():
        assert time.monotonic() < until, "no run ever began"
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 3, err
    assert "Stopping the runs of this experiment; the best epoch of each is kept." in err
    assert set(store.runs()["state"]) <= {"done", "stopped", "cancelled"}
    assert "Traceback" not in err
