"""Learning curves over seeds, and what reaching a good score costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlcore import catalog
from tlcore.measure.convergence import POINTS_AT_MOST, curves, forgotten, seed_curves, table

NAN = float("nan")


def curve(strategy: str, seed: int, scores: list[float], labels: object = 50, source: int = 0) -> pd.DataFrame:
    """The epochs of one run: ``source`` epochs on the source (10 steps and 1 second each), then epoch 0, 1, ...

    A target epoch takes 2 steps, 50 labels and half a second.
    """
    rows = [
        {"phase": "source", "number": e, "step": 10 * e, "seen": 0, "seconds": float(e), "watched": NAN, "kept": True}
        for e in range(source + 1 if source else 0)
    ]
    best = int(np.argmax(scores))
    for e, score in enumerate(scores):
        spent = {"step": 10 * source + 2 * e, "seen": 50 * e, "seconds": source + 0.5 * e}
        rows.append({"phase": "target", "number": e, "watched": score, "kept": e <= best} | spent)
    frame = pd.DataFrame(rows).assign(run=f"{strategy}{labels}{seed}", strategy=strategy, seed=seed, valid=NAN)
    return frame.assign(position=range(len(frame)), labels=pd.Series([labels] * len(frame), dtype=object))


def runs_of(epochs: pd.DataFrame, metric: str = "accuracy", **more: object) -> pd.DataFrame:
    """A finished run for every run that left epochs; its last score is its test score."""
    last = epochs.sort_values("position").groupby("run", sort=False).tail(1)
    runs = last[["run", "strategy", "labels", "seed"]].assign(state="done", metric=metric, test_score=last["watched"])
    return runs.assign(test=[{metric: score} for score in runs["test_score"]], **more).reset_index(drop=True)


def row(frame: pd.DataFrame, strategy: str) -> pd.Series:
    return frame.set_index("strategy").loc[strategy]


def test_mean_and_band_are_those_of_student():
    scores = [[0.1, 0.5], [0.2, 0.7], [0.3, 0.9]]
    drawn = curves(pd.concat(curve("scratch", seed, s) for seed, s in enumerate(scores)))
    end = drawn.iloc[-1]
    low, high = stats.t.interval(0.95, 2, loc=0.7, scale=stats.sem([0.5, 0.7, 0.9]))
    assert (end["mean"], end["low"], end["high"], end["n"]) == pytest.approx((0.7, low, high, 3))


def test_one_seed_has_a_line_and_no_band():
    drawn = curves(curve("scratch", 0, [0.1, 0.5, 0.6]))
    assert list(drawn["mean"]) == [0.1, 0.5, 0.6]
    assert drawn["low"].isna().all()
    assert drawn["high"].isna().all()


def test_a_run_that_stopped_early_counts_on_and_the_mean_does_not_jump():
    epochs = pd.concat([curve("scratch", 0, [0.1, 0.3]), curve("scratch", 1, [0.5, 0.7, 0.7, 0.7])])
    drawn = curves(epochs)
    assert list(drawn["n"]) == [2, 2, 2, 2]
    assert list(drawn["mean"]) == pytest.approx([0.3, 0.5, 0.5, 0.5])


def test_a_run_still_under_way_is_not_carried_on():
    epochs = pd.concat([curve("scratch", 0, [0.1, 0.3]), curve("scratch", 1, [0.5, 0.7, 0.7, 0.7])])
    runs = runs_of(epochs)
    runs.loc[runs["seed"] == 0, "state"] = "running"
    assert list(curves(epochs, runs=runs)["n"]) == [2, 2, 1, 1]


def test_a_mean_starts_where_all_its_runs_have_a_score():
    epochs = pd.concat([curve("fine_tune", 0, [0.5, 0.6], source=2), curve("fine_tune", 1, [0.5, 0.6], source=4)])
    drawn = curves(epochs)
    assert drawn["x"].min() == 5
    assert set(drawn["n"]) == {2}


@pytest.mark.parametrize(("x", "last"), [("position", 6), ("step", 44), ("seen", 100), ("seconds", 5.0)])
def test_every_axis_counts_from_the_start_of_the_run_source_included(x, last):
    drawn = curves(curve("fine_tune", 0, [0.5, 0.6, 0.7], source=4), x=x)
    assert drawn["x"].max() == (7 if x == "position" else last)


def test_without_watched_scores_the_validation_scores_are_drawn():
    epochs = curve("scratch", 0, [0.2, 0.4])
    epochs = epochs.assign(valid=epochs["watched"], watched=NAN)
    assert list(seed_curves(epochs)["score"]) == [0.2, 0.4]
    assert len(seed_curves(epochs, score="valid")) == 2


def test_budgets_are_drawn_apart_and_a_missing_one_means_all_labels():
    drawn = curves(pd.concat([curve("scratch", 0, [0.9], labels=pd.NA), curve("scratch", 0, [0.4], labels=20)]))
    assert list(drawn["mean"]) == [0.4, 0.9]
    assert drawn["labels"].isna().tolist() == [False, True]


def test_long_curves_are_thinned_and_keep_their_ends():
    drawn = curves(curve("scratch", 0, list(np.linspace(0, 1, 1000))))
    assert len(drawn) == POINTS_AT_MOST
    assert (drawn["mean"].iloc[0], drawn["mean"].iloc[-1]) == (0, 1)


def test_no_epochs_give_no_curves_and_no_error():
    nothing = curve("scratch", 0, [0.1]).iloc[:0]
    assert curves(nothing).empty
    assert table(nothing, runs_of(curve("scratch", 0, [0.1])).iloc[:0]).empty


def test_the_cost_of_reaching_the_threshold_includes_the_source():
    epochs = pd.concat(
        [curve("scratch", 0, [0.0, 0.4, 0.8, 1.0]), curve("fine_tune", 0, [0.5, 0.96, 0.96, 0.97], source=3)]
    )
    found = table(epochs, runs_of(epochs))
    assert row(found, "scratch")["threshold"] == pytest.approx(0.95)
    assert list(row(found, "scratch")[["reached", "epochs", "steps", "seen", "seconds"]]) == [1, 3, 6, 150, 1.5]
    assert list(row(found, "fine_tune")[["reached", "epochs", "steps", "seen", "seconds"]]) == [1, 1, 32, 50, 3.5]


def test_a_source_model_that_is_good_enough_reaches_at_epoch_zero_at_the_sources_cost():
    epochs = pd.concat([curve("scratch", 0, [0.0, 1.0]), curve("fine_tune", 0, [0.99, 0.99], source=3)])
    assert list(row(table(epochs, runs_of(epochs)), "fine_tune")[["epochs", "steps", "seconds"]]) == [0, 30, 3.0]


def test_never_reaching_it_is_not_reached_and_never_a_number():
    epochs = pd.concat([curve("scratch", 0, [0.0, 1.0]), curve("dann", 0, [0.1, 0.2])])
    found = row(table(epochs, runs_of(epochs)), "dann")
    assert found["reached"] == 0
    assert found[["epochs", "steps", "seen", "seconds"]].isna().all()


def test_a_run_that_never_came_there_counts_as_later_than_all_others():
    arrivals = {0: [0.0, 1.0, 1.0, 1.0], 1: [0.0, 0.0, 0.0, 1.0], 2: [0.0, 0.0, 0.0, 0.0]}
    epochs = pd.concat(
        [curve("scratch", 0, [0.0, 0.0, 1.0])] + [curve("dann", seed, scores) for seed, scores in arrivals.items()]
    )
    found = row(table(epochs, runs_of(epochs)), "dann")
    assert (found["reached"], found["n"], found["epochs"]) == (2, 3, 3)


def test_without_scratch_there_is_nothing_to_reach():
    epochs = curve("fine_tune", 0, [0.5, 0.9])
    found = row(table(epochs, runs_of(epochs)), "fine_tune")
    assert pd.isna(found["reached"])
    assert pd.isna(found["epochs"])
    assert found["area"] == pytest.approx(0.7)


def test_lower_is_better_metrics_are_reached_from_above():
    epochs = pd.concat([curve("scratch", 0, [1.0, 0.6, 0.4]), curve("fine_tune", 0, [0.5, 0.43, 0.41], source=1)])
    found = table(epochs, runs_of(epochs, metric="log_loss"))
    assert row(found, "scratch")["threshold"] == pytest.approx(0.42)
    assert row(found, "fine_tune")["epochs"] == 2


def test_a_negative_best_score_is_eased_and_not_tightened():
    epochs = curve("scratch", 0, [-2.0, -1.0])
    assert row(table(epochs, runs_of(epochs, metric="r2")), "scratch")["threshold"] == pytest.approx(-1.05)


def test_area_is_the_mean_height_over_a_common_stretch():
    epochs = pd.concat([curve("scratch", 0, [0.0, 0.5, 1.0, 1.0, 1.0]), curve("dann", 0, [0.8, 0.8])])
    found = table(epochs, runs_of(epochs))
    assert row(found, "scratch")["area"] == pytest.approx((0.25 + 0.75 + 1 + 1) / 4)
    assert row(found, "dann")["area"] == pytest.approx(0.8)


def test_best_epoch_and_turns_are_read_from_the_curve():
    epochs = curve("scratch", 0, [0.1, 0.5, 0.3, 0.6, 0.6, 0.2])
    found = row(table(epochs, runs_of(epochs)), "scratch")
    assert (found["best_epoch"], found["reversals"]) == (3, 3)


def test_only_finished_runs_are_counted():
    epochs = pd.concat([curve("scratch", seed, [0.1, 0.9]) for seed in range(3)])
    runs = runs_of(epochs)
    runs.loc[runs["seed"] == 2, "state"] = "cancelled"
    assert row(table(epochs, runs), "scratch")["n"] == 2


def test_a_relative_spread_above_a_tenth_is_flagged_unstable():
    steady = pd.concat([curve("scratch", seed, [0.80 + seed / 100]) for seed in range(3)])
    shaky = pd.concat([curve("dann", seed, [0.5 + seed / 5]) for seed in range(3)])
    epochs = pd.concat([steady, shaky])
    found = table(epochs, runs_of(epochs))
    assert row(found, "scratch")["flags"] == []
    assert row(found, "dann")["flags"] == ["unstable"]
    assert row(found, "dann")["relative_spread"] == pytest.approx(0.2 / 0.7)


def test_chance_collapse_and_less_than_nothing_are_flagged():
    epochs = pd.concat([curve(name, 0, [0.9]) for name in ("scratch", "frequency_table", "dann")])
    runs = runs_of(epochs)
    always = {"accuracy": 0.95, "balanced_accuracy": 0.5, "roc_auc": 0.5}
    runs["test"] = [{"accuracy": 0.9, "balanced_accuracy": 0.8, "roc_auc": 0.9}, always, always | {"roc_auc": 0.57}]
    runs["test_score"] = [0.9, 0.5, 0.4]
    found = table(epochs, runs)
    assert row(found, "scratch")["flags"] == []
    assert row(found, "frequency_table")["flags"] == []
    assert row(found, "dann")["flags"] == ["near chance", "collapsed", "below frequency table"]


def watched(strategy: str, seed: int, source: list[float], after: list[float], kept: int) -> pd.DataFrame:
    """A run that learns the source (scores ``source``) and then the target, judged on the source (``after``) too."""
    run = curve(strategy, seed, [0.5 + 0.1 * e for e in range(len(after))], source=len(source) - 1)
    run["source"] = [*source, *after]
    run["phase_index"] = (run["phase"] == "target").astype(int)
    run.loc[run["phase"] == "target", "kept"] = [e <= kept for e in range(len(after))]
    return run


def test_what_was_forgotten_is_the_fall_from_the_end_of_the_source_to_the_epoch_kept():
    epochs = pd.concat(
        [
            watched("fine_tune", 0, [0.5, 0.9], [0.9, 0.8, 0.7], 2),
            watched("fine_tune", 1, [0.5, 0.9], [0.9, 0.8, 0.7], 1),
        ]
    )
    found = row(forgotten(epochs, "accuracy"), "fine_tune")
    assert list(found[["knew", "keeps", "drop", "n"]]) == pytest.approx([0.9, 0.75, 0.15, 2])
    assert found["target"] == pytest.approx(0.65)
    low, high = stats.t.interval(0.95, 1, loc=0.15, scale=stats.sem([0.2, 0.1]))
    assert (found["low"], found["high"]) == pytest.approx((low, high))


def test_forgetting_is_positive_where_an_error_grows():
    epochs = watched("fine_tune", 0, [0.5, 0.2], [0.2, 0.3], 1)
    assert row(forgotten(epochs, "log_loss"), "fine_tune")["drop"] == pytest.approx(0.1)


def test_the_source_phase_counts_however_many_phases_follow_it():
    run = watched("fine_tune", 0, [0.5, 0.9], [0.9, 0.8, 0.8, 0.7], 3)
    run.loc[run.index[-2:], "phase_index"] = 2
    assert row(forgotten(run, "accuracy"), "fine_tune")["drop"] == pytest.approx(0.2)


def test_who_never_saw_the_source_or_was_not_watched_has_nothing_to_forget():
    unwatched = watched("fine_tune", 0, [0.5, 0.9], [NAN, NAN], 1)
    assert forgotten(unwatched, "accuracy").empty
    assert forgotten(watched("scratch", 0, [0.5, 0.9], [0.9, 0.8], 1), "accuracy").empty
    assert forgotten(curve("dann", 0, [0.5, 0.6]).assign(source=0.9, phase_index=0), "accuracy").empty


def test_a_ceiling_takes_no_part_in_the_race():
    top = next(name for name in catalog.strategies() if catalog.is_ceiling(name))
    epochs = pd.concat([curve("scratch", 0, [0.1, 0.9]), curve(top, 0, [0.99], labels=pd.NA)])
    assert list(table(epochs, runs_of(epochs))["strategy"]) == ["scratch"]
