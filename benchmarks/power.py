"""How small a gain can so many seeds show? The table of docs/verdict.md, by formula and by simulation.

``python -m benchmarks.power [--write]``; two minutes. Every figure of the simulation is a share of 2,000 experiments
with normal paired differences, judged by `tlcore.measure.gain.summarise`. The last lines say how much the paired
differences of the shipped examples vary.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import machine, trial
from tlcore import catalog
from tlcore.measure.gain import LEVEL, detectable, summarise

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/verdict.md"
START, END = "<!-- from here: python -m benchmarks.power --write -->", "<!-- to here -->"
MARGIN = 0.01
EXPERIMENTS = 2_000
SPREADS = (0.005, 0.01, 0.02, 0.03)
SEEDS = (3, 5, 10)
AT_ONCE = 5


def experiments(gain: float, spread: float, seeds: int) -> pd.DataFrame:
    """The summary of many experiments with this true gain, each with one strategy of its own.

    They share a baseline that never varies, so they are independent, and ``p_value`` is that of each alone.
    """
    gains = np.random.default_rng(seeds).normal(gain, spread, (EXPERIMENTS, seeds))
    scores = {"scratch": np.full(seeds, 0.7), **{f"experiment {place}": 0.7 + some for place, some in enumerate(gains)}}
    rows = [
        {"strategy": name, "labels": 50, "seed": seed, "state": "done", "metric": "accuracy", "test_score": score}
        for name, some in scores.items()
        for seed, score in enumerate(some)
    ]
    return summarise(pd.DataFrame(rows).astype({"labels": object}), MARGIN).iloc[1:]


def found(some: pd.DataFrame, at_once: int = 1) -> float:
    """The share in which the strategy "helps", were it one of so many that are compared and the only one found."""
    return float(((some["p_value"] <= LEVEL / at_once) & (some["gain"] > 0)).mean())


def table() -> Iterator[str]:
    yield (
        "| seeds | spread of the paired differences | smallest gain found four times of five | simulated: found | "
        f"with {AT_ONCE} strategies at once | simulated: found | a gain of twice the margin is found in |"
    )
    yield "|---|---|---|---|---|---|---|"
    for seeds in SEEDS:
        for spread in SPREADS:
            cells = [str(seeds), _points(spread)]
            for at_once in (1, AT_ONCE):
                gain = detectable(spread, seeds, at_once, MARGIN)
                cells += [_points(gain), f"{found(experiments(gain, spread, seeds), at_once):.0%}"]
            cells.append(f"{found(experiments(2 * MARGIN, spread, seeds)):.0%}")
            yield f"| {' | '.join(cells)} |"


def errors() -> Iterator[str]:
    """What happens where there is nothing to find, and how often the interval holds the truth."""
    yield "| seeds | no gain: called one | a gain of just the margin: called more | intervals that hold the true gain |"
    yield "|---|---|---|---|"
    for seeds in SEEDS:
        nothing, edge = experiments(0.0, 0.02, seeds), experiments(MARGIN, 0.02, seeds)
        held = ((edge["gain_low"] <= MARGIN) & (edge["gain_high"] >= MARGIN)).mean()
        called = (nothing["p_value"] <= LEVEL).mean()
        yield f"| {seeds} | {called:.1%} | {found(edge):.1%} | {held:.1%} |"


def spreads() -> np.ndarray:
    """Standard deviations of the paired differences in the shipped examples, to the best model without transfer."""
    told = []
    for path in sorted((ROOT / "examples").glob("*/runs.parquet")):
        runs = pd.read_parquet(path)
        scores = runs.pivot_table(index=["labels", "seed"], columns="strategy", values="test_score")
        for _labels, some in scores.groupby("labels"):
            own = some[list(filter(catalog.is_baseline, some))].mean().idxmax()
            rest = [name for name in some if not (catalog.is_baseline(name) or catalog.is_ceiling(name))]
            told += some[rest].sub(some[own], axis=0).std().dropna().tolist()
    return np.array(told)


def _points(difference: float) -> str:
    return f"{100 * difference:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the tables into docs/verdict.md")
    asked = parser.parse_args()
    low, middle, high = np.quantile(spreads(), [0.25, 0.5, 0.75])
    text = "\n".join(
        [
            *errors(), "", *table(), "",
            f"In the shipped examples (five seeds, the quick preset) the paired differences to the best model without "
            f"transfer vary by {_points(middle)} points, half of them by {_points(low)} to {_points(high)}. Points are "
            f"hundredths of the metric; {EXPERIMENTS:,} experiments for each figure; {machine.words('scipy')}.",
        ]
    )  # fmt: skip
    print(text)
    if asked.write:
        trial.write(PAGE, START, END, text)


if __name__ == "__main__":
    main()
