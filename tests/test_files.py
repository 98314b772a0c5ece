"""A person's own files: what is read, what is mended, and what is refused with a sentence."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.files import Files, Findings, digest, examine, gather, guess_label, read_images, read_table, situation
from tlcore.plan import drawn
from tlcore.scenarios import own_files
from tlcore.situation import split


def table(rows: int, seed: int = 0, shift: float = 0.0) -> pd.DataFrame:
    """Customers with a number, a category and a class that depends on both."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40 + shift, 10, rows).round(1)
    region = rng.choice(["north", "south"], rows)
    odds = (age - 40) / 10 + (region == "north")
    bought = np.where(odds + rng.normal(0, 1, rows) > 0, "yes", "no")
    return pd.DataFrame({"age": age, "region": region, "bought": bought})


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, str]:
    table(200).to_csv(tmp_path / "old.csv", index=False)
    table(80, seed=1, shift=5).to_csv(tmp_path / "new.csv", index=False)
    return {"source": str(tmp_path / "old.csv"), "target": str(tmp_path / "new.csv"), "label": "bought"}


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def notes(files: Files) -> str:
    drawn, found = gather(files)
    assert drawn is not None, [finding.sentence for finding in found.stops]
    return " | ".join(finding.what for finding in found)


def problem(**asked: str) -> str:
    with pytest.raises(Unusable) as refused:
        situation(Files(**asked))
    return "\n".join(refused.value.problems)


# One table.


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_the_three_kinds_of_table_hold_the_same(tmp_path: Path, suffix: str) -> None:
    path, frame = tmp_path / f"a{suffix}", table(30)
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
    read = read_table(path)
    assert read.index[0] == 1
    pd.testing.assert_frame_equal(read.reset_index(drop=True), frame, check_dtype=False)


def test_a_semicolon_table_with_decimal_commas_is_read_as_numbers(tmp_path: Path) -> None:
    read = read_table(written(tmp_path / "a.csv", "weight;town\n1,5;Bonn\n2,25;Köln\n"))
    assert read["weight"].tolist() == [1.5, 2.25]


@pytest.mark.parametrize(
    ("encoding", "word", "said"),
    [
        ("utf-8", "Köln", 0),
        ("utf-8-sig", "Köln", 0),
        ("utf-16", "Köln", 0),
        ("cp1252", "Köln", 1),
        ("gb18030", "北京", 1),
    ],
)
def test_every_usual_encoding_is_read_and_an_old_one_is_said(
    tmp_path: Path, encoding: str, word: str, said: int
) -> None:
    found = Findings()
    path = written(tmp_path / "a.csv", f"town,n\n{word},1\n{word},2\n".encode(encoding))
    assert read_table(path, found)["town"].tolist() == [word, word]
    assert len(found) == said
    assert all(encoding in finding.what for finding in found)


