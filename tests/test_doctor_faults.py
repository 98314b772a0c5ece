"""Every fault that is planted in a pair of files is found, and mended by its own fix."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from toys import table

from tlcore.errors import Unusable
from tlcore.files import Files, Finding, checks, examine, fixes, gather
from tlcore.files.checks import differing_columns, leakage, made_of, near_copies, noisy_labels, units
from tlcore.files.finding import Fix
from tlcore.situation import Examples, Situation


def people(rows: int, seed: int) -> pd.DataFrame:
    """Sound customers: numbers, a category, a date, and a class that depends on them."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.normal(45, 12, rows).round(1),
            "income": np.exp(rng.normal(8, 0.4, rows)).round(2),
            "visits": rng.poisson(6, rows) + rng.random(rows).round(3),
            "town": rng.choice(["Aston", "Bourne", "Caxton"], rows, p=[0.5, 0.3, 0.2]),
            "since": pd.date_range("2020-01-01", periods=rows, freq="D").strftime("%Y-%m-%d"),
        }
    )
    odds = (frame["age"] - 45) / 12 + (frame["town"] == "Aston") + rng.normal(0, 1.2, rows)
    return frame.assign(left_us=np.where(odds > 1, "yes", "no"))


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Two files with one of each fault."""
    folder, rng = tmp_path_factory.mktemp("messy"), np.random.default_rng(5)
    old, new = people(600, 0), people(400, 1)
    for frame in (old, new):
        frame["account_closed"] = np.where(frame["left_us"] == "yes", rng.integers(1, 99, len(frame)), np.nan)
        frame["score"] = (frame["left_us"] == "yes") + rng.normal(0, 0.05, len(frame))
        frame["postcode"] = [f"P{k}" for k in rng.integers(0, 250, len(frame))]
    old["phone"], new["phone"] = rng.random(600), np.where(rng.random(400) < 0.6, np.nan, 0.5)
    new["income"] = (new["income"] / 1000).round(5)
    old.loc[:9, "left_us"] = " Yes"
    old.loc[10:19, "town"] = "aston"
    new.loc[380:, "left_us"] = None
    old.loc[30] = old.loc[31]
    new.loc[40] = new.loc[41]
    new.loc[50] = old.loc[32]
    new.loc[60] = new.loc[61]
    new.loc[60, "left_us"] = "no" if new.loc[61, "left_us"] == "yes" else "yes"
    old.to_csv(folder / "old.csv", index=False)
    new.rename(columns={"age": "Alter", "visits": "Visits"}).to_csv(folder / "new.csv", index=False)
    return Files(source=str(folder / "old.csv"), target=str(folder / "new.csv"), label="left_us")


@pytest.fixture(scope="module")
def found(messy: Files) -> list[Finding]:
    return examine(messy)


PLANTED = [
    ("'account_closed' is filled almost exactly where 'left_us' is", "warning", Fix("ignore", "account_closed")),
    ("'score' alone predicts 'left_us'", "warning", Fix("ignore", "score")),
    ("'Alter' of new.csv looks like 'age' of old.csv (by what it holds)", "warning", Fix("rename", "Alter=age")),
    ("'Visits' of new.csv looks like 'visits' of old.csv (by name)", "warning", Fix("rename", "Visits=visits")),
    ("units may differ by 1000", "warning", Fix("scale", "income=1000")),
    ("'left_us' writes the same in several ways", "warning", Fix("fold", "left_us")),
    ("'town' writes the same in several ways", "warning", Fix("fold", "town")),
    ("Blanks around 10 values of column 'left_us' were removed", "note", None),
    ("20 rows of the target without a label are the latest by 'since'", "warning", None),
    ("of the target have the same inputs as others and different labels", "warning", None),
    ("One example of the source repeats an earlier one", "note", Fix("copies", "drop")),
    ("'phone' is missing in 0% of the source and", "warning", Fix("ignore", "phone")),
    ("'postcode' has 2", "note", Fix("ignore", "postcode")),
    ("'since' holds dates", "note", None),
    ("'yes' is taken for the event", "hint", None),
    ("examples in all, fewer than 10,000", "hint", None),
    ("20 target examples have no label", "hint", None),
]


@pytest.mark.parametrize(("words", "severity", "fix"), PLANTED)
def test_a_planted_fault_is_found_with_its_fix(
    words: str, severity: str, fix: Fix | None, found: list[Finding]
) -> None:
    matching = [finding for finding in found if words in finding.what]
    assert len(matching) == 1, "\n".join(finding.what for finding in found)
    assert (matching[0].severity, matching[0].fix) == (severity, fix)


def mended(files: Files, *chosen: Fix) -> Files:
    for fix in chosen:
        files = replace(files, **{fix.knob: fixes.added(getattr(files, fix.knob), fix)})
    return files


def test_every_fix_takes_its_finding_away_and_undone_brings_it_back(messy: Files, found: list[Finding]) -> None:
    chosen = list(dict.fromkeys(finding.fix for finding in found if finding.fix))
    whole = mended(messy, *chosen)
    left = examine(whole)
    assert not [finding for finding in left if finding.fix], [finding.what for finding in left if finding.fix]
    assert sorted(map(str, fixes.in_force(asdict(whole)))) == sorted(map(str, chosen))
    for fix in fixes.in_force(asdict(whole)):
        whole = replace(whole, **{fix.knob: fixes.removed(getattr(whole, fix.knob), fix)})
    assert {finding.what for finding in examine(whole)} == {finding.what for finding in found}


def test_what_was_mended_is_what_a_run_reads_and_the_files_stay(messy: Files) -> None:
    before = Path(messy.target).read_bytes()
    drawn, _ = gather(mended(messy, Fix("rename", "Alter=age"), Fix("scale", "income=1000"), Fix("fold", "left_us")))
    plain, _ = gather(messy)
    assert drawn.target_space.classes == ("no", "yes")
    assert "age" in drawn.target.inputs
    assert drawn.target.inputs["income"].median() == pytest.approx(1000 * plain.target.inputs["income"].median())
    assert Path(messy.target).read_bytes() == before


def test_a_copy_that_is_left_out_is_left_out_of_the_source_rather_than_of_the_target(tmp_path: Path) -> None:
    old, new = people(200, 0), people(100, 1)
    old.loc[3] = new.loc[7]
    old.to_csv(tmp_path / "old.csv", index=False)
    new.to_csv(tmp_path / "new.csv", index=False)
    files = Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="left_us", copies="drop")
    drawn, found = gather(files)
    assert (len(drawn.source), len(drawn.target)) == (199, 100)
    assert "One row is a copy and is left out." in [finding.what for finding in found]


def test_folding_a_column_folds_what_the_settings_say_of_it(tmp_path: Path) -> None:
    frame = people(300, 0)
    frame.loc[:40, "town"] = frame.loc[:40, "town"].str.lower()
    frame.loc[:5, "left_us"] = frame.loc[:5, "left_us"].str.upper()
    frame.to_csv(tmp_path / "all.csv", index=False)
    files = Files(source=str(tmp_path / "all.csv"), label="left_us", fold="town, left_us", positive="NO")
    drawn, found = gather(replace(files, domain_column="town", target_domain="aston"))
    assert drawn is not None, [finding.sentence for finding in found.stops]
    assert len(drawn.target) == (frame["town"].str.lower() == "aston").sum()
    assert drawn.positive == "no"
    assert drawn.target_space.classes == ("yes", "no")
    drawn, found = gather(replace(files, domain_column="town", target_domain="astn"))
    assert drawn is None
    assert "Did you mean 'Aston'?" in found.stops[0].sentence


@pytest.mark.parametrize("kind", ["table", "text"])
def test_a_copy_that_is_left_out_is_gone_also_from_what_has_no_label(tmp_path: Path, kind: str) -> None:
    frames = [people(rows, seed) for seed, rows in enumerate((200, 100, 60, 50))]
    if kind == "text":
        frames = [
            f[["age", "left_us"]].assign(note="who earns " + f["income"].astype(str) + " goes there") for f in frames
        ]
    old, new, test, more = frames
    new.loc[3], new.loc[4], more.loc[5] = test.loc[7], test.loc[8], test.loc[9]
    new.loc[4, "left_us"] = None
    paths = {}
    for role, frame in {"source": old, "target": new, "test": test, "unlabelled": more}.items():
        paths[role] = str(tmp_path / f"{role}.csv")
        frame.drop(columns="left_us" if role == "unlabelled" else []).to_csv(paths[role], index=False)
    files = Files(**paths, label="left_us")
    (seen,) = [finding for finding in examine(files) if "unlabelled examples are also in" in finding.what]
    assert (seen.severity, seen.fix) == ("warning", Fix("copies", "drop"))
    assert seen.what == "2 unlabelled examples are also in the test set."
    drawn, found = gather(replace(files, copies="drop"))
    assert (len(drawn.source), len(drawn.target), len(drawn.test), len(drawn.unlabelled)) == (200, 98, 60, 49)
    assert "3 rows are copies and are left out." in [finding.what for finding in found]
    assert not np.isin(fixes.marks(drawn.unlabelled.inputs), fixes.marks(drawn.test.inputs)).any()


@pytest.mark.parametrize(
    ("setting", "answer"),
    [
        ({"rename": "Alter"}, "rename gives 'Alter' no new name; it reads like Alter=age"),
        ({"rename": "Altr=age"}, "rename names the column 'Altr', which no file has. Did you mean 'Alter'?"),
        ({"rename": "Alter=town"}, "'Alter' cannot be renamed to 'town': new.csv already has a column"),
        ({"rename": "a=b=c"}, "rename is 'a=b=c'; it reads like Alter=age"),
        ({"scale": "income=much"}, "scale multiplies 'income' by 'much', which is no number other than 0"),
        ({"scale": "income=0"}, "which is no number other than 0"),
        ({"scale": "town=10"}, "'town' cannot be rescaled: it holds no numbers"),
        ({"fold": "twon"}, "fold names the column 'twon', which no file has. Did you mean 'town'?"),
        ({"ignore": '"age'}, "ignore is '\"age'"),
    ],
)
def test_a_setting_that_cannot_be_applied_is_answered(setting: dict[str, str], answer: str, messy: Files) -> None:
    _, found = gather(replace(messy, **setting))
    assert answer in " | ".join(finding.sentence for finding in found.stops)


def test_names_with_commas_and_equals_signs_stand_in_quotes() -> None:
    fix = Fix("ignore", '"price, net"')
    assert fixes.added("age", fix) == 'age, "price, net"'
    assert fixes.removed('age, "price, net"', fix) == "age"
    assert Files(ignore='age, "price, net"').ignored == ["age", "price, net"]
    frame = pd.DataFrame({'a="b"': [1]})
    assert list(fixes.renamed(frame, '"a=""b"""="x, y"')) == ["x, y"]
    with pytest.raises(Unusable):
        fixes.renamed(frame, "=x")


