"""The sentence that a page opens with: the answer first, in words a manager can repeat."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import pandas as pd

from tlcore import catalog
from tlcore.charts import style
from tlcore.measure.gain import BASELINE, CEILING, HELPS, HURTS, OPEN, SAME
from tlcore.plan import RARE
from tlcore.words import _, counted

FEW_CASES = 200  # of a class; with more its recall is known to a few points
NOTICEABLE = 0.01  # a loss of recall below one point is not worth a sentence


class Answer(NamedTuple):
    """One sentence, and ``sentences`` that say more, the most important first."""

    headline: str
    sentences: tuple[str, ...] = ()
    strategy: str | None = None  # who the headline speaks of
    verdict: str | None = None  # a value of the summary's ``verdict``, where the question has one
    more_seeds: int | None = None  # about how many more would settle an open verdict, where that is known


def factor(metric: str) -> float:
    """Multiply a difference of this metric by it to get what a reader is told: points are hundredths."""
    return 100.0 if catalog.metric(metric).unit == "points" else 1.0


def figure(difference: float, metric: str, signed: bool = False) -> str:
    """A difference as a bare figure: "8.2", or "12.3" in the label's own unit."""
    return f"{difference * factor(metric):{'+' if signed else ''}z{'.1f' if factor(metric) == 100 else '.3g'}}"


def amount(difference: float, metric: str) -> str:
    """A gain in words: "+8.2 points", or "error lower (or higher) by 12.3" in the label's own unit."""
    if factor(metric) == 100:
        return _("{points} points", points=figure(difference, metric, signed=True))
    if difference < 0:
        return _("error higher by {amount}", amount=figure(-difference, metric))
    return _("error lower by {amount}", amount=figure(difference, metric))


def gain(row: Mapping[Any, Any] | pd.Series) -> str:
    """The gain of a row of the summary frame with its interval: "+8.2 points (5.1 to 11.3)"."""
    told = amount(row["gain"], row["metric"])
    if pd.isna(row["gain_low"]):
        return told
    ends = [row["gain_low"], row["gain_high"]]
    if factor(row["metric"]) == 1 and row["gain"] < 0:  # said as a loss, so the interval is one of losses
        ends = [-row["gain_high"], -row["gain_low"]]
    low, high = (figure(end, row["metric"]) for end in ends)
    return _("{gain} ({low} to {high})", gain=told, low=low, high=high)


def verdict(summary: pd.DataFrame) -> Answer:
    """Does transfer help? From the rows of one label budget of the summary frame."""
    rows = summary[summary["gain"].notna()]
    if rows.empty:
        return _unanswerable(summary)
    best = rows.sort_values("gain").iloc[-1]
    baseline = style.title(best["baseline"])
    of = {
        word: rows[rows["verdict"] == word].sort_values("gain", ascending=False) for word in (HELPS, SAME, HURTS, OPEN)
    }
    harm = _harm(of[HURTS])
    top = _ceiling(summary, best)

    if len(of[HELPS]):
        best = of[HELPS].iloc[0]
        headline = _(
            "Yes: {strategy} helps: {gain} over the best model without transfer.",
            strategy=style.title(best["strategy"]), gain=gain(best),
        )  # fmt: skip
        others = style.titles(of[HELPS]["strategy"].iloc[1:])
        more = _("Also helping: {strategies}.", strategies=others) if others else ""
        return Answer(
            headline, _said(_held_against(baseline), more, _ceiling(summary, best), harm), best["strategy"], HELPS
        )
    if len(of[OPEN]):
        best = of[OPEN].iloc[0]
        headline = _(
            "Not enough evidence yet for {strategy}: {gain} against the best model without transfer.",
            strategy=style.title(best["strategy"]), gain=gain(best),
        )  # fmt: skip
        clear = "" if not (best["gain_low"] > best["margin"]) else counted(
            "Its own interval is clear of the margin, but so few seeds may do that by chance.",
            "Its own interval is clear of the margin, but of {n} strategies tried at once, one may do that by chance.",
            len(rows),
        )  # fmt: skip
        needed = None if pd.isna(best["more_seeds"]) else int(best["more_seeds"])
        said = _said(clear, _more(needed), _held_against(baseline), _ceiling(summary, best), harm)
        return Answer(headline, said, best["strategy"], OPEN, needed)
    if len(of[SAME]):
        headline = _(
            "No practical difference: no strategy beats the best model without transfer by more than {margin}.",
            margin=_margin(best),
        )
        advice = _("The simpler model is enough: {baseline}.", baseline=baseline)
        return Answer(headline, _said(advice, top, harm), best["strategy"], SAME)
    headline = _(
        "No, do not transfer here: even the best strategy, {strategy}, is worse than no transfer: {gain}.",
        strategy=style.title(best["strategy"]), gain=gain(best),
    )  # fmt: skip
    return Answer(headline, _said(_("Use {baseline}.", baseline=baseline), top, harm), best["strategy"], HURTS)


