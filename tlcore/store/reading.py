"""What pages, reports and the command line read: frames, one row per experiment, run, epoch or prediction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import case, func, select

from tlcore.errors import Unusable
from tlcore.measure.rungs import rungs
from tlcore.outcome import State
from tlcore.spec import PART, Experiment, RunSpec
from tlcore.store.artifacts import PICTURE, PREDICTIONS, WEIGHTS
from tlcore.store.place import Place
from tlcore.store.schema import epochs, experiment_runs, experiments, runs
from tlcore.store.submitting import ACTIVE

if TYPE_CHECKING:
    import numpy as np

RUN_COLUMNS = (
    "key", "strategy", "labels", "seed", "state", "metric", "test_score", "valid_score", "test", "valid", "selector",
    "seconds", "epochs", "device", "warnings", "failure_kind", "failure", "scenario", "backbone", "example", "request",
    "asked_device", "launcher", "submitted", "started", "finished",
)  # fmt: skip
KEYS_AT_ONCE = 10_000  # SQLite takes 32,766 values in one query
NO_WEIGHTS = 64  # bytes that a file of weights has at most when there is none in it
MOMENTS = ("created", "submitted", "started", "finished")


@dataclass(frozen=True)
class StoredExperiment:
    """An experiment as it was resolved, and what was known of its data and machine when it was submitted."""

    id: str
    experiment: Experiment
    created: datetime
    submitted: datetime
    example: bool
    facts: dict[str, Any]


class Reading(Place):
    def experiments(self) -> pd.DataFrame:
        """One row per experiment, the one asked for last on top.

        Columns: id, name, scenario, metric, example, created, submitted, runs, done, failed, cancelled, active
        (counts: finished with a result; without one; ended on request; waiting or under way), strategies, labels
        (lists), seeds, backbone, again (what it repeats and the how-manieth time, else "").
        """

        def counted(*states: State) -> Any:
            return func.coalesce(func.sum(case((runs.c.state.in_(states), 1), else_=0)), 0)

        table = experiments.c
        query = (
            select(
                table.id, table.name, table.scenario, table.metric, table.example, table.created, table.submitted,
                table.record, func.count(runs.c.key).label("runs"), counted(State.DONE, State.STOPPED).label("done"),
                counted(State.FAILED, State.LOST).label("failed"), counted(State.CANCELLED).label("cancelled"),
                counted(State.QUEUED, *ACTIVE).label("active"),
            )
            .select_from(experiments.outerjoin(experiment_runs).outerjoin(runs))
            .group_by(table.id)
            .order_by(table.submitted.desc())
        )  # fmt: skip
        frame = self._frame(query)
        records = frame.pop("record")
        for key in ("strategies", "labels", "seeds", "backbone"):
            frame[key] = pd.Series([record[key] for record in records], dtype=object)
        frame["again"] = pd.Series([record.get("again", "") for record in records], dtype=object)
        return frame

    def experiment(self, experiment_id: str) -> StoredExperiment:
        """Raises `Unusable` when there is none of this id."""
        with self.reading.connect() as connection:
            row = connection.execute(select(experiments).where(experiments.c.id == experiment_id)).first()
        if row is None:
            raise Unusable(f"No experiment is called {experiment_id!r}; the list of experiments shows their names.")
        created, submitted = (datetime.fromtimestamp(moment, UTC) for moment in (row.created, row.submitted))
        experiment = Experiment.from_dict(row.record)
        return StoredExperiment(row.id, experiment, created, submitted, bool(row.example), row.facts)

    def runs(self, experiment_id: str | None = None) -> pd.DataFrame:
        """One summary row per run: of an experiment in its order, else all but the examples' in the queue's order."""
        query = select(*(runs.c[name] for name in RUN_COLUMNS))
        if experiment_id is None:
            query = query.where(~runs.c.example).order_by(runs.c.place)
        else:
            query = (
                query.join(experiment_runs)
                .where(experiment_runs.c.experiment == experiment_id)
                .order_by(experiment_runs.c.position)
            )
        return self._runs(query)

    def asked(self, run_keys: Iterable[str]) -> pd.DataFrame:
        """One summary row for each of these runs that somebody has asked for, an example's too."""
        keys, query = list(run_keys), select(*(runs.c[name] for name in RUN_COLUMNS))
        parts = [keys[start : start + KEYS_AT_ONCE] for start in range(0, max(1, len(keys)), KEYS_AT_ONCE)]
        return pd.concat([self._runs(query.where(runs.c.key.in_(part))) for part in parts], ignore_index=True)

    def _runs(self, query: Any) -> pd.DataFrame:
        frame = self._frame(query).rename(columns={"key": "run"})
        # Integers where there is a budget, NA where every label counts: no float column in between.
        frame["labels"] = _whole(frame["labels"])
        frame["test"] = [_numbers(scores) for scores in frame["test"]]
        frame["valid"] = [_numbers(scores) for scores in frame["valid"]]
        frame["warnings"] = [found or [] for found in frame["warnings"]]
        for score in ("test_score", "valid_score", "seconds", "epochs"):
            frame[score] = frame[score].astype(float)
        return frame

    def epochs(self, run_keys: Iterable[str]) -> pd.DataFrame:
        """One row per epoch of these runs, in order; one column per loss term, named ``term:<name>``."""
        table = epochs.c
        query = (
            select(
                table.run, runs.c.strategy, runs.c.labels, runs.c.seed, table.phase, table.number, table.position,
                table.step, table.seen, table.seconds, table.kept, table.replayed, table.loss, table.scores,
                table.terms,
            )
            .join(runs)
            .where(table.run.in_(list(run_keys)))
            .order_by(table.run, table.position)
        )  # fmt: skip
        frame = self._frame(query)
        frame["labels"] = _whole(frame["labels"])
        frame["loss"] = frame["loss"].astype(float)
        scores, terms = frame.pop("scores"), frame.pop("terms")
        for name in ("valid", "watched", "source"):
            frame[name] = pd.Series([found.get(name) for found in scores], dtype=float)
        for name in dict.fromkeys(name for found in terms for name in found):
            frame[f"term:{name}"] = pd.Series([found.get(name) for found in terms], dtype=float)
        # A phase begins where the run, or its name, changes, or its epochs count from the start again.
        same_run = frame["run"].eq(frame["run"].shift())
        goes_on = frame["phase"].eq(frame["phase"].shift()) & (frame["number"] > frame["number"].shift())
        begins = (same_run & ~goes_on).astype(int)
        frame.insert(5, "phase_index", begins.groupby(frame["run"]).cumsum().astype(int))
        return frame

    def predictions(self, run_key: str) -> pd.DataFrame | None:
        """What a run predicted for its validation and test examples, or None where that was not kept."""
        content = self.artifacts.read(run_key, PREDICTIONS)
        if content is None:
            return None
        from pyarrow.parquet import ParquetFile

        # A page reads hundreds of these small files: as a data set, and by several threads each, takes twice as long.
        return ParquetFile(BytesIO(content)).read(use_threads=False).to_pandas()

    def rungs(self, run_key: str, event: int = 1) -> pd.DataFrame | None:
        """What every threshold names in a run (measure/rungs.py), of the class at position ``event``; None where its
        predictions were not kept."""
        told = self.predictions(run_key)
        return None if told is None else rungs(told, event)

    def features(self, experiment_id: str) -> pd.DataFrame:
        """What networks make of both domains: one row per run of an experiment and measure (measure/adaptation.py).

        Columns: run, strategy, labels, seed, start, n, measure, before, after, floor. Runs that have no one network,
        or are of a version that did not look, have no rows.
        """
        query = (
            select(runs.c.key, runs.c.strategy, runs.c.labels, runs.c.seed, runs.c.features)
            .join(experiment_runs)
            .where(experiment_runs.c.experiment == experiment_id, runs.c.state.in_([State.DONE, State.STOPPED]))
            .order_by(experiment_runs.c.position)
        )
        columns = ["run", "strategy", "labels", "seed", "start", "n", "measure", "before", "after", "floor"]
        with self.reading.connect() as connection:
            rows = [
                (row.key, row.strategy, row.labels, row.seed, row.features["start"], row.features["n"], name, *values)
                for row in connection.execute(query)
                for name, values in (row.features or {}).get("measures", {}).items()
            ]
        frame = pd.DataFrame(rows, columns=columns)
        frame["labels"] = _whole(frame["labels"])
        return frame.astype({"before": float, "after": float, "floor": float})

    def picture(self, run_key: str) -> pd.DataFrame | None:
        """Both domains in a run's features, before and after; None where that was not kept."""
        content = self.artifacts.read(run_key, PICTURE)
        return None if content is None else pd.read_parquet(BytesIO(content))

    def weights(self, run_key: str) -> dict[str, np.ndarray] | None:
        """The weights of the kept epoch by name, or None where the run has none."""
        from safetensors.numpy import load

        content = self.artifacts.read(run_key, WEIGHTS)
        return None if content is None else load(content)

    def size(self, run_key: str) -> int | None:
        """Bytes of the weights a run learnt itself; None where there are none, such as of what trains no network."""
        size = self.artifacts.size(run_key, WEIGHTS)
        return size if size is not None and size > NO_WEIGHTS else None

    def log(self, run_key: str) -> str:
        """What the run's process printed so far; empty where there is nothing."""
        return self.artifacts.log(run_key).decode(errors="replace")

    def spec(self, run_key: str) -> RunSpec:
        """What was asked of a run. Raises `Unusable` when there is none of this key."""
        with self.reading.connect() as connection:
            row = connection.execute(select(runs.c.spec).where(runs.c.key == run_key)).first()
        if row is None:
            raise Unusable(f"No run is called {run_key!r}; the list of runs shows their names.")
        return RunSpec.from_dict(row.spec)

    def over_with(self, run_key: str) -> list[str]:
        """The experiments that this run belongs to and of which no run waits or is under way any more."""
        having = select(experiment_runs.c.experiment).where(experiment_runs.c.run == run_key)
        going = (
            select(experiment_runs.c.experiment)
            .join(runs)
            .where(runs.c.state.in_([State.QUEUED, *ACTIVE]), experiment_runs.c.experiment.in_(having))
        )
        with self.reading.connect() as connection:
            return list(connection.execute(having.where(~experiment_runs.c.experiment.in_(going))).scalars())

    def specs(self, experiment_id: str) -> list[RunSpec]:
        """What was asked of every run of an experiment, in its order."""
        query = select(runs.c.spec).join(experiment_runs).where(experiment_runs.c.experiment == experiment_id)
        with self.reading.connect() as connection:
            rows = connection.execute(query.order_by(experiment_runs.c.position)).all()
        return [RunSpec.from_dict(row.spec) for row in rows]

    def experiment_of(self, run_key: str) -> str | None:
        """The experiment a run belongs to: of several, the one that was asked for last; None where there is none.

        A part of a sweep or a search comes after all others.
        """
        query = (
            select(experiments.c.id)
            .join(experiment_runs)
            .where(experiment_runs.c.run == run_key)
            .order_by(experiments.c.name.startswith(PART), experiments.c.submitted.desc())
        )
        with self.reading.connect() as connection:
            return connection.execute(query.limit(1)).scalar()

    def stamp(self, experiment_id: str | None = None) -> str:
        """Changes whenever anything shown of the experiment (or of all) could change: the key of cached reads."""
        seen = select(func.count(), func.coalesce(func.sum(runs.c.version), 0)).select_from(runs)
        asked = select(func.count(), func.max(experiments.c.submitted))
        if experiment_id is not None:
            seen = seen.join(experiment_runs).where(experiment_runs.c.experiment == experiment_id)
            asked = asked.where(experiments.c.id == experiment_id)
        with self.reading.connect() as connection:
            values = [*connection.execute(seen).one(), *connection.execute(asked).one()]
        return "-".join(map(str, values))

    def _frame(self, query: Any) -> pd.DataFrame:
        with self.reading.connect() as connection:
            result = connection.execute(query)
            columns = list(result.keys())
            rows = result.all()
        # Column by column, so that pandas need not guess a type for rows of everything.
        frame = pd.DataFrame(
            {name: pd.Series([row[i] for row in rows], dtype=_dtype(name)) for i, name in enumerate(columns)}
        )
        for name in set(MOMENTS) & set(columns):
            frame[name] = pd.to_datetime(frame[name], unit="s", utc=True)
        return frame


def _dtype(column: str) -> Any:
    return "float64" if column in MOMENTS else _DTYPES.get(column, object)


_DTYPES = {
    "seed": "int64", "number": "int64", "position": "int64", "step": "int64", "seen": "int64", "seconds": "float64",
    "runs": "int64", "done": "int64", "failed": "int64", "cancelled": "int64", "active": "int64",
    "example": bool, "kept": bool, "replayed": bool,
}  # fmt: skip


def _whole(column: pd.Series) -> pd.Series:
    return pd.Series([pd.NA if pd.isna(value) else int(value) for value in column], index=column.index, dtype=object)


def _numbers(scores: dict[str, float | None] | None) -> dict[str, float]:
    """Measures by name; null in the database is NaN here."""
    return {name: float("nan") if value is None else value for name, value in (scores or {}).items()}
