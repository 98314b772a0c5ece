"""Columns of source and target with different names that look like the same: by their names, or by what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlcore.files import columns, lists
from tlcore.files.checks import Tables
from tlcore.files.finding import Findings, Fix
from tlcore.words import _

ON = frozenset({"files"})
NAMES, VALUES = 0.75, 0.85  # how much alike names, or values, must be where the other says little
CLEAR = 0.1  # how much the best must be ahead of the next, where values alone speak
LEAST, ROWS = 20, 2000
MOST = 60  # columns of a file that are compared: each with each
MOST_VALUES = 200  # different ones of a category


def check(data: Tables, found: Findings) -> None:
    if data.files.domain_column:
        return
    for role in ("target", "test"):
        if role in data.tables:
            _compare(data, role, found)


def _compare(data: Tables, role: str, found: Findings) -> None:
    source, other = data.tables["source"], data.tables[role]
    ignored = set(data.files.ignored)
    here = [c for c in source.columns if c not in other.columns and c not in ignored]
    there = [c for c in other.columns if c not in source.columns and c not in ignored]
    for old, new, how in pairs(source[here], other[there]):
        found.warn(
            _("Column '{old}' of {file} looks like '{new}' of {source} ({how}).", old=old, new=new,
              file=data.names[role], source=data.names["source"], how=how),
            where=data.names[role],
            remedy=_("Give both one name; until then both are left out."),
            fix=Fix("rename", lists.entry(old, new)),
        )  # fmt: skip


def pairs(source: pd.DataFrame, other: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Which column of ``other`` is which of ``source``, and what speaks for it; each occurs once, the surest first."""
    if source.empty or other.empty:
        return []
    source, other = source.iloc[:, :MOST], other.iloc[:, :MOST]
    names = np.array([[_named_alike(str(old), str(new)) for new in source.columns] for old in other.columns])
    here, there = ([held(frame[column]) for column in frame.columns] for frame in (source, other))
    values = np.array([[held_alike(old, new) for new in here] for old in there])
    fit = np.where(names >= NAMES, 1 + names, np.where(_stands_out(values), values, 0.0))
    fit[values == 0] = 0  # numbers are never words
    found = []
    while fit.size and fit.max() > 0:
        i, j = np.unravel_index(int(fit.argmax()), fit.shape)
        how = _("by name") if fit[i, j] > 1 else _("by what it holds")
        found.append((str(other.columns[i]), str(source.columns[j]), how))
        fit[i, :] = fit[:, j] = 0
    return found


def _stands_out(values: np.ndarray) -> np.ndarray:
    """Where two columns hold alike values and no other pair of either comes near."""
    best = np.zeros_like(values, dtype=bool)
    for i, j in np.argwhere(values >= VALUES):
        rest = np.concatenate([np.delete(values[i], j), np.delete(values[:, j], i)])
        best[i, j] = not len(rest) or values[i, j] - rest.max() >= CLEAR
    return best


def _named_alike(one: str, other: str) -> float:
    old, new = ("".join(letter for letter in name.casefold() if letter.isalnum()) for name in (one, other))
    return SequenceMatcher(a=old, b=new).ratio() if old and new else 0.0


class Held(NamedTuple):
    """What a column holds: numbers in order, or the shares of its words; of neither, nothing can be said."""

    numeric: bool | None
    numbers: np.ndarray
    shares: Mapping[str, float]


def held(values: pd.Series) -> Held:
    """What the first rows of this column hold."""
    values = values.dropna().head(ROWS)
    if len(values) < LEAST:
        return Held(None, np.array([]), {})
    read = columns.numbers(values)
    if read is not None:
        return Held(True, np.sort(read.dropna().to_numpy()), {})
    shares = columns.text(values).value_counts(normalize=True)
    return Held(False, np.array([]), shares.to_dict() if 2 <= len(shares) <= MOST_VALUES else {})


def held_alike(one: Held, other: Held) -> float:
    """How alike two columns are by what they hold, 0 to 1: 1 less the largest difference of the distribution
    functions of numbers, the overlap of the shares of categories. A little above 0 where nothing can be said."""
    nothing = 0.01
    if one.numeric is None or other.numeric is None:
        return nothing
    if one.numeric != other.numeric:
        return 0.0
    if one.numeric:
        low, high = one.numbers, other.numbers
        if min(len(np.unique(low)), len(np.unique(high))) < 3:
            return nothing  # yes and no are anybody's
        edges = np.concatenate([low, high])
        gap = np.searchsorted(low, edges, "right") / len(low) - np.searchsorted(high, edges, "right") / len(high)
        return max(1 - float(np.abs(gap).max()), nothing)
    return max(sum(min(share, other.shares.get(word, 0.0)) for word, share in one.shares.items()), nothing)
