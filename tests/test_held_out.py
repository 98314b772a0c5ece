"""A test set made of the target: whole groups of rows, or the latest half, and what a label is taken for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tlcore.files import Files, examine, gather, situation
from tlcore.files.checks.several_rows import names_owners
from tlcore.files.finding import Fix
from tlcore.situation import Examples, hold_out, split


def patients(people: int, seed: int, first: int = 0) -> pd.DataFrame:
    """Visits of patients, one to eight each, a day apart; ill ones stay ill."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"patient": np.repeat(np.arange(people) + first, rng.integers(1, 9, people))})
    ill = rng.random(people) < 0.4
    frame["ill"] = np.where(ill[frame["patient"] - first], "yes", "no")
    frame["patient"] = "P" + frame["patient"].astype(str)
    frame["pulse"] = rng.normal(70, 9, len(frame)).round(1) + 8 * (frame["ill"] == "yes")
    frame["seen"] = pd.date_range("2022-01-01", periods=len(frame)).strftime("%Y-%m-%d")
    frame["ward"] = rng.choice(["A", "B"], len(frame))
    return frame.sample(frac=1, random_state=seed)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    patients(80, 0).to_csv(tmp_path / "old.csv", index=False)
    patients(60, 1, first=1000).to_csv(tmp_path / "new.csv", index=False)
    return Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="ill")


def rows_of(files: Files, part: Examples) -> pd.DataFrame:
    """What the target's file says in these rows."""
    table = pd.read_csv(files.target)
    return table.set_axis(range(1, len(table) + 1)).loc[part.inputs.index]


def test_no_group_is_both_learnt_from_and_judged_and_each_side_has_half_of_both_classes(files):
    drawn = situation(replace(files, group="patient"))
    pool, test = (rows_of(files, part) for part in hold_out(drawn))
    assert not set(pool["patient"]) & set(test["patient"])
    whole = pd.read_csv(files.target)
    assert len(pool) + len(test) == len(whole)
    assert abs(len(pool) - len(test)) <= 8
    shares = [(part["ill"] == "yes").mean() for part in (pool, test, whole)]
    assert max(shares) - min(shares) < 0.1
    assert "patient" not in drawn.source.inputs
    assert len(split(drawn, 20, seed=0).test) == len(test)


def test_the_groups_are_the_same_whatever_the_order_of_the_rows(files):
    before = set(rows_of(files, situation(replace(files, group="patient")).test)["patient"])
    pd.read_csv(files.target).iloc[::-1].to_csv(files.target, index=False)
    assert set(rows_of(files, situation(replace(files, group="patient")).test)["patient"]) == before


def test_unlabelled_rows_of_a_judged_group_are_left_out(files, tmp_path):
    whole = pd.read_csv(files.target)
    whole.loc[whole.groupby("patient").head(1).index, "ill"] = None
    whole.to_csv(files.target, index=False)
    patients(60, 2, first=1000).drop(columns="ill").to_csv(tmp_path / "more.csv", index=False)
    chosen = replace(files, group="patient", unlabelled=str(tmp_path / "more.csv"))
    drawn = situation(chosen)
    judged = set(rows_of(files, drawn.test)["patient"])
    more = pd.read_csv(chosen.unlabelled)
    left = (~more["patient"].isin(judged)).sum() + (whole["ill"].isna() & ~whole["patient"].isin(judged)).sum()
    assert len(drawn.unlabelled) == left


def test_the_latest_half_is_the_test_set_and_the_time_stays_an_input(files):
    drawn = situation(replace(files, time="seen"))
    pool, test = (rows_of(files, part)["seen"] for part in hold_out(drawn))
    assert pool.max() < test.min()
    assert abs(len(pool) - len(test)) <= 1
    assert drawn.test.inputs["seen"].min() > drawn.target.inputs["seen"].max()


def test_moments_that_many_rows_share_are_never_on_both_sides(files):
    whole = pd.read_csv(files.target)
    whole.assign(year=np.resize([2020, 2021, 2021, 2021], len(whole))).to_csv(files.target, index=False)
    pd.read_csv(files.source).assign(year=2019).to_csv(files.source, index=False)
    drawn = situation(replace(files, time="year"))
    assert set(rows_of(files, drawn.target)["year"]) == {2020}
    assert set(rows_of(files, drawn.test)["year"]) == {2021}


