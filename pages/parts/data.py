"""Which data a plan is about: a ready scenario with its knobs, or a person's own files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from pages.parts import frame, own_files, reads, show, uploads
from pages.parts.forms import choice, declared, knobs
from tlcore import catalog, plan
from tlcore.errors import Unusable
from tlcore.situation import Situation
from tlcore.words import _

OWN = "own_files"
FOLLOWED = "data of experiment"


class Data(NamedTuple):
    """A scenario, the settings that differ from its defaults, and the examples they give."""

    scenario: str
    settings: Mapping[str, Any]
    situation: Situation


def choose() -> Data | None:
    """The choice of data; None, with every reason in place, while nothing usable is chosen."""
    offer = offered()
    _follow(offer)
    name = choice(st.selectbox, _("Data"), offer, "scenario", next(iter(offer)))
    try:
        if name == OWN:
            settings = own_files.form()
        else:
            st.caption(_(catalog.scenarios()[name].story))
            with st.expander(_("Make it easier or harder"), icon=":material/tune:"):
                settings = knobs(catalog.scenarios()[name], name)
            if not catalog.scenarios()[name].embedded and not _asked_for(name):
                return None
        if settings is None:
            return None
        with st.spinner(_("Reading the data"), show_time=False):
            return Data(name, settings, plan.drawn(name, **settings))
    except Unusable as error:
        show.problems(Unusable(*map(uploads.plain, error.problems)))
        return None


def _follow(offer: Mapping[str, str]) -> None:
    """Speak of the data of the experiment that a person has just looked at, unless a link names others.

    What was drafted for other data stays with them; nothing is followed twice, so that a choice made here stands.
    """
    viewed = st.session_state.get(frame.CHOSEN)
    if viewed is None or viewed == st.session_state.get(FOLLOWED):
        return
    st.session_state[FOLLOWED] = viewed
    asked = reads.experiment_of(viewed)
    if asked is None or asked.scenario not in offer or asked.scenario == OWN or "scenario" in st.query_params:
        return
    st.session_state["scenario"] = asked.scenario
    settings = catalog.scenario(asked.scenario, **asked.settings)
    for knob in declared(settings):
        st.session_state[f"{asked.scenario}.{knob.name}"] = getattr(settings, knob.name)


def _asked_for(name: str) -> bool:
    """Whether a person has asked for these data, which may have to be downloaded: nothing is fetched by looking."""
    key = f"fetch {name}"
    if not st.session_state.get(key):
        st.info(_("These data are downloaded when you first ask for them, and kept on this machine."))
        st.session_state[key] = st.button(_("Get the data"), icon=":material/download:", type="primary")
        if st.session_state[key]:
            st.rerun()
    return bool(st.session_state[key])


def offered() -> dict[str, str]:
    """What can be chosen, in words: ready situations first, then public data, a person's own files last."""
    public = [name for name, offer in catalog.scenarios().items() if not offer.embedded and name != OWN]
    groups = [*catalog.by_situation(catalog.embedded()).items(), *catalog.by_situation(public).items()]
    words = {name: f"{_(situation)} · {show.scenario_name(name)}" for situation, names in groups for name in names}
    return {**words, OWN: show.scenario_name(OWN)}


def line(data: Data) -> str:
    """The data in one line."""
    if not len(data.situation.source):
        return _(
            "{name}: {target} target examples and no source, to predict {label}",
            name=show.scenario_name(data.scenario), target=f"{len(data.situation.target):,}",
            label=data.situation.label,
        )  # fmt: skip
    source, target = (f"{len(examples):,}" for examples in (data.situation.source, data.situation.target))
    return _(
        "{name}: {source} source and {target} target examples, to predict {label}",
        name=show.scenario_name(data.scenario), source=source, target=target, label=data.situation.label,
    )  # fmt: skip