def test_blanks_in_the_header_are_removed_and_said(tmp_path: Path) -> None:
    found = Findings()
    read = read_table(written(tmp_path / "a.csv", " age ,bought \n3,yes\n"), found)
    assert list(read.columns) == ["age", "bought"]
    assert "' age '" in found[0].what or "'age '" in found[0].what


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("age,bought\n", "no rows"),
        ("just a sentence\nand another one\n", "is no table"),
        ("a,b\n1,2\n1,2,3,4\n1,2\n", "line 3 holds 4 fields"),
        ("a,b\n1,2,3\n1,2,3\n", "more fields than its header"),
        ('a,b\n1,"2\n3,4\n', "cannot be read as a table"),
        ("a,a \n1,2\n", "several columns called 'a'"),
        ("a,b,a\n1,2,3\n", "several columns called 'a'"),
        (b"\x89PNG\r\n\0\0\0\rIHDR,\0\0", "binary data"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, content: str | bytes, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        read_table(written(tmp_path / "a.csv", content))


def test_a_broken_parquet_and_an_unknown_kind_of_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no readable Parquet"):
        read_table(written(tmp_path / "a.parquet", "age,bought\n1,yes\n"))
    with pytest.raises(Unusable, match="CSV, TSV, Parquet or JSON Lines"):
        read_table(written(tmp_path / "a.docx", "x"))


def test_a_misspelt_path_gets_the_nearest_one(tmp_path: Path) -> None:
    written(tmp_path / "customers.csv", "a,b\n1,2\n")
    with pytest.raises(Unusable, match=r"Did you mean '.*customers\.csv'"):
        read_table(tmp_path / "custmers.csv")


def test_the_label_is_guessed_by_its_name_then_by_its_few_values() -> None:
    frame = table(50)
    assert guess_label(frame.rename(columns={"bought": "Churn"})[["Churn", "age", "region"]]) == "Churn"
    assert guess_label(frame[["bought", "age"]]) == "bought"


# Two tables.


def test_two_tables_become_a_situation(pair: dict[str, str]) -> None:
    drawn = situation(Files(**pair))
    assert (len(drawn.source), len(drawn.target), drawn.kind) == (200, 80, "binary")
    assert drawn.target_space.classes == ("no", "yes")
    assert list(drawn.source.inputs.columns) == ["age", "region"]
    assert len(split(drawn, 20, seed=0).train) == 15


def test_one_table_split_by_a_column_gives_the_other_rows_to_the_source(tmp_path: Path) -> None:
    table(300).to_csv(tmp_path / "all.csv", index=False)
    drawn = situation(
        Files(source=str(tmp_path / "all.csv"), label="bought", domain_column="region", target_domain="north")
    )
    assert len(drawn.source) + len(drawn.target) == 300
    assert list(drawn.source.inputs.columns) == ["age"]


def test_numbers_among_a_few_words_stay_numbers(tmp_path: Path, pair: dict[str, str]) -> None:
    frame = table(200).astype({"age": object})
    frame.loc[[3, 5], "age"] = ["unknown", " "]
    frame.to_csv(pair["source"], index=False)
    said = notes(Files(**pair))
    assert "one value is none ('unknown')" in said
    assert "one blank" in said
    ages = situation(Files(**pair)).source.inputs["age"]
    assert ages.dtype == float
    assert ages.isna().sum() == 2


def test_a_column_of_numbers_in_one_file_and_words_in_the_other_is_text_in_both(
    pair: dict[str, str],
) -> None:
    table(200).assign(code=[1.0, 2.0] * 100).to_csv(pair["source"], index=False)
    table(80, 1).assign(code=["1", "high"] * 40).to_csv(pair["target"], index=False)
    drawn = situation(Files(**pair))
    assert set(drawn.source.inputs["code"]) == {"1", "2"}
    assert set(drawn.target.inputs["code"]) == {"1", "high"}


def test_infinite_and_missing_values_become_missing(pair: dict[str, str]) -> None:
    frame = table(200)
    frame.loc[:2, "age"] = [np.inf, -np.inf, np.nan]
    frame.to_csv(pair["source"], index=False)
    assert "2 infinite values" in notes(Files(**pair))
    ages = situation(Files(**pair)).source.inputs["age"]
    assert ages.isna().sum() == 3
    assert not np.isinf(ages).any()


def test_dates_are_read_as_days(pair: dict[str, str]) -> None:
    dates = pd.date_range("2020-01-30", periods=200).strftime("%d.%m.%Y")
    table(200).assign(since=np.resize(dates[:50], 200)).to_csv(pair["source"], index=False)
    table(80, 1).assign(since="05.02.2020").to_csv(pair["target"], index=False)
    assert "holds dates" in notes(Files(**pair))
    drawn = situation(Files(**pair))
    assert drawn.target.inputs["since"].iloc[0] - drawn.source.inputs["since"].iloc[0] == 6


def test_columns_without_knowledge_are_left_out_and_said(pair: dict[str, str]) -> None:
    for role, rows in (("source", 200), ("target", 80)):
        extra = {
            "customer": [f"{role}-{i}" for i in range(rows)],
            "row": np.arange(rows) + (0 if role == "source" else 200),
            "country": "here",
            "product": role,
            "empty": np.nan,
        }
        table(rows).assign(**extra).to_csv(pair[role], index=False)
    said = notes(Files(**pair))
    assert list(situation(Files(**pair)).source.inputs.columns) == ["age", "region"]
    assert all(f"Column '{column}'" in said for column in ("customer", "row", "country", "product", "empty"))
    assert "Column 'product' only tells source and target apart" in said


def test_a_column_of_one_file_only_is_left_out_with_the_nearest_name(pair: dict[str, str]) -> None:
    table(80, 1).assign(Income=1.5 * np.arange(80)).to_csv(pair["target"], index=False)
    table(200).assign(incomes=1.5 * np.arange(200)).to_csv(pair["source"], index=False)
    found = examine(Files(**pair))
    assert any("'incomes' is in old.csv but not in new.csv" in f.what and "'Income'" in f.remedy for f in found)


def test_named_columns_are_ignored(pair: dict[str, str]) -> None:
    assert list(situation(Files(**pair, ignore="region, nothing")).source.inputs.columns) == ["age"]
    assert "'nothing' is to be left out" in notes(Files(**pair, ignore="region, nothing"))


def test_two_hundred_columns_are_read(pair: dict[str, str]) -> None:
    rng = np.random.default_rng(0)
    for role, rows in (("source", 200), ("target", 80)):
        wide = pd.DataFrame(rng.normal(size=(rows, 199)), columns=[f"x{i}" for i in range(199)])
        wide.assign(bought=table(rows)["bought"]).to_csv(pair[role], index=False)
    assert situation(Files(**pair)).source.inputs.shape == (200, 199)


def test_a_category_that_only_the_target_has_is_kept(pair: dict[str, str]) -> None:
    table(80, 1).replace("south", "east").to_csv(pair["target"], index=False)
    drawn = situation(Files(**pair))
    assert "east" in set(drawn.target.inputs["region"])
    assert any("'east'" in finding.what for finding in examine(Files(**pair)))


# Labels.


def test_a_number_with_many_values_is_predicted_as_a_number(pair: dict[str, str]) -> None:
    for role, rows in (("source", 200), ("target", 80)):
        table(rows).assign(bought=np.arange(rows) * 0.5).to_csv(pair[role], index=False)
    drawn = situation(Files(**pair))
    assert drawn.kind == "regression"
    assert drawn.target.labels.dtype == float


def test_whole_numbers_name_the_same_classes_with_and_without_missing_labels(pair: dict[str, str]) -> None:
    frame = table(80, 1)
    frame["bought"] = (frame["bought"] == "yes").astype(float)
    frame.loc[:9, "bought"] = np.nan
    frame.to_csv(pair["target"], index=False)
    table(200).assign(bought=lambda f: (f["bought"] == "yes").astype(int)).to_csv(pair["source"], index=False)
    drawn = situation(Files(**pair))
    assert drawn.source_space.classes == drawn.target_space.classes == ("0", "1")


def test_target_rows_without_a_label_join_the_unlabelled_ones(tmp_path: Path, pair: dict[str, str]) -> None:
    frame = table(80, 1)
    frame.loc[:9, "bought"] = None
    frame.to_csv(pair["target"], index=False)
    table(40, 2).drop(columns="bought").to_csv(tmp_path / "more.csv", index=False)
    drawn = situation(Files(**pair, unlabelled=str(tmp_path / "more.csv")))
    assert (len(drawn.target), len(drawn.unlabelled), drawn.unlabelled.labels) == (70, 50, None)
    hand = split(drawn, 20, seed=0)
    assert len(hand.unlabelled) == 50 + 35 - 20, "the target rows whose label is hidden are unlabelled examples too"


def test_a_rare_class_is_left_out_while_two_others_remain(pair: dict[str, str]) -> None:
    frame = table(80, 1)
    frame.loc[0, "bought"] = "perhaps"
    frame.to_csv(pair["target"], index=False)
    assert "Class 'perhaps' has too few" in notes(Files(**pair))
    assert situation(Files(**pair)).target_space.classes == ("no", "yes")


def test_a_rare_class_is_refused_where_one_class_would_remain(pair: dict[str, str]) -> None:
    frame = table(80, 1)
    frame["bought"] = ["yes"] * 3 + ["no"] * 77
    frame.to_csv(pair["target"], index=False)
    assert "Class 'yes' has 3 labelled examples in new.csv. At least 4 are needed" in problem(**pair)


def test_two_of_a_class_are_enough_beside_a_test_file(tmp_path: Path, pair: dict[str, str]) -> None:
    frame = table(80, 1)
    frame["bought"] = ["yes"] * 2 + ["no"] * 78
    frame.to_csv(pair["target"], index=False)
    table(50, 3).to_csv(tmp_path / "test.csv", index=False)
    drawn = situation(Files(**pair, test=str(tmp_path / "test.csv")))
    assert len(split(drawn, 10, seed=0).test) == 50


def test_one_class_only_is_refused_in_either_place(pair: dict[str, str]) -> None:
    table(200).assign(bought="yes").to_csv(pair["source"], index=False)
    assert "All labels in old.csv are 'yes'" in problem(**pair)
    table(80).assign(bought="no").to_csv(pair["target"], index=False)
    assert "All labels in new.csv are 'no'" in problem(**pair)


def test_an_event_that_is_no_class_gets_the_nearest_one(pair: dict[str, str]) -> None:
    assert "Did you mean 'yes'?" in problem(**pair, positive="yess")
    assert situation(Files(**pair, positive="no")).target_space.classes == ("yes", "no")


def test_every_problem_has_its_own_sentence(pair: dict[str, str]) -> None:
    said = problem(source=pair["source"] + "x", target=pair["target"] + "y").splitlines()
    assert len(said) == 2
    assert problem() == (
        "No source is named. Name the file or folder where labels are plenty.\n"
        "No target is named. Name the file where labels are scarce, or the column that splits the source into two "
        "domains."
    )
    assert "old.csv has no column 'bougth'. Did you mean 'bought'?" in problem(**{**pair, "label": "bougth"})
    assert "which column is to be predicted" in problem(source=pair["source"], target=pair["target"])


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("regoin", "north", "Did you mean 'region'"),
        ("region", "nort", "Did you mean 'north'"),
        ("region", "", "Name both"),
    ],
)
def test_a_split_that_does_not_exist_is_answered(pair: dict[str, str], column: str, value: str, why: str) -> None:
    assert why in problem(source=pair["source"], label="bought", domain_column=column, target_domain=value)


