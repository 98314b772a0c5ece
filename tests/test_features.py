"""What a network makes of both domains, before and after: the measures, and what runs say of themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from learning import run
from toys import pictures, table

from tlcore.errors import Stopped
from tlcore.measure.adaptation import GAPS, Seen, adaptation, beside_gains, neighbours_agree
from tlcore.measure.adaptation import table as by_strategy

CLASSES = np.repeat(["calm", "loud"], 75)


def features(shift: float, seed: int = 0, width: int = 6) -> Seen:
    rng = np.random.default_rng(seed)
    target = 2 * rng.normal(size=(150, width)) + shift
    target[75:, 0] += 2
    return Seen(rng.normal(size=(150, width)), target)


def test_what_does_not_change_changes_no_measure():
    found = adaptation(features(1.0), features(1.0), CLASSES).measures
    assert set(found) == {"mmd", *GAPS, "scatter_ratio", "silhouette", "class_distance"}
    assert all(before == after for before, after, _floor in found.values())


def test_every_gap_falls_to_its_floor_when_the_target_comes_to_lie_on_the_source():
    rng = np.random.default_rng(1)
    near = Seen(rng.normal(size=(150, 6)), rng.normal(size=(150, 6)))
    found = adaptation(features(1.0), near, None).measures
    for name, (before, after, floor) in found.items():
        assert before > 1.5 * floor, name
        assert after < 1.2 * floor, name


def test_smaller_numbers_bring_no_domain_nearer():
    seen = features(1.0)
    shrunk = Seen(seen.source / 1000, seen.target / 1000)
    for before, after, _floor in (adaptation(seen, shrunk, None).measures[name] for name in ("mmd", *GAPS)):
        assert after == pytest.approx(before)


def test_many_features_are_turned_onto_few_directions_and_a_dead_one_does_no_harm():
    wide = features(1.0, width=300)
    wide.source[:, 5] = wide.target[:, 5] = 0.0
    before, after, floor = adaptation(wide, wide, None).measures["a_distance"]
    assert before == after > floor


def test_without_source_examples_only_the_classes_are_measured():
    seen = features(1.0)
    found = adaptation(Seen(seen.source[:0], seen.target), Seen(seen.source[:0], seen.target), CLASSES)
    assert set(found.measures) == {"scatter_ratio", "silhouette", "class_distance"}
    assert set(found.picture["domain"]) == {"target"}


def test_both_moments_lie_in_one_picture():
    seen = features(1.0)
    picture = adaptation(seen, Seen(seen.source, seen.target - 1.0), CLASSES).picture
    middle = picture.groupby(["moment", "domain"])[["x0", "x1"]].mean()
    apart = {moment: np.linalg.norm(middle.loc[moment, "source"] - middle.loc[moment, "target"]) for moment in
             ("before", "after")}  # fmt: skip
    assert apart["after"] < 0.5 * apart["before"]
    assert set(picture.loc[picture["domain"] == "target", "label"]) == {"calm", "loud"}


def rows(strategy: str, seed: int, start: str, before: float, after: float) -> dict:
    return {"run": f"{strategy}{seed}", "strategy": strategy, "labels": 50, "seed": seed, "start": start, "n": 100,
            "measure": "mmd", "before": before, "after": after, "floor": 0.01}  # fmt: skip


def test_what_learns_both_at_once_is_held_against_the_network_that_had_learnt_the_source():
    told = pd.DataFrame([rows("fine_tune", 0, "source", 0.5, 0.4), rows("l2_sp", 0, "source", 0.5, 0.3),
                         rows("protonet", 0, "source", 0.9, 0.9), rows("dann", 0, "blank", 0.1, 0.2)])  # fmt: skip
    found = by_strategy(told).set_index("strategy")
    assert found.loc["dann", ["before", "start"]].tolist() == [0.5, "source"]
    assert found.loc["dann", "change"] == pytest.approx(-0.3)
    assert found.loc["protonet", "before"] == 0.9
    alone = by_strategy(told[told["strategy"] == "dann"]).iloc[0]
    assert (alone["before"], alone["start"]) == (0.1, "blank")


def test_a_gain_stands_beside_the_gap_of_the_same_seed():
    told = pd.DataFrame([rows("dann", seed, "source", 0.5, 0.5 - 0.1 * seed) for seed in (0, 1)])
    scores = {("dann", 0): 0.70, ("dann", 1): 0.90, ("scratch", 0): 0.60, ("scratch", 1): 0.65}
    runs = pd.DataFrame([{"strategy": name, "labels": 50, "seed": seed, "test_score": score}
                         for (name, seed), score in scores.items()])  # fmt: skip
    found = beside_gains(told, runs, "scratch", 1).set_index("seed")
    assert found["gain"].round(9).to_dict() == {0: 0.1, 1: 0.25}
    assert found["change"].round(9).to_dict() == {0: 0.0, 1: -0.1}
    assert beside_gains(told, runs, "scratch", -1)["gain"].lt(0).all()


def test_every_label_is_a_budget_like_any_other():
    told = pd.DataFrame([rows("dann", seed, "source", 0.5, 0.4) for seed in (0, 1)])
    told["labels"] = pd.Series([pd.NA, pd.NA], dtype=object)
    runs = pd.DataFrame([{"strategy": name, "labels": pd.NA, "seed": seed, "test_score": 0.6}
                         for name in ("dann", "scratch") for seed in (0, 1)])  # fmt: skip
    assert len(beside_gains(told, runs.astype({"labels": object}), "scratch", 1)) == 2
    found = by_strategy(told)
    assert found["change"].tolist() == [pytest.approx(-0.1)]
    assert found["labels"].isna().all()


def test_neighbours_agree_where_the_classes_lie_apart_and_half_the_time_where_they_do_not():
    rng = np.random.default_rng(2)
    labels = np.repeat(["a", "b"], 200)
    points = rng.normal(size=(400, 2))
    assert neighbours_agree(points + 10 * (labels == "a")[:, None], labels) == 1.0
    assert neighbours_agree(points, labels) == pytest.approx(0.5, abs=0.1)
    assert np.isnan(neighbours_agree(points[:5], labels[:5]))


def test_a_frozen_body_leaves_the_gap_as_it_is_and_alignment_begins_before_it_knows_anything(tmp_path):
    kept = run(pictures(), "feature_extraction", tmp_path)[0].outcome.features
    assert kept["start"] == "source"
    assert kept["n"] >= 10
    assert all(before == after for before, after, _floor in kept["measures"].values())
    aligned = run(pictures(), "dann", tmp_path)[0].outcome.features
    assert aligned["start"] == "blank"
    assert aligned["measures"]["mmd"][0] != aligned["measures"]["mmd"][1]


def test_statistics_measured_anew_between_two_phases_are_no_part_of_before(tmp_path):
    plain = run(pictures(), "feature_extraction", tmp_path)[0].outcome.features["measures"]["mmd"]
    anew = run(pictures(), "adabn", tmp_path)[0].outcome.features["measures"]["mmd"]
    assert anew[0] == pytest.approx(plain[0])
    assert anew[1] != anew[0]


def test_what_has_no_one_network_says_nothing(tmp_path):
    result = run(table(), "logistic_regression", tmp_path)[0]
    assert not result.outcome.features
    assert result.picture.empty


def test_a_run_stopped_while_it_learns_the_source_ends_where_it_begins(tmp_path):
    def stop(epoch):
        if epoch.number == 2:
            raise Stopped

    found = run(pictures(), "fine_tune", tmp_path, report=stop)[0].outcome.features
    assert all(before == after for before, after, _floor in found["measures"].values())


def test_looking_changes_no_result(tmp_path, monkeypatch):
    from tlcore.learn import look

    seen = run(pictures(), "dann", tmp_path / "one")[0].predictions
    monkeypatch.setattr(look.Look, "_remember", lambda *_: None)
    pd.testing.assert_frame_equal(seen, run(pictures(), "dann", tmp_path / "other")[0].predictions)


def test_a_network_that_no_longer_answers_in_numbers_fails_no_run(tmp_path, monkeypatch):
    from tlcore.learn import look

    numbers = look._numbers
    monkeypatch.setattr(look, "_numbers", lambda body, x: numbers(body, x) * np.inf)
    result = run(pictures(), "fine_tune", tmp_path)[0]
    assert result.outcome.test
    assert not result.outcome.features
    assert result.picture.empty
