"""The spaces of `tlcore.spaces` with tensors for rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore import spaces
from tlcore.learn.space_audio import AudioSpace
from tlcore.learn.space_text import TextSpace
from tlcore.learn.tensors import Tensors
from tlcore.situation import Examples


class TableSpace(spaces.Table, Tensors):
    """Rows of a table as float tensors ``(N, numbers + flags + codes)``."""


class ImageSpace(spaces.Image, Tensors):
    """Images as uint8 tensors ``(N, channels, height, width)``; networks scale them themselves."""


Space = TableSpace | ImageSpace | TextSpace | AudioSpace


def fit_space(source: Examples, *others: Examples) -> Space:
    """The space of these examples. ``others`` are inputs the run may look at besides the source."""
    if isinstance(source.inputs, pd.DataFrame):
        return TableSpace.fit(source.inputs, [part.inputs for part in others if isinstance(part.inputs, pd.DataFrame)])
    if source.modality == "text":
        return TextSpace.fit([np.asarray(part.inputs) for part in (source, *others)])
    if source.modality == "audio":
        return AudioSpace.fit([np.asarray(part.inputs) for part in (source, *others)])
    height, width, channels = source.inputs.shape[1:]
    return ImageSpace(channels, height, width)
