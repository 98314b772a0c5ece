"""Own files in the browser: kept, read, guessed about, and refused with their sentence."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from apps import opened, said

from pages.parts import uploads

pytestmark = pytest.mark.usefixtures("quiet")


def table(rows: int, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(40, 10, rows), "income": rng.normal(30, 5, rows)})
    return frame.assign(churn=np.where(frame["age"] > 40, "yes", "no")).to_csv(index=False).encode()


def test_own_files_are_read_from_their_link_and_the_label_is_guessed():
    places = {"source": uploads.keep("old.csv", table(300, 0)), "target": uploads.keep("new.csv", table(200, 1))}
    app = opened("prepare/data.py", scenario="own_files", **{f"files.{role}": place for role, place in places.items()})
    assert app.selectbox(key="files.label").value == "churn"
    assert "300 source and 200 target examples, to predict churn" in said(app)


def test_the_column_with_the_texts_and_the_one_with_the_places_can_be_said():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"town": rng.choice(["north", "south"], 200), "ticket": rng.choice(["a lost card", "no pin"], 200)}
    )
    frame["asked"] = np.where(frame["ticket"] == "no pin", "pin", "card")
    places = {
        f"files.{role}": uploads.keep(f"{role}.csv", frame.to_csv(index=False).encode())
        for role in ("source", "target")
    }
    app = opened("prepare/data.py", scenario="own_files", **places, **{"files.label": "asked"})
    app.selectbox(key="files.places").set_value("town").run()
    assert not app.error
    assert app.session_state["own files asked for"]["places"] == "town"
    app.selectbox(key="files.text").set_value("ticket").run()
    assert not app.error
    assert app.session_state["own files asked for"]["text"] == "ticket"


def test_files_that_cannot_be_used_get_their_sentence_in_place():
    places = {"source": uploads.keep("old.csv", table(300, 0)), "target": uploads.keep("new.csv", b"")}
    app = opened("prepare/data.py", scenario="own_files", **{f"files.{role}": place for role, place in places.items()})
    assert app.error
    assert "new.csv" in app.error[0].value
    assert str(uploads.folder()) not in app.error[0].value


def test_labels_with_gaps_name_the_same_classes_in_the_form_as_in_the_data():
    target = pd.read_csv(io.BytesIO(table(200, 1)))
    target["churn"] = (target["churn"] == "yes").astype(float).where(target.index > 20)
    source = pd.read_csv(io.BytesIO(table(300, 0)))
    source["churn"] = (source["churn"] == "yes").astype(int)
    places = {
        f"files.{role}": uploads.keep(f"{role}.csv", frame.to_csv(index=False).encode())
        for role, frame in {"source": source, "target": target}.items()
    }
    app = opened("prepare/data.py", scenario="own_files", **places)
    app.selectbox(key="files.positive").set_value("1").run()
    assert not app.error
    assert "300 source and 179 target examples" in said(app)


def test_an_upload_is_kept_by_its_content_and_no_address_leads_out_of_its_folder():
    place = uploads.keep("../../evil.csv", b"a,b\n1,2\n")
    assert uploads.keep("evil.csv", b"a,b\n1,2\n") == place
    assert uploads.path_of(place).read_bytes() == b"a,b\n1,2\n"
    assert uploads.path_of("../transferlab.db") is None
    assert uploads.path_of("/etc/passwd") is None
    assert uploads.path_of("nowhere/evil.csv") is None
    assert uploads.path_of("nul\0byte") is None
    assert uploads.path_of("long" * 1000) is None
