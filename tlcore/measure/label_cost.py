"""When have the labels paid? Their price and that of training, against what the model brings in per case.

What a label budget brings is money per 1,000 cases (`tlcore.measure.value`); what it costs is paid once. How many
labels another way would need for the same profit (not the same score) is read from a curve of profit over labels that
never falls (isotonic regression; Ayer et al., 1955), linear between budgets in the logarithm of labels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.measure.gain import BASELINE, CEILING, OPEN
from tlcore.measure.payoffs import PER, number
from tlcore.words import _

COLUMNS = ["strategy", "labels", "profit", "extra", "label_cost", "training_cost", "per_money", "break_even",
           "break_even_low", "break_even_high", "same_labels", "same_cost", "least", "most"]  # fmt: skip


def price(word: object, name: str) -> float:
    """A price of 0 or more. Raises `Unusable` in a sentence."""
    found = number(word, name)
    if found < 0:
        raise Unusable(_("{name} is {word}; a price is 0 or more.", name=name, word=f"{found:g}"))
    return found


def paid_back(
    worths: pd.DataFrame, runs: pd.DataFrame, without: float, label: float, hour: float, every: int | None = None
) -> pd.DataFrame:
    """One row per strategy and label budget, ceilings left out: what it costs once, and when that has come back.

    ``worths``: the summary frame of money at all label budgets (`worth_of`). ``runs``: whose mean ``seconds`` of
    training count, by strategy and label budget. ``without``: what 1,000 cases are worth without any model. ``label``:
    the price of one, not paid for what learns from none; ``hour``: that of an hour of the machine. ``every``: how many
    labels "all" are.

    ``extra``: profit per 1,000 cases above ``without``. ``per_money``: of it, for each unit spent on labels.
    ``break_even``: after how many cases labels and training have paid, infinite where they never do; ``_low`` and
    ``_high`` are its ends, from the interval of the profit. ``same_labels``: how many labels the best model without
    transfer needs to bring as much: the ``least`` that were tried where those are enough already, infinite where not
    even the ``most`` were; ``same_cost``: their price. Both are NaN for what does not transfer, and where it is open
    whether transfer is worth more or less.
    """
    rows = worths[(worths["verdict"] != CEILING) & worths["mean"].notna()]
    labels = _counted(rows, every)
    sizes, profits = _without_transfer(rows.assign(labels=labels))
    same = np.array([np.nan if word in (BASELINE, OPEN) else reaching(sizes, profits, level)
                     for word, level in zip(rows["verdict"], rows["mean"], strict=True)])  # fmt: skip
    told = rows[["strategy", "labels"]].assign(profit=rows["mean"], extra=rows["mean"] - without)
    used = labels.where([catalog.learns_labels(name) for name in rows["strategy"]], 0.0)
    told["label_cost"] = used * label
    seconds = runs.groupby(["strategy", _counted(runs, every)], dropna=False)["seconds"].mean()
    told["training_cost"] = seconds.reindex([*zip(rows["strategy"], labels, strict=True)]).to_numpy(float) * hour / 3600
    spent = told["label_cost"] + told["training_cost"].fillna(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        told["per_money"] = told["extra"] / told["label_cost"].where(told["label_cost"] > 0)
    told["break_even"] = _cases(spent, told["extra"])
    told["break_even_low"] = _cases(spent, rows["ci_high"] - without)
    told["break_even_high"] = _cases(spent, rows["ci_low"] - without)
    told["same_labels"], told["same_cost"] = same, same * label if label else np.where(np.isfinite(same), 0.0, same)
    least, most = (sizes[0], sizes[-1]) if len(sizes) else (np.nan, np.nan)
    return told.assign(least=least, most=most)[COLUMNS].reset_index(drop=True)


def blind(worths: pd.DataFrame) -> float:
    """What always answering the same number is worth, from ``worths`` as in `paid_back`: nobody can name all or none
    of numbers. NaN where it took no part."""
    return float(worths.loc[worths["strategy"] == "frequency_table", "mean"].mean())


def reaching(labels: np.ndarray, profits: np.ndarray, level: float) -> float:
    """The fewest labels with which a curve of profits ``(B,)`` over ascending ``labels`` reaches a level.

    The first budget where that is enough already; infinite where none was, NaN where there is no curve.
    """
    if not len(labels):
        return np.nan
    rising = _rising(profits)
    if level > rising[-1]:
        return np.inf
    place = int(np.argmax(rising >= level))
    if place == 0:
        return float(labels[0])
    low, high = np.log(labels[place - 1 : place + 1])
    way = (level - rising[place - 1]) / (rising[place] - rising[place - 1])
    return float(np.exp(low + way * (high - low)))


def _counted(frame: pd.DataFrame, every: int | None) -> pd.Series:
    """The label budgets as numbers; NaN for "all" where nobody says how many that are."""
    return frame["labels"].map(lambda count: every if pd.isna(count) else count).astype(float)


def _rising(profits: np.ndarray) -> np.ndarray:
    from scipy.optimize import isotonic_regression  # takes a fifth of a second to import

    return np.asarray(isotonic_regression(profits).x)


def _without_transfer(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Label budgets, ascending, and the mean profit there of the best model without transfer."""
    best = rows[rows["strategy"] == rows["baseline"]].dropna(subset=["labels"]).sort_values("labels")
    return best["labels"].to_numpy(float), best["mean"].to_numpy(float)


def _cases(spent: pd.Series, extra: pd.Series) -> pd.Series:
    """After how many cases an amount has come back; infinite where nothing comes in, even if nothing was spent."""
    back = spent / (extra.where(extra > 0) / PER)
    return back.fillna(np.inf).mask(extra.isna(), np.nan)
