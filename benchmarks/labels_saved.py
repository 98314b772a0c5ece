"""Do a few label budgets find the labels saved that a direct search finds? ``python -m benchmarks.labels_saved``.

The figure comes from five budgets and five seeds, as a person would run them. The direct search tries the models
without transfer at every step of a fine grid, with other seeds, until their mean reaches what the strategy reaches.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import machine, trial
from tlcore import catalog
from tlcore.charts.labels_saved import needs
from tlcore.learn.shelf import Shelf
from tlcore.measure.efficiency import curves, saved
from tlcore.plan import drawn, headline
from tlcore.situation import Situation
from tlcore.spec import PRESETS

PAGE = Path(__file__).parents[1] / "docs" / "labels_saved.md"
START, END = "<!-- from here: python -m benchmarks.labels_saved --write -->", "<!-- to here -->"

SCENARIO = "cold_start"
TRANSFERS = ("pooled_boosting", "source_boosting", "fine_tune")
RIVALS = ("gradient_boosting", "logistic_regression", "random_forest")
COARSE = (100, 200, 400, 800, 1600)
OWN = (100, 200)  # labels of the strategies
FINEST, FINE = 60, 1.12  # the grid's first step, and how much larger each next one is
SEEDS, OTHER_SEEDS = 5, 10


def runs_of(
    situation: Situation, shelf: Shelf, strategies: tuple[str, ...], budgets: list[int], seeds: range
) -> pd.DataFrame:
    """A runs frame of these strategies, budgets and seeds."""
    metric, rows = headline(situation), []
    for name in strategies:
        for labels in budgets:
            for seed in seeds:
                result = trial.carried_out(
                    situation, name, shelf, labels=labels, seed=seed, training=PRESETS["quick"], metric=metric
                )
                score = result.outcome.test[metric]
                rows.append((name, labels, seed, "done", metric, score))
    return pd.DataFrame(rows, columns=["strategy", "labels", "seed", "state", "metric", "test_score"])


def searched(means: pd.DataFrame, mark: float) -> str:
    """The first step of the grid at which any model without transfer reaches the mark, and the step before.

    ``means``: a row per model, a column per step."""
    there = np.flatnonzero((means >= mark).any(axis=0))
    steps = means.columns
    if not len(there):
        return f"over {steps[-1]:,}"
    return f"{steps[max(there[0] - 1, 0)]:,} to {steps[there[0]]:,}"


def table(seeds: int, others: int) -> str:
    situation = drawn(SCENARIO)
    most = len(situation.target)
    grid = [round(FINEST * FINE**step) for step in range(int(np.log(most / FINEST) / np.log(FINE)) + 1)]
    with trial.shelf() as shelf:
        some = pd.concat(
            [
                runs_of(situation, shelf, RIVALS, list(COARSE), range(seeds)),
                runs_of(situation, shelf, TRANSFERS, list(OWN), range(seeds)),
            ]
        )
        direct = pd.concat(
            [
                runs_of(situation, shelf, RIVALS, grid, range(seeds, seeds + others)),
                runs_of(situation, shelf, TRANSFERS, list(OWN), range(seeds, seeds + others)),
            ]
        )
    told = saved(curves(some))
    scores = direct.pivot_table(index="strategy", columns="labels", values="test_score")
    lines = [
        f"| strategy | labels | without transfer needs, from {len(COARSE)} budgets and {seeds} seeds | direct search |",
        "|---|---|---|---|",
    ]
    for row in told.to_dict("records"):
        mark = scores.loc[row["strategy"], row["labels"]]
        found = searched(scores.loc[list(RIVALS), grid], mark)
        title = catalog.strategies()[row["strategy"]].title
        lines.append(f"| {title} | {row['labels']:.0f} | {needs(row)} | {found} |")
    words = (
        f"Scenario `{SCENARIO}`, judged by {headline(situation)}, without transfer: {', '.join(RIVALS)}. The direct "
        f"search tries {len(grid)} budgets from {grid[0]} to {grid[-1]:,} with {others} other seeds. Measured on "
        f"{machine.words('scikit-learn', 'torch')}."
    )
    return "\n".join([words, "", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--others", type=int, default=OTHER_SEEDS)
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    asked = parser.parse_args()
    text = table(asked.seeds, asked.others)
    print(text)
    if asked.write:
        trial.write(PAGE, START, END, text)


if __name__ == "__main__":
    main()
