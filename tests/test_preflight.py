"""What a plan costs and can show, before it starts: from past runs where there are any, else by a stated rule."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shelves
import toys

from tlcore import catalog
from tlcore.launch import dry_runs
from tlcore.launch.dry_runs import Cost
from tlcore.plan import Plan
from tlcore.plan import plan as make
from tlcore.preflight import FIRST, STEP, many, preflight
from tlcore.room import doubts, room
from tlcore.spec import Experiment, Training

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


class TestRoom:
    def found(self, plan, **changed):
        cost = Cost(seconds=0.01, memory=5e8, weights=1e6)
        made = room(plan, plan.runs, 2, Path(), cost)
        return replace(made, **changed)

    def test_a_measured_step_stands_in_for_the_rule_of_thumb(self, plan):
        slow, quick = (preflight(plan, NOTHING, step=step) for step in (0.1, 0.001))
        assert slow.stepped
        assert slow.seconds > 5 * quick.seconds
        assert preflight(plan, past(plan, 0.02), step=9.0).seconds == preflight(plan, past(plan, 0.02)).seconds

    def test_disk_is_the_weights_of_those_that_train_a_network_and_what_every_run_leaves(self, plan):
        small, large = (room(plan, plan.runs, 2, Path(), Cost(0.01, 5e8, size)).disk for size in (0.0, 1e6))
        trained = 5 * sum(catalog.strategies()[name].epochs for name in STRATEGIES)
        assert large - small == pytest.approx(1e6 * (trained + 5))  # and the source's network of every seed
        assert small > 0
        assert room(plan, [], 2, Path(), None).disk == 0

    def test_what_does_not_fit_is_said_with_what_would_help(self, plan):
        assert doubts(self.found(plan, there=1e12, free=1e12)) == []
        (memory,) = doubts(self.found(plan, memory=6e9, there=4e9, free=1e12))
        assert "6.0 GB of memory, and 4.0 GB are there" in memory
        assert "smaller batch" in memory
        (disk,) = doubts(self.found(plan, there=1e12, disk=2e9, free=1e9))
        assert "2.0 GB, and 1.0 GB of disk are free" in disk
        (lack,) = doubts(self.found(plan, there=1e12, free=1e12, problem="memory"))
        assert "did not fit into memory" in lack

    def test_a_measurement_that_was_ended_from_outside_claims_no_more_than_that(self, plan):
        (killed,) = doubts(self.found(plan, there=1e12, free=1e12, problem="killed"))
        assert "ended from outside, as a rule because memory ran out" in killed
        assert "did not fit" not in killed

    def test_very_many_runs_are_asked_back_about_with_time_and_disk(self, plan):
        few = preflight(plan, NOTHING)
        assert many(few, 1e6) == ""
        asked = many(replace(few, runs=10_000, seconds=90_000.0), 3e9)
        assert asked == "These are 10,000 runs: about 25.0 h and 3.0 GB of disk."


class TestDryRuns:
    def test_what_was_measured_is_kept_by_network_batch_and_shape(self, store, plan):
        assert dry_runs.known(store, plan) is None
        dry_runs._file(store, plan).parent.mkdir(parents=True)
        found = {"seconds": 0.1, "memory": 1e9, "weights": 1e6, "total": None}
        dry_runs._file(store, plan).write_text(json.dumps(found))
        assert dry_runs.known(store, plan).seconds == 0.1
        assert dry_runs.known(store, shelves.planned(STRATEGIES, seeds=2)) is not None
        assert dry_runs.known(store, shelves.planned(STRATEGIES, training=Training(batch=128))) is None

    def test_what_was_killed_is_tried_again_sooner_than_what_did_not_fit(self, store, plan):
        file = dry_runs._file(store, plan)
        file.parent.mkdir(parents=True)
        for problem, again in (("killed", True), ("memory", False)):
            file.write_text(json.dumps({"problem": problem}))
            assert dry_runs.known(store, plan).problem == problem
            earlier = time.time() - 600
            os.utime(file, (earlier, earlier))
            assert (dry_runs.known(store, plan) is None) == again

    def test_two_steps_in_a_process_of_their_own_say_time_memory_and_weights(self, store):
        cost = dry_runs.measured(store, make(Experiment("cold_start", ("scratch",), labels=(50,))))
        assert cost.problem == ""
        assert 0 < cost.seconds < 5
        assert cost.memory > 1e8
        assert 1e4 < cost.weights < 1e6

    def test_the_memory_of_whoever_asked_is_not_counted(self):
        held = b"1" * 600_000_000
        words = [sys.executable, "-c", "from tlcore import dry_run; print(dry_run._height())"]
        height = int(subprocess.run(words, capture_output=True, check=True).stdout)
        assert 1e7 < height < len(held)
