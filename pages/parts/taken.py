"""Models that were taken away from this page: exported by a process of its own, kept under the home folder by run."""

from __future__ import annotations

import json
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import language, reads, show
from tlcore.export.folder import MANIFEST
from tlcore.launch.detached import spawn
from tlcore.preflight import duration
from tlcore.store import home
from tlcore.words import _

POLL = 1.0  # seconds


def folder(run: str) -> Path:
    """Where the model of a run is, or would be."""
    return (home() / "models" / run).resolve()


def record(run: str) -> dict[str, Any] | None:
    """What the exported model says of itself; None where the run was not exported yet."""
    file = folder(run) / MANIFEST
    return _record(file, file.stat().st_mtime_ns) if file.is_file() else None


def make(experiment: str, *runs: str) -> None:
    """Begin to export these runs of an experiment, each in a process of its own."""
    for run in runs:
        log = _log(run)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)  # what it says is of this time alone
        words = ["-m", "tlcore", "export", run, "--to", str(folder(run)), "--experiment", experiment, "--force"]
        _under_way()[run] = spawn(reads.store(), words, str(log.relative_to(home())))


def making(run: str) -> bool:
    """Whether the run is being exported just now."""
    process = _under_way().get(run)
    return process is not None and process.poll() is None


def failed(run: str) -> str:
    """Why the last export of the run has failed; "" where it has not."""
    process = _under_way().get(run)
    if process is None or not process.poll():
        return ""
    lines = _log(run).read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else _("The process ended without a word.")


def watched(runs: list[str], seconds: float) -> None:
    """How far the exports of these runs have got, until the page can be drawn anew with what came of them."""

    @st.fragment(run_every=POLL)
    def progress() -> None:
        language.speak()
        if not any(making(run) for run in runs):
            st.rerun()
        steps = [line for run in runs if making(run) for line in _log(run).read_text(errors="replace").splitlines()]
        st.status(_("Making the model; this takes about {time} ...", time=duration(seconds)), state="running")
        st.caption(show.plain(steps[-1]) if steps else "")

    progress()


def packed(run: str) -> bytes:
    """The folder as a zip."""
    place = folder(run)
    return _packed(place, (place / MANIFEST).stat().st_mtime_ns)


@st.cache_resource(show_spinner=False)
def _under_way() -> dict[str, subprocess.Popen[bytes]]:
    """The exports that this server began, by run."""
    return {}


def _log(run: str) -> Path:
    return home() / "models" / f"{run}.log"


@st.cache_data(show_spinner=False, max_entries=20)
def _record(file: Path, _changed: int) -> dict[str, Any]:
    return json.loads(file.read_text("utf-8"))


@st.cache_data(show_spinner=False, max_entries=4)
def _packed(place: Path, _changed: int) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(place.iterdir()):
            archive.write(file, f"{place.name}/{file.name}")
    return written.getvalue()
