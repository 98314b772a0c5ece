"""Whatever is brought, meant or not: refused with a sentence, nothing left behind, and nothing dangerous handed out."""

from __future__ import annotations

import csv
import io
import json
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pages.parts import uploads
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.files import Files, Findings, digest, examine, read_images, read_table
from tlcore.files.export import as_csv, harmless


def picture(colour: int = 100, size: tuple[int, int] = (20, 20), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour if mode != "RGB" else (colour,) * 3).save(file, "PNG")
    return file.getvalue()


def folder(root: Path) -> Path:
    for k, name in enumerate(("dark", "light")):
        (root / name).mkdir(parents=True)
        for n in range(6):
            (root / name / f"{n}.png").write_bytes(picture(100 * k + n))
    return root


def left_behind(path: Path) -> list[str]:
    return sorted(file.relative_to(path).as_posix() for file in path.rglob("*"))


# Zips.


@pytest.mark.parametrize("name", ["dark/a.png", "dark/a.bmp", "notes.csv", "deep/er/a.bin"])
def test_a_zip_whose_member_swells_beyond_measure_is_refused_unread(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dark/0.png", picture())
        archive.writestr(name, bytes(64 << 20))
    assert (tmp_path / "bomb.zip").stat().st_size < 100_000
    start = time.process_time()
    with pytest.raises(Unusable, match=r"unsafe: its member .* unpacks to \d+ times its size"):
        read_images(tmp_path / "bomb.zip")
    assert time.process_time() - start < 1
    assert left_behind(tmp_path) == ["bomb.zip"]


def test_a_zip_that_lies_about_its_sizes_loses_that_member_only(tmp_path: Path) -> None:
    path = tmp_path / "lies.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/0.png", picture(1))
        archive.writestr("a/1.bmp", bytes(4 << 20))
        archive.writestr("b/0.png", picture(9))
    raw = path.read_bytes()
    path.write_bytes(raw.replace((4 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    found = Findings()
    assert read_images(path, 8, found).names == ["a/0.png", "b/0.png"]
    assert found[0].rows == ["a/1.bmp"]


def test_a_zip_that_lies_about_its_sizes_takes_no_memory(tmp_path: Path) -> None:
    path, size = tmp_path / "lies.zip", 48 << 20
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/0.png", picture(1))
        archive.writestr("a/1.bmp", bytes(size))
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    tracemalloc.start()
    assert read_images(path, 8).names == ["a/0.png"]
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_an_unusual_way_is_refused(tmp_path: Path, way: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", way) as archive:
        archive.writestr("a/0.png", picture(1))
    with pytest.raises(Unusable, match=r"packs its member a/0\.png in an unusual way"):
        read_images(tmp_path / "a.zip")


def test_a_zip_of_tables_is_told_what_to_bring(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tables.zip", "w") as archive:
        archive.writestr("old.csv", "a,b\n1,2\n")
    found = examine(Files(source=str(tmp_path / "tables.zip"), target=str(tmp_path / "tables.zip")))
    assert {finding.severity for finding in found} == {"stop"}
    assert "holds tables; bring the tables themselves, unpacked" in found[0].what


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.png", "a\\..\\..\\evil.png"])
def test_a_path_that_leads_out_of_a_zip_is_refused_whatever_it_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "a.zip", "w") as archive:
        archive.writestr("dark/0.png", picture())
        archive.writestr(name, b"x")
    found = examine(Files(source=str(tmp_path / "in" / "a.zip"), target=str(tmp_path / "in" / "a.zip")))
    assert "points outside the zip" in found[0].what
    assert left_behind(tmp_path) == ["in", "in/a.zip"]


# Links.


def test_a_link_out_of_a_folder_is_refused_and_never_read(tmp_path: Path) -> None:
    root = folder(tmp_path / "mine")
    before = digest(Files(source=str(root)))
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture(200))
    (root / "dark" / "innocent.png").symlink_to(secret)
    with pytest.raises(Unusable, match=r"its member dark/innocent\.png is a link to something outside"):
        read_images(root)
    assert digest(Files(source=str(root))) == before


def test_a_link_to_a_folder_outside_and_a_link_to_itself_are_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    for name, goal in (("one", tmp_path / "outside"), ("two", tmp_path / "two" / "dark" / "loop")):
        root = folder(tmp_path / name)
        (root / "dark" / "loop").symlink_to(goal)
        with pytest.raises(Unusable, match="is a link to something outside"):
            read_images(root)


def test_a_link_within_the_folder_is_a_file_like_any_other(tmp_path: Path) -> None:
    root = folder(tmp_path / "mine")
    (root / "light" / "again.png").symlink_to(root / "light" / "0.png")
    assert len(read_images(root)) == 13


# Pictures and tables that are too much.


def test_a_picture_of_a_hundred_megapixels_is_skipped_unread(tmp_path: Path) -> None:
    root, found = folder(tmp_path / "a"), Findings()
    (root / "dark" / "huge.png").write_bytes(picture(0, (10_000, 10_100), "1"))
    start = time.process_time()
    assert len(read_images(root, found=found)) == 12
    assert time.process_time() - start < 2
    assert found[0].rows == ["dark/huge.png"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_a_table_of_a_hundred_thousand_columns_is_refused_before_it_is_parsed(tmp_path: Path, suffix: str) -> None:
    names, path = [f"c{k}" for k in range(100_000)], tmp_path / f"wide{suffix}"
    if suffix == ".parquet":
        pd.DataFrame(np.zeros((1, 6_000)), columns=names[:6_000]).to_parquet(path)
    elif suffix == ".jsonl":
        path.write_text(json.dumps(dict.fromkeys(names, 0)))
    else:
        sign = "\t" if suffix == ".tsv" else ","
        path.write_text("\n".join([sign.join(names)] + [sign.join(["0"] * 100_000)] * 5))
    start = time.process_time()
    with pytest.raises(Unusable, match=r"has (100,000|6,000) columns; at most 5,000 can be read"):
        read_table(path)
    assert time.process_time() - start < 3


def test_a_table_that_unpacks_to_too_much_is_refused_by_what_it_says_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": np.zeros(1_000_000), "b": 1}).to_parquet(path, compression="zstd")
    assert path.stat().st_size < 100_000
    monkeypatch.setattr("tlcore.files.tables.MOST_BYTES", 1 << 20)
    with pytest.raises(Unusable, match="which is the limit for a table"):
        read_table(path)
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + b"1,2\n" * (1 << 18) + b"1,2\n")
    with pytest.raises(Unusable, match="which is the limit for a table"):
        read_table(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b"a" * 200_000 + b",b\n1,2\n",
        b'a,b\n"' + b"x" * 300_000,
        b"a,b\n" + b"\xff\xfe\x00" * 50,
        b"\xff\xfe" + b"\x00" * 99,
        b"\n" * 100_000,
        b"a,b\n" + b"1,2" * 100_000,
        b"PK\x03\x04 no zip, no table",
    ],
)
def test_a_mangled_table_gets_a_sentence_and_no_crash(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mangled.csv").write_bytes(content)
    with pytest.raises(Unusable) as refused:
        read_table(tmp_path / "mangled.csv")
    assert refused.value.problems[0].endswith(".")


# Uploads.


def test_an_upload_of_more_than_200_megabytes_is_refused_and_leaves_nothing(home: Path) -> None:
    with pytest.raises(Unusable, match=r"large\.csv is larger than 200 MB"):
        uploads.keep("../large.csv", bytes((200 << 20) + 1))
    assert not home.exists() or left_behind(home) == []


# Formulas.


FORMULAS = ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "  =1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_words_once_it_is_taken_away(cell: str) -> None:
    written = as_csv(pd.DataFrame({cell: [cell, "plain", None], "n": [-1.5, 2.0, np.nan]}))
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == rows[1][0] == f"'{cell}"
    assert [row[1] for row in rows[1:]] == ["-1.5", "2.0", ""]
    assert rows[2][0] == "plain"


@pytest.mark.parametrize("value", ["-1.5", "+3", "-1e-7", "plain", "a=b", "", 4, -2.5, None, True])
def test_a_number_and_plain_words_stay_as_they_are(value: object) -> None:
    assert harmless(value) == value


def test_categories_and_numbers_among_words_are_neutralised_too() -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["=A1", "b"]), "o": pd.Series(["@x", -3], dtype=object)})
    assert as_csv(frame).decode("utf-8-sig").splitlines() == ["c,o", "'=A1,'@x", "b,-3"]


