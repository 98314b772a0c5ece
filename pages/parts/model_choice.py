"""Which model to take away, which of its seeds, and what is in its folder once it is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import show, taken
from tlcore.charts import style
from tlcore.charts.answers import Answer, gain
from tlcore.measure.gain import BASELINE, HURTS, LEAST_SEEDS, OPEN, recommended
from tlcore.room import size
from tlcore.store import StoredExperiment
from tlcore.words import _, told

REBUILDING = 15.0  # seconds to rebuild a model and write it down, about


def proposed(summary: pd.DataFrame) -> str:
    """The strategy that the evidence supports; without evidence, the one that a person would keep: no transfer."""
    best = recommended(summary)
    if best:
        return best
    finished = summary[summary["n"] > 0]
    baselines = finished.loc[finished["baseline"].notna(), "baseline"]
    return str(baselines.iloc[0]) if len(baselines) else str(finished["strategy"].iloc[0])


def answer(summary: pd.DataFrame, name: str) -> Answer:
    """Which model to take away, and why."""
    title = style.title(name)
    row = summary[summary["strategy"] == name].iloc[0]
    if not recommended(summary):
        why = (
            _("Fewer than {n} seeds have finished, so nothing is recommended.", n=LEAST_SEEDS)
            if summary["n"].max() < LEAST_SEEDS
            else _("There is no model without transfer to hold it against.")
        )
        headline = _("Not enough evidence to recommend a model. The one below is {strategy}.", strategy=title)
        if row["verdict"] == BASELINE:
            headline = _("Not enough evidence to recommend a model. Without transfer, take {strategy}.", strategy=title)
        return Answer(headline, (why,))
    if pd.isna(row["gain"]):
        why = _("No transfer helps surely here, and this is the best model without: it is simpler to run and explain.")
        if summary["verdict"].eq(OPEN).any():
            headline = _("Not enough evidence for a transfer yet. Until there is: {strategy}.", strategy=title)
            more = _("The Verdict page says how many more seeds would tell. Without transfer this one is the best.")
            return Answer(headline, (more,), name, OPEN)
        headline = _("Take this model, which does not transfer: {strategy}.", strategy=title)
        return Answer(headline, (why,), name, row["verdict"])
    told = _("{gain} over {baseline}, the best model without transfer.", gain=gain(row),
             baseline=style.title(row["baseline"]))  # fmt: skip
    said = (told, _("Whether it helps is still open.")) if row["verdict"] == OPEN else (told,)
    return Answer(_("Take this model: {strategy}.", strategy=title), said, name, row["verdict"])


def run_of(runs: pd.DataFrame, strategy: str) -> dict[str, Any]:
    """The run to take away: the median seed by the validation labels, so a usual one; without these, the first seed.

    The test set says how good a model is; it never chooses one.
    """
    mine = runs[runs["strategy"] == strategy].drop_duplicates("run").sort_values("seed")
    judged = mine[mine["valid_score"].notna()].sort_values("valid_score", kind="stable")
    return (mine.iloc[0] if judged.empty else judged.iloc[(len(judged) - 1) // 2]).to_dict()


def which(run: Mapping[str, Any], runs: pd.DataFrame) -> str:
    """Which of a strategy's runs it is, and why that one."""
    count = runs.loc[runs["strategy"] == run["strategy"], "run"].nunique()
    if count == 1:
        return _("The only finished run, seed {seed}.", seed=run["seed"])
    if pd.isna(run["valid_score"]):
        return _("Seed {seed}, one of {n}: it learnt from every label, so none was left to choose a seed by.",
                 seed=run["seed"], n=count)  # fmt: skip
    return _("Seed {seed}, one of {n}: the middle one by its validation labels. The test set never chooses.",
             seed=run["seed"], n=count)  # fmt: skip


def seconds(chosen: Iterable[Mapping[str, Any]]) -> float:
    """About how long it takes to make these models."""
    return sum(REBUILDING + (row["seconds"] or 0.0 if row["example"] else 0.0) for row in chosen)


def offer(experiment: StoredExperiment, chosen: Mapping[str, Mapping[str, Any]], missing: list[str]) -> None:
    """The button that makes what is missing."""
    if experiment.example:
        st.info(
            _("Examples ship without models: this one is trained again here first, exactly as it was asked for."),
            icon=":material/school:",
        )
    label = _("Make the model") if len(missing) == 1 else _("Make both models")
    if st.button(label, icon=":material/deployed_code:", type="primary"):
        taken.make(experiment.id, *missing)
        st.rerun()


def folder(run: str) -> None:
    """What was made: how large and how quick it is, whether it answers as it should, and how it is asked."""
    record = taken.record(run) or {}
    pace, check = record["latency"], record["check"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            _("Download the model"), lambda: taken.packed(run), f"{record['strategy']}_{run}.zip", "application/zip",
            icon=":material/download:", type="primary", on_click="ignore", key=f"zip {run}",
        )  # fmt: skip
        st.markdown(
            _("**{size}** · **{milliseconds} ms** for one row · **{rows}** rows a second, on one CPU",
              size=size(record["size"]["bytes"]), milliseconds=f"{pace['one row, ms']:.1f}",
              rows=f"{pace['rows a second']:,.0f}")
        )  # fmt: skip
    if check["largest difference"] is None:
        st.caption(_("It was trained again here; its card tells its own scores."))
    else:
        st.caption(_("Checked: it answers all {n} test cases as its run did.", n=f"{check['rows']:,}"))
    for remark in record["remarks"]:
        st.caption(show.plain(told(remark)))
    place = taken.folder(run)
    with st.expander(_("How to ask it"), icon=":material/terminal:"):
        st.code(f"python -m tlcore export {run} --to MODEL\npython -m tlcore predict MODEL FILE --to answers.csv", "sh")
        st.code((place / "snippet.py").read_text("utf-8"), "python")
    with st.expander(_("Model card"), icon=":material/description:"):
        st.markdown((place / "model_card.md").read_text("utf-8").split("---\n", 2)[-1])


def harmful(summary: pd.DataFrame, name: str) -> bool:
    """Whether a strategy surely hurts here."""
    return bool((summary.loc[summary["strategy"] == name, "verdict"] == HURTS).any())
