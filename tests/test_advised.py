"""How the advice fared, held against the runs: by hand, by simulation, in words, as submitted and as shipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shelves
from toys import table

from tlcore import advice, catalog
from tlcore.charts.fared import told
from tlcore.cli.afterwards import Ended
from tlcore.cli.afterwards.fared import show
from tlcore.measure.advised import Fared, fared
from tlcore.measure.gain import summarise
from tlcore.plan import plan
from tlcore.spec import Experiment, Training
from tlcore.store import Store

EXAMPLES = Path(__file__).parents[1] / "examples"
SEEDS = [0.000, 0.010, -0.010, 0.005, -0.005]


def runs(metric: str = "accuracy", seeds: int = 5, **levels: float | list[float]) -> pd.DataFrame:
    """A runs frame: the seeds move every strategy alike, and a list adds what is a strategy's own."""
    rows = []
    for name, level in levels.items():
        own = level if isinstance(level, list) else [level] * seeds
        for seed, score in enumerate(own[:seeds]):
            rows.append(
                {"strategy": name, "labels": 50, "seed": seed, "state": "done", "metric": metric,
                 "test_score": score + SEEDS[seed]}
            )  # fmt: skip
    return pd.DataFrame(rows).astype({"labels": object})


def found(some: pd.DataFrame, *named: str, transfer: bool = True, margin: float = 0.01) -> Fared:
    one = fared(some, summarise(some, margin), transfer, named)
    assert one is not None
    return one


def test_the_strategy_that_came_out_best_is_told_so():
    one = found(runs(scratch=0.6, fine_tune=0.8, l2_sp=0.79), "fine_tune", "l2_sp")
    assert (one.outcome, one.tried, one.best) == ("best", "fine_tune", "fine_tune")
    assert told(one) == "Recommended before training: Fine-tuning. It came out best."


def test_a_lead_within_the_margin_is_a_tie_however_sure():
    one = found(runs(scratch=0.6, fine_tune=0.800, l2_sp=0.804), "fine_tune")
    assert (one.outcome, one.best, one.lead) == ("within", "l2_sp", pytest.approx(0.004))
    assert "a tie: within the margin" in told(one)
    assert "+0.4 points" in told(one)


def test_a_lead_that_luck_may_explain_is_a_tie_and_a_sure_one_beats():
    lucky = found(runs(scratch=0.6, fine_tune=0.80, l2_sp=[0.90, 0.72, 0.95, 0.78, 0.80]), "fine_tune")
    assert lucky.outcome == "alike"
    assert lucky.low < 0 < lucky.lead
    sure = found(runs(scratch=0.6, fine_tune=0.80, l2_sp=[0.85, 0.84, 0.86, 0.85, 0.85]), "fine_tune")
    assert (sure.outcome, sure.well) == ("beaten", False)
    assert 0 < sure.low < sure.lead == pytest.approx(0.05)
    assert "clearly beaten. Best: Fine-tuning on a leash (L2-SP) (+5.0 points)" in told(sure)


def test_a_model_without_transfer_may_be_what_beats_it():
    one = found(runs(scratch=0.9, fine_tune=0.8), "fine_tune")
    assert (one.outcome, one.best) == ("beaten", "scratch")


def test_the_first_that_was_run_stands_for_the_advice_and_it_is_said():
    one = found(runs(scratch=0.6, fine_tune=0.8), "dann", "fine_tune")
    assert (one.named, one.tried, one.outcome) == ("dann", "fine_tune", "best")
    assert "which was not run; of those that were run, Fine-tuning" in told(one)
    assert found(runs(scratch=0.6, fine_tune=0.8), "dann").outcome == "untried"


def test_less_is_better_where_errors_are_counted():
    one = found(runs("rmse", scratch=4.0, fine_tune=3.0, l2_sp=2.0), "fine_tune")
    assert (one.outcome, one.best, one.lead) == ("beaten", "l2_sp", pytest.approx(1.0))
    assert "error lower by 1" in told(one)


def test_a_ceiling_is_no_rival():
    some = runs(scratch=0.6, fine_tune=0.8, oracle_network=0.95)
    assert found(some, "fine_tune").outcome == "best"


def test_fewer_than_three_seeds_settle_nothing():
    assert found(runs(scratch=0.6, fine_tune=0.7, l2_sp=0.9, seeds=2), "fine_tune").outcome == "unknown"
    assert found(runs(scratch=0.6, fine_tune=0.9, seeds=2), "fine_tune").outcome == "unknown"
    assert "too few seeds" in told(found(runs(scratch=0.6, fine_tune=0.9, seeds=2), "fine_tune"))


