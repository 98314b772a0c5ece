"""The menu: every page found in the folders of `sections`, in the order its own constants give it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from tlcore.words import _

PAGES = Path(__file__).parents[1]


def sections() -> dict[str, str]:
    """The folders of ``pages`` that make up the menu, in order, and how each is called."""
    return {"start": _("Start"), "prepare": _("Prepare"), "run": _("Run"), "compare": _("Compare"), "share": _("Share")}


def build() -> dict[str, list[Any]]:
    """What `st.navigation` shows: by section, its pages."""
    menu = {}
    for folder, title in sections().items():
        found = sorted((PAGES / folder).glob("[!_]*.py"), key=lambda file: (_about(file)["PLACE"], file.stem))
        if found:
            menu[title] = [
                st.Page(file, title=_(_about(file)["TITLE"]), icon=_about(file)["ICON"], default=file.stem == "home")
                for file in found
            ]
    return menu


@cache
def _about(file: Path) -> dict[str, Any]:
    """The constants a page declares about itself, read without running it."""
    about = {"TITLE": file.stem.replace("_", " ").capitalize(), "ICON": ":material/article:", "PLACE": 99}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = [target.id for target in node.targets[0].elts if isinstance(target, ast.Name)]
            if set(names) == set(about):
                about |= dict(zip(names, ast.literal_eval(node.value), strict=True))
    return about
