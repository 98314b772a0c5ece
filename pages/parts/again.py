"""A link that opens the plan as an earlier experiment had it, to change one thing and run it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import forms, strategies, uploads
from pages.parts.data import OWN
from pages.parts.planned import ALL, SEEDS_AT_MOST
from tlcore import catalog
from tlcore.spec import Experiment, nearest
from tlcore.words import _

FILES = ("source", "target", "test", "unlabelled")


def link(asked: Experiment) -> None:
    """Shown where the address can say everything the experiment was made of."""
    query = address(asked)
    if query is not None:
        st.page_link("run/plan.py", label=_("Change and run again"), icon=":material/edit:", query_params=query)


def address(asked: Experiment) -> dict[str, str] | None:
    """The query of the plan page; every setting is named, so that nothing of another draft shines through.

    None for what came from the command line and the forms cannot show: own files outside the uploads, very many seeds.
    """
    preset = nearest(asked.training)
    data = (
        _files(asked)
        if asked.scenario == OWN
        else _knobs(catalog.scenario(asked.scenario, **asked.settings), asked.scenario)
    )
    if data is None or asked.seeds > SEEDS_AT_MOST:
        return None
    query = {"scenario": asked.scenario, **data, "seeds": str(asked.seeds), "preset": preset, "device": asked.device}
    query |= {
        "metric": asked.metric,
        "backbone": asked.backbone,
        "margin": f"{100 * asked.margin:g}",
        "name": asked.own_name,
    }
    query[f"labels.{asked.scenario}"] = ",".join(ALL if count is None else str(count) for count in asked.labels)
    query |= _knobs(asked.training, f"training.{preset}")
    query[strategies.ADDRESS] = strategies.spoken(set(asked.strategies) & set(strategies.free()))
    for name in asked.strategies:
        query |= _turned(asked, name)
    if asked.backbone in catalog.backbones():
        query |= _knobs(catalog.backbone(asked.backbone, **asked.knobs.get(asked.backbone, {})), asked.backbone)
    return query


def _turned(asked: Experiment, strategy: str) -> dict[str, str]:
    """The knobs of a strategy as its form names them."""
    if strategy not in catalog.strategies():
        return {}
    network = catalog.backbones().get(asked.backbone)
    modality = network.modality if network else catalog.scenarios()[asked.scenario].modality
    suited = catalog.suited(strategy, modality)
    values = catalog.strategy(strategy, **{**suited, **asked.knobs.get(strategy, {})}).knobs
    return {forms.address(strategy, knob, suited, modality): _text(value) for knob, value in values.items()}


def _knobs(offer: Any, owner: str) -> dict[str, str]:
    return {f"{owner}.{knob.name}": _text(getattr(offer, knob.name)) for knob in forms.declared(offer)}


def _files(asked: Experiment) -> dict[str, str] | None:
    """Uploads by their place, the columns by their name."""
    way = "one" if "domain_column" in asked.settings else "two" if "source" in asked.settings else "alone"
    query = {"files": way}
    for name, value in asked.settings.items():
        if name in FILES:
            if not Path(str(value)).is_relative_to(uploads.folder()):
                return None
            value = Path(str(value)).relative_to(uploads.folder()).as_posix()
        query[f"files.{name}"] = str(value)
    return query


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
