"""The Data page: what the doctor found stands in its group, *Fix it* turns a setting, *Undo* turns it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from apps import opened, said
from streamlit.testing.v1 import AppTest

from pages.parts import again, reads, uploads
from tlcore import launch
from tlcore.scenarios import own_files
from tlcore.spec import Experiment


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody works the queue, and no shipped example is there."""
    monkeypatch.setattr(launch, "start", lambda store: None)
    monkeypatch.setattr(reads, "EXAMPLES", tmp_path / "no examples")


def customers(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(40, 10, rows), "income": np.exp(rng.normal(8, 0.3, rows))})
    frame["refund"] = (frame["age"] > 40) * 1.0 + rng.normal(0, 0.01, rows)
    return frame.assign(churn=np.where(frame["age"] > 40, "yes", "no"))


def kept(**frames: pd.DataFrame) -> dict[str, str]:
    return {
        f"files.{role}": uploads.keep(f"{role}.csv", frame.to_csv(index=False).encode())
        for role, frame in frames.items()
    }


def press(app: AppTest, label: str, about: str) -> None:
    """Press the one button of this label whose key speaks of this."""
    (button,) = [button for button in app.button if button.label == label and about in str(button.key)]
    button.click().run()
    assert not app.exception, app.exception[0].value


def query(app: AppTest, name: str) -> str:
    return "".join(app.query_params.get(name, []))


@pytest.fixture
def places() -> dict[str, str]:
    noise = np.random.default_rng(7)
    source, target = customers(300, 0), customers(200, 1)
    for frame in (source, target):
        frame["age"] += noise.normal(0, 8, len(frame))
    return kept(source=source, target=target.assign(income=target["income"] / 1000))


def test_a_finding_is_mended_by_a_click_and_the_address_says_so(places: dict[str, str]) -> None:
    app = opened("prepare/data.py", scenario="own_files", **places)
    assert "May mislead" in said(app)
    assert "'refund' alone predicts 'churn'" in said(app)
    press(app, "Fix it", "'refund' alone")
    assert "'refund' alone predicts 'churn'" not in said(app)
    assert "Column 'refund' is left out." in said(app)
    assert query(app, "files.ignore") == "refund"
    press(app, "Fix it", "'income'")
    assert query(app, "files.scale") == "income=1000"
    press(app, "Undo", "ignore refund")
    assert "'refund' alone predicts 'churn'" in said(app)
    assert query(app, "files.ignore") == ""
    assert query(app, "files.scale") == "income=1000"


def test_a_link_opens_with_what_was_mended_and_leaving_the_page_loses_none_of_it(places: dict[str, str]) -> None:
    app = opened("prepare/data.py", scenario="own_files", **places, **{"files.ignore": "refund"})
    assert "Column 'refund' is left out." in said(app)
    app.switch_page("start/home.py").run()
    app.switch_page("run/plan.py").run()
    assert "Column 'refund' is left out." in said(app)
    assert query(app, "files.ignore") == "refund"


def test_a_label_of_another_name_is_no_dead_end(places: dict[str, str]) -> None:
    there = kept(source=customers(300, 0), target=customers(200, 1).rename(columns={"churn": "Churn"}))
    app = opened("prepare/data.py", scenario="own_files", **there)
    assert "has no column 'Churn'" in app.error[0].value
    press(app, "Fix it", "has no column 'Churn'")
    assert not app.error
    assert query(app, "files.rename") == "churn=Churn"
    assert "300 source and 200 target examples, to predict Churn" in said(app)


def test_spellings_of_the_label_become_two_classes_by_a_click() -> None:
    source, target = customers(300, 0), customers(200, 1)
    source.loc[:40, "churn"] = source.loc[:40, "churn"].str.upper()
    target.loc[:1, "churn"] = ["YES", "YES"]
    app = opened("prepare/data.py", scenario="own_files", **kept(source=source, target=target))
    press(app, "Fix it", "'churn' writes the same")
    assert app.selectbox(key="files.positive").options == ["found by itself", "no", "yes"]
    assert "writes the same" not in said(app)


def test_what_was_chosen_of_a_column_stays_when_its_values_get_one_spelling() -> None:
    whole = customers(400, 0)
    rng = np.random.default_rng(3)
    whole["age"] += rng.normal(0, 8, 400)
    whole["region"] = rng.choice(["North", "north", "South"], 400, p=[0.4, 0.1, 0.5])
    whole.loc[:20, "churn"] = whole.loc[:20, "churn"].str.upper()
    chosen = {"files": "one", "files.domain_column": "region", "files.target_domain": "north", "files.label": "churn"}
    app = opened("prepare/data.py", scenario="own_files", **kept(source=whole.drop(columns="refund")), **chosen)
    press(app, "Fix it", "'churn' writes the same")
    app.selectbox(key="files.positive").select("no").run()
    press(app, "Fix it", "'region' writes the same")
    assert not app.error
    count = (whole["region"] != "South").sum()
    assert f"{400 - count} source and {count} target examples" in said(app)
    assert query(app, "files.target_domain") == app.selectbox(key="files.target_domain").value == "North"
    assert query(app, "files.positive") == "no"
    link = {**chosen, "files.fold": "region, churn", "files.positive": "NO"}
    app = opened("prepare/data.py", scenario="own_files", **kept(source=whole.drop(columns="refund")), **link)
    assert f"{400 - count} source and {count} target examples" in said(app)
    assert app.selectbox(key="files.positive").value == "no"


