"""Dates in a person's tables: each file is read in its own order of day and month, and doubt is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tlcore.files import Files, Finding, gather
from tlcore.situation import Situation

WINTER, EARLY = pd.date_range("2023-12-01", periods=60), pd.date_range("2024-02-01", periods=12)


def read(tmp_path: Path, old: pd.Index, new: pd.Index) -> tuple[Situation, list[Finding]]:
    """The situation of two files with these dates, and what was said of them."""
    paths = {}
    for role, dates, rows in (("source", old, 120), ("target", new, 60)):
        rng, paths[role] = np.random.default_rng(rows), str(tmp_path / f"{role}.csv")
        frame = pd.DataFrame({"since": np.resize(dates, rows), "age": rng.normal(40, 9, rows).round(2)})
        frame.assign(label=rng.choice(["no", "yes"], rows)).to_csv(paths[role], index=False)
    drawn, found = gather(Files(**paths, label="label"))
    assert drawn is not None
    return drawn, [finding for finding in found if finding.where == "since" and finding.severity == "warning"]


def first_days(drawn: Situation) -> list[str]:
    moments = (part.inputs["since"].iloc[0] for part in (drawn.source, drawn.target))
    return [f"{pd.Timestamp('1970-01-01') + pd.Timedelta(days=days):%Y-%m-%d}" for days in moments]


def test_one_file_may_name_the_day_first_and_the_other_the_month(tmp_path):
    drawn, warned = read(tmp_path, WINTER.strftime("%d/%m/%Y"), WINTER.strftime("%m/%d/%Y"))
    assert first_days(drawn) == ["2023-12-01", "2023-12-01"]
    assert [finding.what for finding in warned] == [
        "Column 'since' writes the day first in source.csv and the month first in target.csv; each is read its own way."
    ]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"])
def test_dates_that_can_be_told_are_read_without_a_word(tmp_path, form):
    drawn, warned = read(tmp_path, EARLY.strftime(form), WINTER.strftime(form))
    assert first_days(drawn) == ["2024-02-01", "2023-12-01"]
    assert not warned


@pytest.mark.parametrize(
    ("form", "first", "told"), [("%d/%m/%Y", "2024-02-01", "the day"), ("%m/%d/%Y", "2024-02-01", "the month")]
)
def test_a_file_whose_days_never_exceed_twelve_is_read_like_the_other_one_and_told(tmp_path, form, first, told):
    drawn, warned = read(tmp_path, EARLY.strftime(form), WINTER.strftime(form))
    assert first_days(drawn) == [first, "2023-12-01"]
    assert [f"{told} is taken to come first" in finding.what for finding in warned] == [True]


def test_where_neither_file_tells_the_month_comes_first_and_both_are_told(tmp_path):
    drawn, warned = read(tmp_path, EARLY.strftime("%m/%d/%Y"), EARLY.strftime("%m/%d/%Y"))
    assert first_days(drawn) == ["2024-02-01"] * 2
    assert len(warned) == 2


def test_both_orders_in_one_file_are_told(tmp_path):
    mixed = WINTER[:30].strftime("%d/%m/%Y").append(WINTER[30:].strftime("%m/%d/%Y"))
    _drawn, warned = read(tmp_path, mixed, WINTER.strftime("%d/%m/%Y"))
    assert [finding.what for finding in warned] == [
        "Column 'since' of source.csv writes dates in two ways, the day first and the month first."
    ]
