"""The same again: the button that trains every run anew, what differs from then, and whether it comes out the same."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import planned, reads, show
from tlcore import again
from tlcore.charts import style
from tlcore.errors import Unusable
from tlcore.measure import rerun
from tlcore.plan import out_of_reach
from tlcore.store import StoredExperiment
from tlcore.words import _

ASKED = "the same again"  # in the session: which experiment a person wants to see done again


def button(experiment: StoredExperiment) -> None:
    """Ask for it; `asked` says what comes of it, below."""
    st.button(
        _("Run exactly again"), icon=":material/repeat:", key="run exactly again", on_click=_ask, args=(experiment.id,),
        help=_("Trains every run anew with the settings it had, and says whether it comes out the same. What differs "
               "from then (data, versions, machine) is said before it starts."),
    )  # fmt: skip


def asked(experiment: StoredExperiment) -> None:
    """Start at once where nothing differs from then; else say what does, and ask."""
    if st.session_state.get(ASKED) != experiment.id:
        return
    try:
        with st.spinner(_("Comparing with then ...")):
            repeat = again.planned(reads.store(), experiment.id)
        if unreachable := out_of_reach(repeat.plan):
            raise Unusable(unreachable)
    except Unusable as error:
        del st.session_state[ASKED]
        show.problems(error)
        return
    if repeat.differs:
        st.warning(f"{_('Not everything is as it was then:')}\n{_listed(repeat.differs)}", icon=":material/difference:")
        with st.container(horizontal=True):
            go = st.button(
                _("Train {n} runs all the same", n=len(repeat.plan.runs)), type="primary", key="all the same"
            )
            st.button(_("Do not"), key="do not", on_click=_ask, args=(None,))
        if not go:
            return
    del st.session_state[ASKED]
    planned.begin(repeat.plan)


def told(experiment: StoredExperiment) -> None:
    """Of a repeat: what it repeats, whether it comes out the same, and what differed. Of others nothing."""
    of = again.original(reads.store(), experiment.id)
    if of is not None:
        st.markdown(f"##### {_('Does it come out the same?')} {rerun.answer(_rows(of, experiment))}")
        _differed(experiment)


def panel(experiment: StoredExperiment) -> None:
    """The last repeat beside its original, where there is one, and the button for another."""
    of = again.original(reads.store(), experiment.id)
    last = [experiment.id] if of else again.repeats(reads.experiments(), experiment.id)[-1:]
    waiting = st.session_state.get(ASKED) == experiment.id
    box = st.expander(
        _("The same again"), icon=":material/repeat:", expanded=bool(of) or waiting, key=f"same again {experiment.id}",
        on_change="rerun",
    )  # fmt: skip
    with box:
        if last and box.open:
            _compared(of or experiment, reads.store().experiment(last[0]))
        elif not last:
            st.markdown(
                _("Nobody has done this experiment again in this store, so whether it comes out the same is open.")
            )
        button(experiment)
        asked(experiment)
        st.caption(_("On the command line:"))
        st.code(f"python -m tlcore again {experiment.id}", language="shell")


def _compared(of: StoredExperiment, repeat: StoredExperiment) -> None:
    """The answer, what differed, the verdicts that moved, every run beside its repeat."""
    rows = _rows(of, repeat)
    st.markdown(f"##### {rerun.answer(rows)}")
    _differed(repeat)
    moved = rerun.verdicts(reads.runs(of), reads.runs(repeat), of.experiment.margin)
    told = [
        _("{strategy}, {labels}: the verdict was \"{then}\" and is now \"{now}\".", strategy=style.title(one.strategy),
          labels=show.labels(one.labels), then=show.verdict(one.then).text, now=show.verdict(one.now).text)
        for one in moved.itertuples()
    ]  # fmt: skip
    st.markdown(_listed(told) if told else _("No verdict is another."))
    number = st.column_config.NumberColumn
    table = pd.DataFrame(
        {
            "strategy": rows["strategy"].map(style.title), "labels": rows["labels"].map(show.labels),
            "seed": rows["seed"], "then": rows["then"], "now": rows["now"], "change": rows["change"],
            "noise": rows["noise"], "outcome": rows["outcome"].map(_outcome),
        }
    )  # fmt: skip
    st.dataframe(
        table.loc[rows["change"].abs().sort_values(ascending=False, kind="stable").index], hide_index=True,
        placeholder="–", height=min(38 + 35 * len(table), 390), key="runs and repeats",
        column_config={
            "strategy": _("Strategy"), "labels": _("Target labels"), "seed": number(_("Seed"), width="small"),
            "then": number(_("Then"), format="%.4f", help=show.metric_name(of.experiment.metric)),
            "now": number(_("Again"), format="%.4f", help=show.metric_name(of.experiment.metric)),
            "change": number(_("Change"), format="%+.4f"),
            "noise": number(_("Noise"), format="%.4f", help=_("How far another seed moved the score then.")),
            "outcome": _("Outcome"),
        },
    )  # fmt: skip


def _differed(repeat: StoredExperiment) -> None:
    differed = again.differed(reads.store(), repeat)
    st.markdown(
        _listed(differed) if differed else _("Data, versions and machine were the same, as far as they are taken down.")
    )


def _outcome(word: str) -> str:
    return {
        rerun.IDENTICAL: _("identical"), rerun.NEAR: _("within the noise"), rerun.FAR: _("different"),
        rerun.LACKING: _("not compared"),
    }[word]  # fmt: skip


def _rows(of: StoredExperiment, repeat: StoredExperiment) -> pd.DataFrame:
    return rerun.beside(reads.runs(of), reads.runs(repeat), of.experiment.margin)


def _ask(experiment: str | None) -> None:
    st.session_state[ASKED] = experiment


def _listed(sentences: list[str]) -> str:
    return "\n".join(f"- {show.plain(sentence)}" for sentence in sentences)
