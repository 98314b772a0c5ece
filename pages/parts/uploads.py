"""Files a person brings through the browser: kept by content under the home folder, named in the address."""

from __future__ import annotations

import re
from hashlib import blake2s
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import show
from tlcore.errors import Unusable
from tlcore.files.request import TABLES
from tlcore.store import home
from tlcore.whole import write
from tlcore.words import _

MOST = 200  # megabytes of one file
TYPES = [*(ending.removeprefix(".") for ending in TABLES), "zip"]


def folder() -> Path:
    return (home() / "uploads").resolve()


def keep(name: str, content: bytes) -> str:
    """Store a file and return its place below `folder`: equal content and name, equal place.

    Raises `Unusable` for one that is too large, and keeps nothing of it.
    """
    if len(content) > MOST << 20:
        raise Unusable(
            _("{file} is larger than {most} MB, which is the limit for an upload; bring a part of its rows, or use the "
              "command line.", file=Path(name).name, most=MOST)
        )  # fmt: skip
    place = f"{blake2s(content, digest_size=8).hexdigest()}/{Path(name).name}"
    path = folder() / place
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)  # two sessions may bring the same file at once
    return place


def path_of(place: str | None) -> Path | None:
    """The file at this place; None when there is none, or when the place leads out of the folder."""
    if not place:
        return None
    try:
        path = (folder() / place).resolve()
        return path if path.is_relative_to(folder()) and path.is_file() else None
    except (OSError, ValueError):  # an address may hold anything
        return None


def plain(sentence: str) -> str:
    """A sentence with uploaded files called by the name they came with."""
    return re.sub(re.escape(str(folder())) + r"[/\\][0-9a-f]{16}[/\\]", "", sentence)


def upload(role: str, label: str, help: str) -> Path | None:
    """An upload field that remembers its file: in the session, and in the address under ``files.<role>``."""
    key = f"files.{role}"
    field = f"{key}.upload"
    given: Any = st.file_uploader(
        label, TYPES, help=help, key=field, on_change=_changed, args=(key, field), max_upload_size=MOST
    )
    if refused := st.session_state.pop(f"{key}.refused", None):
        st.error(show.plain(refused), icon=":material/error:")
    place = st.query_params.get(key) or st.session_state.get(key, "")
    kept = path_of(place)
    if kept is None:
        return None
    st.session_state[key] = st.query_params[key] = place
    if given is None:  # the field forgets what it was given when the page is left
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/description: **{kept.name}**")
            st.button(_("Remove"), key=f"{key}.remove", type="tertiary", on_click=_forget, args=(key,))
    return kept


def _changed(key: str, field: str) -> None:
    given = st.session_state[field]
    if given is None:
        _forget(key)
        return
    try:
        st.session_state[key] = st.query_params[key] = keep(given.name, given.getvalue())
    except Unusable as error:
        st.session_state[f"{key}.refused"] = str(error)


def _forget(key: str) -> None:
    st.session_state.pop(key, None)
    st.query_params.pop(key, None)