def test_no_other_line_of_the_product_writes_a_table_for_a_person() -> None:
    root = Path(__file__).parents[1]
    writers = [
        path.relative_to(root).as_posix()
        for part in ("pages", "tlcore")
        for path in (root / part).rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8")
            for word in (".to_csv(", "csv.writer(", "DictWriter(", ".to_excel(")
        )
    ]
    machines = {"tlcore/export/examples.py", "tlcore/mirror/runs.py"}  # what they write is read by a program
    assert set(writers) == {"tlcore/files/export.py"} | machines


# The command line.


def test_check_prints_the_flag_that_mends_and_takes_it_either_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(size=300), "town": rng.choice(["A", "B"], 300)})
    frame["churn"] = np.where(frame["age"] + rng.normal(size=300) > 0, "yes", "no")
    frame.assign(town=np.where(np.arange(300) < 30, frame["town"].str.lower(), frame["town"])).to_csv(
        tmp_path / "old.csv", index=False
    )
    frame.iloc[:, [0, 1, 2]].sample(frac=1, random_state=1).assign(age=rng.normal(size=300)).to_csv(
        tmp_path / "new.csv", index=False
    )
    words = ["check", "--source", str(tmp_path / "old.csv"), "--target", str(tmp_path / "new.csv"), "--label", "churn"]
    assert main(words) == 0
    assert "  Fix: --fold town" in capsys.readouterr().out
    assert main([*words, "--fold", "town"]) == 0
    assert "several ways" not in capsys.readouterr().out
    assert main([*words, "--set", "own_files.fold=town"]) == 0
    assert "several ways" not in capsys.readouterr().out
    assert main([*words, "--rename", "agge=x"]) == 2
    assert "Did you mean 'age'?" in capsys.readouterr().err
    assert left_behind(tmp_path)[-2:] == ["new.csv", "old.csv"]
