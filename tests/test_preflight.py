"""What a plan costs and can show, before it starts: from past runs where there are any, else by a stated rule."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import shelves
import toys

from tlcore import catalog
from tlcore.plan import Plan
from tlcore.preflight import FIRST, STEP, preflight
from tlcore.spec import Experiment

STRATEGIES = ("logistic_regression", "scratch", "fine_tune")
COLUMNS = (
    "run", "strategy", "labels", "seed", "state", "metric", "test_score", "seconds", "epochs", "scenario", "backbone",
)  # fmt: skip
NOTHING = pd.DataFrame(columns=COLUMNS)


@pytest.fixture
def plan():
    return shelves.planned(STRATEGIES, seeds=5)


def past(plan, spread: float, seconds: float = 6.0, epochs: int = 3) -> pd.DataFrame:
    """Finished runs of the same scenario at another label budget, in which fine-tuning varies by ``spread``."""
    rng = np.random.default_rng(0)
    rows = []
    for seed in range(20):
        for strategy in STRATEGIES:
            score = 0.7 + (spread * rng.normal() if strategy == "fine_tune" else 0.0)
            row = {"run": f"{strategy}{seed}", "strategy": strategy, "labels": 20, "seed": seed, "state": "done"}
            row |= {"metric": "roc_auc", "test_score": score, "seconds": seconds, "epochs": epochs}
            rows.append(row | {"scenario": "cold_start", "backbone": "mlp"})
    return pd.DataFrame(rows)[list(COLUMNS)]


def test_nothing_known_yet_is_said_and_a_rule_stands_in(plan):
    facts = preflight(plan, NOTHING)
    assert (facts.runs, facts.finished) == (15, 0)
    assert not facts.timed
    assert not facts.measured
    assert facts.seconds > 0


def test_the_time_is_what_past_runs_took_per_epoch(plan):
    facts = preflight(plan, past(plan, 0.02, seconds=6.0, epochs=3))
    assert facts.timed
    assert facts.seconds == pytest.approx(15 * 2.0 * plan.experiment.training.epochs)


def test_a_learner_without_epochs_costs_what_it_cost_whatever_the_budget(plan):
    known = past(plan, 0.02, seconds=6.0, epochs=3)
    known.loc[known["strategy"] == "logistic_regression", ["seconds", "epochs"]] = [0.5, 0]
    networks = 2 * 2.0 * plan.experiment.training.epochs
    assert preflight(plan, known).seconds == pytest.approx(5 * (0.5 + networks))


def test_twice_the_slots_take_half_the_time(plan):
    one, two = (preflight(plan, past(plan, 0.02), slots) for slots in (1, 2))
    assert two.seconds == pytest.approx(one.seconds / 2)


def test_finished_runs_are_not_paid_for_again(plan):
    known = past(plan, 0.02)
    known.loc[: len(plan.runs) - 1, "run"] = [spec.key for spec in plan.runs]
    facts = preflight(plan, known)
    assert facts.finished == facts.runs
    assert facts.seconds == 0


def test_a_plan_that_varies_less_shows_smaller_gains(plan):
    calm, wild = (preflight(plan, past(plan, spread)) for spread in (0.005, 0.05))
    assert calm.measured
    assert calm.smallest < wild.smallest
    assert calm.spread == pytest.approx(0.005, rel=0.5)


def test_more_seeds_show_smaller_gains_and_two_show_none():
    smallest = {n: preflight(shelves.planned(STRATEGIES, seeds=n), NOTHING).smallest for n in (2, 3, 5, 20)}
    assert math.isnan(smallest[2])
    assert smallest[3] > smallest[5] > smallest[20] > 0.01


def test_runs_of_another_scenario_say_nothing_about_this_one(plan):
    facts = preflight(plan, past(plan, 0.02).assign(scenario="fraud"))
    assert not facts.timed
    assert not facts.measured


def test_the_rule_of_thumb_counts_two_phases_where_something_is_transferred(plan):
    def seconds(*strategies: str) -> float:
        return preflight(shelves.planned(strategies, seeds=5), NOTHING).seconds

    alone, both = seconds("scratch") - 5 * FIRST, seconds("fine_tune") - 5 * FIRST
    source = math.ceil(len(plan.situation.source) / plan.experiment.training.batch)
    assert both > alone > 0
    assert (both - alone) / alone == pytest.approx(max(source, 20) / 20, rel=0.1)


def test_a_ceiling_is_no_candidate_that_raises_the_bar():
    top = next(name for name in catalog.strategies() if catalog.is_ceiling(name))
    assert preflight(shelves.planned((*STRATEGIES, top), seeds=5), NOTHING).smallest == pytest.approx(
        preflight(shelves.planned(STRATEGIES, seeds=5), NOTHING).smallest
    )


def test_a_step_has_a_price_in_every_modality():
    assert {offer.modality for offer in catalog.backbones().values()} <= set(STEP)


def seconds(backbone: str, **network: object) -> float:
    """What fine-tuning this network on the toy's texts is said to take."""
    situation = toys.messages()
    experiment = Experiment("intents", ("fine_tune",), backbone=backbone, metric="accuracy", labels=(40,), seeds=1,
                            knobs={backbone: network})  # fmt: skip
    runs = experiment.runs(backbone=backbone, metric="accuracy")
    return preflight(Plan(experiment, situation, runs, {}), NOTHING).seconds


def test_a_network_of_ones_own_costs_by_the_size_of_its_weights(tmp_path):
    sizes = {"small": 22_713_216, "large": 300_000_000}
    for name, count in sizes.items():
        (tmp_path / name).mkdir()
        with (tmp_path / name / "model.safetensors").open("wb") as file:
            file.truncate(4 * count)  # a hole: it takes no room
    (tmp_path / "small" / "pytorch_model.bin").write_bytes(bytes(400))  # the same in another form counts once
    small, large = (catalog.backbone("text_encoder", weights=str(tmp_path / name)).parameters for name in sizes)
    assert (small, large) == tuple(sizes.values())


def test_a_network_of_which_nothing_is_known_counts_as_a_usual_one(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    unknown, tiny = seconds("text_encoder", repository="somebody/some-encoder"), seconds("subword_bag")
    assert unknown == pytest.approx(seconds("bert"), rel=0.02)
    assert unknown > 20 * tiny
    encoder = tmp_path / "mine" / "model.safetensors"
    encoder.parent.mkdir()
    encoder.write_bytes(bytes(4 * 1000))
    assert seconds("text_encoder", weights=str(encoder.parent)) < unknown / 20
