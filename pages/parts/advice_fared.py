"""How the advice given before training fared, beside the verdict."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import reads, show
from tlcore import advice
from tlcore.charts.fared import told
from tlcore.errors import Unusable
from tlcore.measure.advised import fared
from tlcore.store import StoredExperiment


def line(experiment: StoredExperiment, runs: pd.DataFrame, summary: pd.DataFrame, labels: int | None) -> None:
    """What was recommended and what came out best, from the rows of one label budget; nothing where nothing is known.

    An experiment keeps the advice that was given when it was submitted; for one that is older than that, today's
    rules are asked, which look at nothing that was run.
    """
    said = experiment.facts.get("advice")
    said = _asked(experiment.id, experiment) if said is None else said
    given = next((one for one in said if one["labels"] == labels), None)
    found = given and fared(runs, summary, given["transfer"], given["strategies"])
    if found:
        st.markdown(f":material/lightbulb: {show.plain(told(found))}")


@st.cache_data(show_spinner=False, max_entries=64)
def _asked(experiment: str, _stored: StoredExperiment) -> list[dict[str, Any]]:
    asked = _stored.experiment
    try:
        return advice.given(reads.situation(_stored), asked.labels, asked.backbone)
    except Unusable:  # the data is gone
        return []
