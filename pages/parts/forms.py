"""Inputs that forget nothing: each stands in the address, so that a link reopens it, and in the session.

Forms for the engine's own settings are drawn from what it says about them: one input per knob.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from typing import Any

import streamlit as st

from tlcore.words import _

PAGE, SHOWN = "the page", "choices it has shown"
BOUND: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}  # for inputs shown as they are stored


def arrive(page: str) -> None:
    """Note that a page is about to be drawn: of a choice kept from another page the browser does not know the value."""
    if st.session_state.get(PAGE) != page:
        st.session_state[PAGE], st.session_state[SHOWN] = page, set()


def choice(
    widget: Callable[..., Any], label: str, words: Mapping[str, str], key: str, default: str, **given: Any
) -> str:
    """One of the keys of ``words``, shown in words: the address keeps the key, whatever the language."""
    options = list(words)
    if st.query_params.get(key) in options:
        st.session_state[key] = st.query_params[key]
    elif st.session_state.get(key) not in options:
        st.session_state[key] = default
    elif key not in st.session_state.setdefault(SHOWN, set()):
        st.session_state[key] = st.session_state[key]  # what is set is sent
    st.session_state.setdefault(SHOWN, set()).add(key)
    widget(
        label, options, key=key, format_func=words.__getitem__, persist_state="session", on_change=_keep,
        args=(key, default), **given,
    )  # fmt: skip
    return _keep(key, default)


def choices(
    widget: Callable[..., Any], label: str, words: Mapping[str, str], key: str, default: str, **given: Any
) -> list[str]:
    """Several of the keys of ``words``; the address keeps them with commas between, as ``default`` has them."""
    asked = [option for option in st.query_params.get(key, "").split(",") if option in words]
    known = [option for option in st.session_state.get(key, []) if option in words]
    st.session_state[key] = asked or known or [option for option in default.split(",") if option in words]
    widget(
        label, list(words), key=key, format_func=words.__getitem__, persist_state="session", on_change=_keep,
        args=(key, default), **given,
    )  # fmt: skip
    return _keep(key, default).split(",")


def put(key: str, value: str) -> None:
    """Choose for a person, before the script runs again: what a click on a chart means for the `choice` of this key."""
    st.query_params[key] = value


def knobs(
    offer: Any, owner: str, columns: int = 2, *, suited: Mapping[str, Any] | None = None, modality: str = ""
) -> dict[str, Any]:
    """One input for each knob of this dataclass (or of this instance, whose values are then the defaults).

    ``suited`` holds the defaults that differ for this modality. Returns the values that differ from their default.
    """
    cells = st.columns(columns)
    values, defaults = {}, {knob.name: getattr(offer, knob.name) for knob in declared(offer)} | dict(suited or {})
    for position, knob in enumerate(declared(offer)):
        with cells[position % columns]:
            key = address(owner, knob.name, suited or {}, modality)
            values[knob.name] = _input(knob, defaults[knob.name], key, f"{owner}.{knob.name}")
    return {name: value for name, value in values.items() if value != defaults[name]}


def declared(offer: Any) -> list[Field]:
    """The knobs of a dataclass that a person may turn."""
    return [knob for knob in fields(offer) if knob.metadata.get("help")]


def called(knob: Field) -> str:
    """What a knob is called where there is no room for all of its help: the words before the first colon."""
    return re.split(r"[:;：；]", _(knob.metadata["help"]), maxsplit=1)[0].strip()


def address(owner: str, knob: str, suited: Mapping[str, Any], modality: str) -> str:
    """The key of a knob's input; one for each modality where its default differs, so that none takes another's for
    a person's choice."""
    return f"{owner}.{knob}.{modality}" if knob in suited else f"{owner}.{knob}"


def touched(offer: Any, owner: str, suited: Mapping[str, Any], modality: str) -> bool:
    """Whether a person, or a link, has set any knob of this owner."""
    for knob in declared(offer):
        key, default = address(owner, knob.name, suited, modality), suited.get(knob.name, knob.default)
        if key in st.query_params or st.session_state.get(key, default) != default:
            return True
    return False


def _keep(key: str, default: str) -> str:
    """Write what was chosen into the address, or take it out where it is the default; nothing chosen is the default."""
    value = st.session_state[key] or default
    text = value if isinstance(value, str) else ",".join(value)
    if text == default:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != text:
        st.query_params[key] = text
    return text


def _input(knob: Field, default: Any, key: str, spoken: str) -> Any:
    """The input that suits a knob's type and range. Its name on the command line shows on hover."""
    label, low, high = _(knob.metadata["help"]), knob.metadata["low"], knob.metadata["high"]
    given: dict[str, Any] = {"key": key, "help": f"`{spoken}`", **BOUND}
    if knob.metadata["choices"]:
        options = list(knob.metadata["choices"])
        return st.selectbox(label, options, options.index(default), **given)
    if isinstance(default, bool):
        return st.toggle(label, default, **given)
    if isinstance(default, int):
        return st.number_input(label, low and int(low), high and int(high), default, 1, **given)
    if isinstance(default, float) and _slides(default, low, high):
        return st.slider(label, float(low), float(high), default, (high - low) / 100, **given)
    if isinstance(default, float):
        return st.number_input(label, low and float(low), high and float(high), default, format="%g", **given)
    return st.text_input(label, default, **given)


def _slides(default: float, low: float | None, high: float | None) -> bool:
    """Whether a hundred steps from low to high are fine enough for this number."""
    if low is None or high is None or high - low > 10:
        return False
    return default == low or (default - low) * 100 >= high - low
