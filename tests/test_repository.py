"""What the repository promises about itself: what it depends on, what it says of its version, how it reads."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import tlcore

ROOT = Path(__file__).parents[1]
OWN = {"app", "benchmarks", "pages", "tests", "tlcore"}
PRODUCT = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "tlcore").rglob("*.py")]
WRITTEN = [*PRODUCT, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
# What backbones that read text are loaded with; required from the start so that installing stays one step.
# What torch writes ONNX files with.
BY_NAME = {"transformers", "onnx", "onnxscript"}
WITH_TRANSFORMERS = {"tokenizers"}  # each version asks for its own


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


def required(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {plain(re.split(r"[=<>]", line)[0]) for line in lines if line and line[0] not in "#-"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_what_the_product_imports_is_what_it_requires():
    foreign = {name for path in PRODUCT for name in imported(path)} - set(sys.stdlib_module_names) - OWN
    carried = packages_distributions()
    needed = required("requirements.txt")
    # Several packages may carry one name, in any order: the one that is required is the one that is meant.
    of = {name: [plain(package) for package in carried[name]] for name in foreign}
    brought = {next((package for package in packages if package in needed), packages[0]) for packages in of.values()}
    # Charts become pictures through vl-convert, which altair imports.
    assert brought - WITH_TRANSFORMERS | BY_NAME | {"vl-convert-python"} == needed


def test_every_requirement_is_bounded_above():
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            assert not line or line[0] in "#-" or "==" in line or (">=" in line and ",<" in line), line


def test_the_version_is_said_alike_everywhere():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert declared == tlcore.__version__
    assert f"## [{declared}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_module_outgrows_its_room():
    long = {str(path.relative_to(ROOT)): count for path in PRODUCT if (count := _lines(path)) > 400}
    assert not long


def test_every_module_says_what_it_is_for():
    silent = [str(path.relative_to(ROOT)) for path in WRITTEN if _lines(path) and not _docstring(path)]
    assert not silent


def test_nothing_is_left_to_do_in_the_code():
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    assert not [str(path.relative_to(ROOT)) for path in WRITTEN if marks.search(path.read_text(encoding="utf-8"))]


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
