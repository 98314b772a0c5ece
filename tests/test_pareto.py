"""The front of score against cost by its definition, the sentence, and the leaderboard that fits the page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shelves
from frames import runs_of
from safetensors.numpy import save
from test_pages import opened, said, submitted

from pages.parts import reads
from tlcore import launch
from tlcore.charts import pareto as charts
from tlcore.charts.verdict import leaderboard
from tlcore.measure.gain import summarise
from tlcore.measure.pareto import cheapest, front
from tlcore.store import Store

LEVELS = {"scratch": 0.60, "logistic_regression": 0.70, "fine_tune": 0.80, "dann": 0.80, "distillation": 0.795}
SECONDS = pd.Series({"scratch": 5.0, "logistic_regression": 0.1, "fine_tune": 10.0, "dann": 30.0, "distillation": 2.0})


def board(metric: str = "accuracy", margin: float = 0.01, levels: dict[str, float] = LEVELS) -> pd.DataFrame:
    return leaderboard(summarise(runs_of(levels, metric=metric, noise=0.0), margin))


def test_nobody_on_the_front_is_beaten_and_everybody_else_is():
    rng = np.random.default_rng(0)
    costs, scores = rng.integers(1, 9, 40).astype(float), rng.integers(1, 9, 40) / 10
    on_it = front(costs, scores)
    for place in range(40):
        beaten = any(
            costs[other] <= costs[place] and scores[other] >= scores[place]
            and (costs[other], scores[other]) != (costs[place], scores[place])
            for other in range(40)
        )  # fmt: skip
        assert on_it[place] == (not beaten)


def test_equals_are_on_the_front_together():
    assert front(np.array([1.0, 1.0, 2.0]), np.array([0.5, 0.5, 0.4])).tolist() == [True, True, False]


def test_the_cheapest_within_the_margin_is_the_best_itself_at_margin_zero():
    costs, scores = np.array([10.0, 2.0, 1.0]), np.array([0.8, 0.795, 0.7])
    assert [cheapest(costs, scores, within) for within in (0.0, 0.01, 0.2)] == [0, 1, 2]


def test_the_sentence_names_the_cheapest_within_the_margin_and_what_the_best_costs():
    rows = charts.table(board(), SECONDS)
    told = charts.answer(rows, board(), "seconds")
    assert told == (
        "Cheapest within 1.0 points of the best: Distillation (0.795, 2.0 s). The best, Fine-tuning: 0.800, 10.0 s."
    )
    assert set(rows.loc[rows["front"], "strategy"]) == {"logistic_regression", "distillation", "fine_tune"}
    alone = charts.answer(charts.table(board(margin=0.0), SECONDS), board(margin=0.0), "seconds")
    assert alone.startswith("Nothing cheaper comes close to the best: Fine-tuning")


def test_where_lower_is_better_the_front_is_that_of_the_small_errors():
    rows = charts.table(board("log_loss"), SECONDS)
    assert set(rows.loc[rows["front"], "strategy"]) == {"scratch", "logistic_regression"}


def test_ceilings_and_chance_take_no_part_and_the_picture_names_the_front():
    levels = {**LEVELS, "oracle_boosting": 0.9, "frequency_table": 0.5}
    rows = charts.table(board(levels=levels), pd.Series({**SECONDS, "oracle_boosting": 0.1, "frequency_table": 0}))
    assert set(rows["strategy"]) == set(LEVELS)
    drawn = charts.scatter(rows, "accuracy", "seconds").to_dict()
    assert "Fine-tuning" in drawn["description"]
    assert "From scratch" not in drawn["description"]


@pytest.mark.parametrize(("cost", "told"), [(12.34, "12.3 s"), (1234.0, "1,234 s")])
def test_seconds_are_told_as_people_say_them(cost, told):
    assert charts.amount(cost, "seconds") == told


def test_the_size_of_a_model_is_that_of_the_weights_it_learnt():
    store = Store.open()
    store.save_weights("network", save({"head": np.zeros(1000, dtype=np.float32)}))
    store.save_weights("trees", save({}))
    assert 4000 <= store.size("network") <= 4200
    assert store.size("trees") is None
    assert store.size("gone") is None
    store.close()


def test_where_weights_are_kept_the_page_weighs_the_score_against_their_size(monkeypatch, tmp_path):
    monkeypatch.setattr(launch, "start", lambda store: None)
    monkeypatch.setattr(reads, "EXAMPLES", tmp_path / "no examples")
    store = Store.open()
    experiment = submitted(store)
    sizes = {"scratch": 10_000, "fine_tune": 100_000}
    for run in store.runs(experiment).itertuples():
        key = shelves.carried_out(store, score={"scratch": 0.7, "fine_tune": 0.702}.get(run.strategy, 0.6))
        if run.strategy in sizes:
            store.save_weights(key, save({"body": np.zeros(sizes[run.strategy], dtype=np.float32)}))
    store.close()
    app = opened("compare/verdict.py", experiment=experiment, cost="bytes")
    assert "From scratch (0.700, 40.1 kB). The best, Fine-tuning: 0.702, 0.40 MB." in said(app)
    assert "(0.702, 1.5 s)" in said(opened("compare/verdict.py", experiment=experiment)).replace("\\", "")