# Images.


def picture(colour: int, size: int = 20, mode: str = "RGB", kind: str = "PNG", noise: int = 0) -> bytes:
    rng, shape = np.random.default_rng(noise), (size, size + 3, 3)
    image = Image.fromarray(np.uint8(np.clip(colour + rng.integers(0, 20, shape), 0, 255))).convert(mode)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def folder(root: Path, count: int = 12, offset: int = 0) -> Path:
    for place, (name, colour) in enumerate({"dark": 20, "light": 200}.items()):
        (root / name).mkdir(parents=True)
        for i in range(count):
            (root / name / f"{i}.png").write_bytes(picture(colour, noise=offset + 100 * place + i))
    return root


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_folder_of_class_folders_is_read_at_one_size(tmp_path: Path) -> None:
    read = read_images(folder(tmp_path / "a"), size=32)
    assert read.inputs.shape == (24, 32, 32, 3)
    assert read.inputs.dtype == np.uint8
    assert sorted(set(read.labels)) == ["dark", "light"]
    assert read.inputs[read.labels == "dark"].mean() < 60 < 180 < read.inputs[read.labels == "light"].mean()


def test_a_zip_of_a_folder_reads_like_the_folder(tmp_path: Path) -> None:
    root = folder(tmp_path / "a")
    members = {f"wrapped/{p.relative_to(root)}": p.read_bytes() for p in root.rglob("*.png")}
    read = read_images(zipped(tmp_path / "a.zip", {**members, "__MACOSX/._0.png": b"x", "wrapped/notes.txt": b"x"}))
    assert sorted(set(read.labels)) == ["dark", "light"]
    assert np.array_equal(read.inputs, read_images(root).inputs)


