"""Comparable numbers from raw examples, before any network: what gap measures and pictures look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import vstack
from sklearn.decomposition import PCA

from tlcore import mel
from tlcore.errors import Unusable
from tlcore.situation import Examples
from tlcore.tokens import tokens

COMMON = 0.01  # rarer values of a column are taken together
FURTHEST = 10.0  # standard deviations; one typing error must not decide a covariance
SIDE_AT_MOST = 32  # pixels
DIMENSIONS_AT_MOST = 50  # of images and texts
WORD_BUCKETS = 2**18  # so many that words hardly ever meet in one


@dataclass(frozen=True, eq=False)
class Features:
    """One matrix per Examples, (N, D) float64, and for each of the D columns the feature it belongs to."""

    matrices: list[np.ndarray]
    owners: list[str]


def matrix(*examples: Examples, limit: int = 2000, seed: int = 0) -> list[np.ndarray]:
    """Numeric features of several Examples, one (N, D) array each; see `describe`."""
    return describe(*examples, limit=limit, seed=seed).matrices


def describe(*examples: Examples, limit: int = 2000, seed: int = 0) -> Features:
    """Features on one scale, of at most ``limit`` randomly chosen rows each; the first Examples set the scale.

    Tables: numbers standardised (a gap becomes the mean), a 0/1 column for every feature with gaps, and a
    0/1 column for every value that at least 1 % of the first Examples have, one more for all other values.
    Images: brightness from 0 to 1, standardised pixel by pixel, turned onto the at most 50 directions in
    which all Examples taken together vary most.
    Texts: which words occur, each text scaled to length 1, turned likewise.
    Sounds: how loud each pitch is, its mean and standard deviation over time, standardised one by one.

    Raises `Unusable` when inputs of different kinds are held against each other, or images differ in size.
    """
    few = [_sampled(part, limit, np.random.default_rng([seed, place])) for place, part in enumerate(examples)]
    makes = sorted({part.modality for part in few})
    if len(makes) > 1:
        told = " with ".join({"audio": "sounds"}.get(make, f"{make}s") for make in makes)
        raise Unusable(f"These cannot be compared: {told}. Give two tables, or two sets of images, texts or sounds.")
    inputs: list[Any] = [part.inputs for part in few]
    return {"table": _tables, "image": _images, "text": _texts, "audio": _sounds}[makes[0]](inputs)


def _sampled(examples: Examples, limit: int, rng: np.random.Generator) -> Examples:
    if len(examples) <= limit:
        return examples
    return examples.without_labels().take(np.sort(rng.choice(len(examples), limit, replace=False)))


def is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as (N,) float64; gaps, infinite values, words and a missing column are NaN."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def words(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as (N,) strings; gaps and a missing column are None."""
    if name not in frame:
        return pd.Series([None] * len(frame), dtype=object)
    column = frame[name].reset_index(drop=True)
    return column.astype(object).where(column.isna(), column.astype(str)).where(column.notna(), None)


def _tables(frames: list[pd.DataFrame]) -> Features:
    columns: list[list[np.ndarray]] = [[] for _ in frames]
    owners: list[str] = []

    def add(name: str, values: list[np.ndarray]) -> None:
        owners.append(str(name))
        for column, part in zip(columns, values, strict=True):
            column.append(part.astype(np.float64))

    for name in frames[0]:
        if is_number(frames[0][name]):
            raw = [numbers(frame, name) for frame in frames]
            gaps = [np.isnan(values) for values in raw]
            known = raw[0][~gaps[0]]
            add(name, [_standardised(values, known) for values in raw])
        else:
            told = [words(frame, name) for frame in frames]
            gaps = [values.isna().to_numpy() for values in told]
            shares = told[0].value_counts(normalize=True)
            common = sorted(shares.index[shares >= COMMON])
            for word in common:
                add(name, [(values == word).to_numpy() for values in told])
            others = [(~values.isin(common)).to_numpy() & ~gap for values, gap in zip(told, gaps, strict=True)]
            if any(other.any() for other in others):
                add(name, others)
        if any(gap.any() for gap in gaps):
            add(name, gaps)
    if not owners:
        raise Unusable("The table has no feature column; keep at least one column beside the label.")
    return Features([np.stack(column, axis=1) for column in columns], owners)


