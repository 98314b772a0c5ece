"""One strategy on one situation, in this process: the product's own split, loop and judge, without store or queue."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tlcore import catalog, plan
from tlcore.learn.run import Result, carry_out
from tlcore.learn.shelf import Shelf
from tlcore.measure.statistics import t_interval
from tlcore.situation import Situation
from tlcore.spec import PRESETS, RunSpec, Training


class Scores(NamedTuple):
    """Test scores over seeds, and what chose the epoch of each."""

    values: list[float]
    selector: str = ""

    @property
    def words(self) -> str:
        """The mean with its 95 % Student t interval over the seeds."""
        mean, low, high = t_interval(np.array(self.values))
        return f"{mean:.3f}" if len(self.values) < 2 else f"{mean:.3f} ({low:.3f} to {high:.3f})"

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A place for source phases, shared by all strategies inside the block."""
    with tempfile.TemporaryDirectory() as folder:
        yield Shelf(Path(folder))


def carried_out(
    situation: Situation,
    strategy: str,
    shelf: Shelf,
    *,
    labels: int | None,
    seed: int,
    training: Training = PRESETS["balanced"],
    metric: str = "auto",
    before: str | None = None,
    backbone: str | catalog.Backbone = "auto",
    device: str = "cpu",
    **knobs: object,
) -> Result:
    """One run. ``before`` ends it before the phase of that name: "target" leaves the target's labels unlearnt."""
    network = catalog.backbone(plan.backbone_for(backbone, situation)) if isinstance(backbone, str) else backbone
    chosen = catalog.strategy(strategy, **{**catalog.suited(strategy, situation.modality), **knobs})
    headline = plan.headline(situation) if metric == "auto" else metric
    spec = RunSpec("benchmark", {}, strategy, chosen.knobs, labels, seed, network.name, headline, training)

    def story(task):  # type: ignore[no-untyped-def]
        return takewhile(lambda phase: phase.name != before, chosen.phases(task))

    return carry_out(
        story, spec, situation, network, catalog.metrics(), device=device, report=lambda epoch: None, shelf=shelf
    )


def scores(situations: list[Situation], strategy: str, shelf: Shelf, metric: str, **given: object) -> Scores:
    """The test score for each of these situations, one seed each."""
    results = [
        carried_out(situation, strategy, shelf, seed=seed, metric=metric, **given)  # type: ignore[arg-type]
        for seed, situation in enumerate(situations)
    ]
    chosen = results[0].outcome.selector.removeprefix("the latest epoch not clearly worse than the best on ")
    return Scores([result.outcome.test[metric] for result in results], chosen)


def write(page: Path, start: str, end: str, text: str) -> None:
    """Put this text between two marks of a page; what stands around it stays. Raises `ValueError` without the marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no place for this between {start!r} and {end!r}.")
    page.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}", encoding="utf-8")
