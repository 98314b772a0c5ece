"""The real dashboard in a process of its own, and a real browser to look at it with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import free_port

ROOT = Path(__file__).parents[1]
PATIENCE = 120_000  # milliseconds: a busy machine is slow, and slowness is no failure


@dataclass
class Dashboard:
    """``streamlit run app.py`` over one home folder; may be killed and started again."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def started(cls, home: Path) -> Dashboard:
        port = free_port()
        dashboard = cls(home, port, _serve(home, port))
        dashboard.wait()
        return dashboard

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Until somebody answers."""
        for _attempt in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/_stcore/health").close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("The dashboard did not start.")

    def kill(self) -> None:
        """As if the machine's memory had run out."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        self.process = _serve(self.home, self.port)
        self.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def _serve(home: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {**os.environ, "TRANSFERLAB_HOME": str(home), "TRANSFERLAB_IDLE": "30"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def settled(page: Page) -> None:
    """Until the script behind the page has run to its end."""
    page.locator("[data-testid=stHeading]").first.wait_for(timeout=PATIENCE)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=PATIENCE)


def text(page: Page) -> str:
    """All the words in the main part."""
    return page.locator("[data-testid=stMain]").inner_text()


def figures(page: Page) -> list[str]:
    """What the tiles show."""
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()
