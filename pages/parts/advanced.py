"""Everything a plan can set beyond the six first choices, folded away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from pages.parts import forms, show
from pages.parts.forms import BOUND, choice, knobs
from tlcore import catalog
from tlcore.kinds.pretrained import Pretrained
from tlcore.situation import Situation
from tlcore.spec import PRESETS, Training
from tlcore.words import _

FIRST = "fine_tune"  # whose settings are in view unless a person chooses others


def choose(situation: Situation, strategies: Iterable[str], preset: str) -> dict[str, Any]:
    """The remaining fields of an `Experiment`: name, metric, margin, backbone, training, knobs."""
    alone = not len(situation.source)  # then the network is the first thing to choose
    with st.expander(_("Advanced"), icon=":material/tune:", expanded=alone):
        left, right = st.columns(2)
        name = left.text_input(_("Name of the experiment"), key="name", **BOUND)
        margin = right.number_input(
            _("Smallest gain that matters, in points"), 0.0, 100.0, 1.0, 0.5, key="margin", **BOUND,
            help=_(
                "A difference below this counts as none: the practical margin of the verdict. Where errors are in the "
                "label's own unit, it is in percent of the baseline's error."
            ),
        )  # fmt: skip
        metrics = [key for key, metric in catalog.metrics().items() if situation.kind in metric.kinds]
        names = {"auto": _("Chosen for this task"), **{key: show.metric_name(key) for key in metrics}}
        metric = choice(left.selectbox, _("Judged by"), names, "metric", "auto")
        networks = {"auto": _("Chosen for this data"), **{key: show.backbone_name(key) for key in _fitting(situation)}}
        backbone = choice(right.selectbox, _("Network"), networks, "backbone", "auto")
        turned = {} if backbone == "auto" else _network(backbone)
        st.markdown(f"**{_('Training budget, the same for every strategy')}**")
        changed = knobs(PRESETS[preset], f"training.{preset}", columns=3)
        tuned = _tuned(list(strategies), situation.modality)
    return {
        "name": name or "",
        "margin": margin / 100,
        "metric": metric,
        "backbone": backbone,
        "training": Training(**{**vars(PRESETS[preset]), **changed}),
        "knobs": {owner: values for owner, values in {**tuned, backbone: turned}.items() if values},
    }


def network(situation: Situation) -> str:
    """The network that is chosen further down the page: it decides which strategies are on offer further up."""
    asked = st.query_params.get("backbone") or st.session_state.get("backbone")
    return asked if asked in _fitting(situation) else "auto"


def _fitting(situation: Situation) -> list[str]:
    return [key for key, offer in catalog.backbones().items() if offer.modality == situation.modality]


def _network(name: str) -> dict[str, Any]:
    """What is set for the network that a person chose, and whether its weights are at hand."""
    offer = catalog.backbones()[name]
    st.markdown(f"**{_(offer.title)}**")
    st.caption(_(offer.summary))
    changed = knobs(offer, name, columns=3)
    chosen = catalog.backbone(name, **changed)
    if isinstance(chosen, Pretrained) and not chosen.weights and (published := chosen.published):
        size = _(
            "{n} million weights, {size} MB", n=f"{published.parameters / 1e6:.0f}", size=f"{published.megabytes:,}"
        )
        here = _("on this machine") if published.here() else _("fetched once, when they are first needed")
        st.caption(f"{size}; {here}." if published.parameters else f"{here}.")
    return changed


def _tuned(strategies: list[str], modality: str) -> dict[str, dict[str, Any]]:
    """What is set for each strategy. In view: the one asked for, and all with a setting that was changed."""
    offers = catalog.strategies()
    suited = {name: catalog.suited(name, modality) for name in strategies}
    with_knobs = {name: show.strategy_name(name) for name in strategies if forms.declared(offers[name])}
    if not with_knobs:
        return {}
    first = FIRST if FIRST in with_knobs else next(iter(with_knobs))
    asked = choice(st.selectbox, _("Settings of"), with_knobs, "settings_of", first, width=420)
    touched = [name for name in with_knobs if forms.touched(offers[name], name, suited[name], modality)]
    tuned = {}
    for name in dict.fromkeys([asked, *touched]):
        if name != asked:
            st.markdown(f"**{with_knobs[name]}**")
        tuned[name] = knobs(offers[name], name, columns=3, suited=suited[name], modality=modality)
    return tuned
