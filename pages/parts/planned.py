"""The plan page's parts: the controls in view, the pre-flight, the start, and the same plan elsewhere."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from pages.parts import data, frame, reads, show
from pages.parts.forms import BOUND, choice, choices
from tlcore import catalog, launch
from tlcore.cli import spoken
from tlcore.errors import Unusable
from tlcore.launch import dry_runs
from tlcore.plan import Plan, out_of_reach
from tlcore.preflight import Preflight, duration, looked, many
from tlcore.room import Room, doubts, size
from tlcore.situation import Situation, hold_out
from tlcore.spec import Experiment
from tlcore.words import _

BUDGETS = (20, 50, 100, 200, 500, 1000, 2000, 5000)
SEEDS_AT_MOST = 20
ALL = "all"
FILE = "experiment.yaml"
LOOK = 2.0  # seconds between two looks whether something has been measured


def controls(situation: Situation, scenario: str) -> tuple[tuple[int | None, ...], int, str, str]:
    """Label budgets, seeds, preset and device."""
    pool, _test = hold_out(situation)
    usual = min(catalog.scenarios()[scenario].budget, len(pool))
    least = 2 * len(situation.target_space.classes) or 4
    key = f"labels.{scenario}"
    asked = [*st.query_params.get(key, "").split(","), *st.session_state.get(key, [])]  # may be any, from a link
    offered = {*BUDGETS, *(int(word) for word in asked if word.isdecimal())}
    counts = sorted({usual, *(count for count in offered if least <= count <= len(pool))})
    for count in sorted({int(word) for word in asked if word.isdecimal()} - set(counts)):
        st.warning(
            _("A budget of {n} target labels does not fit here: choose between {least} and {most}, which is all there "
              "are.", n=f"{count:,}", least=least, most=f"{len(pool):,}"), icon=":material/label_off:",
        )  # fmt: skip
    words = {str(count): f"{count:,}" for count in counts} | {ALL: _("all {n}", n=f"{len(pool):,}")}
    left, right = st.columns(2)
    budgets = choices(
        left.pills, _("Target labels to learn from"), words, key, str(usual),
        selection_mode="multi", wrap=True, help=_("Several budgets show what more labels would bring."),
    )  # fmt: skip
    seeds = right.slider(
        _("Seeds: how often each strategy is tried"), 1, SEEDS_AT_MOST, 5, key="seeds", **BOUND,
        help=_("Every seed draws other labels and other initial weights. Fewer than 3 never give a verdict."),
    )  # fmt: skip
    presets = {"quick": _("Quick"), "balanced": _("Balanced"), "thorough": _("Thorough")}
    preset = choice(
        left.segmented_control, _("Training"), presets, "preset", "quick", required=True,
        help=_("How long each strategy may train."),
    )  # fmt: skip
    devices = {"auto": _("Automatic"), "cpu": _("CPU")}
    if launch.status(reads.store())["gpus"]:
        devices["cuda"] = _("GPU")
    device = choice(right.segmented_control, _("Device"), devices, "device", "auto", required=True)
    return tuple(None if count == ALL else int(count) for count in budgets), int(seeds), preset, device


def before(plan: Plan) -> bool:
    """What it will cost, what it can show and what will not fit; whether it may start, which is asked back about where
    it is very large. What nobody has measured yet is measured meanwhile, and put in place when it is known."""
    store = reads.store()
    if dry_runs.known(store, plan) is None:
        dry_runs.start(store, plan)
    waiting = dry_runs.busy(store)
    st.fragment(_facts, run_every=LOOK if waiting else None)(plan, waiting)
    facts, room = known(plan)
    for sentence in doubts(room):
        st.warning(show.plain(sentence), icon=":material/memory:")
    asked = many(facts, room.disk)
    return not asked or st.checkbox(f"{asked} {_('Start them all the same')}", key="very many")


def known(plan: Plan) -> tuple[Preflight, Room]:
    """Time, power, memory and disk of a plan as they are known now."""
    store = reads.store()
    return looked(plan, store, reads.runs(), launch.at_once(store, plan.experiment.device), dry_runs.known(store, plan))


def _facts(plan: Plan, waiting: bool) -> None:
    if waiting and not dry_runs.busy(reads.store()):
        st.rerun()
    facts, room = known(plan)
    rule = _("a rule of thumb")
    plain: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off", "border": True}
    steps = _("as two steps took") if facts.stepped else rule
    with st.container(horizontal=True):
        note = _("{n} finished already", n=facts.finished) if facts.finished else None
        st.metric(_("Runs to train"), facts.due, note, width=150, **plain)
        st.metric(
            _("About"), duration(facts.seconds), _("as past runs took") if facts.timed else steps, width=165, **plain
        )  # fmt: skip
        st.metric(
            _("Memory of a run"), size(room.memory), _("as two steps took") if room.measured else rule, width=165,
            help=_("{there} are there for each.", there=size(room.there)), **plain,
        )  # fmt: skip
        st.metric(
            _("Disk"), size(room.disk), _("{free} free", free=size(room.free)), width=150, **plain,
            help=_("Predictions of every run, and weights of those that train a network."),
        )  # fmt: skip
        st.metric(
            _("Smallest gain it can show"), smallest(facts, plan), _("as past runs varied") if facts.measured else rule,
            help=_("A true gain of this size is found four times out of five. More seeds make it smaller."), width=220,
            **plain,
        )  # fmt: skip
    st.caption(
        _(
            "Judged by {metric} on {n} test examples that no strategy ever sees.",
            metric=_(catalog.metric(plan.metric).title),
            n=f"{len(hold_out(plan.situation)[1]):,}",
        )
    )


def smallest(facts: Preflight, plan: Plan) -> str:
    """The smallest gain so many seeds can show, in words."""
    if plan.experiment.seeds < 3:
        return _("no verdict")
    if math.isnan(facts.smallest):
        return _("not known yet")
    if catalog.metric(plan.metric).unit == "points":
        return _("{points} points", points=f"{100 * facts.smallest:.1f}")
    return f"{facts.smallest:.3g}"


def start(plan: Plan, allowed: bool = True) -> None:
    """The button. Pressed twice it still makes one experiment: equal plans that are active are the same."""
    if st.button(_("Start"), type="primary", icon=":material/play_arrow:", key="start", disabled=not allowed):
        if unreachable := out_of_reach(plan):
            show.problems(Unusable(unreachable))
        else:
            begin(plan)


def begin(plan: Plan) -> None:
    """Queue a plan, see that somebody works the queue, and go and watch."""
    experiment = reads.store().submit(plan)
    launch.start(reads.store())
    frame.choose(experiment)
    frame.watch(experiment)


def written(asked: Experiment, resolved: Experiment) -> None:
    """What to type for an experiment, and the file that says it in full."""
    st.code(command(asked), language="shell", wrap_lines=True)
    st.code(resolved.to_yaml(), language="yaml", height=260)
    st.download_button(
        _("Download as YAML"), resolved.to_yaml(), FILE, "application/yaml", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip


def command(asked: Experiment) -> str:
    """What to type for the same experiment; own files are named by the YAML file."""
    if asked.scenario == data.OWN or asked.again:
        return f"python -m tlcore compare {FILE}"
    return spoken.command(asked)