def test_exact_copies_are_told_in_groups_and_those_in_two_classes_are_a_warning(tmp_path: Path) -> None:
    for role, first in (("old", 0), ("new", 100)):
        for name, number in (("a", 0), ("b", 50)):
            (tmp_path / role / name).mkdir(parents=True)
            for k in range(8):
                Image.fromarray(picture(first + number + k)).save(tmp_path / role / name / f"{k}.png")
    for copy in ("a/copy.png", "a/again.png", "b/torn.png"):
        (tmp_path / "old" / copy).write_bytes((tmp_path / "old" / "a" / "1.png").read_bytes())
    (tmp_path / "new" / "a" / "twice.png").write_bytes((tmp_path / "new" / "a" / "2.png").read_bytes())
    found = examine(Files(source=str(tmp_path / "old"), target=str(tmp_path / "new")))
    (old,) = [
        finding for finding in found if "in old are exact copies and are skipped (groups of equals: 1)" in finding.what
    ]
    assert old.rows == ["old: a/1.png = old: a/again.png = old: a/copy.png = old: b/torn.png"]
    (torn,) = [finding for finding in found if "lies in folders of different classes" in finding.what]
    assert (torn.severity, torn.rows) == ("warning", old.rows)


@pytest.mark.parametrize("file", sorted((Path(checks.__file__).parent).glob("[a-z]*.py")), ids=lambda file: file.stem)
def test_every_check_is_found_has_a_card_and_says_what_it_looks_at(file: Path) -> None:
    module = import_module(f"tlcore.files.checks.{file.stem}")
    assert module.ON.issubset({*checks.EVERY, "files"})
    assert all(module.check in checks._on(kind) for kind in module.ON)
    assert (module.__doc__ or "").splitlines()[0].endswith((".", "?"))


