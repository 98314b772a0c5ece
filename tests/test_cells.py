"""What stands in the cells of a table: numbers as people write them, missing words, and what is no single value."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pages.parts import own_files as form
from tlcore.errors import Unusable
from tlcore.files import Files, Findings, guess_label, read_table, situation
from tlcore.files.fixes import usual


def held(tmp_path: Path, name: str, text: str) -> tuple[pd.DataFrame, str]:
    """The table in a file of this content, and all that was said."""
    found = Findings()
    (tmp_path / name).write_bytes(text.encode())
    return read_table(tmp_path / name, found), " ".join(finding.sentence for finding in found)


@pytest.mark.parametrize(
    ("name", "text", "values", "said"),
    [
        ("a.tsv", "price\tweight\n1,234\t12.5\n12\t1.5\n", [1234, 12], "commas separate thousands"),
        ("a.csv", 'price,weight\n"1,234",1\n"1,234,567.5",2\n', [1234, 1234567.5], "commas separate thousands"),
        ("a.csv", 'price,weight\n"12,34,567",1\n5,2\n', [1234567, 5], "commas separate thousands"),
        ("a.csv", "price;weight\n1,5;1\n-22,25;2\n", [1.5, -22.25], ""),
        ("a.csv", "price;weight\n1.234,50;1\n12,00;2\n1.000;3\n", [1234.5, 12, 1000], ""),
        ("a.csv", "price;weight\n1,250;0,5\n2,375;3,25\n", [1.25, 2.375], "decimal points, as in other columns"),
        ("a.csv", "price;weight\n0,125;1\n2,375;2\n3,5;1\n", [0.125, 2.375, 3.5], ""),
        ("a.csv", "price,weight\n$10.50,1\n-$3,2\n", [10.5, -3], "the sign $ is left out"),
        ("a.csv", 'price,weight\n"€ 1,200",1\n7 €,2\n', [1200, 7], "the sign € is left out"),
        ("a.csv", "price,weight\n12%,1\n3.5 %,2\n", [12, 3.5], "the sign % is left out"),
        ("a.csv", "price;weight\n1.234.567;1\n2.345.678;2\n", [1234567, 2345678], ""),
        ("a.csv", "price,weight\n1,1\nNA,2\nn/a,3\n2.5,4\n", [1, np.nan, np.nan, 2.5], "'NA', 'n/a' 2 times, read as"),
    ],
)
def test_a_number_is_read_as_it_is_meant_and_said_where_it_could_be_otherwise(tmp_path, name, text, values, said):
    read, told = held(tmp_path, name, text)
    np.testing.assert_array_equal(read["price"], values)
    assert said in told
    assert bool(told) is bool(said)


@pytest.mark.parametrize(
    "cells",
    [["$1", "€2"], ["12%", "0.5"], ["1,2", "3", "2,5"], ["$1", "much", "more"], ["1.2,3,4", "5,67"]],
    ids=["two currencies", "shares of two kinds", "lists", "words", "nonsense"],
)
def test_what_is_no_number_of_one_kind_stays_words(tmp_path, cells):
    read, _told = held(tmp_path, "a.csv", "v,w\n" + "".join(f'"{cell}",1\n' for cell in cells))
    assert read["v"].tolist() == cells


@pytest.mark.parametrize("odd", ["12,34", "1,2,3", "1.2.3"])
def test_a_number_written_otherwise_than_its_column_is_a_stray(tmp_path, odd):
    cells = [f"{n},500" for n in range(1, 60)]
    read, _told = held(tmp_path, "a.csv", "v,w\n" + "".join(f'"{cell}",1\n' for cell in [*cells, odd]))
    assert read["v"].tolist() == [str(1000 * n + 500) for n in range(1, 60)] + [odd]


@pytest.mark.parametrize("cells", [["01.02.2020", "13.02.2020"], ["1.2.3", "1.10.1"], ["2020-1-1"], ["true", "FALSE"]])
def test_missing_words_among_dates_and_the_like_are_missing_and_the_rest_stays(tmp_path, cells):
    read, told = held(tmp_path, "a.csv", "v,w\nNA,1\n" + "".join(f"{cell},1\n" for cell in cells))
    assert read["v"].isna().tolist() == [True] + [False] * len(cells)
    assert read["v"].tolist()[1:] == cells
    assert "'NA' once, read as missing" in told


def test_a_stray_word_among_numbers_with_signs_is_left_for_the_reading_to_name(tmp_path):
    read, _told = held(tmp_path, "a.csv", "v,w\n" + "".join(f"${n}.5,1\n" for n in range(40)) + "free,1\n")
    assert read["v"].tolist() == [f"{n}.5" for n in range(40)] + ["free"]


def test_words_that_mean_missing_elsewhere_are_values_among_words(tmp_path):
    read, told = held(tmp_path, "a.csv", "region,harm\nNA,None\nEU,Mild\n,Severe\n")
    assert read["region"].tolist()[:2] == ["NA", "EU"]
    assert read["region"].isna().tolist() == [False, False, True]
    assert read["harm"].tolist() == ["None", "Mild", "Severe"]
    assert "'region' of a.csv holds 'NA' once, which counts as a value like any other" in told
    assert "Leave the cell empty" in told


def sold(rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(40, 9, rows).round(1), "region": rng.choice(["NA", "EU", "APAC"], rows)})
    return frame.assign(harm=np.where(frame["age"] > 44, "Severe", np.where(frame["age"] > 37, "Mild", "None")))


def test_north_america_may_be_the_target_and_none_a_class(tmp_path):
    sold(200).to_csv(tmp_path / "all.csv", index=False)
    drawn = situation(Files(source=str(tmp_path / "all.csv"), label="harm", domain_column="region", target_domain="NA"))
    assert len(drawn.target) == (sold(200)["region"] == "NA").sum()
    assert drawn.target_space.classes == ("Mild", "None", "Severe")


def test_a_file_that_knows_nothing_of_a_number_says_so_in_words(tmp_path):
    sold(100).to_csv(tmp_path / "old.csv", index=False)
    sold(60, 1).assign(age="NA").to_csv(tmp_path / "new.csv", index=False)
    drawn = situation(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="harm"))
    assert drawn.source.inputs["age"].dtype == float
    assert drawn.target.inputs["age"].isna().all()


def test_labels_that_are_numbers_and_words_for_none_leave_the_latter_unlabelled(tmp_path):
    for name, rows in (("old", 100), ("new", 60)):
        frame = sold(rows).assign(harm=[0, 1] * (rows // 2)).astype({"harm": object})
        frame.loc[:9, "harm"] = "NA"
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    drawn = situation(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="harm"))
    assert drawn.target_space.classes == ("0", "1")
    assert (len(drawn.target), len(drawn.unlabelled)) == (50, 10)


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_lists_and_fields_within_fields_are_left_out_and_said(tmp_path, ending):
    rows = [{"age": n, "tags": ["a", "b"], "at": {"town": "x"}, "label": "yn"[n % 2]} for n in range(6)]
    path, found = tmp_path / f"a.{ending}", Findings()
    if ending == "parquet":
        pd.DataFrame(rows).to_parquet(path)
    else:
        path.write_text("\n".join(map(json.dumps, rows)))
    read = read_table(path, found)
    assert list(read.columns) == ["age", "label"]
    assert "Columns 'tags', 'at' of" in found[0].what
    assert guess_label(read) == "label"
    assert form._grouping(read) == ["age", "label"]
    assert set(usual(form._written(read["label"]))) == {"y", "n"}


def test_a_file_of_lists_only_is_no_table(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": [1]}\n{"a": [2]}\n')
    with pytest.raises(Unusable, match="lists and fields within fields only"):
        read_table(tmp_path / "a.jsonl")


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\f", "\v"])
def test_only_a_line_break_ends_a_line_of_json(tmp_path, sign):
    read, told = held(tmp_path, "a.jsonl", f'{{"message": "one{sign}two", "n": 1}}\r\n{{"message": "three", "n": 2}}\n')
    assert read["message"].tolist() == [f"one{sign}two", "three"]
    assert not told


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_a_workbook_is_refused_with_what_to_do(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(Unusable, match="save the sheet you mean as CSV"):
        read_table(tmp_path / name)
    with pytest.raises(Unusable, match="save the sheet you mean as CSV"):
        situation(Files(source=str(tmp_path / name), target=str(tmp_path / name)))
