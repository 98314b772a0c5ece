"""What a diagnosis looks at: the finished runs of one label budget, and what is measured of them elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Any

import numpy as np
import pandas as pd

from tlcore import catalog, plan
from tlcore.advice import Facts
from tlcore.errors import Unusable
from tlcore.measure import convergence, notes
from tlcore.measure.gain import HELPS, LEAST_SEEDS, OPEN
from tlcore.measure.losses import losses
from tlcore.measure.statistics import by_strategy
from tlcore.situation import Situation
from tlcore.spec import Experiment
from tlcore.words import _, counted

NAMED = 3  # strategies in a sentence


def percent(share: float) -> str:
    """A share as people say it."""
    return f"{100 * share:.0f} %"


def titled(strategy: str) -> str:
    """How a strategy is called on the screen."""
    return _(catalog.strategies()[strategy].title) if strategy in catalog.strategies() else strategy


@dataclass(frozen=True, eq=False)
class Evidence:
    """One label budget of an experiment. All frames are the store's; ``summary`` is that of `tlcore.measure.gain`.

    ``draw`` and ``measure`` hand over the data and what `tlcore.advice.facts` knows of it; they are asked only where
    a symptom needs them, and may raise `Unusable`, after which nothing is said about the data.
    """

    experiment: Experiment
    stored: Mapping[str, Any]  # StoredExperiment.facts
    labels: int | None
    runs: pd.DataFrame
    epochs: pd.DataFrame
    summary: pd.DataFrame
    draw: Callable[[], Situation]
    measure: Callable[[], Facts]
    called: Callable[[str], str] = titled

    @classmethod
    def of(
        cls, experiment: Experiment, stored: Mapping[str, Any], labels: int | None, runs: pd.DataFrame,
        epochs: pd.DataFrame, summary: pd.DataFrame, **given: Any,
    ) -> Evidence:  # fmt: skip
        """Of the frames of a whole experiment, what belongs to this label budget; ceilings are no part of it."""

        def own(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["labels"].isna() if labels is None else frame["labels"] == labels]

        done = own(runs[runs["state"].isin(["done", "stopped"]) & runs["test_score"].notna()])
        done = done[~done["strategy"].map(catalog.is_ceiling).astype(bool)]
        return cls(
            experiment, stored, labels, done, epochs[epochs["run"].isin(done["run"])], own(summary), **given
        )  # fmt: skip

    @cached_property
    def asked(self) -> Experiment:
        """The experiment at this label budget, without ceilings: what a remedy changes."""
        names = tuple(name for name in self.experiment.strategies if not catalog.is_ceiling(name))
        knobs = {
            owner: dict(values)
            for owner, values in self.experiment.knobs.items()
            if owner in (*names, self.experiment.backbone)
        }
        return self.experiment.varied(strategies=names, knobs=knobs, labels=(self.labels,))

    @cached_property
    def table(self) -> pd.DataFrame:
        """Spread, turns and warning signs by strategy (`tlcore.measure.convergence.table`)."""
        return convergence.table(self.epochs, self.runs).set_index("strategy", drop=False)

    @cached_property
    def losses(self) -> pd.DataFrame:
        """Training and validation loss, a row per run."""
        return losses(self.epochs)

    @cached_property
    def ignorance(self) -> float:
        """The training loss of knowing the shares of the classes alone; numbers are brought to a variance of 1."""
        sizes = np.array(
            list(self.stored.get("counts", {}).get("target", {}).get("classes", {}).values()), dtype=float
        )  # fmt: skip
        shares = sizes[sizes > 0] / sizes.sum() if sizes.sum() else np.empty(0)
        return float(-(shares * np.log(shares)).sum()) if len(shares) else 1.0

    @cached_property
    def guessing(self) -> float:
        """The loss of holding all classes equally likely: what no training should exceed, however rare a class."""
        return max(self.ignorance, log(max(2, len(self.stored.get("classes", [])))))

    @cached_property
    def warned(self) -> list[notes.Warned]:
        """What the runs noted themselves, once for each strategy."""
        return notes.grave(self.runs)

    @cached_property
    def situation(self) -> Situation | None:
        """The data; None where its files have changed or are gone."""
        try:
            return self.draw()
        except Unusable:
            return None

    @cached_property
    def known(self) -> Facts | None:
        """What is known of the data before any training; None where it cannot be had."""
        try:
            return self.measure() if self.situation is not None else None
        except Unusable:
            return None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The summary's rows by strategy, ceilings left out."""
        some = self.summary[~self.summary["strategy"].map(catalog.is_ceiling).astype(bool)]
        return some.set_index("strategy", drop=False)

    @property
    def transfers(self) -> list[str]:
        """The strategies that carry something over."""
        return [name for name, _runs in by_strategy(self.runs) if not catalog.is_baseline(name)]

    @property
    def deciding(self) -> list[str]:
        """Those, and the model without transfer that they are held against: of them the verdict is made."""
        return [*self.transfers, *self.rows["baseline"].dropna().unique()]

    @property
    def promising(self) -> bool:
        """Whether any strategy helps at this label budget, or may well do so once there are more seeds."""
        certain = self.rows["gain_low"].fillna(self.rows["gain"])
        return bool(((self.rows["verdict"] == HELPS) | ((self.rows["verdict"] == OPEN) & (certain > 0))).any())

    def enough(self, strategy: str) -> bool:
        """Whether it was tried often enough for a spread to mean something."""
        return int((self.runs["strategy"] == strategy).sum()) >= LEAST_SEEDS

    def flagged(self, sign: str, among: Iterable[str]) -> list[str]:
        """Who of these has this warning sign in the convergence table."""
        return [name for name in among if name in self.table.index and sign in self.table.loc[name, "flags"]]

    def mean_test(self, strategy: str, metric: str) -> float:
        """The mean of one measure of the test set over a strategy's runs; NaN where it does not exist."""
        tests = self.runs.loc[self.runs["strategy"] == strategy, "test"]
        return float(pd.Series([test.get(metric, float("nan")) for test in tests], dtype=float).mean())

    def and_others(self, sentence: str, others: Iterable[str]) -> str:
        """A sentence about one strategy, and whom it is true of as well, the first few by name."""
        called = [self.called(name) for name in others]
        more = len(called) - NAMED
        rest = [counted("{n} more", "{n} more", more)] if more > 0 else []
        same = _("; ").join([*called[:NAMED], *rest])
        return f"{sentence} {_('The same with: {strategies}.', strategies=same)}" if called else sentence

    def amount(self, difference: float) -> str:
        """A difference of scores as people say it: in points, or in the label's own unit."""
        if catalog.metric(self.experiment.metric).unit == "points":
            return _("{points} points", points=f"{100 * difference:+.1f}")
        return f"{difference:+.3g}"

    def trains(self, strategies: Iterable[str]) -> bool:
        """Whether any of these trains a network for epochs."""
        return any(catalog.strategies()[name].epochs for name in strategies if name in catalog.strategies())

    def applies(self, strategy: str) -> bool:
        """Whether this strategy could take part."""
        known = strategy in catalog.strategies() and self.situation is not None
        return known and not plan.lacking(strategy, self.situation, self.experiment.backbone)  # type: ignore[arg-type]
