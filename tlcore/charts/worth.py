"""What is it worth? The answer in money, in words a manager can repeat."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from tlcore import catalog
from tlcore.charts import answers, style
from tlcore.charts.answers import Answer
from tlcore.measure import value
from tlcore.measure.gain import CEILING, HELPS, HURTS, LEAST_SEEDS, OPEN, SAME
from tlcore.measure.payoffs import PER, Payoffs, Worth
from tlcore.measure.value import ENOUGH, Flat
from tlcore.words import _, counted


def answer(
    summary: pd.DataFrame, outcomes: pd.DataFrame, worth: Worth, flat: Flat | None = None, by_score: str | None = None
) -> Answer:
    """Is transfer worth money? From `value.worth_of`, `value.outcomes` and, for classes, `value.flat`.

    ``by_score`` is the verdict on the scores of the same runs; where the two differ, it is told how that can be.
    """
    if outcomes.empty:
        return Answer(_("No answer: no run kept what it would say of every case, so it cannot be priced."))
    rows = summary[summary["gain"].notna()]
    if rows.empty:
        return answers.verdict(summary)
    better = summary[~summary["verdict"].isin([CEILING])]
    top = better.sort_values("mean").iloc[-1]
    if flat is not None and top["n"] >= LEAST_SEEDS and flat.best >= top["ci_high"]:
        told = _said(_beside_score(SAME, by_score, worth), _chosen(outcomes, worth))
        return Answer(_no_model(flat, top, worth.currency), told, top["strategy"], SAME)
    best = next(some.iloc[-1] for word in (HELPS, OPEN, SAME, HURTS)
                if len(some := rows[rows["verdict"] == word].sort_values("gain")))  # fmt: skip
    return Answer(
        _headline(best, worth),
        _said(_beside_score(best["verdict"], by_score, worth), _clear(best, len(rows)), _without(summary, best, worth),
              _flat(flat, top, worth), _harm(rows, worth), _chosen(outcomes, worth)),
        best["strategy"], best["verdict"], None if pd.isna(best["more_seeds"]) else int(best["more_seeds"]),
    )  # fmt: skip


def at_capacity(
    summary: pd.DataFrame, told: pd.DataFrame, cases: float, share: float, payoffs: Payoffs, flat: Flat
) -> str:
    """What looking at so many cases a day brings, in one sentence.

    ``summary``: `value.worth_of` of `tlcore.measure.capacity.within`; ``told``: mean ``recall`` and ``precision`` by
    strategy. ``share`` of ``cases`` a day are looked at.
    """
    rows = summary[(summary["verdict"] != CEILING) & summary["mean"].notna()].sort_values("mean")
    if rows.empty or share == 0:
        return _("Nothing is looked at, so nothing is found.")
    best = rows.iloc[-1]
    found = told.loc[best["strategy"], "recall"] * flat.events / flat.cases * cases
    sentence = _(
        "Looking at {checks} of {cases} cases a day, {strategy} finds {found} events ({recall} of all; {precision} of "
        "those looked at) and brings {sum} a day.",
        checks=f"{share * cases:,.0f}", cases=f"{cases:,.0f}", strategy=style.title(best["strategy"]),
        found=f"{found:,.{0 if found >= 10 else 1}f}", recall=answers.percent(told.loc[best["strategy"], "recall"]),
        precision=answers.percent(told.loc[best["strategy"], "precision"]),
        sum=money(best["mean"] * cases / PER, payoffs.currency),
    )  # fmt: skip
    if pd.isna(best["gain_low"]) or pd.isna(best["gain"]):
        return sentence
    more = {
        "sum": money(best["gain"] * cases / PER, payoffs.currency, signed=True),
        "low": money(best["gain_low"] * cases / PER, payoffs.currency),
        "high": money(best["gain_high"] * cases / PER, payoffs.currency),
    }
    return f"{sentence} {_('Against the best without transfer: {sum} ({low} to {high}).', **more)}"


def paid(rows: pd.DataFrame, strategy: str | None, worth: Worth) -> str:
    """When labels and training have paid, and what the same profit would cost without transfer, in one sentence.

    ``rows``: those of one label budget of `tlcore.measure.label_cost.paid_back`.
    """
    some = rows[rows["strategy"] == strategy]
    if some.empty:
        return _("No strategy to price yet.")
    row = some.iloc[0]
    named, sum_ = style.title(row["strategy"]), money(row["label_cost"] + row["training_cost"], worth.currency)
    if pd.isna(row["break_even"]):
        return _("{strategy}: labels and training cost {sum}.", strategy=named, sum=sum_)
    if row["break_even"] == float("inf"):
        if row["break_even_low"] < float("inf"):
            return _("{strategy}: on average it brings no more than doing without a model, so labels and training "
                     "({sum}) do not pay; its interval leaves open whether they ever do.",
                     strategy=named, sum=sum_)  # fmt: skip
        return _("{strategy}: labels and training ({sum}) never pay, as it brings no more than doing without a model.",
                 strategy=named, sum=sum_)  # fmt: skip
    after = -int(-row["break_even"] // 1)
    back = counted("{strategy}: labels and training ({sum}) have paid after {n} case.",
                   "{strategy}: labels and training ({sum}) have paid after {cases} cases.", after,
                   strategy=named, sum=sum_, cases=f"{after:,}")  # fmt: skip
    if pd.isna(row["same_labels"]):
        return back
    if row["same_labels"] == float("inf"):
        more = _("For the same profit without transfer, more than {n} labels would be needed.", n=f"{row['most']:,.0f}")
    else:
        said = _("For the same profit without transfer, it takes at most {n} labels, at {sum}.")
        if row["same_labels"] > row["least"]:
            said = _("For the same profit without transfer, it takes about {n} labels, at {sum}.")
        more = said.format(n=f"{row['same_labels']:,.0f}", sum=money(row["same_cost"], worth.currency))
    return f"{back} {more}"


def cases(count: float) -> str:
    """After how many cases something has paid."""
    if pd.isna(count):
        return "–"
    return _("never") if count == float("inf") else f"{-(-count // 1):,.0f}"


def labels(count: float, least: float, most: float) -> str:
    """How many labels something takes; more than were tried where it never got there, no more than the fewest that
    were where those are enough."""
    if pd.isna(count):
        return "–"
    return f"> {most:,.0f}" if count == float("inf") else f"{'≤ ' if count <= least else ''}{count:,.0f}"


def money(amount: float, currency: str, signed: bool = False) -> str:
    """A sum as people write it: cents only where they are noticed."""
    digits = 0 if abs(amount) >= 100 or amount == round(amount) else 2
    return f"{round(amount, digits) + 0.0:{'+' if signed else ''},.{digits}f} {currency}"


def sum_of(row: pd.Series, currency: str) -> str:
    """A mean sum per 1,000 cases with its interval, from a row of the summary frame."""
    told = money(row["mean"], currency)
    if pd.isna(row["ci_low"]):
        return told
    ends = {"low": money(row["ci_low"], currency), "high": money(row["ci_high"], currency)}
    return _("{sum} (95 %: {low} to {high})", sum=told, **ends)


class Figure(NamedTuple):
    """A figure beside the answer: what it is, how much, and what more is to be known of it."""

    label: str
    value: str
    told: str


def figures(summary: pd.DataFrame, strategy: str | None, worth: Worth, flat: Flat | None) -> list[Figure]:
    """With transfer, without, and without any model; none where nothing is gained or lost to speak of."""
    rows = summary.set_index("strategy")
    if strategy is None or pd.isna(rows.loc[strategy, "gain"]):
        return []
    gain = money(rows.loc[strategy, "gain"], worth.currency, signed=True)
    told = _("Per {n} cases, above the best model without transfer, on the same seeds.", n=f"{PER:,}")
    found = [Figure(_("Transfer is worth"), gain, told)]
    for label, name in {
        _("With transfer"): strategy,
        _("Best without transfer"): rows.loc[strategy, "baseline"],
    }.items():
        told = f"{style.title(name)}. {sum_of(rows.loc[name], worth.currency)}"
        found.append(Figure(label, money(rows.loc[name, "mean"], worth.currency), told))
    if flat is not None:
        told = whom(flat.all >= flat.none)
        found.append(Figure(_("Without any model"), money(flat.best, worth.currency), told))
    return found


def whom(everybody: bool) -> str:
    """What is done without a model."""
    return _("naming every case") if everybody else _("naming no case")


def _headline(best: pd.Series, worth: Worth) -> str:
    sure, gain = best["verdict"], best["gain"]
    told = {"strategy": style.title(best["strategy"]), "n": f"{PER:,}", "sum": money(abs(gain), worth.currency)}
    ends = ""
    if pd.notna(best["gain_low"]):
        low, high = best["gain_low"], best["gain_high"]
        if sure == HURTS:
            low, high = -high, -low
        ends = _(" ({low} to {high})", low=money(low, worth.currency), high=money(high, worth.currency))
    if sure == HELPS:
        return _("With {strategy}, {n} cases are worth {sum} more than without transfer{ends}.", ends=ends, **told)
    if sure == HURTS:
        return _(
            "No, transfer loses money: even with {strategy}, {n} cases are worth {sum} less than without it{ends}.",
            ends=ends, **told,
        )  # fmt: skip
    if sure == SAME:
        return _("Transfer is worth nothing extra here: {n} cases bring as much without it.", **told)
    if gain < 0:
        return _(
            "Not enough evidence: with {strategy}, {n} cases are worth {sum} less than without transfer{ends}.",
            ends=ends, **told,
        )  # fmt: skip
    return _(
        "Not enough evidence: with {strategy}, {n} cases are worth {sum} more than without transfer{ends}.",
        ends=ends, **told,
    )  # fmt: skip


def _no_model(flat: Flat, top: pd.Series, currency: str) -> str:
    if top["mean"] >= flat.best:
        return _("Do without a model: {deed} brings {sum} per {n} cases, and no model brings more.",
                 deed=whom(flat.all >= flat.none), sum=money(flat.best, currency), n=f"{PER:,}")  # fmt: skip
    return _(
        "Do without a model: {deed} brings {sum} per {n} cases, and the best model, {strategy}, only {less}.",
        deed=whom(flat.all >= flat.none), sum=money(flat.best, currency), n=f"{PER:,}",
        strategy=style.title(top["strategy"]), less=money(top["mean"], currency),
    )  # fmt: skip


def _without(summary: pd.DataFrame, best: pd.Series, worth: Worth) -> str:
    """With and without, in money, on the seeds that both have."""
    rival = summary[summary["strategy"] == best["baseline"]].iloc[0]
    other = best["mean"] - best["gain"] if best["pairs"] == best["n"] else rival["mean"]
    return _(
        "Per {n} cases: {strategy} {sum}; the best without transfer, {baseline}, {other}.", n=f"{PER:,}",
        strategy=style.title(best["strategy"]), sum=money(best["mean"], worth.currency),
        baseline=style.title(rival["strategy"]), other=money(other, worth.currency),
    )  # fmt: skip


def _flat(flat: Flat | None, top: pd.Series, worth: Worth) -> str:
    """What no model at all brings, and a warning where that is as much."""
    if flat is None:
        return ""
    told = _("Without any model: {deed} {sum}.", deed=whom(flat.all >= flat.none),
             sum=money(flat.best, worth.currency))  # fmt: skip
    if pd.notna(top["ci_low"]) and flat.best < top["ci_low"]:
        return told
    return f"{told} {_('No model is surely worth more than that.')}"


def _harm(rows: pd.DataFrame, worth: Worth) -> str:
    losing = rows[rows["verdict"] == HURTS].sort_values("gain")
    if losing.empty or len(losing) == len(rows):
        return ""
    named = _(", ").join(
        f"{style.title(row['strategy'])} {money(row['gain'], worth.currency)}" for _i, row in losing.iterrows()
    )
    return _("These lose money: {strategies}.", strategies=named)


def _beside_score(verdict: str, by_score: str | None, worth: Worth) -> str:
    """How the verdict in money can differ from that on the score."""
    if by_score is None or by_score == verdict:
        return ""
    told = {"score": style.sign(by_score).word, "money": style.sign(verdict).word}
    if isinstance(worth, Payoffs):
        return _("By score the verdict is: {score}; in money: {money}. A score weighs the whole ranking or every "
                 "class; money counts what happens at one threshold, at these figures.", **told)  # fmt: skip
    return _("By score the verdict is: {score}; in money: {money}. A score weighs every error by its size; money "
             "weighs too much and too little as these figures do.", **told)  # fmt: skip


def _clear(best: pd.Series, tried: int) -> str:
    if best["verdict"] != OPEN or not (best["gain_low"] > 0):
        return ""
    return counted(
        "Its own interval lies above zero, but so few seeds may do that by chance.",
        "Its own interval lies above zero, but of {n} strategies tried at once, one may do that by chance.", tried,
    )  # fmt: skip


def _chosen(outcomes: pd.DataFrame, worth: Worth) -> str:
    """Who chose the threshold, or the shift."""
    compared = ~outcomes["strategy"].map(catalog.is_ceiling).astype(bool)
    share = value.who_chose(outcomes[outcomes["profit"].notna() & compared])
    if share == 1:
        return (
            _("Every seed's threshold was chosen on its validation labels; what it brings was read on the test set.")
            if isinstance(worth, Payoffs)
            else _("What is added to a prediction was chosen on validation labels; its cost was read on the test set.")
        )
    part = answers.percent(share)
    if isinstance(worth, Payoffs):
        at = answers.percent(worth.threshold)
        if share == 0:
            return _(
                "The threshold follows from the payoffs alone: name a case from {at} on. To choose it on validation "
                "labels takes {n} of either class there.", at=at, n=ENOUGH,
            )  # fmt: skip
        return _("In {part} of the runs validation labels chose the threshold; in the others there were too few, so it "
                 "follows from the payoffs: {at}.", part=part, at=at)  # fmt: skip
    if share == 0:
        return _("Predictions are taken as they are: to shift them to the cheaper side takes {n} validation labels.",
                 n=ENOUGH)  # fmt: skip
    return _("In {part} of the runs validation labels chose what is added to a prediction; the others are taken as "
             "they are.", part=part)  # fmt: skip


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences if sentence)
