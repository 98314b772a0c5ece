"""From what a file holds to the two parts of a situation: samples, sizes, and tables divided in two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tlcore.situation import Examples


def some(examples: Examples, count: int, seed: int = 0) -> Examples:
    """This many of the examples, drawn at random, in their order; all of them where there are fewer."""
    rows = np.random.default_rng(seed).permutation(len(examples))[:count]
    return examples.take(np.sort(rows))


def labels_of(values: Sequence | np.ndarray | pd.Series) -> np.ndarray:
    """Class names (N,) as text."""
    return np.array([str(value) for value in values], dtype=object)


def resized(pictures: np.ndarray, side: int) -> np.ndarray:
    """Pictures (N, height, width, channels) as (N, side, side, channels), smoothly."""
    from PIL import Image

    if pictures.shape[1:3] == (side, side):
        return pictures
    small = np.empty((len(pictures), side, side, pictures.shape[3]), np.uint8)
    for place, picture in enumerate(pictures):
        image = Image.fromarray(picture.squeeze(-1) if picture.shape[2] == 1 else picture)
        small[place] = np.asarray(image.resize((side, side), Image.Resampling.BILINEAR)).reshape(small[place].shape)
    return small


def divided(
    table: pd.DataFrame, label: str, target: np.ndarray | pd.Series, leave: Sequence[str] = ()
) -> tuple[Examples, Examples]:
    """The rows outside and inside ``target`` (N,) as source and target, to predict ``label``.

    Numbers become floats, anything else text; rows without a label and the columns in ``leave`` are left out.
    """
    inputs = table.drop(columns=[label, *leave], errors="ignore")
    plain = pd.DataFrame({name: _plain(inputs[name]) for name in inputs})
    known = table[label].notna().to_numpy()
    inside = np.asarray(target, dtype=bool)
    return tuple(  # type: ignore[return-value]
        Examples(plain[rows].reset_index(drop=True), labels_of(table[label][rows]))
        for rows in (known & ~inside, known & inside)
    )


def _plain(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.astype(float)
    return column.astype(object).where(column.notna(), None).map(str, na_action="ignore")
