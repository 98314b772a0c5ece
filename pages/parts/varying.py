"""What varies in a map of conditions: the two conditions with their values, whom it is about, what that costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import compare, forms, planned, reads, show
from pages.parts.forms import BOUND
from tlcore import catalog, launch, sweep
from tlcore.charts import answers
from tlcore.cli import flags
from tlcore.errors import Unusable, gathered
from tlcore.plan import drawn, out_of_reach
from tlcore.preflight import duration, many
from tlcore.room import doubts, size
from tlcore.situation import hold_out
from tlcore.spec import Experiment
from tlcore.store import StoredExperiment
from tlcore.sweep import LABELS, Axis, Sweep
from tlcore.words import _, counted

NONE = "none"  # no second condition
VALUES_AT_MOST = 8  # of a condition
SEEDS = 3


def controls(experiment: StoredExperiment) -> Sweep:
    """Two conditions, their values, the strategies and the seeds. Raises `Unusable` where they make no map."""
    asked = experiment.experiment
    offered = [*sweep.knobs(asked.scenario), LABELS]
    words = {name: called(asked.scenario, name) for name in offered}
    if len(offered) == 1:
        st.caption(_("These data are as they are: only the number of labels can be another one."))
    left, right = st.columns(2)
    across = forms.choice(left.selectbox, _("To the right"), words, f"across.{asked.scenario}", offered[0])
    rest = {NONE: _("nothing else"), **{name: word for name, word in words.items() if name != across}}
    second = forms.choice(right.selectbox, _("Upwards"), rest, f"up.{asked.scenario}", list(rest)[-1])
    axes = gathered(*(lambda a=name, c=cell: _values(experiment, a, c)
                      for name, cell in ((across, left), (second, right)) if name != NONE))  # fmt: skip
    names = {name: show.strategy_name(name) for name in transfers(asked.strategies)}
    if not names:
        raise Unusable(_("No strategy of this experiment transfers anything, so there is nothing to map."))
    chosen = forms.choices(left.multiselect, _("Strategies"), names, "mapped", _first(experiment, list(names)))
    seeds = right.slider(
        _("Seeds: how often each strategy is tried"), 1, planned.SEEDS_AT_MOST, SEEDS, key="map_seeds", **BOUND,
        help=_("Every seed draws other labels and other initial weights. Fewer than 3 never give a verdict."),
    )  # fmt: skip
    kept = tuple(name for name in asked.strategies if catalog.is_baseline(name) or name in chosen)
    budget = compare.usual(list(asked.labels), asked.scenario)
    knobs = {name: values for name, values in asked.knobs.items() if name in (*kept, asked.backbone)}
    varied = asked.varied(strategies=kept, knobs=knobs, labels=(budget,), seeds=int(seeds))
    return _grid(varied.to_yaml(), tuple((axis.name, axis.values) for axis in axes), varied)


def start(grid: Sweep, active: bool) -> None:
    """What is still to be trained and what that costs; the button, where there is anything to start."""
    facts, room = sweep.cost(grid, reads.store())
    if not facts.due:
        st.caption(_("All {n} runs are finished.", n=f"{facts.runs:,}"))
        return
    st.markdown(
        _(
            "{conditions}: **{due}** runs to train, {n} finished already. About **{time}** on this machine, and "
            "{size} of disk.",
            conditions=counted("{n} condition", "{n} conditions", len(grid.cells)), due=f"{facts.due:,}",
            n=f"{facts.finished:,}", time=duration(facts.seconds), size=size(room.disk),
        )
    )  # fmt: skip
    for sentence in doubts(room):
        st.warning(show.plain(sentence), icon=":material/memory:")
    if active:
        st.caption(_("They are under way. The page may be left."))
        st.button(
            _("Stop, keep the best"), icon=":material/stop_circle:", key="stop_map", on_click=_stop, args=(grid,),
            help=_("A run ends after its current epoch and is judged by its best; one that waits is dropped."),
        )  # fmt: skip
        return
    large = many(facts, room.disk)
    sure = not large or st.checkbox(f"{large} {_('Start them all the same')}", key="map_sure")
    if st.button(_("Start"), type="primary", icon=":material/play_arrow:", key="start_map", disabled=not sure):
        _begin(grid)


def called(scenario: str, name: str) -> str:
    """What a condition is called: the beginning of its knob's help."""
    return _("Target labels") if name == LABELS else forms.called(sweep.knobs(scenario)[name])


