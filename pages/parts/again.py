"""A link that opens the plan as an earlier experiment had it, to change one thing and run it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import uploads
from pages.parts.data import OWN
from pages.parts.planned import ALL, SEEDS_AT_MOST
from tlcore import catalog
from tlcore.spec import PRESETS, Experiment
from tlcore.words import _

FILES = ("source", "target", "test", "unlabelled")


def link(asked: Experiment) -> None:
    """Shown where the address can say everything the experiment was made of."""
    query = address(asked)
    if query is not None:
        st.page_link("run/plan.py", label=_("Change and run again"), icon=":material/edit:", query_params=query)


def address(asked: Experiment) -> dict[str, str] | None:
    """The query of the plan page; every setting is named, so that nothing of another draft shines through.

    None for what came from the command line and the forms cannot show: own files outside the uploads,
    a training budget that is no preset, very many seeds.
    """
    preset = next((name for name, training in PRESETS.items() if training == asked.training), None)
    data = (
        _files(asked)
        if asked.scenario == OWN
        else _knobs(catalog.scenario(asked.scenario, **asked.settings), asked.scenario)
    )
    if preset is None or data is None or asked.seeds > SEEDS_AT_MOST:
        return None
    query = {"scenario": asked.scenario, **data, "seeds": str(asked.seeds), "preset": preset, "device": asked.device}
    query |= {
        "metric": asked.metric,
        "backbone": asked.backbone,
        "margin": f"{100 * asked.margin:g}",
        "name": asked.name,
    }
    query[f"labels.{asked.scenario}"] = ",".join(ALL if count is None else str(count) for count in asked.labels)
    for name, offer in catalog.strategies().items():
        if offer.transfers:
            query[f"use.{name}"] = _text(name in asked.strategies)
        if name in asked.strategies:
            query |= _knobs(catalog.strategy(name, **asked.knobs.get(name, {})), name)
    return query


def _knobs(offer: catalog.Offer, owner: str) -> dict[str, str]:
    return {f"{owner}.{name}": _text(value) for name, value in offer.knobs.items()}


def _files(asked: Experiment) -> dict[str, str] | None:
    """Uploads by their place, the columns by their name."""
    query = {"files": "one" if "domain_column" in asked.settings else "two"}
    for name, value in asked.settings.items():
        if name in FILES:
            if not Path(str(value)).is_relative_to(uploads.folder()):
                return None
            value = Path(str(value)).relative_to(uploads.folder()).as_posix()
        query[f"files.{name}"] = str(value)
    return query


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