def test_one_lucky_seed_is_not_the_best():
    some = pd.concat([runs(scratch=0.6, fine_tune=0.8), runs(l2_sp=[0.99], seeds=1)])
    assert found(some, "fine_tune").outcome == "best"


@pytest.mark.parametrize(
    ("transfers", "outcome"),
    [
        ({"fine_tune": 0.8}, "wrong"),
        ({"fine_tune": 0.5, "dann": 0.601}, "right"),
        ({"fine_tune": [0.5, 0.75, 0.55, 0.7, 0.6]}, "unknown"),
        ({}, "untried"),
    ],
)
def test_advice_not_to_transfer_is_held_against_the_verdicts(transfers, outcome):
    one = found(runs(scratch=0.6, **transfers), "logistic_regression", transfer=False)
    assert one.outcome == outcome
    assert one.well == (outcome == "right")
    assert told(one).startswith("Advised before training: do not transfer.")


def test_the_products_own_choice_is_no_witness_against_advice_not_to_transfer():
    some = runs(scratch=0.6, fine_tune=0.5, auto=0.8)
    assert found(some, "auto", transfer=False).outcome == "right"


def test_where_nothing_else_was_run_there_is_nothing_to_say():
    some = runs(fine_tune=0.8)
    assert fared(some, summarise(some), True, ("fine_tune",)) is None


def test_nothing_finished_and_nothing_named_say_nothing():
    some = runs(scratch=0.6, fine_tune=0.8)
    assert fared(some, summarise(some), True, ()) is None
    assert fared(some.assign(state="queued"), summarise(some), True, ("fine_tune",)) is None


def test_one_of_several_equals_is_rarely_called_clearly_beaten():
    rng, beaten = np.random.default_rng(0), 0
    for _ in range(200):
        names = ["scratch", "fine_tune", "l2_sp", "dann", "deep_coral"]
        some = runs(**{name: list(0.7 + rng.normal(0, 0.03, 5)) for name in names})
        beaten += found(some, "fine_tune").outcome == "beaten"
    assert beaten <= 10


def test_an_experiment_keeps_the_advice_for_each_budget_as_it_was_given_beforehand():
    store = Store.open()
    planned = plan(Experiment("cold_start", ("logistic_regression", "fine_tune"), labels=(50, 200)))
    kept = store.experiment(store.submit(planned)).facts["advice"]
    store.close()
    assert [one["labels"] for one in kept] == [50, 200]
    for one in kept:
        now = advice.advise(
            advice.facts(planned.situation, one["labels"], planned.backbone), planned.situation, planned.backbone
        )
        assert one["transfer"] == now.transfer
        assert one["strategies"] == [told.strategy for told in now.strategies]


def test_data_that_allows_no_advice_is_no_obstacle():
    assert advice.given(table("binary"), (10**6,), "auto") == []


@pytest.mark.parametrize("scenario", catalog.embedded())
def test_every_shipped_example_carries_the_advice_for_each_of_its_budgets(scenario):
    record = json.loads((EXAMPLES / scenario / "experiment.json").read_text())
    assert [one["labels"] for one in record["facts"]["advice"]] == record["experiment"]["labels"]
    for one in record["facts"]["advice"]:
        assert set(one["strategies"]) <= set(catalog.strategies())


def test_the_command_line_says_it_for_each_budget_and_writes_it_down(capsys):
    store = Store.open()
    training = Training(epochs=1)
    strategies = ("scratch", "pooled_boosting", "fine_tune")
    planned = plan(Experiment("cold_start", strategies, labels=(60, 200), seeds=3, training=training))
    name = store.submit(planned)
    levels = {"scratch": 0.6, "pooled_boosting": 0.7, "fine_tune": 0.8}
    while (waiting := store.runs(name).query("state == 'queued'")).size:
        first = waiting.iloc[0]
        shelves.carried_out(store, score=levels[first["strategy"]] + 0.01 * first["seed"])
    runs = store.runs(name)
    record = show(Ended(planned, name, runs, summarise(runs), store))["advice"]
    store.close()
    assert [(one["labels"], one["tried"], one["best"]) for one in record] == [
        (60, "pooled_boosting", "fine_tune"), (200, "pooled_boosting", "fine_tune")
    ]  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    first = advice.given(planned.situation, (60,), "mlp")[0]["strategies"][0]
    assert lines[0].startswith(f"With 60 target labels: Recommended before training: {first}")
    assert lines[0].endswith("It was clearly beaten. Best: fine_tune (+10.0 points).")
    assert len(lines) == 2
