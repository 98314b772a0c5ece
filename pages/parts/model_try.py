"""Try it: one input, or a file of them, answered by one exported model, or by two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import asked, forms, reads, samples, show, taken, uploads
from tlcore.charts import style
from tlcore.errors import Unusable
from tlcore.export.model import NUMBER, PROBABILITY
from tlcore.files.parts import frame
from tlcore.situation import Examples, Split, split
from tlcore.store import StoredExperiment
from tlcore.words import _, counted

ACROSS, MOST_INPUTS = 4, 24  # inputs of a form in a line, and in all
CASE = "case"  # the test case in view, in the address
BY_FILE = {
    "table": ["csv", "tsv", "parquet", "jsonl"], "text": ["csv", "tsv", "txt", "jsonl", "parquet", "zip"],
    "image": ["png", "jpg", "jpeg", "bmp", "webp", "zip"], "audio": ["wav", "zip"],
}  # fmt: skip


def panel(experiment: StoredExperiment, runs: Mapping[str, str]) -> None:
    """Ask the exported models of these runs, by strategy, the same things."""
    first = next(iter(runs.values()))
    try:
        hand = _hand(experiment, first)
    except Unusable:
        st.info(_("The files of these data can no longer be read, so there is no test case to begin with."))
        hand = None
    ways = {"one": _("One input"), "file": _("A file")}
    way = forms.choice(st.segmented_control, _("Ask about"), ways, "ask", "one" if hand else "file", required=True)
    if way == "file" or hand is None:
        _of_file(experiment, runs)
        return
    question = _question(experiment, hand, taken.record(first) or {})
    if question is None:
        return
    columns = st.columns(len(runs))
    for column, (strategy, run) in zip(columns, runs.items(), strict=True):
        with column, st.container(border=True):
            _one(experiment, strategy, run, question, hand)


def _question(experiment: StoredExperiment, hand: Split, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is asked: a test case, as it is or changed by a person; None where nothing is left of it."""
    case = _case(len(hand.test))
    kind = experiment.facts["modality"]
    label = hand.test.labels[case] if hand.test.labels is not None else ""
    truth = f"{label:.4g}" if isinstance(label, float) else str(label)
    st.caption(
        _(
            "Test case {n} of {all}; its true answer, as it stands in the data, is {truth}.",
            n=case + 1,
            all=len(hand.test),
            truth=truth,
        )
    )
    if kind == "table":
        return {"rows": [_row(experiment, hand.test, case, record["inputs"])]}
    if kind == "text":
        text = st.text_area(_("Text"), str(hand.test.inputs[case]), height=120, key=f"text {experiment.id} {case}")
        return {"texts": [text]} if text.strip() else None
    brought = st.file_uploader(
        _("An image of your own, in place of the test case") if kind == "image"
        else _("A sound of your own, in place of the test case"),
        [ending for ending in BY_FILE[kind] if ending != "zip"], key=f"own {kind}",
    )  # fmt: skip
    if brought is not None:
        st.image(brought, width=160) if kind == "image" else st.audio(brought)
        return {"file": str(uploads.folder() / uploads.keep(brought.name, brought.getvalue()))}
    samples.shown(hand.test.take(np.array([case])), pd.DataFrame(index=[0]), [truth])
    return {"test": case}


def _case(count: int) -> int:
    """Which test case is in view; a button draws another one."""
    given = str(st.query_params.get(CASE, st.session_state.get(CASE, "1")))
    case = min(max(int(given) if given.isdigit() else 1, 1), count) - 1
    if st.button(_("Another test case"), icon=":material/shuffle:"):
        case = (case + int(np.random.default_rng().integers(1, max(count, 2)))) % count  # any other one
    st.session_state[CASE] = st.query_params[CASE] = str(case + 1)
    return case


