"""What every test finds in place: one thread, a home of its own, and no network address to reach."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads torch: two busy pools starve each other
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A clean home, so that no test sees another's runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TRANSFERLAB_HOME", str(folder))
    monkeypatch.delenv("TRANSFERLAB_DB", raising=False)
    monkeypatch.delenv("TRANSFERLAB_ARTIFACTS", raising=False)
    return folder


@pytest.fixture
def store():
    """The store of this test's home."""
    from tlcore.store import Store

    store = Store.open()
    yield store
    store.close()


@pytest.fixture
def quiet(monkeypatch, tmp_path):
    """For pages: nobody works the queue, nothing is measured, and no examples are there that a test did not make."""
    from pages.parts import reads
    from tlcore import launch
    from tlcore.launch import dry_runs

    monkeypatch.setattr(launch, "start", lambda store: None)
    monkeypatch.setattr(dry_runs, "start", lambda store, plan: None)
    monkeypatch.setattr(reads, "EXAMPLES", tmp_path / "no examples")


@pytest.fixture
def example(tmp_path):
    """Takes one shipped example into this test's home: by its scenario; returns its id."""
    from tlcore.store import Store

    def adopted(scenario: str) -> str:
        folder = tmp_path / "shipped"
        folder.mkdir()
        (folder / scenario).symlink_to(EXAMPLES / scenario)
        store = Store.open()
        names = store.adopt_examples(folder)
        store.close()
        return names[0]

    return adopted


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium for the journeys."""
    from playwright.sync_api import Error, sync_playwright

    from benchmarks.browser import chromium

    with sync_playwright() as playwright:
        try:
            found = chromium(playwright)
        except Error as error:
            pytest.skip(f"skipped: no Chromium here ({error.message.splitlines()[0]})")
        yield found
        found.close()


# They start servers, browsers and workers, or kill them: never two at once.
PROCESSES = {"test_cli.py", "test_deep_links.py", "test_docs.py", "test_journey.py", "test_kill.py"}


def pytest_collection_modifyitems(items):
    """Two processes share the suite: what runs over every strategy is dealt out by strategy, the rest file by file."""
    for item in items:
        contract = item.path.name == "test_strategies.py" and hasattr(item, "callspec")
        rest = "processes" if item.path.name in PROCESSES else item.path.name
        item.add_marker(pytest.mark.xdist_group(item.callspec.params.get("name", rest) if contract else rest))
