"""Models that were taken away from this page: made by a process of their own, kept under the home folder by run."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import language, reads, show
from tlcore.export.folder import MANIFEST
from tlcore.launch import models
from tlcore.preflight import duration
from tlcore.store import StoredExperiment
from tlcore.store.attempts import basis
from tlcore.words import _
from tlcore.words import language as spoken

POLL = 1.0  # seconds


def folder(run: str) -> Path:
    """Where the model of a run is, or would be."""
    return models.folder(reads.store(), run)


def record(run: str) -> dict[str, Any] | None:
    """What the exported model says of itself; None where the run was not exported yet."""
    file = folder(run) / MANIFEST
    return _record(file, file.stat().st_mtime_ns) if file.is_file() else None


def ready(experiment: StoredExperiment, run: str) -> bool:
    """Whether there is a model of the run as it is now, with a card that tells this comparison as it is now."""
    return (record(run) or {}).get("of") == basis(reads.runs(experiment), run, experiment.id)


def make(experiment: str, *runs: str) -> None:
    """Begin to make the models of these runs of an experiment."""
    for run in runs:
        models.make(reads.store(), experiment, run, spoken())


def making(run: str) -> bool:
    """Whether the model of the run is being made just now."""
    return models.making(reads.store(), run)


def problems(run: str) -> list[str]:
    """Why the model of the run could not be made the last time; nothing where it could."""
    return models.problems(reads.store(), run)


def watched(runs: list[str], seconds: float) -> None:
    """How far the exports of these runs have got, until the page can be drawn anew with what came of them."""

    @st.fragment(run_every=POLL)
    def progress() -> None:
        language.speak()
        if not any(making(run) for run in runs):
            st.rerun()
        steps = [models.step(reads.store(), run) for run in runs if making(run)]
        st.status(_("Making the model; this takes about {time} ...", time=duration(seconds)), state="running")
        st.caption(show.plain(steps[-1]) if steps else "")

    progress()


def packed(run: str) -> bytes:
    """The folder as a zip."""
    place = folder(run)
    return _packed(place, (place / MANIFEST).stat().st_mtime_ns)


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
