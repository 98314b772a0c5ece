"""How fast and how steadily each strategy learns: curves over seeds, and what reaching a good score costs.

Only epochs judged on the target count as the target's: while a network learns the source there is nothing
to judge, but its steps and seconds have been spent, and they are in the figures (those of a source phase
that was loaded instead of trained again at what it once cost). Epochs are counted in the target's phases
alone: a pass over the source and a pass over 50 target labels are not the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.measure.statistics import by_budget, by_strategy, t_interval, t_intervals
from tlcore.outcome import FINAL

POINTS_AT_MOST = 200  # per curve
UNSTABLE = 0.1  # spread over repeats, relative to the mean score
STUCK = (0.5, 0.6)  # ROC-AUC that is hardly better than chance

TABLE = [
    "strategy", "labels", "n", "reached", "epochs", "steps", "seen", "seconds", "threshold", "area", "area_std",
    "best_epoch", "spread", "relative_spread", "reversals", "turning", "swing", "flags",
]  # fmt: skip
CURVES = ["strategy", "labels", "x", "mean", "low", "high", "n"]
FORGOTTEN = ["strategy", "labels", "n", "knew", "keeps", "drop", "low", "high", "target"]

Line = dict[str, np.ndarray]  # columns of the epochs of one run, by name


def seed_curves(epochs: pd.DataFrame, x: str = "position", score: str = "watched") -> pd.DataFrame:
    """The score of every run at every epoch it was judged: ``strategy, labels, seed, run, x, score``.

    ``x`` is "position", "step", "seen" (target labels) or "seconds"; all count from the start of the run.
    ``score`` is a column of the epochs frame; "watched" falls back to "valid" for a label budget at
    which no target labels were left to watch.
    """
    return _judged(epochs, x, score)[["strategy", "labels", "seed", "run", "x", "score"]]


def curves(
    epochs: pd.DataFrame, x: str = "position", score: str = "watched", runs: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Mean score and 95 % t-band over seeds: ``strategy, labels, x, mean, low, high, n``; see `seed_curves`.

    A mean starts where all its runs have a score, and a run that ended early counts on with its last one,
    so that the mean never jumps because a run came or went. With ``runs``, those still under way end where
    they are instead. The band is NaN where one run is left.
    """
    under_way = set() if runs is None else set(runs.loc[~runs["state"].isin(FINAL), "run"])
    found: dict[str, list[Any]] = {name: [] for name in CURVES}
    for budget, some in by_budget(_judged(epochs, x, score)):
        for strategy, lines in by_strategy(some):
            grid, scores = _on_one_grid(_by_run(lines, ["x", "score"]), under_way)
            told: tuple[Iterable[Any], ...] = ([strategy] * len(grid), [budget] * len(grid), grid, *t_intervals(scores))
            for column, values in zip(found.values(), told, strict=True):
                column.extend(values)
    return pd.DataFrame(found, dtype=None if found["x"] else object)


def table(epochs: pd.DataFrame, runs: pd.DataFrame, share: float = 0.95) -> pd.DataFrame:
    """What it costs each strategy to come within ``share`` of the best score of scratch; one row per label budget.

    Ceilings are no part of this race: they learn from more labels.

    - ``threshold``: the best point of scratch's mean curve, less 5 % of its size (more, where lower is better).
    - ``reached``: how many of the ``n`` finished runs came there. ``epochs, steps, seen, seconds``: the median
      over runs of what that took, one that never came there counting as later than all others; NA ("not
      reached") where it was half of them or more, or where scratch was not tried.
    - ``area, area_std``: area under a run's curve over target epochs, divided by the longest run's epochs.
    - ``best_epoch``: median of the kept target epoch. ``reversals``: mean number of turns of a curve, ``turning``
      their share of the turns it could have taken, ``swing`` the mean size of its step from one epoch to the next.
    - ``spread, relative_spread``: standard deviation of the test score over seeds, and as a share of its mean.
    - ``flags``: of "unstable" (relative spread above 10 %), "near chance" (ROC-AUC in 0.5 to 0.6), "collapsed"
      (in most runs the answer is always the majority's), "below frequency table".
    """
    done = runs[runs["state"].isin(["done", "stopped"]) & ~runs["strategy"].map(catalog.is_ceiling).astype(bool)]
    judged = _target_epochs(epochs[epochs["run"].isin(done["run"])])
    rows = []
    for budget, some in by_budget(done):
        lines = {run: judged[run] for run in some["run"] if run in judged}
        sign = catalog.metric(some["metric"].iloc[0]).sign
        threshold = _threshold([lines[run] for run in _of(some, "scratch") if run in lines], sign, share)
        guesses = some[some["strategy"] == "frequency_table"]
        longest = max((line["x"].max() for line in lines.values()), default=0.0)
        for strategy, repeats in by_strategy(some):
            mine = [lines[run] for run in repeats["run"] if run in lines]
            rows.append(
                {"strategy": strategy, "labels": budget, "n": len(repeats), "threshold": threshold}
                | _cost(mine, threshold, sign)
                | _shape(mine, longest)
                | _steadiness(repeats, guesses)
            )
    return pd.DataFrame(rows, columns=TABLE).astype({"labels": object})


