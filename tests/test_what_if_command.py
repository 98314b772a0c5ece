"""``whatif`` and the pre-flight of ``compare`` on the command line: the figures, and a sentence for what cannot be."""

from __future__ import annotations

import contextlib
import json

import pandas as pd
import pytest

from tlcore import launch
from tlcore.charts.labels_saved import answer
from tlcore.cli import main
from tlcore.launch import dry_runs
from tlcore.measure.efficiency import curves, saved, surest
from tlcore.store import Store


@pytest.fixture
def idle(monkeypatch):
    """Nothing is started, nothing measured."""
    monkeypatch.setattr(launch, "start", lambda store: pytest.fail("something was started"))
    monkeypatch.setattr(dry_runs, "measured", lambda store, plan: dry_runs.Cost(0.002, 5e8, 4e4))


def test_whatif_tells_what_is_saved_and_what_more_labels_bring(example, capsys):
    name = example("digits")
    assert main(["whatif", name, "--labels", "50", "--price", "5"]) == 0
    told = capsys.readouterr().out.splitlines()
    with contextlib.closing(Store.open()) as store:
        rows = saved(curves(store.runs(name), 1000))
    said = answer(surest(rows[rows["labels"] == 50]).to_dict(), 5)
    assert told[: 1 + len(said.sentences)] == [said.headline, *said.sentences]
    assert "with 50 labels does what the best without transfer needs" in said.headline
    assert any("100 more labels bring" in line for line in told)


def test_its_json_holds_the_figures_of_the_measure(example, tmp_path):
    name = example("digits")
    assert main(["whatif", name, "--json", str(tmp_path / "told.json")]) == 0
    told = json.loads((tmp_path / "told.json").read_text())
    with contextlib.closing(Store.open()) as store:
        runs = store.runs(name)
    rows = saved(curves(runs, 1000))
    assert "source_boosting" in set(runs["strategy"])
    assert "source_boosting" not in set(rows["strategy"]), "it learns from no label, so it saves none"
    assert pd.DataFrame(told["labels_saved"])["strategy"].tolist() == rows["strategy"].tolist()
    first = told["labels_saved"][0]
    assert first["need"] == pytest.approx(rows["need"].iloc[0])
    assert first["saved"] == pytest.approx(rows["need"].iloc[0] - rows["labels"].iloc[0])
    assert {"gain", "low", "high", "extrapolated", "problem"} <= set(told["more_labels"][0])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--labels", "77"], "--labels is '77'; this experiment has 25, 50, 100"),
        (["--strategy", "fine_tunes"], "Did you mean 'fine_tune'?"),
        (["--more", "0", "--price", "-1"], "--price is -1; it must be a number of at least 0."),
    ],
)
def test_what_cannot_be_is_answered_in_a_sentence(example, capsys, words, why):
    assert main(["whatif", example("digits"), *words]) == 2
    assert why in capsys.readouterr().err


def test_a_dry_run_prints_the_preflight_and_starts_nothing(idle, capsys):
    assert main(["compare", "cold_start", "--labels", "50,100", "--dry-run"]) == 0
    told = capsys.readouterr().out
    for word in (
        "Runs to train: ",
        "as two training steps took",
        "Memory: about 500 MB",
        "Disk: about",
        "Smallest gain",
    ):
        assert word in told
    store = Store.open()
    assert store.experiments().empty
    store.close()


def test_very_many_runs_are_asked_back_about(idle, capsys):
    assert main(["compare", "cold_start", "--labels", "50,100,200,400", "--seeds", "100"]) == 2
    told = capsys.readouterr().err
    assert "00 runs: about" in told
    assert "of disk. Add --yes to start them all the same" in told


def test_a_budget_beyond_the_labels_there_are_is_answered_in_a_sentence(idle, capsys, tmp_path):
    file = tmp_path / "experiment.yaml"
    file.write_text("scenario: cold_start\nstrategies: [scratch, fine_tune]\nlabels: [99999]\n")
    for words in (["cold_start", "--labels", "99999"], [str(file)]):
        assert main(["compare", *words]) == 2
        assert "A budget of 99999 target labels does not fit" in capsys.readouterr().err
