"""What differs: the settings of strategies side by side, and those of another experiment with what they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import forms, frame, reads, show
from tlcore import catalog
from tlcore.charts import answers, style
from tlcore.measure import budgets, differences
from tlcore.spec import RunSpec, Training
from tlcore.store import Store, StoredExperiment
from tlcore.words import _, counted

NONE = "none"  # no other experiment


def between_strategies(experiment: StoredExperiment, done: pd.DataFrame, selected: Sequence[str] = ()) -> None:
    """The settings in which strategies differ; those ``selected`` elsewhere, else those a person chooses here."""
    with st.expander(_("What differs between the strategies"), icon=":material/difference:"):
        names = list(dict.fromkeys(done["strategy"]))
        if selected:
            st.caption(_("Those selected on the leaderboard."))
            chosen = [name for name in names if name in selected]
        else:
            words = {name: style.title(name) for name in names}
            chosen = forms.choices(st.multiselect, _("Strategies"), words, "differ", ",".join(_usual(done)))
        specs = _specs(reads.store(), reads.stamp(experiment), tuple(done.drop_duplicates("strategy")["run"]))
        if len(chosen) < 2:
            st.caption(_("Choose two strategies at least."))
            return
        found = differences.between_strategies({name: specs[name] for name in chosen})
        if found.empty:
            st.caption(_("They have the same settings: what differs is what they do."))
            return
        meanings = {
            name: knob for strategy in chosen for name, knob in _knobs(catalog.strategies().get(strategy)).items()
        }
        table = pd.DataFrame({_("Setting"): found["setting"].map(_called)})
        table[_("What it is")] = [meanings.get(name, "") for name in found["setting"]]
        for name in chosen:
            table[style.title(name)] = found[name].map(_told)
        st.dataframe(table, hide_index=True)


def between_experiments(experiment: StoredExperiment) -> None:
    """Another experiment of the same scenario: what was changed, and what it did to the strategies both have."""
    known = reads.experiments().set_index("id")
    others = known[(known["scenario"] == experiment.experiment.scenario) & (known.index != experiment.id)]
    if others.empty:
        return
    with st.expander(_("What differs from another experiment"), icon=":material/compare:"):
        words = {NONE: _("none"), **{number: frame.label(row) for number, row in others.iterrows()}}
        other = forms.choice(st.selectbox, _("Other experiment of the same scenario"), words, "other", NONE, width=420)
        if other != NONE:
            _beside(experiment, reads.store().experiment(other))


def _beside(one: StoredExperiment, other: StoredExperiment) -> None:
    found = differences.between_experiments(*((some.experiment, _of(some)) for some in (one, other)))
    if found.empty:
        st.markdown(_("Both were asked for with the same settings."))
    else:
        st.markdown(counted("{n} setting differs.", "{n} settings differ.", len(found)))
        meanings = _meanings(one)
        table = pd.DataFrame({_("Setting"): found["setting"].map(_called)})
        table[_("What it is")] = [meanings.get(name, "") for name in found["setting"]]
        table[_("Here")], table[_("There")] = found["one"].map(_told), found["other"].map(_told)
        st.dataframe(table, hide_index=True)
    metric, paired = one.experiment.metric, differences.same_hands(found)
    scores = differences.scores(_finished(one), _finished(other), catalog.metric(metric), metric, paired)
    if scores.empty:
        st.caption(_("No strategy has finished in both."))
        return
    _scores(scores, metric)
    if not paired:
        st.caption(_("The data differ, so the scores may rest on different test examples: read them with care."))
    elif (scores["pairs"] > 1).any():
        st.caption(_("The same seeds drew the same examples in both, so their scores are compared one by one."))
    else:
        st.caption(_("Both are judged on the same test examples."))


def _scores(scores: pd.DataFrame, metric: str) -> None:
    factor = answers.factor(metric)
    one, other = (scores[column].map(show.labels) for column in ("labels", "other_labels"))
    number = st.column_config.NumberColumn
    table = pd.DataFrame(
        {
            "strategy": scores["strategy"].map(style.title),
            "labels": [a if a == b else f"{a} / {b}" for a, b in zip(one, other, strict=True)],
            "one": scores["one"], "other": scores["other"], "change": scores["change"] * factor,
            "interval": [
                "–" if pd.isna(low) else f"{low:+.1f} – {high:+.1f}" if factor == 100 else f"{low:+.3g} – {high:+.3g}"
                for low, high in zip(scores["low"] * factor, scores["high"] * factor, strict=True)
            ],
        }
    )  # fmt: skip
    st.dataframe(
        table, hide_index=True, placeholder="–",
        column_config={
            "strategy": _("Strategy"),
            "labels": _("Target labels"),
            "one": number(_("Here"), format="%.3f", help=show.metric_name(metric)),
            "other": number(_("There"), format="%.3f", help=show.metric_name(metric)),
            "change": number(_("Better here by"), format="%+.1f" if factor == 100 else "%+.3g"),
            "interval": _("95 % interval"),
        },
    )  # fmt: skip


def _finished(experiment: StoredExperiment) -> pd.DataFrame:
    return budgets.finished(reads.runs(experiment))


def _of(experiment: StoredExperiment) -> dict[str, RunSpec]:
    """A run's spec of each strategy."""
    runs = reads.runs(experiment).drop_duplicates("strategy")
    return _specs(reads.store(), reads.stamp(experiment), tuple(runs["run"]))


@st.cache_data(show_spinner=False, max_entries=50)
def _specs(_store: Store, key: tuple, runs: tuple[str, ...]) -> dict[str, RunSpec]:
    specs = [_store.spec(run) for run in runs]
    return {spec.strategy: spec for spec in specs}


def _usual(done: pd.DataFrame) -> list[str]:
    """The two with the best mean score that learn from no more labels than the others."""
    sign = catalog.metric(done["metric"].iloc[0]).sign
    means = (sign * done.groupby("strategy")["test_score"].mean()).sort_values(ascending=False)
    own = [name for name in means.index if not catalog.is_ceiling(name)]
    return (own or list(means.index))[:2]


def _meanings(experiment: StoredExperiment) -> dict[str, str]:
    """What each setting of an experiment is, in a line."""
    asked = experiment.experiment
    offers: dict[str, Any] = {
        differences.DATA: catalog.scenarios().get(asked.scenario),
        differences.TRAINING: Training,
        differences.NETWORK: catalog.backbones().get(asked.backbone),
        **{f"{name}.": catalog.strategies().get(name) for name in asked.strategies},
    }
    return {f"{prefix}{name}": help for prefix, offer in offers.items() for name, help in _knobs(offer).items()}


def _knobs(offer: Any) -> dict[str, str]:
    return {} if offer is None else {knob.name: _(knob.metadata["help"]) for knob in forms.declared(offer)}


def _called(setting: str) -> str:
    """The name of a setting; those that are no knobs in words."""
    return {
        "labels": _("Target labels"), "network": _("Network"), "seeds": _("Seeds"), "metric": _("Metric"),
        "margin": _("Margin"), "strategies": _("Only in one of the two"),
    }.get(setting, setting)  # fmt: skip


def _told(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return "–" if not value else ", ".join(_("all") if one is None else str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
