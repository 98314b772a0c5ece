"""A link into a server that was started this moment: the first request ever, to any page, comes through the frame."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from benchmarks.browser import free_port

ROOT = Path(__file__).parents[1]
SECTIONS = ("prepare", "run", "compare", "share")
LINKS = [min(file.stem for file in (ROOT / "pages" / section).glob("*.py")) for section in SECTIONS]  # one of each


@pytest.fixture
def tab(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def server(home):
    """A dashboard that nobody has asked anything yet."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "TRANSFERLAB_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=20)


def arrive(tab: Page, address: str) -> None:
    """Open the address as soon as somebody answers there."""
    for _attempt in range(300):
        try:
            tab.goto(address)
            return
        except Error:
            tab.wait_for_timeout(100)
    raise AssertionError(f"Nobody answers at {address}.")


@pytest.mark.parametrize("link", LINKS)
def test_a_fresh_deep_link_opens_its_page_inside_the_frame(tab, server, link):
    arrive(tab, f"{server}/{link}")
    tab.locator("[data-testid=stHeading]").first.wait_for(timeout=60_000)
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    assert tab.get_by_text("Page not found").count() == 0
    assert tab.locator("[data-testid=stSidebarNavLink]").count() > len(LINKS)
    assert tab.locator("[data-testid=stSidebarNavLink][aria-current=page]").count() == 1
    assert tab.url.startswith(f"{server}/{link}")
