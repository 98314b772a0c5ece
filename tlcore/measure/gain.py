"""Does transfer help? Paired gains over the honest alternatives, and a verdict that can be defended.

**Gain.** Every seed deals all strategies the same hand, so gains are differences within a seed, turned so
that positive is better. A transfer strategy is held against the best model without transfer (the one with
the best mean at that label budget) and against scratch. Intervals (``gain_low`` to ``gain_high``) are
95 % Student t intervals of the paired differences. They speak of other samples of labels and other initial
weights on this one test set.

**Verdict.** With a practical margin d, ``p_value`` is the chance of a difference this far outside the band
-d to +d, were the true gain within it (margin 0: the paired t-test). Holm's step-down procedure (1979)
over all transfer strategies of a label budget gives ``p_holm``, and gives each strategy the level at which
its ``settled_low`` to ``settled_high`` interval is drawn: 5 % shared by the strategies that were still open
when its turn came. From that interval alone the verdict is read: above +d "helps", below -d "negative
transfer", inside "no practical difference", else "not enough evidence".

The best of several alternatives looks better than it is, because luck helped to choose it. That cannot
make transfer look good, but it can make it look bad: the upper end is drawn at a level shared by all
alternatives that might as well have been chosen (those not clearly behind the chosen one). So identical
strategies are called different in at most 5 % of experiments, also with margin 0 (tests/test_gain.py).

**Ceiling.** What learns from every target label is neither a candidate nor a baseline: it stands beside every
label budget and shows what could be reached at most. ``headroom`` is the paired difference of the best ceiling
to the baseline, and ``gap_closed`` the share of it that a transfer strategy gains. Both are NaN where there is no
ceiling; the share also where the ceiling is not surely above the baseline (its 95 % interval holds 0).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import nctdtrinc, stdtr, stdtrit

from tlcore import catalog
from tlcore.catalog import Metric
from tlcore.measure import choices
from tlcore.measure.statistics import beside, by_budget, standard_error, t_interval

HELPS, SAME, HURTS, OPEN, BASELINE, CEILING = (
    "helps", "no practical difference", "negative transfer", "not enough evidence", "baseline", "ceiling",
)  # fmt: skip
LEVEL = 0.05  # chance of any wrong "helps" or "negative transfer" among the strategies of a label budget
POWER = 0.8  # chance to find the smallest gain that is called detectable
LEAST_SEEDS = 3
MOST_MORE_SEEDS = 200

COLUMNS = [
    "strategy", "labels", "n", "mean", "std", "ci_low", "ci_high", "gain", "gain_low", "gain_high", "baseline",
    "verdict", "pairs", "p_value", "p_holm", "settled_low", "settled_high", "more_seeds", "gain_scratch",
    "gain_scratch_low", "gain_scratch_high", "margin", "metric", "gap_closed", "headroom",
]  # fmt: skip


def summarise(runs: pd.DataFrame, margin: float = 0.01, judged: Metric | None = None) -> pd.DataFrame:
    """One row per label budget and strategy of one experiment, from its runs (state "done" or "stopped").

    A ceiling, trained once on every label, has a row beside each label budget.

    ``margin`` is the smallest difference that matters: in the metric's natural unit (0.01 = one point), or,
    for errors in the label's own unit, as a share of the baseline's error; the column ``margin`` has it in
    the unit of the scores. ``judged`` says how to read the scores where they are not those of the runs' own metric
    (money: measure/value.py). Raises `ValueError` for runs judged by several metrics.
    """
    names = list(runs["metric"].dropna().unique())
    if len(names) > 1:
        raise ValueError(f"Runs judged by several metrics cannot be compared: {', '.join(sorted(names))}.")
    budgets = by_budget(beside(runs)) if len(names) else []
    rows = [
        {**row, "metric": names[0]}
        for budget, some in budgets
        for row in _compared(some, budget, judged or catalog.metric(names[0]), margin)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"labels": object, "n": int, "pairs": int})


def recommended(summary: pd.DataFrame) -> str:
    """The strategy that the evidence at the largest label budget supports; "" where there is none.

    What `auto` chose without a look at the test set, where it helps or that is still open, unless another one's gain
    lies clearly above its own. Else the largest gain among those that help; where none does, the best model without
    transfer, which is the simpler one. With fewer than three seeds, or without any model to hold transfer against,
    nothing is recommended.
    """
    at_most = list(by_budget(summary[summary["n"] >= LEAST_SEEDS]))
    if not at_most:
        return ""
    last = at_most[-1][1]
    helping = last[last["verdict"] == HELPS]
    own = last[(last["strategy"] == choices.STRATEGY) & last["gain_high"].notna() & last["verdict"].isin([HELPS, OPEN])]
    if len(own) and not (helping["gain_low"] > own["gain_high"].iloc[0]).any():
        return choices.STRATEGY
    if len(helping):
        return str(helping.sort_values("gain")["strategy"].iloc[-1])
    baselines = last.loc[last["baseline"].notna(), "baseline"]
    return str(baselines.iloc[0]) if len(baselines) else ""


def best(summary: pd.DataFrame) -> str:
    """The strategy with the best mean score among the rows of one label budget; a ceiling only where there is nothing
    else."""
    rows = summary.dropna(subset=["mean"])
    others = rows[rows["verdict"] != CEILING]
    rows = others if len(others) else rows
    return str(rows["strategy"].iloc[int(np.argmax(catalog.metric(rows["metric"].iloc[0]).sign * rows["mean"]))])


def row_of(summary: pd.DataFrame, strategy: str, labels: int | None) -> pd.Series | None:
    """A strategy's row at a label budget (None: every label); a ceiling, trained once, has one beside each budget."""
    mine = summary[summary["strategy"] == strategy]
    if not catalog.is_ceiling(strategy):
        mine = mine[mine["labels"].isna() if labels is None else mine["labels"] == labels]
    return mine.iloc[0] if len(mine) else None