def _row(experiment: StoredExperiment, test: Examples, case: int, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table as a form: what a person does not change is as in the test case."""
    row = frame(test).iloc[case]
    # A number's own type is NumPy's, which JSON does not know.
    found: dict[str, Any] = {name: None if pd.isna(row[name]) else float(row[name]) for name in inputs["numeric"]}
    found |= {name: None if pd.isna(row[name]) else str(row[name]) for name in inputs["categories"]}
    shown = list(found)[:MOST_INPUTS]
    cells = [cell for _line in range(0, len(shown), ACROSS) for cell in st.columns(ACROSS)]
    for cell, name in zip(cells, shown, strict=False):
        with cell:
            key = f"cell {experiment.id} {name} {case}"
            if name in inputs["categories"]:
                options = list(dict.fromkeys([*inputs["categories"][name], *([found[name]] if found[name] else [])]))
                start = options.index(found[name]) if found[name] in options else None
                found[name] = st.selectbox(name, options, start, key=key, placeholder=_("missing"))
            else:
                found[name] = st.number_input(name, value=found[name], key=key, placeholder=_("missing"), format="%g")
    if len(found) > len(shown):
        st.caption(
            counted("{n} further column is as in the test case.", "{n} further columns are as in the test case.",
                    len(found) - len(shown))
        )  # fmt: skip
    return found


def _one(experiment: StoredExperiment, strategy: str, run: str, question: dict[str, Any], hand: Split) -> None:
    """The answer of one model to one input, and the labelled examples it is most like."""
    st.markdown(f"**{style.title(strategy)}**")
    try:
        told = asked.ask(run, **question)
    except Unusable as error:
        show.problems(error)
        return
    answer, record = told["answers"][0], taken.record(run) or {}
    classes = record["answers"]["classes"]
    if classes:
        st.markdown(f"### {show.plain(str(answer[NUMBER]))}")
        chances = pd.DataFrame(
            {"class": classes, "chance": [answer[PROBABILITY.format(name)] for name in classes]}
        ).sort_values("chance", ascending=False, kind="stable")
        st.dataframe(
            chances.head(10), hide_index=True,
            column_config={
                "class": _("Answer"),
                "chance": st.column_config.ProgressColumn(
                    _("Probability"), format="percent", min_value=0.0, max_value=1.0
                ),
            },
        )  # fmt: skip
        if "threshold" in record["answers"]:
            st.caption(
                _("“{event}” is announced from {threshold} on.", event=show.plain(classes[1]),
                  threshold=f"{record['answers']['threshold']['value']:.0%}")
            )  # fmt: skip
    else:
        st.markdown(f"### {answer[NUMBER]:.4g}")
    for note in told["notes"]:
        st.caption(show.plain(note))
    st.markdown(_("**The labelled examples most like it, as this model sees them**"))
    _neighbours(told["near"], hand)


def _neighbours(near: list[dict[str, Any]], hand: Split) -> None:
    sizes = [len(part) for part in hand.labelled]
    chosen = [hand.labelled[0].take(np.array([n["place"]])) if n["place"] < sizes[0]
              else hand.labelled[1].take(np.array([n["place"] - sizes[0]])) for n in near]  # fmt: skip
    labels = [one.labels[0] for one in chosen if one.labels is not None]
    beside = pd.DataFrame({"→": labels, "→ away": [n["distance"] for n in near]})
    inputs: Any = [one.inputs for one in chosen]
    together = pd.concat(inputs) if isinstance(inputs[0], pd.DataFrame) else np.concatenate(inputs)
    captions = [f"{label} · {n['distance']:.2f}" for label, n in zip(labels, near, strict=True)]
    words = {
        "→": _("Label"),
        "→ away": st.column_config.NumberColumn(
            _("Distance"), format="%.2f",
            help=_("About 1 is as far as two labelled examples are from each other; 0 is the same to the model."),
        ),
    }  # fmt: skip
    samples.shown(Examples(together), beside, captions, words)


def _of_file(experiment: StoredExperiment, runs: Mapping[str, str]) -> None:
    """Every input of a file, answered by each model: a table to read and to take away."""
    kind = experiment.facts["modality"]
    brought = st.file_uploader(_("A file to answer"), BY_FILE[kind], key=f"file {kind}")
    if brought is None:
        st.caption(_("Columns may come in any order; what is missing or of another type is said."))
        return
    path = uploads.folder() / uploads.keep(brought.name, brought.getvalue())
    tables: list[pd.DataFrame] = []
    headings: dict[str, str] = {}  # the page's; in the file the answers keep the names by which a program knows them
    for strategy, run in runs.items():
        try:
            told = asked.ask(run, file=str(path))
        except Unusable as error:
            show.problems(Unusable(*map(uploads.plain, error.problems)))
            return
        table = pd.DataFrame(told["answers"]).set_index("input")
        words = _headings(table)
        names = {name: f"{style.title(strategy)}: {name}" for name in table}
        headings |= {names[name]: f"{style.title(strategy)}: {words[name]}" for name in table}
        tables.append(table.rename(columns=names))
        for note in told["notes"]:
            st.caption(show.plain(note))
    answers = pd.concat(tables, axis=1).reset_index(names=_("Input"))
    st.dataframe(answers, hide_index=True, column_config=headings)
    show.download(answers, key=f"answers {brought.name}", name="answers.csv")


def _headings(answers: pd.DataFrame) -> dict[str, str]:
    """The columns of answers (`tlcore.export.Model.predict`) as a person reads them."""
    start = PROBABILITY.format("")
    chances = {name: _("Probability of {answer}", answer=name.removeprefix(start)) for name in answers}
    return {**chances, NUMBER: _("Answer")}


@st.cache_data(show_spinner=False, max_entries=8)
def _dealt(_experiment: StoredExperiment, run: str, labels: int | None, seed: int) -> Split:
    return split(reads.situation(_experiment), labels, seed)


def _hand(experiment: StoredExperiment, run: str) -> Split:
    spec = reads.store().spec(run)
    return _dealt(experiment, run, spec.labels, spec.seed)
