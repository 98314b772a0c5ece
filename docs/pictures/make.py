"""Take the README's pictures of the running dashboard: ``make pictures``.

Starts the dashboard over an empty home, so that what is seen is what ships: the finished examples.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.browser import chromium, free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PICTURES = {"verdict": "verdict"}  # file name: page
SIZE = {"width": 1280, "height": 1200}


def main() -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "TRANSFERLAB_HOME": home})
        try:
            _wait(address)
            _take(address)
        finally:
            server.terminate()
            server.wait()


def _wait(address: str) -> None:
    for _attempt in range(300):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health").close()
            return
        except OSError:
            time.sleep(0.1)


def _take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page(locale="en-US", viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        for name, path in PICTURES.items():
            page.goto(f"{address}/{path}")
            page.locator("[data-testid=stHeading]").first.wait_for(timeout=60_000)
            page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
            page.wait_for_timeout(3_000)  # charts draw after the script has ended
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
