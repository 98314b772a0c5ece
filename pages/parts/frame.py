"""The top of every page: its title, its question, and the experiment it speaks about.

The chosen experiment stands in the address (``?experiment=``), so that a link reopens the same view,
and in the session, so that it survives a click in the menu.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import reads, show
from tlcore.spec import PART
from tlcore.store import StoredExperiment
from tlcore.words import _

CHOSEN = "experiment"
DUE = "runs to watch"


def page(title: str, question: str) -> None:
    """The heading: the page's name, and the one question it answers."""
    st.header(title, anchor=False)
    st.markdown(f"#### :gray[{question}]")


def choose(experiment: str) -> None:
    """Speak about this experiment from here on, on every page."""
    st.session_state[CHOSEN] = experiment
    st.query_params[CHOSEN] = experiment


def watch(experiment: str) -> None:
    """Go to the runs of an experiment, now, or as soon as a second click lets us."""
    st.session_state[DUE] = experiment
    st.switch_page("run/runs.py", query_params={CHOSEN: experiment})


def follow(page: str) -> None:
    """Make up for a change of page that a second, quick click swallowed. ``page`` is the one about to be shown."""
    due = st.session_state.pop(DUE, None)
    if due and page != "runs":
        st.switch_page("run/runs.py", query_params={CHOSEN: due})


def current() -> StoredExperiment | None:
    """The experiment in the address, else the last one chosen, else the person's newest, else an example."""
    known = reads.experiments()
    wanted = [st.query_params.get(CHOSEN), st.session_state.get(CHOSEN), *_by_default(known)]
    found = next((number for number in wanted if number in set(known["id"])), None)
    if found is None:
        return None
    choose(found)
    return reads.store().experiment(found)


def pick() -> StoredExperiment:
    """The current experiment, with a picker and its badges; where there is none, what to do next, and no further."""
    asked = st.query_params.get(CHOSEN)
    experiment = current()
    if experiment is None:
        show.empty(_("There is no experiment yet."), _("Plan one, or try one live."), "start/home.py")
        st.stop()
    if asked and asked != experiment.id:
        st.info(_("The experiment {id} of this link is not in this store; this is another one.", id=asked))
    known = reads.experiments().set_index("id")
    known = known[known.index.isin([experiment.id]) | ~parts(known)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state["experiment_picked"] = experiment.id
        st.selectbox(
            _("Experiment"), list(known.index), format_func=lambda number: label(known.loc[number]),
            key="experiment_picked", on_change=lambda: choose(st.session_state["experiment_picked"]), width=420,
        )  # fmt: skip
        badges(example=experiment.example, simulated=bool(experiment.facts.get("simulated")))
    return experiment


def parts(known: pd.DataFrame) -> pd.Series:
    """Which of these experiments are parts of a sweep or a search: many, and shown where that is."""
    return known["name"].astype(str).str.startswith(PART)


def badges(*, example: bool, simulated: bool) -> None:
    """What a reader must know before believing a figure."""
    if example:
        st.badge(_("Example"), icon=":material/school:", color="violet", help=_("Shipped with TransferLab."))
    if simulated:
        st.badge(
            _("Simulated data"), icon=":material/science:", color="orange",
            help=_("Drawn from a documented model, so that the truth is known; no real customers."),
        )  # fmt: skip


def label(row: pd.Series) -> str:
    """One experiment in one line: its name, or its scenario, and when it was made."""
    name = row["name"] or show.scenario_name(row["scenario"])
    created = row["created"].tz_convert(st.context.timezone or "UTC")
    kind = _("example") if row["example"] else f"{created:%Y-%m-%d %H:%M}"
    again = f" · {_('again')}" if row["again"] else ""
    return f"{name}{again} · {kind}"


def _by_default(known: pd.DataFrame) -> list[str]:
    newest = known.sort_values(["example", "created"], ascending=[True, False])
    return [*newest.loc[~parts(newest), "id"], *newest.loc[parts(newest), "id"]]
