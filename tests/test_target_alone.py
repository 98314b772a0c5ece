"""No source at all: what is carried over comes with a network's weights."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import learning
import numpy as np
import pandas as pd
import pytest
from apps import opened, said
from encoders import bert
from PIL import Image
from toys import messages, pictures

from pages.parts import uploads
from tlcore import catalog
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.files import Files, examine, situation
from tlcore.measure.gap import measure_gap
from tlcore.plan import lacking, plan
from tlcore.situation import split
from tlcore.spec import Experiment


@pytest.fixture(scope="module")
def alone():
    """Pictures of a target, a network that comes with weights, and nothing else."""
    toy = pictures()
    return replace(toy, source=toy.target.take(np.arange(0)), facts={"backbone": "taught"})


@pytest.fixture
def zipped(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "plates.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(80):
            kind = "scratched" if number % 2 else "fine"
            grey = rng.integers(0, 90, (24, 24)) + (number % 2) * np.eye(24, dtype=int) * 160
            place = tmp_path / f"{number}.png"
            Image.fromarray(grey.astype(np.uint8)).save(place)
            archive.write(place, f"{kind}/{number}.png")
    return path


def test_whatever_needs_no_source_learns_and_whatever_needs_one_says_so(alone, tmp_path):
    network = learning.network_name(alone)
    fit = [name for name in catalog.strategies() if not lacking(name, alone, network)]
    assert {"scratch", "pretrained_regression", "pretrained_fine_tune", "zero_shot", "logistic_regression"} <= set(fit)
    assert "fine_tune" not in fit
    assert catalog.NEEDS["source data"] in lacking("dann", alone, network)
    for name in fit:
        result, _epochs = learning.run(alone, name, tmp_path)
        assert np.isfinite(list(result.outcome.test.values())).all(), name
    dealt = split(alone, 40, 0)
    assert len(dealt.source_train) == len(dealt.source_valid) == 0


def test_there_is_no_gap_to_measure(alone):
    with pytest.raises(Unusable, match="no source"):
        measure_gap(alone.source, alone.target)


def test_a_zip_of_pictures_is_enough(zipped):
    files = Files(target=str(zipped), size=24)
    assert "stop" not in {finding.severity for finding in examine(files)}
    read = situation(files)
    assert (len(read.source), len(read.target)) == (0, 80)
    assert read.source_space == read.target_space


def test_without_weights_the_plan_says_which_networks_have_some(zipped):
    asked = Experiment("own_files", ("scratch",), {"target": str(zipped), "size": 24}, labels=(20,), seeds=1)
    with pytest.raises(Unusable, match=r"There is no source.*resnet18"):
        plan(asked)


def test_a_table_of_numbers_needs_a_source(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(40, 9, 90), "income": rng.normal(30, 5, 90)})
    frame.assign(churn=np.arange(90) % 2).to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(Unusable, match="No source is named"):
        situation(Files(target=str(tmp_path / "new.csv"), label="churn"))


def test_messages_and_an_encoder_end_in_a_verdict_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRANSFERLAB_HOME", str(tmp_path / "home"))
    told = messages().target
    path = tmp_path / "messages.csv"
    pd.DataFrame({"message": told.inputs, "intent": told.labels}).to_csv(path, index=False)
    folder = bert(tmp_path / "encoder", sorted({word for text in told.inputs for word in text.split()}))
    words = ["compare", "--target", str(path), "--label", "intent", "--text", "message", "--backbone", "text_encoder"]
    words += ["--set", f"text_encoder.weights={folder}", "--strategies", "pretrained_regression", "--no-baselines"]
    assert main([*words, "--labels", "20", "--seeds", "1", "--preset", "quick"]) == 0
    assert "pretrained_regression" in capsys.readouterr().out


def test_the_pages_say_that_there_is_no_source(zipped):
    places = {"files": "alone", "files.target": uploads.keep("plates.zip", zipped.read_bytes())}
    app = opened("prepare/data.py", scenario="own_files", **places)
    assert "80 target examples and no source" in said(app)
    assert "No source" in [heading.value for heading in app.subheader]
    app = opened("prepare/domain_gap.py", scenario="own_files", **places)
    assert not app.exception
    assert "There is no source that the target could be apart from." in said(app)
    app = opened("run/plan.py", scenario="own_files", **places)
    assert not app.exception
    assert any("There is no source" in error.value for error in app.error)
