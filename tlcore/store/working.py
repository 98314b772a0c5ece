"""What launchers and workers do to a run: take it from the queue, keep it alive, write down how it goes and ends."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from tlcore.outcome import FINAL, Epoch, Outcome, State
from tlcore.spec import RunSpec
from tlcore.store.artifacts import PICTURE, PREDICTIONS, WEIGHTS
from tlcore.store.place import Place
from tlcore.store.schema import epochs, runs
from tlcore.store.submitting import ACTIVE, FRESH, _requeue, _runs_of

if TYPE_CHECKING:
    import pandas as pd

TAIL = 4000  # characters of a log that a failure keeps
LEAST_BATCH = 2

_seen = {"version": runs.c.version + 1}


class Claimed(NamedTuple):
    """A run taken from the queue, and the device it asks for: "auto", "cpu" or "cuda"."""

    run: str
    device: str


@dataclass(frozen=True)
class Active:
    """A run under way: who is at it, where, and what was asked of it."""

    key: str
    state: State
    request: str | None
    slot: str | None
    host: str | None
    keeper: tuple[int, float] | None  # process id and creation time of who started the worker
    worker: tuple[int, float] | None
    beat: float


class Working(Place):
    def claim(
        self,
        keeper: tuple[int, float],
        slot: str,
        *,
        devices: Iterable[str] = ("auto", "cpu", "cuda"),
        launcher: str | None = None,
        experiment: str | None = None,
    ) -> Claimed | None:
        """Take the first waiting run that this slot can carry out, if there is one. No two callers get the same.

        ``keeper`` is the process (id, creation time) that promises to notice the end of the worker.
        """
        waiting = [runs.c.state == State.QUEUED, runs.c.asked_device.in_(list(devices))]
        if launcher:
            waiting.append(runs.c.launcher == launcher)
        if experiment:
            waiting.append(runs.c.key.in_(_runs_of(experiment)))
        first = select(runs.c.key, runs.c.asked_device).where(*waiting).order_by(runs.c.place).limit(1)
        with self.reading.connect() as connection:  # looking costs no lock, and mostly there is nothing
            if connection.execute(first).first() is None:
                return None
        with self.writing.begin() as connection:
            row = connection.execute(first.with_for_update()).first()
            if row is None:
                return None
            taken = {"slot": slot, "host": platform.node(), "keeper": keeper[0], "keeper_created": keeper[1]}
            now = time.time()
            values = {"state": State.STARTING, "started": now, "beat": now, **taken, **_seen}
            connection.execute(update(runs).where(runs.c.key == row.key).values(**values))
        return Claimed(row.key, row.asked_device)

    def begin(self, run_key: str, pid: int, created: float, device: str) -> RunSpec | None:
        """A worker is at it. Returns what to train, or None when the run is not this worker's to do any more."""
        with self.writing.begin() as connection:
            row = connection.execute(
                select(runs.c.spec, runs.c.batch, runs.c.request).where(
                    runs.c.key == run_key, runs.c.state == State.STARTING
                )
            ).first()
            if row is None:
                return None
            state = State.STOPPING if row.request else State.RUNNING
            values = {"state": state, "pid": pid, "pid_created": created, "device": device, "beat": time.time()}
            connection.execute(update(runs).where(runs.c.key == run_key).values(**values, **_seen))
        spec = RunSpec.from_dict(row.spec)
        return replace(spec, training=replace(spec.training, batch=row.batch)) if row.batch else spec

    def beat(self, run_key: str) -> str | None:
        """Still alive. Returns what was asked of the run meanwhile: "stop", "cancel" or None."""
        with self.writing.begin() as connection:
            connection.execute(update(runs).where(runs.c.key == run_key).values(beat=time.time()))
            request = self._request(connection, run_key)
        return "cancel" if request == "over" else request

    def record(self, run_key: str, index: int, epoch: Epoch) -> str | None:
        """Keep an epoch, ``index`` = 0, 1, 2, ... over the run. Returns what was asked of the run meanwhile."""
        row = {
            "run": run_key,
            "position": index,
            "phase": epoch.phase,
            "number": epoch.number,
            "step": epoch.step,
            "seen": epoch.seen,
            "seconds": epoch.seconds,
            "loss": epoch.loss,
            "kept": epoch.kept,
            "replayed": epoch.replayed,
            "terms": epoch.terms,
            "scores": epoch.scores,
        }
        with self.writing.begin() as connection:
            request = self._request(connection, run_key)
            if request == "over":
                return "cancel"
            connection.execute(insert(epochs), [row])
            progress = {"epochs": index + 1, "seconds": epoch.seconds, "beat": time.time()}
            connection.execute(update(runs).where(runs.c.key == run_key).values(**progress, **_seen))
            return request

    def finish(self, run_key: str, outcome: Outcome) -> bool:
        """The end of a run, written once. Returns False when it had ended already."""
        failure = outcome.failure
        values: dict[str, Any] = {
            "state": outcome.state,
            "finished": time.time(),
            "test": outcome.test,
            "valid": outcome.valid,
            "selector": outcome.selector,
            "warnings": [list(note) for note in outcome.notes],
            "features": dict(outcome.features) or None,
            "failure_kind": failure.kind if failure else None,
            "failure": failure.sentence if failure else None,
            "tail": failure.tail[-TAIL:] if failure else None,
        }
        if outcome.state in (State.DONE, State.STOPPED):  # else nothing is known of these; what its epochs said stays
            values |= {"seconds": outcome.seconds, "epochs": outcome.epochs, "device": outcome.device}
        with self.writing.begin() as connection:
            metric = connection.execute(select(runs.c.metric).where(runs.c.key == run_key)).scalar_one()
            values |= {"test_score": outcome.test.get(metric), "valid_score": outcome.valid.get(metric)}
            over = runs.c.state.in_([state.value for state in FINAL])
            changed = connection.execute(update(runs).where(runs.c.key == run_key, ~over).values(**values, **_seen))
            return changed.rowcount > 0

    def again_smaller(self, run_key: str) -> bool:
        """Queue a run once more at half its batch, ahead of the others. False when that was tried already."""
        with self.writing.begin() as connection:
            row = connection.execute(select(runs).where(runs.c.key == run_key)).one()
            batch = row.spec["training"]["batch"] // 2
            if row.batch is not None or batch < LEAST_BATCH or row.request:
                return False
            _requeue(connection, [run_key], row.submitted, batch=batch)
            connection.execute(update(runs).where(runs.c.key == run_key).values(place=row.place))
            return True

    def active(self) -> list[Active]:
        """Every run under way, by place in the queue."""
        columns = (
            runs.c.key, runs.c.state, runs.c.request, runs.c.slot, runs.c.host, runs.c.keeper, runs.c.keeper_created,
            runs.c.pid, runs.c.pid_created, runs.c.beat,
        )  # fmt: skip
        with self.reading.connect() as connection:
            rows = connection.execute(select(*columns).where(runs.c.state.in_(ACTIVE)).order_by(runs.c.place)).all()
        return [
            Active(
                row.key,
                State(row.state),
                row.request,
                row.slot,
                row.host,
                (row.keeper, row.keeper_created) if row.keeper else None,
                (row.pid, row.pid_created) if row.pid else None,
                row.beat or 0.0,
            )
            for row in rows
        ]

    def adopt(self, run_key: str, keeper: tuple[int, float]) -> None:
        """Another process promises to notice the end of this run's worker."""
        values = {"keeper": keeper[0], "keeper_created": keeper[1]}
        with self.writing.begin() as connection:
            connection.execute(update(runs).where(runs.c.key == run_key).values(**values))

    def give_back(self, run_key: str) -> None:
        """Nobody came to begin this run: it waits again, in its old place."""
        values = {**{key: None for key in FRESH if key != "batch"}, "state": State.QUEUED, **_seen}
        with self.writing.begin() as connection:
            waiting = (runs.c.key == run_key, runs.c.state == State.STARTING, runs.c.request.is_(None))
            connection.execute(update(runs).where(*waiting).values(**values))

    def waiting(self, launcher: str | None = None) -> int:
        """How many runs wait."""
        query = select(func.count()).select_from(runs).where(runs.c.state == State.QUEUED)
        if launcher:
            query = query.where(runs.c.launcher == launcher)
        with self.reading.connect() as connection:
            return connection.execute(query).scalar_one()

    def save_predictions(self, run_key: str, frame: pd.DataFrame) -> None:
        self._save(run_key, PREDICTIONS, frame)

    def save_picture(self, run_key: str, frame: pd.DataFrame) -> None:
        self._save(run_key, PICTURE, frame)

    def save_weights(self, run_key: str, content: bytes) -> None:
        """``content`` is what ``safetensors.torch.save`` returned."""
        self.artifacts.write(run_key, WEIGHTS, content)

    def _save(self, run_key: str, name: str, frame: pd.DataFrame) -> None:
        buffer = BytesIO()
        frame.to_parquet(buffer, index=False, compression="zstd")
        self.artifacts.write(run_key, name, buffer.getvalue())

    def _request(self, connection: Connection, run_key: str) -> str | None:
        """What was asked; "over" where somebody else ended this run or asked for it anew."""
        row = connection.execute(select(runs.c.request, runs.c.state).where(runs.c.key == run_key)).one()
        return row.request if row.state in ACTIVE else "over"
