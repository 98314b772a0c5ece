"""If only so many cases can be looked at: what the most suspect of them hold, and what that brings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.measure.ladders import Ladder, Ladders
from tlcore.measure.payoffs import Payoffs, number
from tlcore.measure.statistics import by_strategy, t_intervals
from tlcore.words import _

SHARES = np.unique(np.concatenate([np.linspace(0, 1, 51), np.geomspace(0.001, 0.1, 25)]).round(5))
COLUMNS = ["strategy", "share", "found", "found_low", "found_high", "lift", "precision", "profit", "profit_low",
           "profit_high", "n"]  # fmt: skip


def capacity(checks: object, cases: object) -> float:
    """The share of cases that can be looked at. Raises `Unusable` in one sentence for what cannot be."""
    room, coming = number(checks, _("The number of checks")), number(cases, _("The number of cases"))
    if coming <= 0:
        raise Unusable(_("There are {cases} cases a day; write how many come in, 1 or more.", cases=f"{coming:g}"))
    if room < 0:
        raise Unusable(_("{checks} checks a day cannot be; write how many cases can be looked at, 0 or more.",
                         checks=f"{room:g}"))  # fmt: skip
    if room > coming:
        raise Unusable(_("{checks} checks a day are more than the {cases} cases that come in; write at most {cases}.",
                         checks=f"{room:g}", cases=f"{coming:g}"))  # fmt: skip
    return room / coming


def gains(found: Ladders, runs: pd.DataFrame, payoffs: Payoffs, shares: np.ndarray = SHARES) -> pd.DataFrame:
    """Cumulative gains, lift, precision and profit when a share of the test cases is named, the most suspect first.

    ``strategy, share, found, found_low, found_high, lift, precision, profit, profit_low, profit_high, n``: means over
    each strategy's runs with 95 % t-bands, NaN for one run. ``found``: of all events; ``lift``: how many times as many
    as among cases taken blindly, NaN at share 0, as is precision; ``profit``: per 1,000 cases. Pass the runs of one
    label budget; where the test set holds no event, shares of events are NaN.
    """
    rows = []
    for strategy, some in by_strategy(runs[runs["run"].isin(list(found))]):
        tests: list[Ladder] = [found[run]["test"] for run in some["run"]]
        taken = [(test, *test.among(shares)) for test in tests]
        with np.errstate(invalid="ignore", divide="ignore"):
            share_found = np.array([hits / np.float64(test.events) for test, _named, hits in taken])
            precise = np.array([hits / named for _test, named, hits in taken])
            lift = share_found / shares
        profit = np.array([payoffs.profit(named, hits, test.cases, test.events) for test, named, hits in taken])
        mean, low, high, n = t_intervals(profit)
        reached, reached_low, reached_high, _n = t_intervals(share_found)
        rows.append(
            pd.DataFrame(
                {
                    "strategy": strategy, "share": shares, "found": reached,
                    "found_low": reached_low.clip(0, 1), "found_high": reached_high.clip(0, 1),
                    "lift": lift.mean(axis=0), "precision": precise.mean(axis=0),
                    "profit": mean, "profit_low": low, "profit_high": high, "n": n,
                }
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)


def within(found: Ladders, runs: pd.DataFrame, payoffs: Payoffs, share: float) -> pd.DataFrame:
    """Every run's profit when exactly this share of the cases is named: for `tlcore.measure.value.worth_of`.

    The columns of ``runs``, and ``profit`` per 1,000 cases, ``recall``, ``precision`` (NaN where none is named).
    """
    done = runs[runs["state"].isin(["done", "stopped"]) & runs["run"].isin(list(found))]
    rows = []
    for run in done["run"]:
        test: Ladder = found[run]["test"]
        named, hits = test.among(share)
        rows.append(
            (
                float(payoffs.profit(named, hits, test.cases, test.events)),
                float(hits / test.events) if test.events else np.nan,
                float(hits / named) if named > 0 else np.nan,
            )
        )
    return done.assign(**dict(zip(("profit", "recall", "precision"), np.array(rows).reshape(-1, 3).T, strict=True)))
