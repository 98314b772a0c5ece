"""Examples as they are, each with what is to be said of it: rows, texts, pictures, sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts import show
from tlcore import mel
from tlcore.situation import Examples
from tlcore.words import _

TEXT = "→ text"


def shown(
    examples: Examples,
    beside: pd.DataFrame,
    captions: Sequence[str] | None = None,
    config: dict[str, Any] | None = None,
) -> None:
    """Every one of these examples; ``beside`` stands in front of rows and texts, ``captions`` with pictures and sounds.

    ``beside`` has a row per example and columns that no table is expected to have, worded by ``config``.
    """
    if isinstance(examples.inputs, pd.DataFrame):
        table = pd.concat([beside.reset_index(drop=True), examples.inputs.reset_index(drop=True)], axis=1)
        st.dataframe(table, hide_index=True, column_config=config)
    elif examples.modality == "text":
        text = st.column_config.TextColumn(_("Text"), width="large")
        table = beside.reset_index(drop=True).assign(**{TEXT: examples.inputs})
        st.dataframe(table, hide_index=True, column_config={**(config or {}), TEXT: text})
    elif examples.modality == "audio":
        _players(examples, captions)
    else:
        _pictures(examples, captions)


def _pictures(examples: Examples, captions: Sequence[str] | None) -> None:
    with st.container(horizontal=True):
        for place, picture in enumerate(examples.inputs):
            st.image(_enlarged(np.asarray(picture)), caption=show.plain(captions[place]) if captions else "", width=88)


def _players(examples: Examples, captions: Sequence[str] | None) -> None:
    """Sounds to listen to, each under its caption."""
    columns = st.columns(3)
    for place, sound in enumerate(np.asarray(examples.inputs)):
        with columns[place % len(columns)]:
            if captions:
                st.caption(show.plain(captions[place]))
            st.audio(sound, sample_rate=mel.RATE)


def _enlarged(picture: np.ndarray) -> np.ndarray:
    """A small picture with every pixel drawn large, so that nothing is smoothed away."""
    times = max(1, 96 // picture.shape[0])
    large = picture.repeat(times, axis=0).repeat(times, axis=1)
    return large[..., 0] if large.shape[-1] == 1 else large
