"""What people ask of the queue: run this experiment, stop that run, try it again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from hashlib import blake2s
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from tlcore.errors import Unusable
from tlcore.outcome import State
from tlcore.plan import Plan
from tlcore.spec import Experiment, RunSpec
from tlcore.store.facts import facts
from tlcore.store.place import Place, to_json
from tlcore.store.schema import epochs, experiment_runs, experiments, runs

ACTIVE = (State.STARTING, State.RUNNING, State.STOPPING)
AGAIN = (State.STOPPED, State.CANCELLED, State.FAILED, State.LOST)  # final, yet worth another try

# What a run that waits has: nothing of an earlier attempt.
FRESH: dict[str, Any] = dict.fromkeys((
    "request", "started", "finished", "batch", "slot", "host", "keeper", "keeper_created", "pid", "pid_created",
    "beat", "test_score", "valid_score", "test", "valid", "selector", "seconds", "epochs", "device", "warnings",
    "features", "failure_kind", "failure", "tail",
))  # fmt: skip


def identity(experiment: Experiment, specs: Iterable[RunSpec]) -> str:
    """The id under which this experiment, resolved, is stored or would be: equal experiments have equal ids."""
    text = to_json([experiment.to_dict(), [spec.key for spec in specs]])
    return blake2s(text.encode(), digest_size=6).hexdigest()


class Submitting(Place):
    def submit(self, plan: Plan, *, launcher: str = "local") -> str:
        """Queue an experiment; returns its id.

        Equal experiments are the same experiment, as equal specs are the same run: submitting one
        again returns its id, leaves alone what is done or under way, and queues again what failed,
        was lost, cancelled or stopped. Only runs meant for ``launcher`` are taken up by it.
        """
        self.artifacts.usable()
        experiment = plan.experiment
        record, keys = experiment.to_dict(), [spec.key for spec in plan.runs]
        number = identity(experiment, plan.runs)
        known_facts = facts(plan)  # takes its time: not while others wait to write
        with self.writing.begin() as connection:
            now = time.time()
            known = connection.execute(select(experiments.c.id).where(experiments.c.id == number)).first()
            if known:
                connection.execute(update(experiments).where(experiments.c.id == number).values(submitted=now))
            else:
                row = {
                    "id": number,
                    "name": experiment.name,
                    "scenario": experiment.scenario,
                    "metric": plan.metric,
                    "example": False,
                    "created": now,
                    "submitted": now,
                    "record": record,
                    "facts": known_facts,
                }
                connection.execute(insert(experiments), [row])
            queued = _queue(connection, plan.runs, launcher, experiment.device, now)
            if not known:
                order = [{"experiment": number, "position": i, "run": key} for i, key in enumerate(keys)]
                connection.execute(insert(experiment_runs), order)
        for key in queued:
            self.artifacts.clear(key)
        return number

    def ask(self, run_key: str, request: Literal["stop", "cancel"]) -> None:
        """Ask a run to end: "stop" keeps its best epoch, "cancel" keeps nothing. One that waits ends at once."""
        with self.writing.begin() as connection:
            _known(connection, run_key)
            _end(connection, runs.c.key == run_key, request)

    def stop_all(self, experiment_id: str, request: Literal["stop", "cancel"] = "stop") -> None:
        """`ask` every run of an experiment that is not over yet."""
        with self.writing.begin() as connection:
            _end(connection, runs.c.key.in_(_runs_of(experiment_id)), request)

    def retry(self, run_key: str) -> None:
        """Queue a run again that failed, was lost, cancelled or stopped. Others stay as they are."""
        with self.writing.begin() as connection:
            run = _known(connection, run_key)
            again = run.state in AGAIN and not run.example
            if again:
                _requeue(connection, [run_key], time.time())
        if again:
            self.artifacts.clear(run_key)


def _known(connection: Connection, run_key: str) -> Any:
    run = connection.execute(select(runs.c.state, runs.c.example).where(runs.c.key == run_key)).first()
    if run is None:
        raise Unusable(f"No run is called {run_key!r}; the list of runs shows their names.")
    return run


def _queue(connection: Connection, specs: list[RunSpec], launcher: str, device: str, now: float) -> list[str]:
    """Rows for specs nobody asked for before; a new place in the queue for those worth another try."""
    keys = [spec.key for spec in specs]
    found = connection.execute(select(runs.c.key, runs.c.state).where(runs.c.key.in_(keys)))
    known = {row.key: row.state for row in found}
    again = [key for key in keys if known.get(key) in AGAIN]
    _requeue(connection, again, now, launcher=launcher, asked_device=device)
    place = _last_place(connection)
    rows = [
        {
            **FRESH,
            "key": spec.key,
            "spec": spec.to_dict(),
            "scenario": spec.scenario,
            "strategy": spec.strategy,
            "labels": spec.labels,
            "seed": spec.seed,
            "backbone": spec.backbone,
            "metric": spec.metric,
            "example": False,
            "state": State.QUEUED,
            "version": 1,
            "submitted": now,
            "place": place + position,
            "launcher": launcher,
            "asked_device": device,
        }
        for position, spec in enumerate((spec for spec in specs if spec.key not in known), start=1)
    ]
    if rows:
        connection.execute(insert(runs), rows)
    return again


def _requeue(connection: Connection, keys: list[str], now: float, **values: Any) -> None:
    place = _last_place(connection)
    connection.execute(delete(epochs).where(epochs.c.run.in_(keys)))
    for position, key in enumerate(keys, start=1):
        fresh = {**FRESH, **values, "state": State.QUEUED, "submitted": now, "place": place + position}
        connection.execute(update(runs).where(runs.c.key == key).values(version=runs.c.version + 1, **fresh))


def _last_place(connection: Connection) -> int:
    return connection.execute(select(func.coalesce(func.max(runs.c.place), 0))).scalar_one()


def _end(connection: Connection, which: Any, request: str) -> None:
    seen = {"version": runs.c.version + 1}
    connection.execute(
        update(runs)
        .where(which, runs.c.state == State.QUEUED)
        .values(state=State.CANCELLED, finished=time.time(), **seen)
    )
    # Who was asked to cancel stays cancelled: a later "stop" does not bring anything back.
    under_way = (which, runs.c.state.in_(ACTIVE), func.coalesce(runs.c.request, "") != "cancel")
    connection.execute(update(runs).where(*under_way).values(request=request, **seen))
    connection.execute(update(runs).where(*under_way[:1], runs.c.state == State.RUNNING).values(state=State.STOPPING))


def _runs_of(experiment_id: str) -> Any:
    return select(experiment_runs.c.run).where(experiment_runs.c.experiment == experiment_id)