def band(metric: Metric, margin: float, score: float) -> float:
    """The margin in the unit of the scores: of errors in the label's own unit it is a share of ``score``, the one
    to be beaten."""
    return margin * abs(score) if metric.unit == "label" else margin


def detectable(spread: float, seeds: int, strategies: int = 1, margin: float = 0.0) -> float:
    """The smallest true gain that so many seeds show to be beyond the margin four times out of five.

    ``spread`` is the standard deviation of the paired differences; ``strategies`` are compared at once, and none of
    the others is found. Exact for normal differences (noncentral t). NaN below three seeds: no verdict.
    """
    if seeds < LEAST_SEEDS:
        return float("nan")
    errors = nctdtrinc(seeds - 1, 1 - POWER, stdtrit(seeds - 1, 1 - LEVEL / 2 / strategies))
    return float(margin + errors * spread / np.sqrt(seeds))


def _compared(runs: pd.DataFrame, budget: Any, metric: Metric, margin: float) -> list[dict[str, Any]]:
    """The rows of one label budget, in the order in which the strategies first appear."""
    scores = scores_of(runs)
    good = {name: metric.sign * some for name, some in scores.items()}  # from here on, more is better
    ceilings = {name: some for name, some in good.items() if catalog.is_ceiling(name)}
    fair = _shared(good)
    baseline, rivals = _best({name: some for name, some in fair.items() if catalog.is_baseline(name)})
    transfers = [name for name in scores if name not in ceilings and not catalog.is_baseline(name)]
    beyond = band(metric, margin, float(_known(scores[baseline]).mean())) if baseline else margin

    gains = {name: _paired(good[name], good[baseline]) if baseline else np.empty(0) for name in transfers}
    judged = _judged(gains, beyond, rivals)
    top = _best(ceilings)[0]
    headroom = t_interval(_paired(ceilings[top], good[baseline])) if top and baseline else (np.nan, np.nan, np.nan)
    rows = []
    for name, some in scores.items():
        known = _known(some)
        mean, low, high = t_interval(known)
        spread = float(known.std(ddof=1)) if len(known) > 1 else np.nan
        row = {"strategy": name, "labels": budget, "n": len(known), "mean": mean, "std": spread, "ci_low": low}
        row |= {"ci_high": high, "baseline": baseline, "margin": beyond}
        row |= judged.get(name, {"verdict": CEILING if name in ceilings else BASELINE, "pairs": 0})
        row |= {
            "headroom": headroom[0],
            "gap_closed": row.get("gain", np.nan) / headroom[0] if headroom[1] > 0 else np.nan,
        }
        row["more_seeds"] = row.get("more_seeds", np.nan) if baseline else np.nan
        if name != "scratch" and "scratch" in good:
            over = t_interval(_paired(good[name], good["scratch"]))
            row |= dict(zip(("gain_scratch", "gain_scratch_low", "gain_scratch_high"), over, strict=True))
        rows.append(row)
    return rows


def by_seed(runs: pd.DataFrame) -> pd.Series:
    """Test scores of one strategy by seed, of the runs that have one."""
    done = (runs["state"].isin(["done", "stopped"]) & runs["test_score"].notna()).to_numpy()
    scores = pd.Series(runs["test_score"].to_numpy(dtype=float)[done], index=runs["seed"].to_numpy()[done])
    return scores[~scores.index.duplicated(keep="last")].sort_index()


def scores_of(runs: pd.DataFrame) -> dict[str, np.ndarray]:
    """`by_seed` of every strategy, in the order in which they first appear: (S,) each over the seeds of all, NaN where
    there is no score."""
    which, names = pd.factorize(runs["strategy"])
    seed, seeds = pd.factorize(runs["seed"], sort=True)
    done = (runs["state"].isin(["done", "stopped"]) & runs["test_score"].notna()).to_numpy()
    table = np.full((len(names), len(seeds)), np.nan)
    table[which[done], seed[done]] = runs["test_score"].to_numpy()[done].astype(float)  # of two the later one
    return dict(zip(map(str, names), table, strict=True))


