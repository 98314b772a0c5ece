"""The examples of one domain as a card: how many, which classes, what they look like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import samples
from tlcore import mel
from tlcore.situation import Examples, Situation
from tlcore.tokens import tokens
from tlcore.words import _

SAMPLE_ROWS, SAMPLE_IMAGES, SAMPLE_SOUNDS = 8, 10, 6
SAMPLE_TEXTS = 1000  # whose words are counted


def domain(title: str, help: str, examples: Examples, situation: Situation) -> None:
    """One domain: a heading, three figures, and how often each class occurs."""
    with st.container(border=True, height="stretch"):
        st.subheader(title, anchor=False, help=help)
        with st.container(horizontal=True):
            st.metric(_("Examples"), f"{len(examples):,}", width="content")
            st.metric(_inputs_name(examples), _inputs(examples), width="content")
            if examples.labels is not None and not situation.regression:
                st.metric(_("Rarest class"), f"{class_counts(examples)['share'].min():.1%}", width="content")
        _answers(examples, situation)


def no_source() -> None:
    """Where there are no examples to learn from elsewhere."""
    with st.container(border=True, height="stretch"):
        st.subheader(_("No source"), anchor=False)
        st.markdown(
            _("What is carried over are the weights that a network comes with: it was trained on millions of other "
              "pictures, sounds or texts. Strategies that need the examples of a source are left out.")
        )  # fmt: skip


def class_counts(examples: Examples) -> pd.DataFrame:
    """How often each class occurs: class, count, share."""
    names, counts = np.unique(np.asarray(examples.labels, dtype=str), return_counts=True)
    return pd.DataFrame({"class": names, "count": counts, "share": (counts / counts.sum()).round(4)})


def sample(examples: Examples) -> None:
    """A few examples as they are."""
    most = {"table": SAMPLE_ROWS, "audio": SAMPLE_SOUNDS}.get(examples.modality, SAMPLE_IMAGES)
    chosen = examples.take(np.random.default_rng(0).permutation(len(examples))[:most])
    known = chosen.labels is not None
    labels = pd.DataFrame({"→": chosen.labels} if known else {}, index=range(len(chosen)))
    answer = st.column_config.Column(_("Answer"), help=_("What is to be predicted."))
    samples.shown(chosen, labels, [str(label) for label in labels["→"]] if known else None, {"→": answer})


def _answers(examples: Examples, situation: Situation) -> None:
    if examples.labels is None:
        st.caption(_("Nobody has labelled these."))
    elif situation.regression:
        low, middle, high = np.quantile(np.asarray(examples.labels, dtype=float), [0.05, 0.5, 0.95])
        spread = {"low": f"{low:,.4g}", "middle": f"{middle:,.4g}", "high": f"{high:,.4g}"}
        st.caption(_("{label}: half below {middle}, most between {low} and {high}", label=situation.label, **spread))
    else:
        counts, share = class_counts(examples), st.column_config.ProgressColumn
        st.dataframe(
            counts, hide_index=True, height=min(38 + 35 * len(counts), 220),
            column_config={
                "class": st.column_config.TextColumn(situation.label),
                "count": st.column_config.NumberColumn(_("Count"), format="localized"),
                "share": share(_("Share of all"), format="percent", min_value=0.0, max_value=1.0),
            },
        )  # fmt: skip


def _inputs_name(examples: Examples) -> str:
    return {"table": _("Columns"), "image": _("Pixels"), "text": _("Words (median)"), "audio": _("Seconds (median)")}[
        examples.modality
    ]


def _inputs(examples: Examples) -> str:
    if isinstance(examples.inputs, pd.DataFrame):
        return str(examples.inputs.shape[1])
    if examples.modality == "text":
        return f"{np.median([len(tokens(text)) for text in examples.inputs[:SAMPLE_TEXTS]]):.0f}"
    if examples.modality == "audio":
        return f"{np.median(mel.lengths(np.asarray(examples.inputs))) / mel.RATE:.1f}"
    height, width = examples.inputs.shape[1:3]
    return f"{width} x {height}"