def transfers(strategies: tuple[str, ...]) -> list[str]:
    return [name for name in strategies if not (catalog.is_baseline(name) or catalog.is_ceiling(name))]


def suggested(low: float, high: float, whole: bool) -> list[float]:
    """Three values from one end of a range to the other, evenly by ratio where it spans more than one decade."""
    far = low > 0 and high / low >= 10
    ends = np.geomspace(low, high, 3) if far else np.linspace(low, high, 3)
    return [int(value) if whole else float(f"{value:.2g}") for value in ends]


def _values(experiment: StoredExperiment, name: str, cell: Any) -> Axis:
    """The values of a condition, as a person types them."""
    asked = experiment.experiment
    knob = sweep.knobs(asked.scenario).get(name)
    usual = _budgets(asked) if knob is None else suggested(
        knob.metadata["low"], knob.metadata["high"], isinstance(knob.default, int)
    )  # fmt: skip
    text = cell.text_input(
        _("Its values"), ", ".join(f"{value:g}" for value in usual),
        key=f"values.{asked.scenario}.{name}", **BOUND,
        help=None if knob is None else _("From {low} to {high}.", low=f"{knob.metadata['low']:g}",
                                         high=f"{knob.metadata['high']:g}"),
    )  # fmt: skip
    words = [word.strip() for word in text.replace("，", ",").split(",") if word.strip()]
    if not 1 <= len(words) <= VALUES_AT_MOST:
        raise Unusable(_("{n} values are named; name 1 to {most}, with commas between.", n=len(words),
                         most=VALUES_AT_MOST))  # fmt: skip
    if knob is None:
        try:
            return Axis(LABELS, flags.budgets(",".join(words)))
        except Unusable:
            raise Unusable(_("{text} are no numbers of labels; write whole numbers of at least 4, or 'all', with "
                             "commas between.", text=text)) from None  # fmt: skip
    return Axis(name, tuple(gathered(*(lambda w=word: flags.valued(name, knob, w) for word in words))))


def _budgets(asked: Experiment) -> list[int]:
    """Half, all and twice the labels of the experiment, as far as there are so many."""
    pool = len(hold_out(drawn(asked.scenario, **asked.settings))[0])
    usual = compare.usual(list(asked.labels), asked.scenario) or pool
    return sorted({max(4, usual // 2), usual, min(2 * usual, pool)})


def _first(experiment: StoredExperiment, names: list[str]) -> str:
    """Whom the map is about unless a person chooses: the strategy that the verdict speaks of."""
    summary = reads.summary(experiment)
    budget = compare.usual(list(experiment.experiment.labels), experiment.experiment.scenario)
    found = answers.verdict(compare.of_budget(summary, budget)).strategy if len(summary) else None
    return found if found in names else names[0]


@st.cache_resource(show_spinner=False, max_entries=8)
def _grid(asked: str, axes: tuple[tuple[str, tuple], ...], _asked: Experiment) -> Sweep:
    return sweep.sweep(_asked, [Axis(*axis) for axis in axes])


def _stop(grid: Sweep) -> None:
    for cell in grid.cells:
        reads.store().stop_all(cell.id)


def _begin(grid: Sweep) -> None:
    if unreachable := out_of_reach(grid.whole):
        show.problems(Unusable(unreachable))
        return
    try:
        with st.spinner(_("Planning ...")):
            sweep.submit(reads.store(), grid)
    except Unusable as error:
        show.problems(error)
        return
    launch.start(reads.store())
    st.rerun()
