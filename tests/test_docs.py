"""What the documentation shows works as it stands there, and what it points to exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from evidence import evidence, runs
from toys import table

from tlcore import catalog, cli, words_extract
from tlcore.files.finding import Findings
from tlcore.learn.run import carry_out
from tlcore.learn.shelf import Shelf
from tlcore.outcome import Epoch, State
from tlcore.plan import plan
from tlcore.report import Material
from tlcore.situation import Examples
from tlcore.spec import Experiment, Training

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NAMED_CODE = re.compile(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```", re.M | re.S)
EXAMPLES = dict(NAMED_CODE.findall((ROOT / "docs/adding.md").read_text(encoding="utf-8")))
FOUND_BY_FILE = {"strategies": "head_first", "scenarios": "new_machine", "backbones": "wide", "metrics": "matthews"}
COMMAND, PAGE = "tlcore/cli/commands/metrics.py", "pages/compare/cost.py"
CHECK, SYMPTOM = "tlcore/files/checks/constant.py", "tlcore/diagnosis/symptoms/slow.py"
SECTION = "tlcore/report/sections/effort.py"


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The catalogue with the examples of docs/adding.md in it, as if their files lay in the tree."""
    offers = [getattr(catalog, kind) for kind in FOUND_BY_FILE]
    for kind, name in FOUND_BY_FILE.items():
        package = import_module(f"tlcore.{kind}")
        folder = tmp_path / kind
        folder.mkdir()
        (folder / f"{name}.py").write_text(EXAMPLES[f"tlcore/{kind}/{name}.py"], encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    for offer in offers:
        offer.cache_clear()
    yield
    for offer in offers:
        offer.cache_clear()
    for kind, name in FOUND_BY_FILE.items():
        sys.modules.pop(f"tlcore.{kind}.{name}", None)


def test_every_kind_of_thing_has_a_complete_example():
    offers = {f"tlcore/{kind}/{name}.py" for kind, name in FOUND_BY_FILE.items()}
    assert set(EXAMPLES) == {*offers, COMMAND, PAGE, CHECK, SYMPTOM, SECTION}


def test_the_check_finds_what_it_is_for():
    check: dict[str, Any] = {}
    exec(compile(EXAMPLES[CHECK], CHECK, "exec"), check)
    situation, found = table(), Findings()
    check["check"](situation, found)
    assert not found
    inputs = situation.target.inputs.assign(country="FR")
    check["check"](replace(situation, target=Examples(inputs, situation.target.labels)), found)
    assert [(finding.where, finding.fix.entry) for finding in found] == [("country", "country")]


def test_the_section_is_told(example, store):
    section: dict[str, Any] = {}
    exec(compile(EXAMPLES[SECTION], SECTION, "exec"), section)
    material = Material.of(store, example("cold_start"))
    told = section["tell"](material)
    (exhibit,) = told.exhibits
    assert exhibit.table is not None
    assert len(exhibit.table.rows) == material.done["strategy"].nunique()
    assert f"{material.done['seconds'].sum() / 60:.1f} minutes" in told.message


def test_the_symptom_is_told_where_it_shows():
    symptom: dict[str, Any] = {}
    exec(compile(EXAMPLES[SYMPTOM], SYMPTOM, "exec"), symptom)
    done = runs()
    assert symptom["look"](evidence(done)) is None
    slow = done["strategy"].isin(["fine_tune", "dann"])
    found = symptom["look"](evidence(done.assign(seconds=done["seconds"] + 900.0 * slow)))
    assert found.strategies == ("fine_tune", "dann")
    assert "903 s" in found.sentence
    assert found.remedies


@pytest.mark.usefixtures("added")
def test_the_examples_are_found_by_their_files():
    for kind, name in FOUND_BY_FILE.items():
        offer = getattr(catalog, kind)()[name]
        assert offer.title
    assert catalog.scenario("new_machine").draw().simulated


@pytest.mark.usefixtures("added")
def test_the_examples_train_together(tmp_path: Path):
    """The example's strategy, on its scenario, with its backbone, judged by its metric."""
    made = plan(
        Experiment(
            "new_machine", ("head_first",), labels=(40,), seeds=1, backbone="wide", metric="matthews",
            training=Training(epochs=6),
        )
    )  # fmt: skip
    told: list[Epoch] = []
    metrics = {"matthews": catalog.metric("matthews")}
    result = carry_out(
        catalog.strategy("head_first").phases, made.runs[0], made.situation, catalog.backbone("wide"), metrics,
        device="cpu", report=told.append, shelf=Shelf(tmp_path / "shelf"),
    )  # fmt: skip
    assert result.outcome.state == State.DONE
    assert list(dict.fromkeys(epoch.phase for epoch in told)) == ["source", "head", "target"]
    assert result.outcome.test["matthews"] > 0.3, "The source's rule holds for the target, so it must be found."


def test_the_example_page_opens_in_the_menu(tmp_path: Path):
    for name in ("app.py", "pages", ".streamlit"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    if (ROOT / "examples").is_dir():
        (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / PAGE).write_text(EXAMPLES[PAGE], encoding="utf-8")
    walk = (
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('pages/main.py', default_timeout=60).run().switch_page('compare/cost.py').run()\n"
        "assert not app.exception, app.exception\n"
        "assert any(header.value == 'Cost' for header in app.header), app\n"
    )
    place = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "TRANSFERLAB_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", walk], cwd=tmp_path, env={**os.environ, **place}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_example_command_is_found_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    (tmp_path / "metrics.py").write_text(EXAMPLES[COMMAND], encoding="utf-8")
    monkeypatch.setattr(cli.commands, "__path__", [*cli.commands.__path__, str(tmp_path)])
    try:
        assert cli.main(["metrics", "--kind", "regression"]) == 0
    finally:
        sys.modules.pop("tlcore.cli.commands.metrics", None)
    listed = capsys.readouterr().out
    assert "rmse" in listed
    assert "accuracy" not in listed


def test_every_command_line_of_the_readme_is_understood():
    lines = re.findall(r"^python -m tlcore (.+?)(?:\s+#.*)?$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(lines) > 5
    for line in lines:
        cli._understood(line.split())


def test_a_new_language_gets_a_catalogue_for_every_file_with_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words_extract, "LOCALE", tmp_path)
    made = words_extract.update("fr")
    assert {path.relative_to(tmp_path).parts[0] for path in made} == {"fr"}
    wordy = [source for source in words_extract.sources() if words_extract.messages(source.read_text(encoding="utf-8"))]
    assert len(made) == len(wordy) > 0


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_exists(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_only_files_and_targets_there_are(page: Path):
    """Files named in backticks with their folder, and `make` targets."""
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tlcore|tests|docs|pages|benchmarks)/[\w/.]*)`", text))
    named -= {*EXAMPLES, "tlcore/locale/fr/"}
    assert not [name for name in named if not (ROOT / name).exists()]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"^make ([a-z]+)", text, re.M)) | set(re.findall(r"`make ([a-z]+)`", text)) <= targets
