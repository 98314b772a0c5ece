"""Everything a plan can set beyond the six first choices, folded away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import streamlit as st

from pages.parts import show
from pages.parts.forms import BOUND, choice, knobs
from tlcore import catalog
from tlcore.situation import Situation
from tlcore.spec import PRESETS, Training
from tlcore.words import _


def choose(situation: Situation, strategies: Iterable[str], preset: str) -> dict[str, Any]:
    """The remaining fields of an `Experiment`: name, metric, margin, backbone, training, knobs."""
    with st.expander(_("Advanced"), icon=":material/tune:"):
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
        fitting = [key for key, offer in catalog.backbones().items() if offer.modality == situation.modality]
        networks = {"auto": _("Chosen for this data"), **{key: _(catalog.backbones()[key].title) for key in fitting}}
        backbone = choice(right.selectbox, _("Network"), networks, "backbone", "auto")
        st.markdown(f"**{_('Training budget, the same for every strategy')}**")
        changed = knobs(PRESETS[preset], f"training.{preset}", columns=3)
        tuned = {}
        for strategy in filter(lambda name: fields(catalog.strategies()[name]), strategies):
            st.markdown(f"**{show.strategy_name(strategy)}**")
            tuned[strategy] = knobs(catalog.strategies()[strategy], strategy, columns=3)
    return {
        "name": name or "",
        "margin": margin / 100,
        "metric": metric,
        "backbone": backbone,
        "training": Training(**{**vars(PRESETS[preset]), **changed}),
        "knobs": {strategy: values for strategy, values in tuned.items() if values},
    }