def test_a_setting_that_cannot_be_read_says_so_and_can_be_undone(places: dict[str, str]) -> None:
    app = opened("prepare/data.py", scenario="own_files", **places, **{"files.rename": "=x"})
    assert "rename is '=x'" in app.error[0].value
    press(app, "Undo", "rename")
    assert not app.error
    assert "300 source and 200 target examples" in said(app)


def test_columns_are_left_out_by_choice_as_by_a_fix(places: dict[str, str]) -> None:
    app = opened("prepare/data.py", scenario="own_files", **places)
    press(app, "Fix it", "'refund' alone")
    (left_out,) = app.multiselect
    assert (left_out.options, left_out.value) == (["age", "income", "refund"], ["refund"])
    left_out.select("income").run()
    assert query(app, "files.ignore") == "refund, income"
    assert "Column 'income' is left out." in said(app)
    press(app, "Undo", "ignore refund")
    assert app.multiselect[0].value == ["income"]
    assert query(app, "files.ignore") == "income"
    app.multiselect[0].unselect("income").run()
    assert not app.exception
    assert query(app, "files.ignore") == ""


def test_rows_of_one_customer_are_kept_together_by_choice_or_by_a_fix_and_time_makes_a_test_set() -> None:
    frames = {role: customers(300, seed).drop(columns="refund") for seed, role in enumerate(("source", "target"))}
    for role, frame in frames.items():
        frame["age"] += np.random.default_rng(4).normal(0, 8, 300)
        frame["who"] = [f"{role}{k // 5}" for k in range(300)]
        frame["since"] = pd.date_range("2023-01-01", periods=300).strftime("%Y-%m-%d")
    app = opened("prepare/data.py", scenario="own_files", **kept(**frames))
    press(app, "Fix it", "'who' looks like")
    assert query(app, "files.group") == app.selectbox(key="files.group").value == "who"
    assert "Rows with the same 'who' are never both learnt from and judged." in said(app)
    assert "30 of the 60 different 'who'" in said(app)
    press(app, "Undo", "group who")
    assert app.selectbox(key="files.group").value == ""
    app.selectbox(key="files.group").select("who").run()
    assert "30 of the 60 different 'who'" in said(app)
    app.selectbox(key="files.time").select("since").run()
    assert "more than one of them is named" in app.error[0].value
    app.selectbox(key="files.group").select("").run()
    assert not app.error
    assert "from 2023-05-31 on by 'since'" in said(app)
    assert app.selectbox(key="files.time").options == ["none", "age", "income", "since"]


def followed(app: AppTest, address: dict[str, str] | None) -> str:
    """What the page says once a link was followed in the same session."""
    assert address is not None
    app.query_params.clear()
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception[0].value
    return said(app)


def test_an_experiment_opened_again_is_mended_as_it_was_and_not_as_the_draft_is(places: dict[str, str]) -> None:
    paths = {name.removeprefix("files."): str(uploads.folder() / place) for name, place in places.items()}
    plain = Experiment("own_files", ("scratch",), settings=own_files.settings(**paths, label="churn"))
    mended = replace(plain, settings=own_files.settings(**paths, label="churn", ignore="refund"))
    app = opened("prepare/data.py", scenario="own_files", **places, **{"files.scale": "income=1000"})
    assert "is multiplied by 1000" in said(app)
    words = followed(app, again.address(mended))
    assert "Column 'refund' is left out." in words
    assert "is multiplied by" not in words
    words = followed(app, again.address(plain))
    assert "300 source and 200 target examples, to predict churn" in words
    assert "is left out." not in words


def test_an_upload_through_the_form_is_kept_and_one_too_large_says_so_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("prepare/data.py", scenario="own_files")
    content = customers(300, 0).to_csv(index=False).encode()
    app.file_uploader(key="files.source.upload").set_value(("old.csv", content, "text/csv")).run()
    assert query(app, "files.source").endswith("/old.csv")
    monkeypatch.setattr(uploads, "MOST", 1)
    large = ("new.csv", bytes((1 << 20) + 1), "text/csv")
    app.file_uploader(key="files.target.upload").set_value(large).run()
    assert "new.csv is larger than 1 MB" in app.error[0].value
    assert query(app, "files.target") == ""
    assert [file.name for file in uploads.folder().rglob("*") if file.is_file()] == ["old.csv"]