# Definitions.


def test_a_column_of_noise_predicts_nothing_and_the_label_itself_everything() -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(["a", "b", "c"], 600).astype(object)
    assert leakage.alone(pd.Series(rng.normal(size=600)), labels, regression=False) == pytest.approx(0.5, abs=0.05)
    assert leakage.alone(pd.Series(labels), labels, regression=False) == 1
    names = pd.Series([f"n{k}" for k in range(600)])  # each value once: its own mean is no knowledge
    assert leakage.alone(names, labels, regression=False) < 0.55
    number = rng.normal(size=600)
    assert leakage.alone(pd.Series(number), number * 3 + 1, regression=True) > 0.97
    assert leakage.alone(pd.Series(number[:20]), labels[:20], regression=False) is None


def test_a_sum_is_found_with_its_weights_and_noise_is_no_sum() -> None:
    rng = np.random.default_rng(0)
    inputs = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    assert made_of.sum_of(inputs, (inputs["a"] + 2 * inputs["c"]).to_numpy()) == pytest.approx({"a": 1, "c": 2})
    assert made_of.sum_of(inputs, (inputs["a"] + rng.normal(0, 0.1, 300)).to_numpy()) == {}


@pytest.mark.parametrize("factor", [1000, 60, 3.6, 0.01])
def test_the_ratio_of_units_is_found_and_turned_round_by_swapping_the_places(factor: float) -> None:
    rng = np.random.default_rng(0)
    here, there = np.exp(rng.normal(0, 0.3, (2, 400)))
    assert units.ratio(pd.Series(here * factor), pd.Series(there)) == pytest.approx(factor)
    assert units.ratio(pd.Series(there), pd.Series(here * factor)) == pytest.approx(1 / factor)


