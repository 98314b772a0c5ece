"""Which strategies a plan compares: ticks by family, a search, three quick choices, and those that always take part.

What is ticked stands in the address as a base and who differs from it ("all,-dann"), so that it stays short however
many are on offer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import show
from tlcore import catalog, plan
from tlcore.situation import Situation
from tlcore.words import _

ADDRESS, TICKED, WRITTEN = "strategies", "ticked strategies", "strategies as written"


def choose(situation: Situation, backbone: str) -> list[str]:
    """The chosen strategies of those that go with this network, the usual baselines always among them."""
    refused = {name: why for name in catalog.strategies() if (why := plan.lacking(name, situation, backbone))}
    baselines = [name for name in catalog.usual() if catalog.is_baseline(name) and name not in refused]
    offered = [name for name in free() if name not in refused]
    _hear()
    found = _found(offered)
    chosen = [name for name in offered if name in ticked()]
    st.markdown(_("**{n} chosen**: {strategies}", n=len(chosen), strategies=_titles(chosen) or "–"))
    told = _("**Always compared with**, so that the answer is honest: {strategies}", strategies=_titles(baselines))
    st.markdown(told)
    if len(found) < len(offered):
        _cards(found, st.container())
    else:
        for family, names in families(offered).items():
            n = sum(name in chosen for name in names)
            label = f"**{_heading(family)}** · " + _("{n} of {all}", n=n, all=len(names))
            _cards(names, st.expander(label, key=f"family {family}"))
    _refused(refused)
    _say()
    return [*baselines, *chosen]


def free() -> list[str]:
    """Every strategy a person may tick: all but those that always take part."""
    return [name for name in catalog.strategies() if not (name in catalog.usual() and catalog.is_baseline(name))]


def families(names: Iterable[str]) -> dict[str, list[str]]:
    """These strategies by family, in the order in which a reader meets them."""
    found: dict[str, list[str]] = {family: [] for family in catalog.families()}
    for name in names:
        found[catalog.strategies()[name].family].append(name)
    return {family: members for family, members in found.items() if members}


def ticked() -> set[str]:
    """What is ticked, whether it applies to the data in view or not."""
    return set(st.session_state.setdefault(TICKED, _bases()["usual"]))


def spoken(chosen: Collection[str]) -> str:
    """A choice as the address says it: the nearest base, then who is added and who (with a minus) is taken away."""
    bases = _bases()
    base = min(bases, key=lambda name: len(bases[name] ^ set(chosen)))
    differing = [name if name in chosen else f"-{name}" for name in free() if name in bases[base] ^ set(chosen)]
    return ",".join([base, *differing])


def heard(said: str) -> set[str]:
    """The inverse of `spoken`; names that are not on offer are passed over."""
    base, *words = said.split(",")
    chosen = set(_bases().get(base, _bases()["usual"]))
    for word in words if base in _bases() else [base, *words]:
        if word.removeprefix("-") in free():
            (chosen.discard if word.startswith("-") else chosen.add)(word.removeprefix("-"))
    return chosen


def take(names: Collection[str]) -> None:
    """Tick these as well, those that may be ticked."""
    st.session_state[TICKED] = ticked() | (set(names) & set(free()))


def _bases() -> dict[str, set[str]]:
    return {"usual": set(free()) & set(catalog.usual()), "none": set(), "all": set(free())}


def _hear() -> None:
    """Take over what a link says, unless it is what was written there last."""
    said = st.query_params.get(ADDRESS)
    if said is not None and said != st.session_state.get(WRITTEN):
        st.session_state[TICKED] = heard(said)
    for key in [key for key in st.query_params if key.startswith("use.")]:  # a link of an earlier version
        _tick(key.removeprefix("use."), st.query_params.pop(key) == "true")


def _say() -> None:
    said = spoken(ticked())
    st.session_state[WRITTEN] = said
    if said == "usual":
        st.query_params.pop(ADDRESS, None)
    elif st.query_params.get(ADDRESS) != said:
        st.query_params[ADDRESS] = said


def _found(offered: list[str]) -> list[str]:
    """The strategies to show: those that answer the search, all of them where nothing is searched for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            _("Find a strategy"), key="find_strategy", type="search", icon=":material/search:", width=320,
            placeholder=_("a name, an idea or an author"), persist_state="session",
        )  # fmt: skip
        words = {"usual": _("The usual ones"), "all": _("All that apply"), "none": _("None of them")}
        for base, word in words.items():
            st.button(word, key=f"tick {base}", on_click=_tick_all, args=(base,))
    parts = (wanted or "").casefold().split()
    found = [name for name in offered if all(part in _text(name) for part in parts)]
    if not found:
        st.caption(_("No strategy answers this search."))
    return found


def _text(name: str) -> str:
    """All that a search looks through."""
    offer = catalog.strategies()[name]
    return " ".join([name, _(offer.title), _(offer.family), _(offer.summary), offer.paper]).casefold()


def _tick(name: str, wanted: bool) -> None:
    st.session_state[TICKED] = ticked() | {name} if wanted else ticked() - {name}


def _tick_all(base: str) -> None:
    st.session_state[TICKED] = _bases()[base]


def _ticked(name: str) -> None:
    _tick(name, bool(st.session_state[f"use.{name}"]))


def _cards(names: list[str], where: DeltaGenerator) -> None:
    """Strategies to tick, each with what it does, when to avoid it and who wrote it down."""
    cells = where.columns(2)
    for place, name in enumerate(names):
        offer, cell = catalog.strategies()[name], cells[place % 2]
        st.session_state[f"use.{name}"] = name in ticked()
        cell.checkbox(f"**{_(offer.title)}**", key=f"use.{name}", on_change=_ticked, args=(name,))
        avoid = show.plain(_("Avoid it: {when}", when=_(offer.avoid)))
        cell.markdown(f"{_(offer.summary)}  \n:small[:gray[{avoid} {offer.paper}]]")


def _refused(refused: dict[str, list[str]]) -> None:
    """Who does not apply here, by what is missing."""
    if not refused:
        return
    with st.expander(_("{n} do not apply here", n=len(refused)), icon=":material/block:"):
        reasons: dict[str, list[str]] = {}
        for name, why in refused.items():
            reasons.setdefault(" ".join(map(_, why)), []).append(name)
        st.markdown("\n".join(f"- {reason} {_titles(names)}" for reason, names in reasons.items()))


def _heading(family: str) -> str:
    """A family as it stands at the head of a list."""
    name = _(family)
    return name[:1].upper() + name[1:]


def _titles(names: Iterable[str]) -> str:
    return _(", ").join(show.strategy_name(name) for name in names)
