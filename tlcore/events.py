"""The curves of an experiment as TensorBoard event files: a folder per run, to be opened with ``tensorboard --logdir``.

    <folder>/fine_tune/labels_100/seed_0/events.out.tfevents...

Scalars are named ``<phase>/<what>``: the scores and the loss of an epoch, and each loss term, at the optimiser's step
and at the moment it was written down; ``test/<metric>`` and ``valid/<metric>`` at the end. What was asked for stands
under *HParams*.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pandas as pd

from tlcore.errors import Unusable
from tlcore.outcome import State
from tlcore.store import Store

SCORES = ("valid", "watched", "source", "loss")


def write(store: Store, experiment_id: str, folder: Path) -> list[Path]:
    """Write the runs of an experiment that have a result; returns a folder for each.

    Raises `Unusable` where ``folder`` holds something already, cannot be written, or no run has a result. ``folder``
    is there in full or not at all.
    """
    runs = store.runs(experiment_id)
    done = runs[runs["state"].isin([State.DONE, State.STOPPED])]
    if done.empty:
        raise Unusable(f"No run of {experiment_id} has a result yet, so there is no curve to write.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unusable(f"{folder} holds something already; name a folder that is empty or not there yet.")
    epochs = dict(list(store.epochs(done["run"]).groupby("run", sort=False)))
    specs = dict(zip(runs["run"], store.specs(experiment_id), strict=True))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as draft:
            whole = Path(draft) / folder.name
            for run in done.itertuples():
                curves = epochs.get(run.run, pd.DataFrame())
                _one(whole / place(run), run, curves, flat(specs[run.run].to_dict()))
            if folder.exists():
                folder.rmdir()
            whole.replace(folder)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error}. Name a folder of yours.") from error
    return [folder / place(run) for run in done.itertuples()]


def place(run: Any) -> Path:
    """Where a run lies, readably: its strategy, its label budget, its seed."""
    return Path(run.strategy) / f"labels_{'all' if pd.isna(run.labels) else int(run.labels)}" / f"seed_{run.seed}"


class Scalar(NamedTuple):
    """One value of a run's epochs: ``phase/what``, the epoch of its phase, and step and seconds of the whole run."""

    name: str
    value: float
    epoch: int
    step: int
    seconds: float


def scalars(epochs: pd.DataFrame) -> Iterator[Scalar]:
    """Every value of a run's epochs that is there. A phase whose name comes again is told apart: ``target 2/valid``."""
    if epochs.empty:
        return
    named = [*SCORES, *(name for name in epochs.columns if name.startswith("term:"))]
    places = epochs.drop_duplicates("phase_index")
    turns = dict(zip(places["phase_index"], places.groupby("phase").cumcount() + 1, strict=True))
    for epoch in epochs.to_dict("records"):
        turn = turns[epoch["phase_index"]]
        phase = f"{epoch['phase']} {turn}" if turn > 1 else epoch["phase"]
        for name in named:
            value = epoch[name]
            if value is not None and math.isfinite(value):
                told = name.replace("term:", "term_")
                yield Scalar(f"{phase}/{told}", value, epoch["number"], epoch["step"], epoch["seconds"])


def ends(run: Any) -> dict[str, float]:
    """The measures at the end of a run, a row of the runs frame: ``test/roc_auc``; undefined ones are left out."""
    found = {f"{part}/{name}": value for part in ("test", "valid") for name, value in getattr(run, part).items()}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with mappings within it as one level: ``training.epochs``."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        within = flat(value) if isinstance(value, Mapping) else None
        found |= {name: value} if within is None else {f"{name}.{key}": one for key, one in within.items()}
    return found


def _one(folder: Path, run: Any, epochs: pd.DataFrame, asked: dict[str, Any]) -> None:
    with _without_torch():
        from tensorboardX import SummaryWriter
        from tensorboardX.summary import hparams

    began = run.started.timestamp()
    last = int(epochs["step"].max()) if len(epochs) else 0
    ended = ends(run)
    words = {name: "all" if value is None else value for name, value in asked.items()}
    with SummaryWriter(logdir=str(folder)) as writer:
        for one in scalars(epochs):
            writer.add_scalar(one.name, one.value, one.step, walltime=began + one.seconds)
        for summary in hparams(words, ended):  # `add_hparams` would put them in a folder, a run, of their own
            writer.file_writer.add_summary(summary)
        for name, value in ended.items():
            writer.add_scalar(name, value, last, walltime=began + run.seconds)


@contextmanager
def _without_torch() -> Iterator[None]:
    """tensorboardX loads torch wherever there is one, in seconds, for what is not written here."""
    loaded = "torch" in sys.modules
    if not loaded:
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if not loaded:
            del sys.modules["torch"]