@pytest.mark.parametrize("shape", [(40, 120), (120, 40)])
def test_an_image_keeps_its_shape_and_loses_the_ends_of_its_long_side(tmp_path: Path, shape: tuple[int, int]) -> None:
    far, near = np.ogrid[: shape[0], : shape[1]]
    disc = (far - shape[0] / 2) ** 2 + (near - shape[1] / 2) ** 2 < 15**2
    pixels = np.where(disc[..., None], 255, 0).repeat(3, axis=2).astype(np.uint8)
    pixels[:5] = pixels[-5:] = [0, 0, 255]
    pixels[:, :5] = pixels[:, -5:] = [0, 0, 255]
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "disc.png")
    (read,) = read_images(tmp_path, 40).inputs.astype(int)
    rows, columns = np.nonzero(read[..., 0] > 128)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=1)
    ends = read[10:30, :3] if shape[1] > shape[0] else read[:3, 10:30]
    assert ends.max() < 50, "the edges of the long side are cut off"


@pytest.mark.parametrize(
    ("mode", "kind"), [("L", "PNG"), ("P", "GIF"), ("RGBA", "PNG"), ("CMYK", "JPEG"), ("1", "PNG"), ("I;16", "PNG")]
)
def test_every_colour_mode_becomes_rgb(tmp_path: Path, mode: str, kind: str) -> None:
    root = folder(tmp_path / "a", 1)
    if mode == "I;16":
        file = io.BytesIO()
        Image.fromarray(np.linspace(0, 60000, 400).reshape(20, 20).astype(np.uint16)).save(file, kind)
        (root / "dark" / f"x.{kind.lower()}").write_bytes(file.getvalue())
    else:
        (root / "dark" / f"x.{kind.lower()}").write_bytes(picture(120, mode=mode, kind=kind))
    read = read_images(root)
    assert len(read) == 3
    assert 60 < read.inputs[read.names.index(f"dark/x.{kind.lower()}")].mean() < 200