def test_one_table_in_two_is_ordered_as_a_whole(files, tmp_path):
    pd.concat([pd.read_csv(files.source), pd.read_csv(files.target)]).to_csv(tmp_path / "all.csv", index=False)
    one = Files(source=str(tmp_path / "all.csv"), label="ill", domain_column="ward", target_domain="A")
    for chosen in ({"time": "seen"}, {"group": "patient"}):
        drawn = situation(replace(one, **chosen))
        assert abs(len(drawn.test) - len(drawn.target)) < 0.1 * len(drawn.target)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"group": "patient", "time": "seen"}, "more than one of them is named"),
        ({"group": "patient", "test": "source"}, "more than one of them is named"),
        ({"time": "seen", "test": "source"}, "more than one of them is named"),
        ({"group": "pateint"}, "Did you mean 'patient'?"),
        ({"time": "ward"}, "holds neither dates nor numbers"),
        ({"group": "ill"}, "and also named for something else"),
        ({"group": "ward", "places": "ward"}, "and also named for something else"),
        ({"task": "number"}, "holds words"),
    ],
)
def test_what_makes_no_test_set_is_answered_in_a_sentence(files, chosen, why):
    chosen = {knob: files.source if value == "source" else value for knob, value in chosen.items()}
    _drawn, found = gather(replace(files, **chosen))
    assert [finding.sentence for finding in found.stops if why in finding.sentence], found.stops
    assert len(found.stops) == 1


def test_folders_have_neither_groups_nor_times(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name / "a").mkdir(parents=True)
    _drawn, found = gather(Files(source=str(tmp_path / "old"), target=str(tmp_path / "new"), time="seen"))
    assert ["folders have none" in finding.what for finding in found.stops] == [True]


def test_several_rows_of_one_patient_are_hinted_at_and_the_fix_keeps_them_together(files):
    (hint,) = [finding for finding in examine(files) if finding.fix and finding.fix.knob == "group"]
    assert (hint.severity, hint.fix) == ("hint", Fix("group", "patient"))
    assert not [f for f in examine(replace(files, group="patient")) if f.fix and f.fix.knob == "group"]


def series(*values: object, each: int = 4) -> pd.Series:
    return pd.Series([value for value in values for _repeat in range(each)])


@pytest.mark.parametrize(
    ("column", "values", "source", "owners"),
    [
        ("machine", series(*(f"M{k}" for k in range(40))), series(*(f"M{k}" for k in range(90, 99))), True),
        ("customer_id", series(*range(40)), None, True),
        ("customer_id", series(*range(40), each=1), None, False),
        ("age", series(*range(40)), None, False),
        ("town", series(*(f"{one}ton" for one in "abcdefghijklmnopqrstuvwxyz")), None, False),
        ("postcode", series(*(f"P{k}" for k in range(40))), series(*(f"P{k}" for k in range(40))), False),
        ("seen", series(*pd.date_range("2024-01-01", periods=40).strftime("%Y-%m-%d")), None, False),
        ("message", series(*(f"call me at {k}" for k in range(40))), None, False),
        ("M", series("M1", "M2", each=40), None, False),
    ],
)
def test_only_what_names_owners_is_taken_for_such(column, values, source, owners):
    assert names_owners(column, values, source) is owners


# What the label is.


@pytest.mark.parametrize(("count", "read", "other"), [(15, "classes", "number"), (40, "number", "classes")])
def test_whole_numbers_of_some_values_are_read_one_way_and_the_other_by_a_fix(files, count, read, other):
    for path in (files.source, files.target):
        table = pd.read_csv(path)
        table.assign(ill=np.arange(len(table)) % count).to_csv(path, index=False)
    (hint,) = [finding for finding in examine(files) if finding.fix and finding.fix.knob == "task"]
    assert (hint.severity, hint.fix) == ("hint", Fix("task", other))
    assert f"{count} different whole numbers and is predicted as {'a ' * (read == 'number')}{read}" in hint.what
    assert situation(files).regression is (read == "number")
    turned = replace(files, task=other)
    assert situation(turned).regression is (other == "number")
    assert not [finding for finding in examine(turned) if finding.fix and finding.fix.knob == "task"]


def test_measured_numbers_and_few_classes_raise_no_doubt(files):
    for values in (lambda n: np.arange(n) % 40 + 0.5, lambda n: np.arange(n) % 3, lambda n: np.arange(n)):
        for path in (files.source, files.target):
            table = pd.read_csv(path)
            table.assign(ill=values(len(table))).to_csv(path, index=False)
        assert not [finding for finding in examine(files) if finding.fix and finding.fix.knob == "task"]