def test_a_shift_or_another_shape_is_no_unit() -> None:
    rng = np.random.default_rng(0)
    here, there = np.exp(rng.normal(0, 0.3, (2, 400)))
    assert units.ratio(pd.Series(here * 2), pd.Series(there)) is None
    assert units.ratio(pd.Series(here * 10), pd.Series(there**3)) is None
    assert units.ratio(pd.Series(here - 1), pd.Series(there)) is None


def picture(seed: int) -> np.ndarray:
    """A smooth picture ``(64, 64, 3)``: coarse noise, enlarged."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 6, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((64, 64), Image.Resampling.BICUBIC))


def test_a_picture_compressed_lightened_or_resized_is_near_and_others_are_not() -> None:
    pictures = [picture(seed) for seed in range(30)]
    small = np.asarray(Image.fromarray(pictures[3]).resize((40, 40)).resize((64, 64)))
    lighter = (pictures[5] * 0.85 + 30).astype(np.uint8)
    groups = near_copies.groups(np.stack([*pictures, small, lighter]))
    assert [group.tolist() for group in groups] == [[3, 30], [5, 31]]


def test_the_difference_hash_says_where_a_picture_grows_lighter() -> None:
    ramp = np.tile(np.linspace(0, 255, 72).astype(np.uint8), (64, 1))[None, ..., None]
    assert near_copies.dhash(ramp)[0] == np.uint64(2**64 - 1)
    assert near_copies.dhash(ramp[:, :, ::-1])[0] == 0


def test_near_copies_across_places_are_a_warning_with_their_names() -> None:
    source = Examples(
        np.stack([picture(k) for k in range(30)]), np.array(["a", "b"] * 15), [f"s{k}" for k in range(30)]
    )
    copy = (picture(4) * 0.9).astype(np.uint8)
    shots = np.stack([copy, *(picture(k) for k in range(100, 129))])
    target = Examples(shots, np.array(["a", "b"] * 15), [f"t{k}" for k in range(30)])
    found = examine(Situation(source, target, label="class", modality="image"))
    (near,) = [finding for finding in found if "nearly equal" in finding.what and finding.severity == "warning"]
    assert near.rows == ["the target: t0 = the source: s4"]


def test_labels_turned_round_are_found_and_where_classes_overlap_none_is_accused() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(600, 4))
    truth = (inputs[:, 0] + inputs[:, 1] > 0).astype(int)
    wrong = rng.permutation(600)[:30]
    noisy = truth.copy()
    noisy[wrong] = 1 - noisy[wrong]
    accused = noisy_labels.likely_errors(inputs, noisy)
    clear = np.abs(inputs[wrong, 0] + inputs[wrong, 1]) > 1
    assert len(np.intersect1d(accused, wrong)) >= 0.8 * len(accused) > 0
    assert np.isin(wrong[clear], accused).mean() > 0.7
    overlap = (inputs[:, 0] + rng.normal(0, 2, 600) > 0).astype(int)
    assert len(noisy_labels.likely_errors(inputs, overlap)) == 0
    assert len(noisy_labels.likely_errors(inputs, truth)) <= 6


def test_a_hundred_columns_of_other_names_are_compared_in_a_moment() -> None:
    rng = np.random.default_rng(0)
    towns = [f"town {k}" for k in range(150)]
    draws = {"words": lambda: rng.choice(towns, 2000), "numbers": lambda: rng.normal(size=2000)}
    for draw in draws.values():
        frames = [pd.DataFrame({f"{place} {k}": draw() for k in range(100)}) for place in ("x", "a")]
        start = time.process_time()
        differing_columns.pairs(*frames)
        assert time.process_time() - start < 3


def test_a_run_reads_files_without_looking_for_what_only_the_doctor_tells(messy: Files) -> None:
    said = [finding.what for finding in gather(messy)[1]]
    assert not [what for what in said if "looks like" in what or "several ways" in what]
    assert [what for what in said if "holds dates" in what]


def test_twenty_thousand_rows_of_thirty_columns_take_less_than_three_seconds(tmp_path: Path) -> None:
    for name, rows, seed in (("old", 14_000, 0), ("new", 6_000, 1)):
        rng = np.random.default_rng(seed)
        wide = {f"n{k}": rng.normal(size=rows).round(4) for k in range(20)}
        wide |= {f"c{k}": rng.choice(list("abcdefgh"), rows) for k in range(9)}
        wide["y"] = np.where(wide["n0"] + rng.normal(size=rows) > 1, "yes", "no")
        pd.DataFrame(wide).to_csv(tmp_path / f"{name}.csv", index=False)
    files = Files(source=str(tmp_path / "old.csv"), target=str(tmp_path / "new.csv"), label="y")
    examine(table())  # libraries are loaded once
    start = time.process_time()
    examine(files)
    assert time.process_time() - start < 3
