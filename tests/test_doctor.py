"""The data doctor finds what was planted, says what to do, and stays silent where nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tlcore.files import Files, Finding, examine
from tlcore.situation import Examples, Situation
from tlcore.words import speaking


def customers(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"income": rng.normal(3000, 500, rows), "town": rng.choice(["A", "B", "C"], rows)})
    return frame.assign(churn=rng.choice(["no", "yes"], rows, p=[0.7, 0.3]))


def data(**parts: pd.DataFrame) -> Situation:
    """A situation whose parts are these frames, the last column the label."""
    examples = {
        role: Examples(frame.iloc[:, :-1], frame.iloc[:, -1].to_numpy(dtype=object)) for role, frame in parts.items()
    }
    return Situation(**examples, label="churn", modality="table")


def alarms(found: list[Finding]) -> list[Finding]:
    """What was found beside what little data means for the choice of a strategy."""
    return [finding for finding in found if finding.severity != "hint"]


def about(found: list[Finding], words: str) -> Finding:
    matching = [finding for finding in found if words in finding.sentence]
    assert len(matching) == 1, [finding.sentence for finding in found]
    return matching[0]


def test_sound_data_has_no_findings() -> None:
    assert alarms(examine(data(source=customers(200, 0), target=customers(80, 1), test=customers(50, 2)))) == []


def test_a_test_row_that_was_seen_before_is_a_warning_with_its_row() -> None:
    target, test = customers(80, 1), customers(50, 2)
    test.iloc[7] = target.iloc[3]
    finding = about(examine(data(source=customers(200, 0), target=target, test=test)), "also in the target")
    assert (finding.severity, finding.rows) == ("warning", ["row 8"])


def test_the_same_inputs_with_another_label_are_no_copy_and_within_one_place_a_conflict() -> None:
    target, test = customers(80, 1), customers(50, 2)
    test.iloc[7] = target.iloc[3]
    test.loc[7, "churn"] = "no" if target.loc[3, "churn"] == "yes" else "yes"
    assert alarms(examine(data(source=customers(200, 0), target=target, test=test))) == []
    again = pd.concat([target, test.iloc[[7]]], ignore_index=True)
    finding = about(examine(data(source=customers(200, 0), target=again, test=customers(50, 2))), "different labels")
    assert (finding.severity, [row.split(":")[0] for row in finding.rows]) == ("warning", ["row 4", "row 81"])


def test_copies_within_the_target_weigh_more_while_half_of_it_is_the_test_set() -> None:
    target = pd.concat([customers(80, 1), customers(80, 1).head(5)], ignore_index=True)
    alone = about(examine(data(source=customers(200, 0), target=target)), "repeat earlier ones")
    tested = about(examine(data(source=customers(200, 0), target=target, test=customers(50, 2))), "repeat earlier ones")
    assert (alone.severity, tested.severity) == ("warning", "note")


def test_target_rows_that_the_source_holds_are_a_warning_where_half_of_the_target_is_the_test() -> None:
    source = pd.concat([customers(200, 0), customers(80, 1).head(3)], ignore_index=True)
    assert about(examine(data(source=source, target=customers(80, 1))), "3 examples of the target").rows == [
        "row 1", "row 2", "row 3",
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "other"), [("source", "target"), ("target", "source")])
def test_a_column_that_says_something_in_one_place_only_is_a_warning(role: str, other: str) -> None:
    parts = {"source": customers(200, 0), "target": customers(80, 1)}
    parts[role] = parts[role].assign(income=np.nan, town="A")
    found = examine(data(**parts))
    assert about(found, f"'income' is empty in the {role}").severity == "warning"
    assert about(found, f"'town' never changes in the {role}").severity == "warning"


def test_one_class_only_stops() -> None:
    found = examine(data(source=customers(200, 0), target=customers(80, 1).assign(churn="no")))
    assert about(found, "one class only").severity == "stop"


def test_a_class_with_one_example_is_a_warning() -> None:
    target = customers(80, 1).assign(churn=["yes"] + ["no"] * 79)
    assert "'yes'" in about(examine(data(source=customers(200, 0), target=target)), "fewer than two").what


def test_equal_pictures_are_found_by_their_content() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 255, (20, 4, 4, 3)).astype(np.uint8)
    twice = np.concatenate([pictures, pictures[:1]])
    labels = np.array(["cat", "dog"] * 10 + ["cat"], dtype=object)
    names = [f"{i}.png" for i in range(21)]
    other = Examples(rng.integers(0, 255, (20, 4, 4, 3)).astype(np.uint8), labels[:20])
    found = examine(Situation(other, Examples(twice, labels, names), label="class", modality="image"))
    assert about(found, "repeats an earlier one").rows == ["20.png"]


def test_files_get_the_findings_of_reading_and_of_comparing_the_gravest_first(tmp_path: Path) -> None:
    source, target = customers(200, 0), customers(80, 1)
    target.loc[0, "churn"] = None
    target.iloc[5] = target.iloc[4]
    source.rename(columns={"income": " income"}).to_csv(tmp_path / "old.csv", index=False)
    target.to_csv(tmp_path / "new.csv", index=False)
    found = examine(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="churn"))
    assert [finding.severity for finding in found] == ["warning", "note", "note", "hint", "hint", "hint"]
    about(found, "blank around a column name")
    about(found, "has no label")
    about(found, "repeats an earlier one")


def test_unreadable_files_are_findings_and_no_exception(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("")
    found = examine(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "none.csv"), label="churn"))
    assert [finding.severity for finding in found] == ["stop"]
    customers(80, 1).to_csv(tmp_path / "none.csv", index=False)
    found = examine(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "none.csv"), label="churn"))
    assert about(found, "is empty").where == "old.csv"


def test_a_missing_label_column_gets_the_nearest_name(tmp_path: Path) -> None:
    customers(200, 0).to_csv(tmp_path / "old.csv", index=False)
    customers(80, 1).rename(columns={"churn": "Churn"}).to_csv(tmp_path / "new.csv", index=False)
    found = examine(Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="churn"))
    assert "Did you mean 'Churn'?" in about(found, "new.csv has no column 'churn'").remedy


def test_findings_speak_chinese_to_a_chinese_reader() -> None:
    with speaking("zh_CN"):
        found = examine(data(source=customers(200, 0), target=customers(80, 1).assign(town="A")))
    assert "目标" in found[0].what


def test_copies_are_named_by_their_rows_in_the_file_also_where_a_column_splits_it(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"region": ["south", "north"] * 60, "x": rng.normal(size=120), "y": ["a", "a", "b", "b"] * 30})
    frame.loc[117] = frame.loc[101]  # both in the north: rows 102 and 118 of the file
    frame.to_csv(tmp_path / "one.csv", index=False)
    found = examine(Files(source=str(tmp_path / "one.csv"), label="y", domain_column="region", target_domain="north"))
    (copies,) = [finding for finding in found if "repeats an earlier" in finding.what]
    assert copies.rows == ["row 118"]