def _known(scores: np.ndarray) -> np.ndarray:
    """Those there are, (N,)."""
    return scores[~np.isnan(scores)]


def _paired(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Differences over the seeds that both have, (N,)."""
    return _known(one - other)


def _shared(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The scores of those seeds that all with enough of them have, if that is enough: where runs are missing, one lucky
    seed that nobody else was tried with is not to make a best."""
    tried = [~np.isnan(some) for some in found.values() if len(_known(some)) >= LEAST_SEEDS]
    seeds = np.logical_and.reduce(tried) if tried else np.empty(0, dtype=bool)
    if seeds.sum() < LEAST_SEEDS:
        return found
    return {name: some[seeds] for name, some in found.items()}


def _best(found: dict[str, np.ndarray]) -> tuple[str | None, int]:
    """The best of some, and how many might as well have been it; few seeds do not make a best."""
    counts = {name: len(_known(some)) for name, some in found.items()}
    least = max(1, min(LEAST_SEEDS, max(counts.values(), default=0)))
    eligible = {name: some for name, some in found.items() if counts[name] >= least}
    if not eligible:
        return None, 1
    best = max(eligible, key=lambda name: _known(eligible[name]).mean())
    behind = [t_interval(_paired(eligible[best], some))[1] > 0 for name, some in eligible.items() if name != best]
    return best, len(eligible) - sum(behind)


def _judged(gains: dict[str, np.ndarray], band: float, rivals: int) -> dict[str, dict[str, Any]]:
    """Gain, interval, p values and verdict of each strategy from its paired gains: Holm, strictest first."""
    p_values = {name: _p_value(some, band, rivals) for name, some in gains.items() if len(some) >= LEAST_SEEDS}
    ready = sorted(p_values, key=lambda name: p_values[name])
    still_open, stopped, p_holm = len(gains), False, 0.0
    judged: dict[str, dict[str, Any]] = {}
    for place, name in enumerate([*ready, *(name for name in gains if name not in p_values)]):
        if not stopped:
            still_open = len(gains) - place
            stopped = p_values.get(name, 1.0) * still_open > LEVEL
        mean, low, high = t_interval(gains[name])
        row: dict[str, Any] = {"pairs": len(gains[name]), "gain": mean, "gain_low": low, "gain_high": high}
        row |= {"verdict": OPEN, "more_seeds": np.nan}
        if name in p_values:
            p_holm = max(p_holm, min(1.0, p_values[name] * (len(gains) - place)))
            down, up = _reach(len(gains[name]), still_open, rivals) * standard_error(gains[name])
            row |= {"p_value": p_values[name], "p_holm": p_holm, "settled_low": mean - down, "settled_high": mean + up}
            row["verdict"] = verdict(mean - down, mean + up, band)
        if row["verdict"] == OPEN:
            row["more_seeds"] = _more_seeds(gains[name], band, still_open, rivals)
        judged[name] = row
    return judged


def _p_value(gains: np.ndarray, band: float, rivals: int) -> float:
    """Two-sided, against a true gain within the band; a gain below it counts once for each rival baseline."""
    mean, error = gains.mean(), standard_error(gains)
    if error == 0:
        return 0.0 if abs(mean) > band else 1.0
    above = stdtr(len(gains) - 1, (band - mean) / error)
    below = stdtr(len(gains) - 1, (mean + band) / error)
    return float(min(1.0, 2 * min(above, rivals * below)))


def _reach(count: int | np.ndarray, still_open: int, rivals: int) -> np.ndarray:
    """How many standard errors an interval at Holm's level reaches down and up, (..., 2)."""
    return stdtrit(count - 1, 1 - LEVEL / 2 / still_open / np.array([1, rivals]))


def verdict(low: float, high: float, band: float) -> str:
    """What an interval of the gain says of differences beyond the band."""
    if low > band:
        return HELPS
    if high < -band:
        return HURTS
    return SAME if -band <= low and high <= band else OPEN


def _more_seeds(gains: np.ndarray, band: float, still_open: int, rivals: int) -> float:
    """About how many more seeds would settle it at this mean and spread; NaN where 200 would not.

    With one seed the spread is unknown: as many as the first verdict takes.
    """
    if len(gains) < 2:
        return float(LEAST_SEEDS - len(gains))
    counts = np.arange(max(len(gains) + 1, LEAST_SEEDS), len(gains) + MOST_MORE_SEEDS + 1)
    spread = standard_error(gains) * np.sqrt(len(gains))
    down, up = (_reach(counts[:, None], still_open, rivals) * (spread / np.sqrt(counts))[:, None]).T
    low, high = gains.mean() - down, gains.mean() + up
    settled = (low > band) | (high < -band) | ((-band <= low) & (high <= band))
    return float(counts[settled.argmax()] - len(gains)) if settled.any() else float("nan")
