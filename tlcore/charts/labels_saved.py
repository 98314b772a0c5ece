"""How many labels does transfer save, and what would more labels bring? In words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from tlcore.charts import answers, style
from tlcore.charts.answers import Answer
from tlcore.measure.gain import HELPS, HURTS, OPEN
from tlcore.measure.learning_curve import Bought
from tlcore.words import _

Row: TypeAlias = "Mapping[Any, Any] | pd.Series"  # one of the frame of `saved`


def answer(row: Row, price: float | None = None) -> Answer:
    """What a row of `tlcore.measure.efficiency.saved` says, in one sentence; priced where a label has a price."""
    said = verdict(row)
    told = {"strategy": style.title(row["strategy"]), "n": count(row["labels"]), "need": need(row)}
    headline = {HELPS: _helps, HURTS: _hurts, OPEN: _open}[said](row, told)
    first = _("Without transfer, {strategy} gets there with the fewest labels.", strategy=style.title(row["baseline"]))
    sentences = [first]
    if row["between"] is not None:
        left, right = map(count, row["between"])
        sentences.append(
            _(
                "Between {low} and {high} labels nothing was tried; read off the line it takes about {n}.",
                low=left,
                high=right,
                n=count(row["need"]),
            )
        )
    if np.isnan(row["need_low"]):
        sentences.append(_("Fewer than three seeds give no interval."))
    if price and said != OPEN and not _unknown(row):
        sentences.append(_priced(row, price))
    return Answer(headline, tuple(sentences), str(row["strategy"]), said)


def count(labels: float) -> str:
    """A number of labels, or of money, as people say it: three digits that count."""
    return f"{float(f'{labels:.3g}'):,.0f}"


def saved(row: Row, price: float | None = None) -> str:
    """What is saved, or lost, in a few words: "160 labels saved"; with what that is worth where a label has a price."""
    if row["need"] == row["labels"]:
        return _("no label saved")
    if _unknown(row):
        return _("some labels saved") if row["need"] > row["labels"] else _("some labels lost")
    told = _("{n} labels saved", n=_amount(row))
    if row["need"] < row["labels"]:
        told = _("{n} labels lost", n=_amount(row))
    return _("{saved}: {money}", saved=told, money=worth(row, price)) if price else told


def worth(row: Row, price: float) -> str:
    """What the labels saved, or lost, would cost."""
    return _amount(row, price)


def need(row: Row) -> str:
    """The labels that the best without transfer needs: "210", "over 400"."""
    if row["between"] is None:
        return _need(row["need"], row)
    return _range(_need(row["need_low"], row), _need(row["need_high"], row))


def needs(row: Row) -> str:
    """The same with its interval: "210 (95 %: 140 to over 400)"."""
    if np.isnan(row["need_low"]) or row["between"] is not None:
        return need(row)
    return _need(row["need"], row) + _interval(_need(row["need_low"], row), _need(row["need_high"], row))


def verdict(row: Row) -> str:
    """Whether labels are saved: a value of the summary's ``verdict``."""
    own, need = row["labels"], row["need"]
    if need > own and row["need_low"] >= own:
        return HELPS
    return HURTS if need < own and row["need_high"] <= own else OPEN


def sure(row: Row) -> str:
    """Whether labels are saved for sure, in a word or two."""
    return {HELPS: _("yes"), HURTS: _("no, lost"), OPEN: _("not enough evidence")}[verdict(row)]


def more(strategy: str, metric: str, labels: float, further: float, found: Bought, price: float | None = None) -> str:
    """What so many further labels would bring this strategy, in one sentence."""
    told = {"strategy": style.title(strategy), "n": count(labels), "more": f"{further:,.0f}"}
    if found.problem:
        return _("{strategy}, {more} more labels than {n}: no figure. {why}", why=found.problem, **told)
    gain = {"gain": found.gain, "gain_low": found.low, "gain_high": found.high, "metric": metric}
    said = [_("{strategy}, {more} more labels than {n}: {gain}.", gain=answers.gain(gain), **told)]
    if found.low <= 0 <= found.high:
        said.append(_("That may be nothing at all."))
    if found.extrapolated:
        said.append(_("Extrapolated: nobody tried so many."))
    if price:
        said.append(_("They cost {money}.", money=count(price * further)))
    return " ".join(said)