def test_a_corrupt_image_among_good_ones_is_named_and_skipped(tmp_path: Path) -> None:
    root, found = folder(tmp_path / "a"), Findings()
    good = (root / "dark" / "0.png").read_bytes()
    (root / "dark" / "cut.png").write_bytes(good[: len(good) // 2])
    (root / "dark" / "not.jpg").write_bytes(b"no picture at all")
    assert len(read_images(root, found=found)) == 24
    assert found[0].severity == "warning"
    assert found[0].rows == ["dark/cut.png", "dark/not.jpg"]
    assert "dark/cut.png" in found[0].what


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "dark\\..\\..\\evil.png", "C:/evil.png"])
def test_a_zip_that_points_outside_itself_is_refused_and_writes_nothing(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {"dark/a.png": picture(1), name: picture(1)})
    with pytest.raises(Unusable, match="unsafe"):
        read_images(path)
    assert [other.name for other in tmp_path.iterdir()] == ["a.zip"]


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("dark/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Unusable, match="is a link"):
        read_images(tmp_path / "a.zip")


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlcore.files.class_folders.MOST_BYTES", 1000)
    with pytest.raises(Unusable, match="unpacks to more than"):
        read_images(zipped(tmp_path / "a.zip", {"dark/a.png": picture(1), "light/a.png": picture(200)}))


def test_an_image_with_too_many_points_is_skipped_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlcore.files.images.MOST_PIXELS", 1000)
    root, found = folder(tmp_path / "a"), Findings()
    (root / "dark" / "huge.png").write_bytes(picture(5, size=40))
    assert len(read_images(root, found=found)) == 24
    assert found[0].rows == ["dark/huge.png"]


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"readme.txt": b"x"}, "holds no images"),
        ({"a.png": b"x", "dark/b.png": b"x"}, "outside any class folder, such as a.png"),
        ({"dark/a.png": b"x"}, "None of the 1 images"),
        ({"train/dark/a.png": b"x", "test/dark/a.png": b"x"}, "which are parts and no classes"),
    ],
)
def test_a_zip_without_class_folders_of_images_is_refused(tmp_path: Path, members: dict[str, bytes], why: str) -> None:
    with pytest.raises(Unusable, match=why):
        read_images(zipped(tmp_path / "a.zip", members))


def test_two_folders_become_a_situation_without_copies(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "source"), folder(tmp_path / "target", offset=1000)
    copy = (source / "dark" / "0.png").read_bytes()
    (target / "dark" / "copy.png").write_bytes(copy)
    (target / "dark" / "again.png").write_bytes(copy)
    files = Files(source=str(source), target=str(target), size=16)
    drawn = situation(files)
    assert drawn.modality == "image"
    assert (len(drawn.source), len(drawn.target)) == (23, 25)
    assert "One of the images in target is an exact copy of another one" in notes(files)


