"""Own texts: a column of a table, lines of JSON, or text files in class folders."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learning import run
from toys import messages

from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.files import Files, Findings, digest, examine, gather, modality_of, read_table, situation
from tlcore.files.texts import read_texts
from tlcore.scenarios import own_files
from tlcore.situation import Examples

TOY = messages()


def frame(part: Examples, rows: int, **more: object) -> pd.DataFrame:
    """The first texts with their number and reason, and further columns."""
    few = part.take(np.arange(rows))
    return pd.DataFrame({"id": np.arange(rows), "message": few.inputs, "reason": few.labels} | more)


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, str]:
    """Two tables with a column of texts, their numbers and their reasons."""
    for name, part, rows in (("bank", TOY.source, 120), ("telecom", TOY.target, 80)):
        frame(part, rows).to_csv(tmp_path / f"{name}.csv", index=False)
    return {"source": str(tmp_path / "bank.csv"), "target": str(tmp_path / "telecom.csv"), "label": "reason"}


def with_more(tmp_path: Path, columns: int) -> dict[str, str]:
    """The same with further columns that are of use to a table."""
    rng = np.random.default_rng(0)
    for name, part in (("source", TOY.source), ("target", TOY.target)):
        more = {f"column {place}": rng.choice(["a", "b", "c"], 100) for place in range(columns)}
        frame(part, 100, **more).to_csv(tmp_path / f"{name}.csv", index=False)
    return {role: str(tmp_path / f"{role}.csv") for role in ("source", "target")} | {"label": "reason"}


def said(**named: str) -> str:
    return " ".join(finding.sentence for finding in gather(Files(**named))[1])


# Tables.


def test_a_table_of_texts_and_labels_is_read_as_texts(pair):
    drawn = situation(Files(**pair))
    assert drawn.modality == "text"
    assert list(drawn.source.inputs[:3]) == [text.strip() for text in TOY.source.inputs[:3]]
    assert list(drawn.source.labels[:3]) == list(TOY.source.labels[:3])
    assert drawn.source.names[:2] == ["row 1", "row 2"]
    assert drawn.source_space == drawn.target_space


def test_found_or_named_it_is_the_same_column(pair):
    found, named = situation(Files(**pair)), situation(Files(**pair, text="message"))
    assert np.array_equal(found.target.inputs, named.target.inputs)


@pytest.mark.parametrize("ending", ["tsv", "parquet", "jsonl"])
def test_texts_are_the_same_from_every_kind_of_table(tmp_path, pair, ending):
    table = pd.read_csv(pair["target"])
    path = tmp_path / f"telecom.{ending}"
    if ending == "tsv":
        table.to_csv(path, sep="\t", index=False)
    elif ending == "parquet":
        table.to_parquet(path)
    else:
        table.to_json(path, orient="records", lines=True, force_ascii=False)
    there = situation(Files(**{**pair, "target": str(path)}))
    assert np.array_equal(there.target.inputs, situation(Files(**pair)).target.inputs)


@pytest.mark.parametrize(("columns", "modality"), [(0, "text"), (2, "text"), (3, "table"), (6, "table")])
def test_few_other_columns_are_left_out_for_the_texts_and_many_are_not(tmp_path, columns, modality):
    given = with_more(tmp_path, columns)
    drawn = situation(Files(**given))
    assert drawn.modality == modality
    told = said(**given)
    if modality == "table":
        assert "message" not in drawn.source.inputs
        assert "Column 'message' holds texts, which do not help among the other columns" in told
        assert situation(Files(**given, text="message")).modality == "text"
    else:
        assert ("'column 0', 'column 1', are left out" in told) is (columns == 2)
        assert "'id'" not in told


def test_a_column_that_is_left_out_is_not_read_as_texts(tmp_path):
    drawn = situation(Files(**with_more(tmp_path, 2), ignore="message"))
    assert drawn.modality == "table"
    assert "column 1" in drawn.source.inputs
    assert "message" not in drawn.source.inputs


@pytest.mark.parametrize(
    "values",
    [
        lambda n: [f"customer {place}" for place in range(n)],
        lambda n: ["a sentence that is always one of two", "and this is the other sentence"] * (n // 2),
        lambda n: [f"2026-01-{1 + place % 28:02d} 08:00" for place in range(n)],
        lambda n: np.arange(n) * 1.5,
    ],
    ids=["names", "two sentences", "moments", "numbers"],
)  # fmt: skip
def test_names_categories_and_moments_are_no_texts(tmp_path, values):
    rng = np.random.default_rng(0)
    for role in ("source", "target"):
        more = {"age": rng.integers(18, 80, 60), "bought": rng.choice(["y", "n"], 60)}
        pd.DataFrame({"what": values(60), **more}).to_csv(tmp_path / f"{role}.csv", index=False)
    files = Files(source=str(tmp_path / "source.csv"), target=str(tmp_path / "target.csv"), label="bought")
    assert situation(files).modality == "table"


def test_chinese_without_blanks_is_found_to_be_texts(tmp_path):
    said_ = ["我要提前还清贷款第{}次", "银行卡丢了怎么办啊{}", "请问还款日是几号呢{}"]
    for role, start in (("source", 0), ("target", 100)):
        rows = [(said_[place % 3].format(place + start), "还款" if place % 3 != 1 else "挂失") for place in range(60)]
        pd.DataFrame(rows, columns=["内容", "原因"]).to_csv(tmp_path / f"{role}.csv", index=False)
    files = Files(source=str(tmp_path / "source.csv"), target=str(tmp_path / "target.csv"), label="原因")
    assert situation(files).modality == "text"


def test_rows_without_a_text_are_left_out_and_those_without_a_label_join_the_unlabelled(tmp_path, pair):
    table = pd.read_csv(pair["target"])
    table.loc[[3, 7], "message"] = ["  ", None]
    table.loc[[5, 9], "reason"] = None
    table.to_csv(pair["target"], index=False)
    drawn = situation(Files(**pair))
    assert len(drawn.target) == 76
    assert list(drawn.unlabelled.inputs) == list(table.loc[[5, 9], "message"].str.strip())
    assert drawn.target.names[3] == "row 5"
    assert "2 rows of telecom.csv have no text in column 'message' and are left out." in said(**pair)


def test_a_file_of_unlabelled_texts_needs_no_label(tmp_path, pair):
    (tmp_path / "more.jsonl").write_text('{"message": "nobody knows"}\n{"message": "what this is about"}')
    drawn = situation(Files(**pair, unlabelled=str(tmp_path / "more.jsonl")))
    assert list(drawn.unlabelled.inputs) == ["nobody knows", "what this is about"]


def test_one_table_of_texts_is_split_by_a_column(tmp_path, pair):
    whole = pd.concat([pd.read_csv(pair[role]).assign(market=role) for role in ("source", "target")])
    whole.to_csv(tmp_path / "both.csv", index=False)
    drawn = situation(
        Files(source=str(tmp_path / "both.csv"), label="reason", domain_column="market", target_domain="target")
    )
    assert drawn.modality == "text"
    assert (len(drawn.source), len(drawn.target)) == (120, 80)


def test_a_number_can_be_predicted_from_texts(tmp_path):
    rng = np.random.default_rng(0)
    for role, part in (("source", TOY.source), ("target", TOY.target)):
        frame(part, 100).assign(reason=rng.normal(size=100)).to_csv(tmp_path / f"{role}.csv", index=False)
    files = Files(source=str(tmp_path / "source.csv"), target=str(tmp_path / "target.csv"), label="reason")
    drawn = situation(files)
    assert (drawn.modality, drawn.kind) == ("text", "regression")


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({"text": "massage"}, "no column 'massage'. Did you mean 'message'?"),
        ({"text": "reason"}, "also named for something else"),
        ({"text": "message", "ignore": "message"}, "also named for something else"),
    ],
)
def test_a_column_of_texts_that_cannot_be_one_is_answered_in_a_sentence(pair, named, why):
    assert why in said(**pair, **named)


def test_places_go_with_a_table_only(tmp_path):
    given = with_more(tmp_path, 1)
    assert situation(Files(**given, places="column 0")).modality == "table"
    assert "texts have none" in said(**given, places="column 0", text="message")


def test_a_column_without_any_text_is_answered_in_a_sentence(pair):
    pd.read_csv(pair["target"]).assign(message=None).to_csv(pair["target"], index=False)
    assert "Column 'message' of telecom.csv holds no text at all." in said(**pair, text="message")


# Lines of JSON.


def test_lines_of_json_are_rows_whatever_fields_they_have(tmp_path):
    lines = [{"a": 1, "b": "x, y"}, {"b": "ü"}, {"a": 3.5, "c": True}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines[:2])) + "\n\n" + json.dumps(lines[2]) + "\n", encoding="utf-8")
    table = read_table(path)
    assert list(table.columns) == ["a", "b", "c"]
    assert table["b"].tolist()[:2] == ["x, y", "ü"]
    assert table.index.tolist() == [1, 2, 3]
    assert table["a"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"a": 1}\n{"a": \n', "line 2 is no JSON"),
        ('{"a": 1}\n[1, 2]\n', "line 2 is no JSON object"),
        ("", "is empty"),
        ("\n\n", "no rows"),
        ('{"a": {"b": ' * 1 + "[" * 100_000, "line 1 is no JSON"),
    ],
)  # fmt: skip
def test_lines_that_are_no_json_objects_are_answered_in_a_sentence(tmp_path, content, why):
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(Unusable, match=why):
        read_table(tmp_path / "a.jsonl")


# Folders.


def folder(root: Path, part: Examples, rows: int = 60) -> Path:
    few = part.take(np.arange(rows))
    for place, (text, reason) in enumerate(zip(few.inputs, few.labels, strict=True)):
        (root / str(reason)).mkdir(parents=True, exist_ok=True)
        (root / str(reason) / f"{place}.txt").write_text(f"{text}\n{place}", encoding="utf-8")
    return root


def test_two_folders_of_text_files_become_a_situation(tmp_path):
    source, target = folder(tmp_path / "bank", TOY.source), folder(tmp_path / "telecom", TOY.target)
    files = Files(source=str(source), target=str(target))
    drawn = situation(files)
    assert drawn.modality == modality_of(source) == "text"
    assert (len(drawn.source), len(drawn.target)) == (60, 60)
    assert set(drawn.source.labels) == {"access", "bill", "close"}
    (source / "bill" / "copy.txt").write_bytes((target / drawn.target.names[0]).read_bytes())
    assert any("exact copy" in finding.what for finding in examine(files))


def test_a_zip_of_texts_gives_what_its_folder_gives(tmp_path):
    root = folder(tmp_path / "bank", TOY.source)
    with zipfile.ZipFile(tmp_path / "bank.zip", "w") as archive:
        for file in root.rglob("*.txt"):
            archive.write(file, f"bank/{file.relative_to(root)}")
    assert list(read_texts(tmp_path / "bank.zip").inputs) == list(read_texts(root).inputs)
    before = digest(Files(source=str(root)))
    (root / "notes.md").write_text("looked at")
    assert digest(Files(source=str(root))) == before


def test_text_files_of_any_encoding_are_read_and_others_named_and_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr("tlcore.files.texts.MOST_TEXT_BYTES", 1000)
    written = {
        "utf-8.txt": "müde".encode(), "utf-16.txt": "müde".encode("utf-16"),
        "cp1252.txt": "müde".encode("cp1252"), "bom.txt": b"\xef\xbb\xbf" + "müde".encode(),
        "chinese.txt": "我要还款".encode("gb18030"),
        "binary.txt": b"\x00\x01", "empty.txt": b" \n", "huge.txt": b"x" * 2000,
    }  # fmt: skip
    for place, (name, content) in enumerate(written.items()):
        path = tmp_path / "some" / "ab"[place % 2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = Findings()
    read = read_texts(tmp_path / "some", found)
    assert sorted(read.inputs) == ["müde"] * 4 + ["我要还款"]
    assert sorted(Path(name).name for name in found[0].rows) == ["binary.txt", "empty.txt", "huge.txt"]


def test_a_folder_of_texts_and_a_table_cannot_be_mixed(tmp_path, pair):
    told = said(**{**pair, "target": str(folder(tmp_path / "telecom", TOY.target))})
    assert "cannot be mixed" in told
    assert "bank.csv (tables)" in told


# All the way.


def test_settings_name_the_column_and_leave_out_what_is_usual(pair):
    settings = own_files.settings(**pair, text="message")
    assert settings["text"] == "message"
    assert "seconds" not in settings


def test_check_and_gap_read_a_column_of_texts_and_strategies_learn_from_it(tmp_path, pair, capsys):
    data = [word for name, value in pair.items() for word in (f"--{name}", value)] + ["--text", "message"]
    assert main(["check", *data]) == 0
    assert main(["gap", *data]) == 0
    assert "a_distance" in capsys.readouterr().out
    drawn = situation(Files(**pair, text="message"))
    for name in ("source_regression", "fine_tune"):
        assert run(drawn, name, tmp_path / "shelf", labels=20)[0].outcome.test["accuracy"] > 0.6