def _standardised(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """In standard deviations from the mean of ``known``, gaps at 0."""
    if len(known) == 0:
        return np.zeros(len(values))
    scale = known.std() or 1.0
    return np.nan_to_num((values - known.mean()) / scale).clip(-FURTHEST, FURTHEST)


def _images(stacks: list[np.ndarray]) -> Features:
    shapes = {stack.shape[1:] for stack in stacks}
    if len(shapes) > 1:
        told = " and ".join("x".join(map(str, shape)) for shape in sorted(shapes))
        raise Unusable(f"Images of different sizes cannot be compared ({told}); bring them to one size.")
    flat = [_shrunk(stack).reshape(len(stack), -1) for stack in stacks]
    mean, scale = flat[0].mean(axis=0), flat[0].std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    scaled = [((pixels - mean) / scale).clip(-FURTHEST, FURTHEST) for pixels in flat]
    pooled = np.concatenate(scaled)
    turn = PCA(min(DIMENSIONS_AT_MOST, *pooled.shape), svd_solver="randomized", random_state=0).fit(pooled)
    return _directions([turn.transform(part) for part in scaled])


def _texts(parts: list[np.ndarray]) -> Features:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer

    count = HashingVectorizer(analyzer=tokens, n_features=WORD_BUCKETS, binary=True, alternate_sign=False)
    words = [count.transform(part) for part in parts]
    pooled = vstack(words, format="csr")
    pooled = pooled[:, np.unique(pooled.indices)]  # words that occur
    if min(pooled.shape) <= 1:
        raise Unusable("These texts hold hardly a word between them; there is nothing to compare.")
    turned = TruncatedSVD(min(DIMENSIONS_AT_MOST, *(side - 1 for side in pooled.shape)), random_state=0)
    rows = turned.fit_transform(pooled)
    return _directions(np.split(rows, np.cumsum([len(part) for part in parts])[:-1]))


def _sounds(parts: list[np.ndarray]) -> Features:
    told = [_loudness(part) for part in parts]
    scaled = [[_standardised(part[:, d], told[0][:, d]) for d in range(part.shape[1])] for part in told]
    names = [f"{what} of pitch {band + 1}" for what in ("mean", "spread") for band in range(mel.BANDS)]
    return Features([np.stack(columns, axis=1) for columns in scaled], names)


def _loudness(sounds: np.ndarray) -> np.ndarray:
    """Mean and standard deviation over time of each band's level, without what lies behind a sound's end."""
    rows = []
    for sound, end in zip(sounds, mel.lengths(sounds), strict=True):
        levels = mel.log_mel(sound[None, : max(end, 1)])[0].astype(np.float64)
        rows.append(np.concatenate([levels.mean(1), levels.std(1)]))
    return np.array(rows)


def _directions(turned: list[np.ndarray]) -> Features:
    """One scale for all directions, set by the first Examples: the weak ones stay weak."""
    spread = turned[0].std(axis=0).max() or 1.0
    matrices = [np.asarray(part, dtype=np.float64) / spread for part in turned]
    return Features(matrices, [f"direction {d + 1}" for d in range(matrices[0].shape[1])])


def _shrunk(images: np.ndarray) -> np.ndarray:
    """(N, H, W, C) bytes to brightness from 0 to 1, averaged down to at most 32 x 32 pixels."""
    values = images.astype(np.float32) / 255
    for axis in (1, 2):
        side = values.shape[axis]
        starts = np.unique(np.linspace(0, side, min(side, SIDE_AT_MOST), endpoint=False).astype(int))
        sizes = np.diff(np.append(starts, side))
        shape = [1, 1, 1, 1]
        shape[axis] = len(sizes)
        values = np.add.reduceat(values, starts, axis=axis) / sizes.reshape(shape)
    return values
