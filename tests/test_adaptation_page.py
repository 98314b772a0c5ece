"""The Adaptation page says who closed the gap and whether that paid, or why there is nothing to see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shelves
from apps import opened, said

from tlcore.charts import adaptation as charts
from tlcore.measure.adaptation import Seen, adaptation, surely_closer
from tlcore.outcome import Outcome, State
from tlcore.plan import plan
from tlcore.spec import Experiment, Training
from tlcore.store import Store

GAINS = {"scratch": 0.6, "fine_tune": 0.62, "dann": 0.75}


pytestmark = pytest.mark.usefixtures("quiet")


def features(shift: float, seed: int) -> Seen:
    rng = np.random.default_rng(seed)
    return Seen(rng.normal(size=(60, 4)), rng.normal(size=(60, 4)) + shift)


def finished(store: Store, dann: float) -> str:
    """Fine-tuning leaves the domains two standard deviations apart; DANN leaves them ``dann`` apart."""
    asked = Experiment("cold_start", tuple(GAINS), labels=(100,), seeds=3, training=Training(epochs=3))
    experiment = store.submit(plan(asked))
    classes = np.repeat(["no", "yes"], 30)
    for run in store.runs(experiment).sort_values(["seed"]).itertuples():
        key = shelves.begun(store)
        spec = store.spec(key)
        seen = adaptation(
            features(2.0, spec.seed), features(dann if spec.strategy == "dann" else 2.0, spec.seed), classes
        )
        told = {"start": "blank" if spec.strategy == "dann" else "source", "n": seen.n, "measures": seen.measures}
        score = {"roc_auc": GAINS[spec.strategy] + 0.001 * spec.seed}
        store.finish(key, Outcome(State.DONE, score, score, "lowest loss", 1.0, 3, "CPU", features=told))
        if spec.strategy != "scratch":
            store.save_picture(key, seen.picture)
        assert run.state == "queued"
    return experiment


def test_closing_the_gap_is_named_together_with_what_it_gained(store):
    finished(store, dann=0.0)
    app = opened("compare/adaptation.py")
    assert "brought the domains closest, and gained +15.0 points" in said(app)
    assert "50 % is chance" in said(app)
    assert "Both domains in one picture" in [element.value for element in app.subheader]
    assert "Seed 0." in said(app)


def test_what_brought_nothing_closer_is_said_and_scratch_is_no_adaptation(store):
    finished(store, dann=2.0)
    app = opened("compare/adaptation.py")
    assert "No strategy surely brought the domains closer." in said(app)
    names = pd.concat([frame.value for frame in app.dataframe if "Strategy" in frame.value])["Strategy"]
    assert "From scratch" not in set(names)


def test_the_same_examples_are_drawn_by_neighbours_when_asked(store):
    finished(store, dann=0.0)
    app = opened("compare/adaptation.py", projection="tsne")
    assert "t-SNE with perplexity 30" in said(app)


def test_classical_models_have_no_features_to_compare(store):
    asked = Experiment("cold_start", ("logistic_regression", "pooled_boosting"), labels=(100,), seeds=3)
    store.submit(plan(asked))
    for _ in range(6):
        key = shelves.begun(store)
        store.finish(key, Outcome(State.DONE, {"roc_auc": 0.7}, {}, "", 1.0, 0, "CPU"))
    assert "no run kept what its network makes of source and target" in said(opened("compare/adaptation.py"))


def test_a_strategy_among_many_comes_closer_only_at_a_level_shared_by_all():
    row = {"measure": charts.HEADLINE, "before": 1.5, "after": 1.4, "floor": 0.2, "change": -0.1, "change_low": -0.19,
           "change_high": -0.01, "seeds": 5}  # fmt: skip
    others = [{**row, "strategy": f"other {n}", "change": 0.0, "change_high": 0.1} for n in range(9)]
    alone = pd.DataFrame([{**row, "strategy": "dann"}])
    many = pd.DataFrame([{**row, "strategy": "dann"}, *others])
    assert list(surely_closer(alone)["strategy"]) == ["dann"]
    assert surely_closer(many).empty
    assert "No strategy surely" in charts.answer(many, pd.DataFrame()).headline


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("no practical difference", "no practical difference"), ("not enough evidence", "not settled")],
)
def test_no_practical_difference_is_settled(verdict, words):
    row = {"strategy": "dann", "measure": charts.HEADLINE, "before": 1.5, "after": 0.2, "floor": 0.2, "change": -1.3,
           "change_low": -1.4, "change_high": -1.2, "seeds": 5}  # fmt: skip
    gain = {"strategy": "dann", "gain": 0.001, "gain_low": -0.002, "gain_high": 0.004, "metric": "roc_auc",
            "verdict": verdict}  # fmt: skip
    assert words in charts.answer(pd.DataFrame([row]), pd.DataFrame([gain])).headline


def test_a_gap_within_chance_is_no_gap_to_close():
    rows = [{"strategy": "dann", "measure": charts.HEADLINE, "before": 0.1, "after": 0.0, "floor": 0.2, "change": -0.1,
             "change_low": -0.2, "change_high": -0.05, "seeds": 5}]  # fmt: skip
    assert "hardly a gap to close" in charts.answer(pd.DataFrame(rows), pd.DataFrame()).headline
