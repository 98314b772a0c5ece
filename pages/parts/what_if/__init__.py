"""The parts of the What-if page: one question a file, each found by its file.

A file has ``TITLE``, which stands on the control, ``PLACE``, its rank there, and ``show(experiment)``, which draws the
part. Its name is what the address keeps (``?part=labels``).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import streamlit as st

from pages.parts import forms
from tlcore.words import _

KEY = "part"


@cache
def parts() -> dict[str, Any]:
    """Every part by its name, in order."""
    found = {file.name: import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)}
    return dict(sorted(found.items(), key=lambda part: part[1].PLACE))


def choose() -> Any:
    """The part in view; asked for only where there are several."""
    found = parts()
    first = next(iter(found))
    if len(found) == 1:
        return found[first]
    words = {name: _(part.TITLE) for name, part in found.items()}
    asked = _("What should be different?")
    name = forms.choice(
        st.segmented_control, asked, words, KEY, first, required=True, label_visibility="collapsed"
    )  # fmt: skip
    return found[name]
