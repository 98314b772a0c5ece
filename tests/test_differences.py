"""What was set differently, read from the specs of runs, and what it did to the scores; the pages that show it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shelves
from frames import runs_of
from scipy import stats
from test_pages import opened, said

from pages.parts import reads
from tlcore import catalog, launch
from tlcore.measure import differences
from tlcore.plan import plan
from tlcore.spec import PRESETS, Experiment, RunSpec
from tlcore.store import Store

ASKED = Experiment("cold_start", ("scratch", "fine_tune", "l2_sp"), labels=(100,), seeds=3, metric="roc_auc",
                   backbone="mlp")  # fmt: skip
ACCURACY = catalog.metric("accuracy")


def asked(**choices) -> tuple[Experiment, dict[str, RunSpec]]:
    experiment = replace(ASKED, **choices)
    return experiment, {spec.strategy: spec for spec in experiment.runs(backbone="mlp", metric="roc_auc")}


def test_only_settings_that_differ_have_a_row_and_a_strategy_without_one_has_none():
    specs = asked(knobs={"fine_tune": {"lr": 0.002}})[1]
    found = differences.between_strategies(specs).set_index("setting")
    for setting, row in found.iterrows():
        have = [spec.knobs.get(setting) for spec in specs.values()]
        assert row.tolist() == have
        assert len({str(value) for value in have}) > 1
    assert found.loc["lr", "fine_tune"] == 0.002
    assert found.loc["source_lr", "scratch"] is None
    assert "imbalance" not in found.index, "it is the same for all"


def test_a_strategy_does_not_differ_from_itself():
    specs = asked()[1]
    assert differences.between_strategies({"scratch": specs["scratch"]}).empty
    assert differences.between_experiments(asked(), asked()).empty


def test_two_experiments_differ_in_what_was_changed_and_in_nothing_else():
    other = asked(
        settings={"covariate_shift": 0.9}, labels=(50, 100), seeds=5, training=PRESETS["quick"],
        knobs={"fine_tune": {"lr": 0.5}}, strategies=("scratch", "fine_tune"),
    )  # fmt: skip
    found = differences.between_experiments(asked(), other).set_index("setting")
    assert set(found.index) == {
        "labels", "seeds", "training.epochs", "training.patience", "data.covariate_shift", "fine_tune.lr", "strategies",
    }  # fmt: skip
    assert found.loc["seeds"].tolist() == [3, 5]
    assert found.loc["data.covariate_shift", "other"] == 0.9
    assert not differences.same_hands(found.reset_index())
    assert differences.same_hands(differences.between_experiments(asked(), asked(seeds=9)))


def test_with_the_same_hands_the_change_is_the_paired_difference_over_the_seeds_both_have():
    one, other = (runs_of({"scratch": 0.7, name: 0.8}, seeds=n) for name, n in (("fine_tune", 5), ("dann", 4)))
    rng = np.random.default_rng(0)
    for runs in (one, other):
        runs["test"] = [{"accuracy": score} for score in rng.normal(0.7, 0.02, len(runs))]
    found = differences.scores(one, other, ACCURACY, "accuracy", paired=True)
    assert found["strategy"].tolist() == ["scratch"]
    a, b = ([s["accuracy"] for s in runs.loc[runs["strategy"] == "scratch", "test"]][:4] for runs in (one, other))
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert found.loc[0, ["change", "low", "high"]].tolist() == pytest.approx([np.mean(a) - np.mean(b), *expected])

    back = differences.scores(other, one, ACCURACY, "accuracy", paired=True)
    assert back.loc[0, "low"] == pytest.approx(-found.loc[0, "high"])
    apart = differences.scores(one, other, ACCURACY, "accuracy", paired=False)
    assert apart.loc[0, "pairs"] == 0


def test_where_lower_is_better_a_smaller_error_is_a_change_for_the_better():
    one, other = (
        runs_of({"scratch": 1.0}, metric="mae").assign(test=[{"mae": at + 0.1 * s} for s in range(5)])
        for at in (1.0, 3.0)
    )
    found = differences.scores(one, other, catalog.metric("mae"), "mae", paired=False)
    assert found.loc[0, "change"] == pytest.approx(2.0)
    assert found.loc[0, "low"] < 2.0 < found.loc[0, "high"]


def test_without_a_label_budget_in_common_the_largest_of_each_are_compared():
    one, other = (pd.concat([runs_of({"scratch": 0.7}, labels=n) for n in budgets]) for budgets in ((10, 20), (5, 40)))
    found = differences.scores(one, other, ACCURACY, "accuracy", paired=True)
    assert found[["labels", "other_labels"]].to_numpy().tolist() == [[20, 40]]
    assert found.loc[0, "pairs"] == 0, "the hands differ where the budgets do"


@pytest.fixture
def two(monkeypatch, tmp_path):
    """Two finished experiments of one scenario, the second trained more quickly; their ids."""
    monkeypatch.setattr(launch, "start", lambda store: None)
    monkeypatch.setattr(reads, "EXAMPLES", tmp_path / "no examples")
    store, ids = Store.open(), []
    for training in (PRESETS["balanced"], PRESETS["quick"]):
        ids.append(store.submit(plan(replace(ASKED, training=training))))
        for seed in range(9):
            shelves.carried_out(store, score=0.7 + 0.01 * seed + 0.1 * len(ids))
    store.close()
    return ids


def test_the_page_shows_what_differs_between_two_experiments_and_what_it_did(two):
    app = opened("compare/verdict.py", experiment=two[1], other=two[0])
    assert "2 settings differ." in said(app)
    assert "compared one by one" in said(app)
    table = next(frame.value for frame in app.dataframe if "change" in frame.value)
    assert table["change"].tolist() == pytest.approx([10.0, 10.0, 10.0])
    assert not opened("compare/verdict.py", experiment=two[1], other=two[0], lang="zh_CN").error


@pytest.mark.parametrize("page", ["compare/verdict.py", "compare/convergence.py"])
def test_the_page_shows_the_settings_of_the_strategies_that_were_chosen(page, two):
    app = opened(page, experiment=two[0], differ="fine_tune,l2_sp")
    table = next(frame.value for frame in app.dataframe if "Setting" in frame.value)
    assert list(table.columns[2:]) == ["Fine-tuning", "Fine-tuning on a leash (L2-SP)"]
    assert len(table)