def _unanswerable(summary: pd.DataFrame) -> Answer:
    """Why no gain can be stated at all."""
    if not (summary["n"] > 0).any():
        why = _("No answer yet: no run has finished.")
    elif summary["verdict"].isin([BASELINE, CEILING]).all():
        why = _("No answer yet: no transfer strategy has finished.")
    elif summary["baseline"].isna().all():
        why = _("No answer: no model without transfer took part, so there is nothing to hold transfer against.")
    else:
        why = _("No answer yet: no seed has finished both with and without transfer.")
    return Answer(why, verdict=OPEN)


def _ceiling(summary: pd.DataFrame, best: pd.Series) -> str:
    """What every target label would bring, and how much of the way there transfer goes without them."""
    tops = summary[(summary["verdict"] == CEILING) & summary["mean"].notna()]
    if tops.empty or pd.isna(best["headroom"]):
        return ""
    highest = catalog.metric(best["metric"]).higher_is_better
    score = f"{tops['mean'].max() if highest else tops['mean'].min():.3f}"
    if pd.isna(best["gap_closed"]):
        return _("Every target label would bring {score}, not surely more than the best model without transfer.",
                 score=score)  # fmt: skip
    if best["gap_closed"] <= 0:
        return _("Every target label would bring {score}: {amount}.", score=score,
                 amount=amount(best["headroom"], best["metric"]))  # fmt: skip
    if best["gap_closed"] >= 1:
        return _("Every target label would bring {score}: {strategy} is as good without them.", score=score,
                 strategy=style.title(best["strategy"]))  # fmt: skip
    return _(
        "Every target label would bring {score}: {strategy} closes {share} of the gap without them.",
        score=score, strategy=style.title(best["strategy"]), share=percent(best["gap_closed"]),
    )  # fmt: skip


def _held_against(baseline: str) -> str:
    return _("The best model without transfer is: {baseline}.", baseline=baseline)


