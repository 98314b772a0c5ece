"""What was set differently, and what it did: between the strategies of an experiment, and between two experiments.

Settings are read from the specs of runs, which never change, so they are those the scores belong to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from tlcore.catalog import Metric
from tlcore.measure.statistics import by_budget, standard_error, t_interval
from tlcore.spec import Experiment, RunSpec

DATA, TRAINING, NETWORK = "data.", "training.", "network."  # what a setting's name begins with
COLUMNS = ["strategy", "labels", "other_labels", "one", "other", "change", "low", "high", "pairs"]


def between_strategies(specs: Mapping[str, RunSpec]) -> pd.DataFrame:
    """One row per setting that differs, a column per strategy: ``setting`` and the strategies; None where it has none.

    ``specs``: one run's spec of each strategy, all of one experiment.
    """
    return _differing(
        {
            name: {"labels": spec.labels, "network": spec.backbone, **_under(NETWORK, spec.network), **spec.knobs}
            for name, spec in specs.items()
        }
    )


def between_experiments(
    one: tuple[Experiment, Mapping[str, RunSpec]], other: tuple[Experiment, Mapping[str, RunSpec]]
) -> pd.DataFrame:
    """One row per setting that differs: ``setting, one, other``; None where an experiment has no such setting.

    Each experiment comes with a run's spec of each of its strategies. Knobs are compared for strategies that both have;
    "strategies" names those that only one has.
    """
    both = [name for name in one[1] if name in other[1]]
    return _differing({"one": _record(*one, both), "other": _record(*other, both)})


def same_hands(differences: pd.DataFrame) -> bool:
    """Whether two experiments with these differences deal every seed the same examples."""
    return not differences["setting"].str.startswith(DATA).any()


def scores(one: pd.DataFrame, other: pd.DataFrame, metric: Metric, name: str, paired: bool) -> pd.DataFrame:
    """What a change did to each strategy that both experiments have: `COLUMNS`, a row per strategy and label budget.

    ``one`` and ``other`` are runs frames whose ``test`` holds the metric under ``name``. ``change`` is that from the
    other to this one, turned so that positive is better, with a 95 % interval: Student's over the seeds both have where
    they dealt the same examples (``paired``), else Banerjee's (1960) of two means. Budgets that both have are compared;
    where there is none, the largest of each.
    """
    mine, yours = (dict(_budgets(runs)) for runs in (one, other))
    shared = [(budget, budget) for budget in mine if budget in yours]
    rows = []
    for here, there in shared or [(list(mine)[-1], list(yours)[-1])] if mine and yours else []:
        for strategy in mine[here]["strategy"].unique():
            first, second = (_by_seed(some, strategy, name) for some in (mine[here], yours[there]))
            if not len(first) or not len(second):
                continue
            seeds = first.index.intersection(second.index) if paired and here == there else []
            told = _change(first, second, list(seeds))
            ends = sorted(metric.sign * end for end in told[1:])
            rows.append((strategy, here, there, first.mean(), second.mean(), metric.sign * told[0], *ends, len(seeds)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _change(first: pd.Series, second: pd.Series, seeds: list[int]) -> tuple[float, float, float]:
    if len(seeds) > 1:
        return t_interval((first[seeds] - second[seeds]).to_numpy())
    mean = float(first.mean() - second.mean())
    if min(len(first), len(second)) < 2:
        return mean, float("nan"), float("nan")
    reach = [float(stdtrit(len(some) - 1, 0.975)) * standard_error(some.to_numpy()) for some in (first, second)]
    half = float(np.hypot(reach[0], reach[1]))
    return mean, mean - half, mean + half


def _budgets(runs: pd.DataFrame) -> list[tuple[int | None, pd.DataFrame]]:
    return [(None if pd.isna(budget) else int(budget), some) for budget, some in by_budget(runs)]


def _by_seed(runs: pd.DataFrame, strategy: str, name: str) -> pd.Series:
    some = runs[runs["strategy"] == strategy]
    found = pd.Series([scores.get(name, np.nan) for scores in some["test"]], index=some["seed"].to_numpy(), dtype=float)
    return found.dropna().sort_index()


def _record(experiment: Experiment, specs: Mapping[str, RunSpec], both: list[str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "labels": list(experiment.labels), "seeds": experiment.seeds, "network": experiment.backbone,
        "metric": experiment.metric, "margin": experiment.margin, **_under(TRAINING, asdict(experiment.training)),
    }  # fmt: skip
    for spec in list(specs.values())[:1]:
        record |= _under(DATA, spec.settings) | _under(NETWORK, spec.network)
    for name in both:
        record |= _under(f"{name}.", specs[name].knobs)
    return record | {"strategies": [name for name in experiment.strategies if name not in both]}


def _under(beginning: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{beginning}{name}": value for name, value in values.items()}


def _differing(records: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The settings that are not the same in every record, in the order in which they first appear."""
    names = dict.fromkeys(name for record in records.values() for name in record)
    rows = [
        {"setting": name, **{key: record.get(name) for key, record in records.items()}}
        for name in names
        if any(record.get(name, ...) != next(iter(records.values())).get(name, ...) for record in records.values())
    ]
    return pd.DataFrame(rows, columns=["setting", *records], dtype=object)
