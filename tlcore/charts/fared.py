"""How the advice given before training fared, in words."""

from __future__ import annotations

from collections.abc import Callable

from tlcore.charts import style
from tlcore.charts.answers import amount
from tlcore.measure.advised import ALIKE, BEATEN, BEST, RIGHT, UNTRIED, WITHIN, WRONG, Fared
from tlcore.words import _


def told(fared: Fared, name: Callable[[str], str] = style.title) -> str:
    """Two sentences at most; ``name`` makes of a strategy's key what the reader calls it."""
    return _of_transfer(fared, name) if fared.transfer else _against(fared, name)


def _of_transfer(fared: Fared, name: Callable[[str], str]) -> str:
    named, tried, best = (name(one) if one else "" for one in (fared.named, fared.tried, fared.best))
    if fared.outcome == UNTRIED:
        return _("Recommended before training: {named}. Nothing that was recommended has been run.", named=named)
    if fared.named == fared.tried:
        first = _("Recommended before training: {named}.", named=named)
    else:
        first = _(
            "Recommended before training: {named}, which was not run; of those that were run, {tried}.",
            named=named, tried=tried,
        )  # fmt: skip
    if fared.outcome == BEST:
        return f"{first} {_('It came out best.')}"
    if fared.best == fared.tried:
        return f"{first} {_('It is ahead so far, with too few seeds for a verdict.')}"
    ahead = amount(fared.lead, fared.metric)
    second = {
        WITHIN: _("Best: {best} ({ahead}), a tie: within the margin.", best=best, ahead=ahead),
        ALIKE: _("Best: {best} ({ahead}), a tie: the seeds do not tell them apart.", best=best, ahead=ahead),
        BEATEN: _("It was clearly beaten. Best: {best} ({ahead}).", best=best, ahead=ahead),
    }.get(
        fared.outcome,
        _("Ahead so far: {best} ({ahead}), with too few seeds for a verdict.", best=best, ahead=ahead),
    )  # fmt: skip
    return f"{first} {second}"


def _against(fared: Fared, name: Callable[[str], str]) -> str:
    first = _("Advised before training: do not transfer.")
    if fared.outcome == UNTRIED:
        return f"{first} {_('Nothing that transfers has been run, so nobody knows whether that was right.')}"
    best, gained = name(fared.best), amount(fared.lead, fared.metric)
    second = {
        RIGHT: _("That was right: no strategy that transfers helps."),
        WRONG: _("That was wrong: {best} helps ({gained}).", best=best, gained=gained),
    }.get(
        fared.outcome,
        _("Whether that was right is open: none that transfers is known to help; ahead is {best} ({gained}).",
          best=best, gained=gained),
    )  # fmt: skip
    return f"{first} {second}"
