"""Pages in a real browser: ``python -m benchmarks.pages``.

First: ``streamlit run`` on an empty home to the first page rendered. Then every page of the menu, twice,
with 1,000 finished runs in the store: in twenty experiments, then in one. Rendered means: the heading stands and
Streamlit has nothing left to run. Last, for the large experiment, from the start of a page's script until the page is
at rest, after a control was moved. Wanted: under 4 s, under 1 s for a page change, under 150 ms for a control.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Literal

from playwright.sync_api import Error, Page, sync_playwright

from benchmarks import machine, made_up
from benchmarks.browser import chromium, free_port
from tlcore.store import Store

ROOT = Path(__file__).parents[1]
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LINK = '[data-testid="stSidebarNavLink"]'
CHANGED = "([where, before]) => (document.querySelector(where)?.innerText ?? before) !== before"
HEADING = '[data-testid="stHeading"] h2'
TURNS = 5
# What the page notes when the script starts and ends; over when it ended and nothing began for a while.
WATCH = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  new MutationObserver(() => window.turns.push([app.dataset.testScriptState, performance.now()]))
    .observe(app, {attributes: true, attributeFilter: ["data-test-script-state"]});
}"""
OVER = """() => window.turns.length > 1 && window.turns.at(-1)[0] === "notRunning"
  && performance.now() - window.turns.at(-1)[1] > 400"""
TOOK = "() => window.turns.at(-1)[1] - window.turns[0][1]"

# A page, the control that is moved, and how: on the n-th turn another value.
Moved = Callable[[Page, int], None]


def typed(label: str, values: Callable[[int], str]) -> Moved:
    """A figure is written."""

    def move(page: Page, turn: int) -> None:
        page.get_by_role("spinbutton", name=label).first.fill(values(turn))
        page.keyboard.press("Enter")

    return move


def another_of(label: str) -> Moved:
    """Another entry of a list is taken."""

    def move(page: Page, turn: int) -> None:
        page.get_by_role("combobox", name=label).first.focus()
        page.keyboard.press("ArrowDown")
        page.get_by_role("option").nth(turn + 1).click()

    return move


def pressed(key: str, role: Literal["slider", "switch"], label: str) -> Moved:
    """A slider or a switch is moved by a key."""

    def move(page: Page, turn: int) -> None:
        page.get_by_role(role, name=label).first.focus()
        page.keyboard.press(key)

    return move


CONTROLS: list[tuple[str, str, Moved]] = [
    ("verdict", "Margin", typed("Smallest difference", lambda turn: str(2.0 + turn))),
    ("verdict", "Whose gain", another_of("Whose gain")),
    ("convergence", "Every seed", pressed("Space", "switch", "Every seed")),
    ("imbalance", "Strategy", another_of("Strategy")),
    ("value", "False alarm", typed("False alarm", lambda turn: str(-7.0 - turn))),
    ("runs", "Runs", another_of("Runs")),
    ("plan", "Seeds", pressed("ArrowRight", "slider", "Seeds")),
]


@contextlib.contextmanager
def serving(home: str) -> Iterator[str]:
    """A dashboard of its own, as ``make app`` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, "TRANSFERLAB_HOME": home}, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def rendered(page: Page) -> None:
    page.locator(HEADING).first.wait_for(timeout=30_000)
    page.locator(IDLE).wait_for(timeout=30_000)


def opened(page: Page, address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            page.goto(address)
            break
        except Error:  # the server does not listen yet
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
    rendered(page)


def first_page(page: Page, home: str) -> float:
    began = time.perf_counter()
    with serving(home) as address:
        opened(page, address)
        return time.perf_counter() - began


def page_changes(page: Page, address: str) -> Iterator[tuple[str, list[float]]]:
    opened(page, address)
    names = [link.inner_text().split("\n")[-1].strip() for link in page.locator(LINK).all()]
    passed: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(2):
        for name in [*names[1:], names[0]]:
            before = page.locator(HEADING).first.inner_text()
            began = time.perf_counter()
            page.locator(LINK, has_text=name).first.click()
            page.wait_for_function(CHANGED, arg=[HEADING, before], timeout=30_000)
            rendered(page)
            passed[name].append(time.perf_counter() - began)
    yield from passed.items()


def controls(page: Page, address: str) -> Iterator[tuple[str, str, float]]:
    """Seconds from the start of the script to the page at rest, after a control was moved: the median of some turns."""
    opened(page, address)
    for name, what, move in CONTROLS:
        page.goto(f"{address}/{name}")
        rendered(page)
        page.wait_for_timeout(1000)  # charts draw themselves when the script has ended, and move what is below
        page.evaluate(WATCH)
        passed = []
        for turn in range(TURNS):
            page.evaluate("window.turns = []")
            move(page, turn)
            page.wait_for_function(OVER)
            passed.append(page.evaluate(TOOK) / 1000)
        yield name, what, median(passed)


def walk(page: Page, fill: Callable[[Store], int]) -> None:
    """Every page of the menu, twice, over a store filled like this."""
    print(f"{fill(Store.open())} runs, {fill.__doc__}\n  a page change, first and second visit:", flush=True)
    with serving(os.environ["TRANSFERLAB_HOME"]) as address:
        for name, (first, second) in page_changes(page, address):
            print(f"  {name:<16}{first:>8.2f} s{second:>8.2f} s", flush=True)


def main() -> None:
    print(machine.words("streamlit"))
    os.chdir(ROOT)
    with sync_playwright() as playwright, contextlib.ExitStack() as folders:
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        fresh, small, large = (folders.enter_context(tempfile.TemporaryDirectory()) for _ in range(3))
        for start in ("the very first start, which takes in the examples", "a later start"):
            seconds = first_page(page, fresh)
            print(f"streamlit run to the first rendered page, {start}: {seconds:.2f} s", flush=True)
        for home, fill in ((small, made_up.many), (large, made_up.large)):
            os.environ["TRANSFERLAB_HOME"] = home
            walk(page, fill)
        print("after a control was moved, from the start of the script to the page at rest, the large experiment:")
        with serving(large) as address:
            for where, name, seconds in controls(page, address):
                print(f"  {where:<14}{name:<12}{1000 * seconds:>6.0f} ms", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
