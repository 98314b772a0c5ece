"""The process that answers for the pages (`tlcore.export.answering`): one for the server, begun when first asked."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from threading import Lock
from typing import Any

import streamlit as st

from pages.parts import reads, taken
from tlcore.errors import Unusable
from tlcore.launch.detached import environment
from tlcore.store import home
from tlcore.words import _, language

NEAR = 5  # neighbours that are shown
LIMIT = 120.0  # seconds for an answer; the first one opens the model and draws its data
LOG = "answering.log"  # in the home folder


def ask(run: str, **about: Any) -> dict[str, Any]:
    """What the exported model of a run answers: ``answers``, ``notes`` and, of a single input, ``near``.

    ``about`` is one of ``rows``, ``texts``, ``file`` and ``test`` (a position). Raises `Unusable` with what the
    process says cannot be answered.
    """
    question = {"run": run, "folder": str(taken.folder(run)), "near": NEAR, "language": language(), **about}
    told = _answerer(str(home())).ask(question)
    if "problems" in told:
        raise Unusable(*told["problems"])
    return told


class Answerer:
    """A process, one question at a time; a new one where it has ended."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.process: subprocess.Popen[str] | None = None

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            if self.process is None or self.process.poll() is not None:
                with (home() / LOG).open("wb") as log:
                    self.process = subprocess.Popen(
                        [sys.executable, "-m", "tlcore.export.answering"], env=environment(reads.store()), text=True,
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                    )  # fmt: skip
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            try:
                self.process.stdin.write(json.dumps(question) + "\n")
                self.process.stdin.flush()
                if not select.select([self.process.stdout], [], [], LIMIT)[0]:
                    self.process.kill()
                    self.process.wait()
                    slow = _("The model gave no answer within {seconds} seconds. Ask again, or ask less at once.",
                             seconds=round(LIMIT))  # fmt: skip
                    raise Unusable(slow)
                line = self.process.stdout.readline()
            except BrokenPipeError:
                line = ""
        if not line:
            gone = _("The model gave no answer: its process ended. Ask again, or make the model anew; what it said is "
                     "in {file}.", file=str(home() / LOG))  # fmt: skip
            raise Unusable(gone)
        return json.loads(line)


@st.cache_resource(show_spinner=False)
def _answerer(home: str) -> Answerer:
    return Answerer()
