"""A comparison as it stood when it was read: one label budget of an experiment, and every frame that is told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from tlcore import advice, catalog, plan
from tlcore.charts import names, style
from tlcore.diagnosis import Evidence, Finding, diagnose
from tlcore.errors import Unusable
from tlcore.measure import imbalance
from tlcore.measure.budgets import budgets_of, finished, of_budget, usual
from tlcore.measure.gain import summarise
from tlcore.measure.ladders import Ladders, ladders
from tlcore.measure.payoffs import Worth
from tlcore.measure.payoffs import usual as usual_worth
from tlcore.measure.statistics import beside
from tlcore.situation import Situation
from tlcore.spec import Experiment
from tlcore.store import Store, StoredExperiment
from tlcore.words import _, counted


@dataclass(frozen=True, eq=False)
class Material:
    """``runs`` are all of the experiment; ``labels`` is the budget in view, None for every label. What else is needed
    is read from the store when it is first asked for, of these runs alone.
    """

    store: Store
    stored: StoredExperiment
    runs: pd.DataFrame
    labels: int | None
    worth: Worth | None = None  # what a case is worth; None: as the scenario assumes
    wanted: int | None = None  # the position of the class that is to be found; None: as `imbalance.event` has it

    @classmethod
    def of(
        cls, store: Store, experiment_id: str, labels: int | str | None = None, worth: Worth | None = None,
        wanted: int | None = None, margin: float | None = None,
    ) -> Material:  # fmt: skip
        """``labels``: a label budget, "all", or None for the one the scenario's story is about. ``margin``: the
        smallest difference that matters, where it is to be another than the experiment's own.

        Raises `Unusable` where no run has finished, or none at this budget.
        """
        stored = store.experiment(experiment_id)
        if margin is not None:
            stored = replace(stored, experiment=replace(stored.experiment, margin=margin))
        runs = store.runs(experiment_id)
        done = finished(runs)
        if done.empty:
            raise Unusable(
                _("No run of experiment {id} has finished yet, so there is nothing to report.", id=experiment_id)
            )
        known = budgets_of(done)
        chosen = usual(known, stored.experiment.scenario) if labels is None else None if labels == "all" else labels
        if chosen not in known:
            raise Unusable(
                _(
                    "No run with {asked} target labels has finished in experiment {id}; there are some with {known}.",
                    asked=chosen or _("all"), id=experiment_id,
                    known=_(", ").join(_("all") if count is None else str(count) for count in known),
                )
            )  # fmt: skip
        return cls(store, stored, runs, chosen, worth, wanted)  # type: ignore[arg-type]

    @property
    def experiment(self) -> Experiment:
        return self.stored.experiment

    @property
    def facts(self) -> dict[str, Any]:
        return self.stored.facts

    @property
    def metric(self) -> str:
        return self.experiment.metric

    @property
    def regression(self) -> bool:
        return bool(self.facts["kind"] == "regression")

    @property
    def title(self) -> str:
        return self.experiment.name or names.scenario(self.experiment.scenario)

    @cached_property
    def all_done(self) -> pd.DataFrame:
        """Every finished run, at every label budget."""
        return finished(self.runs)

    @cached_property
    def own(self) -> pd.DataFrame:
        """The runs of this label budget, finished or not; those of a ceiling are of every budget."""
        return of_budget(beside(self.runs), self.labels)

    @cached_property
    def done(self) -> pd.DataFrame:
        """The finished runs of this label budget."""
        return of_budget(self.all_done, self.labels)

    @cached_property
    def ceilings(self) -> bool:
        """Whether any strategy learnt from every target label."""
        return any(map(catalog.is_ceiling, self.own["strategy"].unique()))

    @cached_property
    def summaries(self) -> pd.DataFrame:
        """The summary frame of every label budget."""
        return summarise(self.runs, self.experiment.margin)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The rows of this label budget."""
        return of_budget(self.summaries, self.labels)

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """The epochs of the runs of this label budget; a ceiling's stand at this budget too."""
        return self.store.epochs(self.own["run"]).assign(labels=self.labels)

    @cached_property
    def features(self) -> pd.DataFrame:
        """What networks make of both domains, of strategies that carry something over, at this label budget."""
        found = of_budget(self.store.features(self.stored.id), self.labels)
        none = found["strategy"].map(lambda name: catalog.is_baseline(name) or catalog.is_ceiling(name))
        return found[~none.astype(bool)]

    @cached_property
    def tested(self) -> Mapping[str, imbalance.Tested]:
        """The test predictions of the finished runs of this label budget that kept them, by run."""
        found = {run: self.store.predictions(run) for run in dict.fromkeys(self.done["run"])}
        return {run: imbalance.taken_out(frame) for run, frame in found.items() if frame is not None and len(frame)}

    @property
    def event(self) -> int:
        """The position of the class that is to be found."""
        return imbalance.event(self.facts) if self.wanted is None else self.wanted

    @cached_property
    def price(self) -> Worth:
        """What a case is worth: as a person said, else as the scenario assumes."""
        return self.worth or usual_worth(self.experiment.scenario, self.regression)

    @cached_property
    def ladders(self) -> Ladders:
        """What every threshold names in the finished runs of this label budget that kept it, by run."""
        return ladders({run: self.store.rungs(run, self.event) for run in dict.fromkeys(self.done["run"])})

    @cached_property
    def situation(self) -> Situation | None:
        """The examples; None where they can no longer be read."""
        try:
            return plan.drawn(self.experiment.scenario, **self.experiment.settings)
        except Unusable:
            return None

    @cached_property
    def findings(self) -> list[Finding]:
        """What went wrong at this label budget, the gravest first, in the language of the first who asks."""

        def draw() -> Situation:
            if self.situation is None:
                raise Unusable(_("The files of these data can no longer be read."))
            return self.situation

        seen = Evidence.of(
            self.experiment, self.facts, self.labels, self.done, self.epochs, self.summary, draw=draw,
            measure=lambda: advice.facts(draw(), self.labels, self.experiment.backbone),
        )  # fmt: skip
        return diagnose(seen)

    @cached_property
    def labels_in_words(self) -> str:
        return names.labels(self.labels)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """What has no result yet or never will, in sentences; none where the experiment is complete."""
        runs = self.runs
        lacking = runs[~runs["run"].isin(self.all_done["run"])]
        if lacking.empty:
            return ()
        parts = []
        for (strategy, budget), some in lacking.groupby(["strategy", lacking["labels"].map(names.labels)], sort=False):
            parts.append(f"{style.title(str(strategy))} ({budget}): {len(some)}")
        first = _(
            "Not complete: {done} of {all} runs have a result; everything here may change.",
            done=len(runs) - len(lacking), all=len(runs),
        )  # fmt: skip
        shown, more = parts[:NAMED], len(parts) - NAMED
        listed = _(", ").join(shown) + (" " + _("and {n} more", n=more) if more > 0 else "")
        return first, counted("Missing run: {runs}.", "Missing runs: {runs}.", len(lacking), runs=listed)

    def coverage(self, kept: Iterable[str]) -> tuple[str, ...]:
        """Says so where figures rest on some runs alone, those that kept their predictions; nothing where all did."""
        told = names.coverage(self.done, kept)
        return (told,) if told else ()

    @cached_property
    def badges(self) -> tuple[str, ...]:
        """What a reader must know before believing a figure."""
        example = (_("Example"),) if self.stored.example else ()
        return (*example, *((_("Simulated data"),) if self.facts.get("simulated") else ()))


NAMED = 6  # strategies with missing runs