def forgotten(epochs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """What learning the target cost on the source, for the strategies whose target phases were judged on both.

    - ``knew``: the score on held-out source examples when the source had been learnt: at the epoch kept of the
      last phase judged on the source alone, else of the last phase but one. A strategy that has neither (it
      learnt both at once) or never sees the source had nothing to forget; it is left out.
    - ``keeps``: that score at the epoch kept of the last phase. ``target``: the score on the target there.
    - ``drop``: by how much it became worse, positive where something was forgotten, whatever the metric's
      direction; the mean over the ``n`` runs, with its 95 % interval ``low`` to ``high``.
    """
    sign = catalog.metric(metric).sign
    rows: list[dict[str, Any]] = []
    for budget, some in by_budget(epochs):
        on_target = "valid" if some["watched"].isna().all() else "watched"
        kept = some[some["kept"].astype(bool) & ~some["strategy"].map(catalog.is_baseline).astype(bool)]
        kept = kept.sort_values(["run", "position"]).drop_duplicates(["run", "phase_index"], keep="last")
        for strategy, runs in by_strategy(kept):
            lines = _by_run(runs, ["source", "watched", "valid"]).values()
            found = [pair for line in lines if (pair := _before_and_after(line, on_target))]
            if not found:
                continue
            knew, keeps, target = np.array(found).T
            drop, low, high = t_interval(sign * (knew - keeps))
            row = {"strategy": strategy, "labels": budget, "n": len(found), "knew": knew.mean(), "keeps": keeps.mean()}
            rows.append(row | {"drop": drop, "low": low, "high": high, "target": target.mean()})
    return pd.DataFrame(rows, columns=FORGOTTEN).astype({"labels": object})


def _before_and_after(kept: Line, on_target: str) -> tuple[float, float, float] | None:
    """Source score before and after the target was learnt, and the target's score after; None where not judged.

    ``kept`` has the epoch kept of each phase.
    """
    source, target = kept["source"], kept[on_target][-1]
    if len(source) < 2 or np.isnan(source[-1]) or np.isnan(target):
        return None
    alone = ~np.isnan(source) & np.isnan(kept["watched"]) & np.isnan(kept["valid"])
    earlier = source[:-1][alone[:-1]] if alone[:-1].any() else source[:-1]
    return None if np.isnan(earlier[-1]) else (float(earlier[-1]), float(source[-1]), float(target))


def _by_run(frame: pd.DataFrame, columns: list[str]) -> dict[Any, Line]:
    """These columns of each run, whose rows stand together, as arrays: a frame for each run takes ten times as long."""
    run = frame["run"].to_numpy(dtype=object)
    cuts = [*np.flatnonzero(run[1:] != run[:-1]) + 1, len(run)] if len(run) else []
    values = {name: frame[name].to_numpy() for name in columns}
    return {
        run[begin]: {name: column[begin:end] for name, column in values.items()} for begin, end in pairwise([0, *cuts])
    }


def _on_one_grid(lines: dict[Any, Line], under_way: set[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The scores of all runs at common places: (P,) and (runs, P), NaN after a run under way."""
    start = max(line["x"][0] for line in lines.values())
    grid = np.unique(np.concatenate([line["x"] for line in lines.values()]))
    grid = grid[grid >= start]
    if len(grid) > POINTS_AT_MOST:
        grid = grid[np.linspace(0, len(grid) - 1, POINTS_AT_MOST).round().astype(int)]
    table = np.empty((len(lines), len(grid)))
    for row, (run, line) in zip(table, lines.items(), strict=True):
        row[:] = line["score"][np.searchsorted(line["x"], grid, side="right") - 1]
        if run in under_way:
            row[grid > line["x"][-1]] = np.nan
    return grid, table


def _judged(epochs: pd.DataFrame, x: str, score: str) -> pd.DataFrame:
    """The judged rows of the epochs frame by run and position, with ``x`` and ``score``; see `seed_curves`."""
    parts = [epochs.head(0).assign(x=0.0, score=0.0)]
    for _budget, some in by_budget(epochs):
        column = "valid" if score == "watched" and some["watched"].isna().all() else score
        judged = some[some[column].notna()].sort_values(["run", "position"], kind="stable")
        judged = judged.drop_duplicates(["run", x], keep="last")
        parts.append(judged.assign(x=judged[x].astype(float), score=judged[column].astype(float)))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _target_epochs(epochs: pd.DataFrame) -> dict[Any, Line]:
    """Judged epochs by run with ``x`` = epochs of the target's phases so far, next to what they cost."""
    judged = _judged(epochs, "position", "watched")
    judged["x"] = (judged["number"] > 0).groupby(judged["run"]).cumsum().astype(float)
    return _by_run(judged, ["x", "score", "step", "seen", "seconds", "kept"])


def _of(runs: pd.DataFrame, strategy: str) -> pd.Series:
    return runs.loc[runs["strategy"] == strategy, "run"]


def _threshold(scratch: list[Line], sign: int, share: float) -> float:
    """The score to come to, from the best point of the mean curve of scratch; NaN without it."""
    if not scratch:
        return float("nan")
    _grid, table = _on_one_grid(dict(enumerate(scratch)), set())
    best = (sign * table.mean(axis=0)).max()
    return float(sign * (best - (1 - share) * abs(best)))


def _cost(lines: list[Line], threshold: float, sign: int) -> dict[str, Any]:
    """How many runs reach the threshold, and the median of what it took."""
    wanted = {"epochs": "x", "steps": "step", "seen": "seen", "seconds": "seconds"}
    nowhere = dict.fromkeys(wanted, np.inf)
    costs = []
    for line in lines:
        there = np.flatnonzero(sign * (line["score"] - threshold) >= 0)[:1]
        costs += [{name: float(line[column][at]) for name, column in wanted.items()} for at in there] or [nowhere]
    reached = sum(cost["epochs"] < np.inf for cost in costs)
    middle = {name: np.median([cost[name] for cost in costs]) if costs else np.inf for name in wanted}
    known = {name: value if np.isfinite(value) else pd.NA for name, value in middle.items()}
    return {"reached": pd.NA if np.isnan(threshold) else reached, **known}


def _shape(lines: list[Line], longest: float) -> dict[str, Any]:
    """Area under the curves on a common stretch of target epochs, their turns, and the epochs kept."""
    areas = [_area(line["x"], line["score"], longest) for line in lines]
    best = [x[-1] for line in lines if len(x := line["x"][line["kept"].astype(bool)])]
    scores = [line["score"] for line in lines]
    bent = [score for score in scores if len(score) > 2]
    return {
        "area": np.mean(areas) if areas else np.nan,
        "area_std": np.std(areas, ddof=1) if len(areas) > 1 else np.nan,
        "best_epoch": np.median(best) if best else np.nan,
        "reversals": np.mean([_turns(score) for score in scores]) if scores else np.nan,
        "turning": np.mean([_turns(score) / (len(score) - 2) for score in bent]) if bent else np.nan,
        "swing": np.mean([np.abs(np.diff(score)).mean() for score in bent]) if bent else np.nan,
    }


def _area(x: np.ndarray, score: np.ndarray, longest: float) -> float:
    """Trapezoid rule, the last score held to the end, divided by the length."""
    if longest == x[0]:
        return float(score[-1])
    x, score = np.append(x, longest), np.append(score, score[-1])
    return float(np.trapezoid(score, x) / (longest - x[0]))


def _turns(score: np.ndarray) -> int:
    """How often a curve changes between rising and falling."""
    moves = np.sign(np.diff(score))
    moves = moves[moves != 0]
    return int((moves[1:] != moves[:-1]).sum())


def _steadiness(repeats: pd.DataFrame, guesses: pd.DataFrame) -> dict[str, Any]:
    """Spread of the test scores of a strategy, and what looks wrong beside the frequency table's of the same budget."""
    metric = catalog.metric(repeats["metric"].iloc[0])
    scores = repeats["test_score"].to_numpy(dtype=float)
    scores = scores[~np.isnan(scores)]
    mean, spread = (scores.mean() if len(scores) else np.nan), (np.std(scores, ddof=1) if len(scores) > 1 else np.nan)
    relative = spread / abs(mean) if mean != 0 else np.nan
    flags = ["unstable"] if relative > UNSTABLE else []
    if repeats["strategy"].iloc[0] != "frequency_table":
        areas = [area for test in repeats["test"] if not np.isnan(area := test.get("roc_auc", np.nan))]
        area = np.mean(areas) if areas else np.nan
        flags += ["near chance"] if STUCK[0] <= area <= STUCK[1] else []
        flags += ["collapsed"] if _collapsed(repeats, guesses) else []
        flags += ["below frequency table"] if metric.sign * (mean - guesses["test_score"].mean()) < 0 else []
    return {"spread": spread, "relative_spread": relative, "flags": flags}


def _collapsed(repeats: pd.DataFrame, guesses: pd.DataFrame) -> bool:
    """Whether most runs name the class that is always the most frequent one, as the frequency table does."""
    telling = ["accuracy", "balanced_accuracy"]
    floor, mine = (
        np.array([[test.get(name, np.nan) for name in telling] for test in some["test"]], dtype=float).reshape(-1, 2)
        for some in (guesses, repeats)
    )
    if np.isnan(floor).all(axis=0).any():
        return False
    return bool(np.isclose(mine, np.nanmean(floor, axis=0), rtol=0, atol=1e-9).all(axis=1).mean() > 0.5)
