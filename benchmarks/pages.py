"""Pages in a real browser: ``python -m benchmarks.pages``.

First: ``streamlit run`` on an empty home to the first page rendered. Then every page of the menu, twice,
with 1,000 finished runs in the store. Rendered means: the heading stands and Streamlit has nothing left
to run. Wanted: under 4 s, and under 1 s for a page change.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Error, Page, sync_playwright

from benchmarks import machine
from benchmarks.browser import chromium, free_port
from tlcore.outcome import Epoch, Outcome, State
from tlcore.plan import plan
from tlcore.spec import Experiment, Training
from tlcore.store import Store

STRATEGIES = ("frequency_table", "logistic_regression", "scratch", "fine_tune", "dann")
EXPERIMENTS, SEEDS, EPOCHS = 20, 10, 6
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LINK = '[data-testid="stSidebarNavLink"]'
CHANGED = "([where, before]) => (document.querySelector(where)?.innerText ?? before) !== before"
HEADING = '[data-testid="stHeading"] h2'


def fill(store: Store) -> int:
    """Made-up finished runs, only here and only to be listed: the real ones would take an hour."""
    rng = np.random.default_rng(0)
    made = 0
    for turn in range(EXPERIMENTS):
        asked = plan(Experiment("cold_start", STRATEGIES, seeds=SEEDS, training=Training(epochs=EPOCHS + turn)))
        identity = store.submit(asked)
        labels = rng.random(400) < 0.2
        for spec in asked.runs:
            claimed = store.claim((os.getpid(), 0.0), "cpu:0", experiment=identity)
            assert claimed is not None
            store.begin(claimed.run, os.getpid(), 0.0, "CPU")
            place = 0.7 + 0.02 * STRATEGIES.index(spec.strategy) + 0.01 * rng.normal()
            for number in range(EPOCHS):
                score = place - 0.1 / (1 + number)
                scores, terms = {"valid": score, "watched": score}, {"task": 1 - score}
                told = Epoch("target", number, 20 * number, 900 * number, 0.2 * number, terms, scores, 1 - score)
                store.record(claimed.run, number, told)
            chance = (0.2 + 0.5 * labels + 0.2 * rng.random(400)).clip(0, 1)
            frame = pd.DataFrame({"part": "test", "row": np.arange(400), "truth": labels.astype(int)})
            store.save_predictions(claimed.run, frame.assign(p0=1 - chance, p1=chance))
            scores = {asked.metric: place}
            store.finish(claimed.run, Outcome(State.DONE, scores, scores, "made up", 1.2, EPOCHS - 1, "CPU"))
            made += 1
    return made


@contextmanager
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


def main() -> None:
    print(machine.words("streamlit"))
    os.chdir(Path(__file__).parents[1])
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        with tempfile.TemporaryDirectory() as fresh:
            for start in ("the very first start, which takes in the examples", "a later start"):
                seconds = first_page(page, fresh)
                print(f"streamlit run to the first rendered page, {start}: {seconds:.2f} s", flush=True)
        os.environ["TRANSFERLAB_HOME"] = home
        print(f"{fill(Store.open())} stored runs; a page change, first and second visit:", flush=True)
        with serving(home) as address:
            for name, (first, second) in page_changes(page, address):
                print(f"  {name:<16}{first:>8.2f} s{second:>8.2f} s")
        browser.close()


if __name__ == "__main__":
    main()