def _harm(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    named = _(", ").join(f"{style.title(row['strategy'])} {gain(row)}" for _place, row in rows.iterrows())
    return _("Negative transfer, do not use here: {strategies}.", strategies=named)


def _more(needed: int | None) -> str:
    """How many more seeds the open question takes."""
    if needed is None:
        return _("The difference is so close to the margin that 200 more seeds would not settle it.")
    return counted("About {n} more seed would settle it.", "About {n} more seeds would settle it.", needed)


def _margin(row: pd.Series) -> str:
    text = figure(row["margin"], row["metric"])
    return _("{points} points", points=text) if factor(row["metric"]) == 100 else text


def convergence(table: pd.DataFrame, at_once: Collection[str] = ()) -> Answer:
    """How fast and how steadily? From the rows of one label budget of `tlcore.measure.convergence.table`.

    ``at_once`` names the strategies that train no network: no race for them.
    """
    if table.empty:
        return Answer(_("No answer yet: no run has finished."))
    classical = table["strategy"].isin(at_once)
    trained, already = table[~classical], table[classical & table["epochs"].notna()]
    steady = _steadiness(trained)
    if len(already):
        steady = (_("There without any epoch: {strategies}.", strategies=style.titles(already["strategy"])), *steady)
    if table["threshold"].isna().all():
        return Answer(_("Training from scratch took no part, so there is no mark for the others to reach."), steady)
    arrived = trained[trained["epochs"].notna()].sort_values("epochs", kind="stable")
    if arrived.empty:
        return Answer(
            _("No strategy came within 5 % of the best score of training from scratch in most of its runs."), steady
        )
    scratch = trained[trained["strategy"] == "scratch"]
    own = scratch["epochs"].iloc[0] if len(scratch) else pd.NA
    first = arrived[arrived["epochs"] == arrived["epochs"].iloc[0]]
    if "scratch" in set(first["strategy"]):
        headline = _(
            "Nothing is faster than training from scratch: {epochs} to come within 5 % of its best.",
            epochs=_epochs(own),
        )
        return Answer(headline, steady, "scratch")
    if first["epochs"].iloc[0] == 0:
        headline = _(
            "A head start: within 5 % of the best score from scratch before any epoch on the target: {strategies}.",
            strategies=style.titles(first["strategy"]),
        )
    else:
        headline = _(
            "Fastest: {strategies}, with {epochs} on the target to come within 5 % of the best score from scratch.",
            strategies=style.titles(first["strategy"]), epochs=_epochs(first["epochs"].iloc[0]),
        )  # fmt: skip
    if pd.notna(own):
        against = _(
            "From scratch needs {epochs}. Seconds until there: {seconds}, the source's training included; "
            "{own} from scratch.",
            epochs=_epochs(own), seconds=f"{first['seconds'].min():.1f}", own=f"{scratch['seconds'].iloc[0]:.1f}",
        )  # fmt: skip
    else:
        there, tried = int(scratch["reached"].sum()), int(scratch["n"].sum())
        against = _("From scratch itself gets there in {there} of {n} runs.", there=there, n=tried) if tried else ""
    return Answer(headline, _said(against, *steady), str(first["strategy"].iloc[0]))


def forgotten(table: pd.DataFrame, metric: str) -> str:
    """Who forgot most of the source? From the rows of one label budget of `tlcore.measure.convergence.forgotten`."""
    worst = table.sort_values("drop").iloc[-1]
    named, unit = style.title(worst["strategy"]), factor(metric) == 100
    if worst["drop"] <= 0:
        return _("Nothing was forgotten: no strategy is worse on the source than before it learnt the target.")
    lost = figure(worst["drop"], metric)
    lost = _("{points} points", points=lost) if unit else lost
    return _("Learning the target cost {strategy} most on the source: {lost}.", strategy=named, lost=lost)


def imbalance(parts: pd.DataFrame, classes: pd.DataFrame, strategy: str, points: pd.DataFrame, label: str) -> Answer:
    """Who pays for the rare class? For ``strategy``, the best one, against training from scratch.

    ``parts``, ``classes`` and ``points`` are the frames `overview`, `per_class` and `operating_points` of
    `tlcore.measure.imbalance`; ``points`` are about the rarest class of the test set, and have no rows where there
    are more than two classes.
    """
    test = parts[parts["part"] == "test"].iloc[0]
    name, share, found = test["minority"], test["minority_share"], classes[classes["strategy"] == strategy]
    if found.empty:
        return Answer(_("No answer yet: no run has left predictions."))
    rare = found[found["class"] == name].iloc[0]
    scratch = classes[(classes["strategy"] == "scratch") & (classes["class"] == name)]
    case = f"{label} = {name}"
    told = {"name": case, "share": percent(share), "strategy": style.title(strategy), "n": int(rare["n"])}
    told["recall"], low, high = (percent(rare[column]) for column in ("recall", "low", "high"))
    few = _("With so few cases: of all such cases it would find between {low} and {high}.", low=low, high=high)
    many = _("Of all such cases it would find between {low} and {high}.", low=low, high=high)
    sentences = [few if rare["n"] < FEW_CASES else many]
    if strategy != "scratch" and len(scratch):
        sentences[0] += " " + _("From scratch: {recall}.", recall=percent(scratch["recall"].iloc[0]))
        sentences.append(_paid(found, classes[classes["strategy"] == "scratch"], label))
    if is_rare(share, int(test["classes"])):
        headline = _(
            "{name} makes up only {share} of the test set: {strategy} finds {recall} of its {n} cases.", **told
        )
        never = percent(1 - share)
        sentences.append(
            _("Accuracy is no headline here: never saying {name} is right in {share} of cases.", name=case, share=never)
        )
    else:
        headline = _(
            "No class is rare: the smallest, {name}, makes up {share}; {strategy} finds {recall} of its {n} cases.",
            **told,
        )
    alarms = points[points["strategy"] == strategy]
    if len(alarms):
        sentences.append(
            _(
                "It says {name} in {predicted} of cases; it is true in {actual}.",
                name=case,
                predicted=percent(alarms["predicted_rate"].iloc[0]),
                actual=percent(alarms["actual_rate"].iloc[0]),
            )
        )
    return Answer(headline, _said(*sentences), strategy)


def is_rare(share: float, classes: int) -> bool:
    """Whether the smallest class is so small that accuracy misleads: under 20 %, of many a fifth of an even share."""
    return share < (RARE if classes == 2 else RARE / classes)


def percent(share: float) -> str:
    """A share as people say it: 62 %, and 0.7 % where it is small."""
    return "-" if pd.isna(share) else f"{share * 100:.{1 if share < 0.1 else 0}f} %"


def _paid(found: pd.DataFrame, scratch: pd.DataFrame, label: str) -> str:
    """Which class loses most against training from scratch."""
    change = (found.set_index("class")["recall"] - scratch.set_index("class")["recall"]).dropna()
    if change.empty or change.min() > -NOTICEABLE:
        return _("No class is found noticeably less often than from scratch.")
    return _(
        "The class that pays: {name}, found less often than from scratch by {points} points.",
        name=f"{label} = {change.idxmin()}", points=f"{-change.min() * 100:.1f}",
    )  # fmt: skip


def flag(word: str) -> str:
    """A warning sign of the convergence table in the reader's language."""
    return {
        "unstable": _("score varies by more than 10 % between seeds"),
        "near chance": _("hardly better than chance"),
        "collapsed": _("always answers the most frequent class"),
        "below frequency table": _("worse than always answering the same"),
    }[word]


def _steadiness(table: pd.DataFrame) -> tuple[str, ...]:
    """Who varies least over seeds, and every warning sign with whom it concerns."""
    spreads = table.dropna(subset=["spread"]).sort_values("spread")
    sentences = []
    if len(spreads) > 1:
        name, spread = style.title(spreads["strategy"].iloc[0]), f"{spreads['spread'].iloc[0]:.3f}"
        sentences.append(_("Steadiest over seeds: {strategy} (spread {spread}).", strategy=name, spread=spread))
    for word in dict.fromkeys(word for words in table["flags"] for word in words):
        whom = style.titles(
            name for name, words in zip(table["strategy"], table["flags"], strict=True) if word in words
        )
        sentences.append(_("Careful, {sign}: {strategies}.", sign=flag(word), strategies=whom))
    return tuple(sentences)


def _epochs(count: float) -> str:
    if count == 0:
        return _("no epoch at all")
    return _("{n} epoch", n=1) if count == 1 else _("{n} epochs", n=f"{count:g}")


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences if sentence)