def test_a_copy_of_a_judged_image_is_no_unlabelled_one(tmp_path: Path) -> None:
    roots = {role: folder(tmp_path / role, offset=1000 * k) for k, role in enumerate(("source", "target", "test"))}
    more = folder(tmp_path / "unlabelled", 2, offset=3000)
    for role, root in roots.items():
        (more / f"{role}.png").write_bytes((root / "dark" / "1.png").read_bytes())
    files = Files(**{role: str(root) for role, root in roots.items()}, unlabelled=str(more), size=16)
    assert len(situation(files).unlabelled) == 4
    assert "3 of the images in unlabelled are exact copies and are skipped" in notes(files)
    for name in ("dark", "light"):
        for path in (more / name).iterdir():
            path.unlink()
    assert situation(files).unlabelled is None


def test_tables_and_images_cannot_be_mixed(tmp_path: Path, pair: dict[str, str]) -> None:
    said = problem(source=pair["source"], target=str(folder(tmp_path / "a")), label="bought")
    assert "cannot be mixed" in said


# The scenario.


def test_equal_content_means_equal_settings_and_a_changed_file_is_refused(pair: dict[str, str]) -> None:
    settings = own_files.settings(**pair)
    assert settings == own_files.settings(**pair, test=None, unlabelled="")
    assert len(drawn("own_files", **settings).target) == 80
    table(81, seed=1).to_csv(pair["target"], index=False)
    assert own_files.settings(**pair)["digest"] != settings["digest"]
    with pytest.raises(Unusable, match="has changed"):
        catalog.scenario("own_files", **settings).draw()


def test_settings_name_absolute_paths_and_refuse_missing_files(
    pair: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(pair["source"]).parent)
    assert own_files.settings(source="old.csv", target="new.csv", label="bought") == own_files.settings(**pair)
    with pytest.raises(Unusable, match="There is no file or folder"):
        own_files.settings(source="nowhere.csv")


def test_the_digest_of_a_folder_sees_a_renamed_class(tmp_path: Path) -> None:
    root = folder(tmp_path / "a", 2)
    before = digest(Files(source=str(root)))
    (root / "dark").rename(root / "black")
    assert digest(Files(source=str(root))) != before


def test_the_digest_of_a_folder_does_not_see_what_file_managers_leave(tmp_path: Path) -> None:
    files = Files(source=str(folder(tmp_path / "old")))
    before = digest(files)
    (tmp_path / "old" / ".DS_Store").write_text("looked at")
    (tmp_path / "old" / "Thumbs.db").write_text("looked at")
    assert digest(files) == before


def test_a_zip_with_a_damaged_image_loses_that_image_only(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a/1.bmp", "a/2.bmp", "b/1.bmp"):
            content = io.BytesIO()
            Image.new("RGB", (40, 40)).save(content, "BMP")
            archive.writestr(name, content.getvalue())
    raw = bytearray(path.read_bytes())
    raw[30 + len("a/1.bmp")] = 0xFF  # the first byte of the first image: no kind of block starts so
    path.write_bytes(raw)
    found = Findings()
    assert read_images(path, 8, found).names == ["a/2.bmp", "b/1.bmp"]
    assert found[0].rows == ["a/1.bmp"]
    path.write_bytes(bytes(raw).replace(b"PK\1\2", b"PK\0\2"))
    with pytest.raises(Unusable, match="no readable zip"):
        read_images(path)


def test_a_file_that_may_not_be_read_is_refused(pair: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: "old" not in str(path))
    with pytest.raises(Unusable, match="may not be read"):
        situation(Files(**pair))


def test_two_files_of_one_name_are_told_apart_by_what_they_are_for() -> None:
    names = Files(source="old/data.csv", target="new/data.csv", test="test.csv").names
    assert names == {"source": "data.csv (Source)", "target": "data.csv (Target)", "test": "test.csv"}


def test_more_images_than_memory_holds_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlcore.files.images.MOST_BYTES", 24 * 16 * 16 * 3)
    path = folder(tmp_path / "old")
    assert len(read_images(path, 16)) == 24
    with pytest.raises(Unusable, match="choose a smaller size"):
        read_images(path, 17)