def _helps(row: Row, told: Mapping[str, str]) -> str:
    if _unknown(row):
        return _(
            "{strategy} with {n} labels, the most that were tried, does better than the best without transfer: labels "
            "are saved, how many nobody tried.",
            **told,
        )
    return _(
        "{strategy} with {n} labels does what the best without transfer needs {need} for: {saved} labels "
        "saved{interval}.",
        saved=_amount(row), interval=_around(row), **told,
    )  # fmt: skip


def _hurts(row: Row, told: Mapping[str, str]) -> str:
    if _unknown(row):
        return _(
            "Do not transfer here: with {n} labels, the fewest that were tried, {strategy} does worse than the best "
            "without transfer.",
            **told,
        )
    return _(
        "Do not transfer here: what {strategy} does with {n} labels, the best without transfer does with {need}: "
        "{lost} labels lost{interval}.",
        lost=_amount(row), interval=_around(row), **told,
    )  # fmt: skip


def _open(row: Row, told: Mapping[str, str]) -> str:
    return _(
        "Not enough evidence that {strategy} saves labels: what it does with {n}, the best without transfer does with "
        "{needs}.",
        needs=needs(row), **told,
    )  # fmt: skip


def _unknown(row: Row) -> bool:
    """Whether it is surely saved or lost, but already at the last budget that anybody tried."""
    return (row["need"] == 0 and row["labels"] <= row["least"]) or (
        np.isinf(row["need"]) and row["labels"] >= row["most"]
    )


def _interval(low: str, high: str) -> str:
    return "" if low == high else _(" (95 %: {low} to {high})", low=low, high=high)


def _range(low: str, high: str) -> str:
    return _("up to {high}", high=high) if low == "0" else _("{low} to {high}", low=low, high=high)


def _need(labels: float, row: Row) -> str:
    if labels == 0:
        return _("fewer than {n}", n=count(row["least"]))
    return _("over {n}", n=count(row["most"])) if np.isinf(labels) else count(labels)


def _differences(row: Row) -> list[tuple[float, bool]]:
    """Saved or lost, and the two ends of its interval, the smaller first: how many labels, and whether there may be
    more, because nobody tried further."""
    own, least, most = (float(row[name]) for name in ("labels", "least", "most"))
    if row["need"] > own:
        ends = [float(row[name]) for name in ("need", "need_low", "need_high")]
        return [(min(end, most) - own, bool(np.isinf(end))) for end in ends]
    ends = [float(row[name]) for name in ("need", "need_high", "need_low")]
    return [(own - max(end, least), end == 0) for end in ends]


def _labels(labels: float, more: bool, price: float = 1.0) -> str:
    told = count(max(labels, 0) * price)
    return _("over {n}", n=told) if more else told


def _amount(row: Row, price: float = 1.0) -> str:
    """What is saved or lost; where only the order is known, from the least to the most."""
    middle, low, high = (_labels(*end, price) for end in _differences(row))
    return middle if row["between"] is None else _range(low, high)


def _around(row: Row, price: float = 1.0) -> str:
    """The interval of what is saved or lost, where that is not all there is to say."""
    _middle, low, high = (_labels(*end, price) for end in _differences(row))
    return _interval(low, high) if row["between"] is None else ""


def _priced(row: Row, price: float) -> str:
    told = {"price": f"{price:,.10g}", "money": _amount(row, price), "interval": _around(row, price)}
    if row["need"] < row["labels"]:
        return _("At {price} a label that is {money} lost{interval}.", **told)
    return _("At {price} a label that is {money} saved{interval}.", **told)


def record(row: Row, price: float | None = None) -> dict[str, Any]:
    """A row for programs: what lies beyond the budgets that were tried is null, and ``verdict`` and ``told`` say it."""
    inside = {name: float(row[name]) for name in ("need", "need_low", "need_high")}
    known = {name: end if 0 < end < float("inf") else None for name, end in inside.items()}
    saved_for_sure = {HELPS: "yes", HURTS: "no, lost", OPEN: OPEN}[verdict(row)]
    found = {**{name: row[name] for name in ("strategy", "labels", "baseline", "least", "most", "seeds")}, **known}
    found["saved"] = None if known["need"] is None else known["need"] - float(row["labels"])
    found |= {"between": row["between"], "saved_for_sure": saved_for_sure, "told": answer(row, price).headline}
    return found
