"""The runs of an experiment on an MLflow server: made once, left alone after that, made anew where they changed.

A copy carries the tag ``transferlab.copy_of`` with what it is a copy of. It is written last: a copy without it was
broken off, one with another value is of an earlier attempt at the run, and both are replaced.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from filelock import FileLock

from tlcore import __version__, events
from tlcore.errors import Unusable
from tlcore.measure.gain import recommended, row_of, summarise
from tlcore.mirror.server import EXPERIMENT, RUN, STATE_OF, Server
from tlcore.outcome import State
from tlcore.spec import RunSpec
from tlcore.store import Store, StoredExperiment
from tlcore.store.attempts import fingerprint, of_all

ENDINGS = {State.DONE: "FINISHED", State.STOPPED: "FINISHED", State.CANCELLED: "KILLED"}  # all others: FAILED
LOCK = "mirror.lock"


@dataclass(frozen=True)
class Mirrored:
    """What came of it: the parent run there, how many runs were written now, were there already, are not over yet."""

    parent: str
    written: int
    present: int
    waiting: int


def mirror(
    store: Store, experiment_id: str, server: Server, *, attach: Iterable[Path] = (),
    report: Callable[[str], Any] = lambda sentence: None,
) -> Mirrored:  # fmt: skip
    """Bring everything that has ended of an experiment to a server. ``attach``: files that go with the experiment.

    Raises `Unusable` where no run has ended, or the server cannot be used; what is there by then stays and is not
    written again.
    """
    stored = store.experiment(experiment_id)
    runs = store.runs(experiment_id)
    over = runs[[State(state).final for state in runs["state"]]]
    if over.empty:
        raise Unusable(f"No run of {experiment_id} has ended yet, so there is nothing to mirror.")
    summary = summarise(runs[runs["state"].isin([State.DONE, State.STOPPED])], stored.experiment.margin)
    specs = dict(zip(runs["run"], store.specs(experiment_id), strict=True))
    written = 0
    with FileLock(store.home / LOCK):  # a second comer finds everything there
        with server.reached():
            place = server.place(stored.experiment.name or stored.experiment.scenario)
            known = server.ours(place, experiment_id)
            parent = known.get(experiment_id) or _parent(server, place, stored)
        for run in over.itertuples():
            with server.reached(f"{written} of {len(over)} runs were written"):
                if _present(server, known.get(run.run), run):
                    continue
                report(f"{run.strategy}, seed {run.seed}")
                _write(store, server, place, parent.info.run_id, stored, run, specs[run.run], _verdict(summary, run))
                written += 1
        with server.reached("all runs were written, their summary was not"):
            _sum_up(server, parent, stored, over, summary, attach)
    return Mirrored(parent.info.run_id, written, len(over) - written, len(runs) - len(over))


def _present(server: Server, copy: Any, run: Any) -> bool:
    if copy is None:
        return False
    if copy.data.tags.get(STATE_OF) == fingerprint(run):
        return True
    server.client.delete_run(copy.info.run_id)
    return False


def _parent(server: Server, place: str, stored: StoredExperiment) -> Any:
    asked = stored.experiment
    parent = server.client.create_run(
        place, start_time=_moment(stored.created), run_name=asked.name or f"{asked.scenario} {stored.id}",
        tags={EXPERIMENT: stored.id, **_common(stored)},
    )  # fmt: skip
    server.log(parent.info.run_id, params=events.flat({**asked.to_dict(), "strategies": ", ".join(asked.strategies)}))
    return parent


def _write(
    store: Store, server: Server, place: str, parent: str, stored: StoredExperiment, run: Any, spec: RunSpec,
    verdict: str,
) -> None:  # fmt: skip
    from mlflow.entities import Metric as Point

    client = server.client
    labels = "all" if pd.isna(run.labels) else int(run.labels)
    began = run.started if pd.notna(run.started) else run.submitted
    copy = client.create_run(
        place, start_time=_moment(began), run_name=f"{run.strategy}, {labels} labels, seed {run.seed}",
        tags={
            EXPERIMENT: stored.id, RUN: run.run, "mlflow.parentRunId": parent, **_common(stored),
            **{f"transferlab.{name}": str(getattr(run, name)) for name in ("state", "strategy", "seed", "backbone")},
            "transferlab.labels": str(labels), "transferlab.verdict": verdict,
        },
    ).info.run_id  # fmt: skip
    epochs = store.epochs([run.run])
    curves = [
        Point(one.name, one.value, _moment(began + pd.Timedelta(seconds=one.seconds)), one.epoch)
        for one in events.scalars(epochs)
    ]
    ended = run.finished if pd.notna(run.finished) else began
    last = {**events.ends(run), **({} if pd.isna(run.seconds) else {"seconds": run.seconds})}
    metrics = [*curves, *(Point(name, value, _moment(ended), 0) for name, value in last.items())]
    server.log(copy, params=events.flat(spec.to_dict()), metrics=metrics)
    with TemporaryDirectory() as folder:
        for file in _files(store, run, Path(folder)):
            client.log_artifact(copy, str(file))
    client.set_terminated(copy, ENDINGS.get(State(run.state), "FAILED"), _moment(ended))
    server.log(copy, tags={STATE_OF: fingerprint(run)})


def _files(store: Store, run: Any, folder: Path) -> list[Path]:
    """What the run left, written into a folder: its predictions, its log, why it failed."""
    found = []
    if (told := store.predictions(run.run)) is not None:
        told.to_parquet(folder / "predictions.parquet", index=False)
        found.append(folder / "predictions.parquet")
    for name, text in (("log.txt", store.log(run.run)), ("failure.txt", run.failure or "")):
        if text:
            (folder / name).write_text(text, "utf-8")
            found.append(folder / name)
    return found


def _sum_up(
    server: Server, parent: Any, stored: StoredExperiment, over: pd.DataFrame, summary: pd.DataFrame,
    attach: Iterable[Path],
) -> None:  # fmt: skip
    """The summary table, the gains, what was asked for and what it rests on; written again only where a run changed."""
    from mlflow.entities import Metric as Point

    client, run = server.client, parent.info.run_id
    for file in attach:
        client.log_artifact(run, str(file))
    state = of_all(over)
    if parent.data.tags.get(STATE_OF) == state:
        return
    table = io.StringIO()
    summary.to_csv(table, index=False)
    client.log_text(run, table.getvalue(), "summary.csv")
    client.log_text(run, stored.experiment.to_yaml(), "experiment.yaml")
    client.log_text(run, json.dumps(stored.facts, indent=1, ensure_ascii=False), "facts.json")
    moment, most = _moment(pd.Timestamp.now(tz="UTC")), int(stored.facts["counts"]["target"]["n"])
    budgets = [most if pd.isna(count) else int(count) for count in summary["labels"]]
    gains = [
        Point(f"{name}/{strategy}", float(value), moment, labels)
        for name in ("mean", "gain")
        for strategy, value, labels in zip(summary["strategy"], summary[name], budgets, strict=True)
        if pd.notna(value)
    ]
    server.log(run, metrics=gains, tags={"transferlab.recommended": recommended(summary) or "nothing"})
    client.set_terminated(run, "FINISHED")
    server.log(run, tags={STATE_OF: state})


def _common(stored: StoredExperiment) -> dict[str, str]:
    return {
        "transferlab.version": __version__,
        "transferlab.scenario": stored.experiment.scenario,
        "transferlab.metric": stored.experiment.metric,
        "transferlab.simulated": str(bool(stored.facts.get("simulated"))).lower(),
        "transferlab.example": str(stored.example).lower(),
    }


def _verdict(summary: pd.DataFrame, run: Any) -> str:
    row = row_of(summary, run.strategy, None if pd.isna(run.labels) else int(run.labels))
    return "none" if row is None else str(row["verdict"])


def _moment(when: Any) -> int:
    """Milliseconds since 1970, as MLflow counts."""
    return round(when.timestamp() * 1000)
