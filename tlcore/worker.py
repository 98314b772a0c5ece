"""Train one run; whatever happens, leave an outcome."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from traceback import format_exception

from tlcore import catalog
from tlcore.errors import Stopped, Unusable
from tlcore.launch import cause
from tlcore.launch.truth import myself
from tlcore.outcome import Epoch, Note, Outcome, State
from tlcore.plan import drawn
from tlcore.situation import Situation
from tlcore.spec import RunSpec
from tlcore.store import Store

PULSE = 2.0  # seconds between two signs of life
OWN_PROCESS = "TRANSFERLAB_WORKER"  # set where the process is the run's own


class Cancelled(BaseException):
    """Someone wants this run to end with nothing kept. No ``except Exception`` on the way up may hold it."""


class Unreadable(Exception):
    """The data could not be read; the cause says why."""


def work(
    store: Store, run_key: str, device: str = "auto", on_epoch: Callable[[str, Epoch], None] | None = None
) -> None:
    """Carry out a claimed run in this process.

    Its epochs, its heartbeat and its outcome go to the store; a failure is an outcome too and raises
    nothing. Only KeyboardInterrupt passes through, after the run was written down as cancelled.
    """
    spec = store.begin(run_key, *myself(), device)
    if spec is None:
        return
    with _beating(store, run_key), _settled(store, run_key):
        _carry_out(store, run_key, spec, device, on_epoch)


def _carry_out(
    store: Store, run_key: str, spec: RunSpec, device: str, on_epoch: Callable[[str, Epoch], None] | None
) -> None:
    from safetensors.torch import save

    from tlcore.learn.run import carry_out
    from tlcore.learn.shelf import Shelf

    device = _device(device)
    situation = _situation(spec)
    epochs = 0

    def report(epoch: Epoch) -> None:
        nonlocal epochs
        request = store.record(run_key, epochs, epoch)
        epochs += 1
        if on_epoch:
            on_epoch(run_key, epoch)
        if request == "cancel":
            raise Cancelled
        if request == "stop":
            raise Stopped

    result = carry_out(
        catalog.strategy(spec.strategy, **spec.knobs).phases,
        spec,
        situation,
        catalog.backbone(spec.backbone, **spec.network),
        catalog.metrics(),
        device=device,
        report=report,
        shelf=Shelf(store.home / "shelf" / spec.again),  # who repeats learns the source anew too
    )
    outcome = result.outcome
    asked = store.spec(run_key).training.batch
    if spec.training.batch != asked:
        note = Note(
            "{asked} examples per step did not fit into memory; it was trained with {used}.",
            {"asked": asked, "used": spec.training.batch},
        )
        outcome = replace(outcome, notes=(*outcome.notes, note))
    if len(result.predictions):
        store.save_predictions(run_key, result.predictions)
    if len(result.picture):
        store.save_picture(run_key, result.picture)
    if result.weights:
        store.save_weights(run_key, save({name: tensor.clone() for name, tensor in result.weights.items()}))
    store.finish(run_key, outcome)


def _situation(spec: RunSpec) -> Situation:
    try:
        return drawn(spec.scenario, **spec.settings)
    except Exception as error:
        raise Unreadable from error


def _device(asked: str) -> str:
    import torch

    if asked == "cuda" and not torch.cuda.is_available():
        raise Unusable("This run asks for a CUDA GPU, but none can be used here. Choose the device auto or cpu.")
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return asked


@contextmanager
def _settled(store: Store, run_key: str) -> Iterator[None]:
    """However the block ends, the run ends with an outcome."""
    try:
        yield
    except (Cancelled, KeyboardInterrupt) as error:
        store.finish(run_key, Outcome(State.CANCELLED))
        if isinstance(error, KeyboardInterrupt):
            raise
    except Exception as error:
        reading = isinstance(error, Unreadable)
        reason = error.__cause__ if reading and error.__cause__ else error
        text = "".join(format_exception(reason))
        with suppress(OSError):  # the disk may be full
            store.artifacts.note(run_key, text)
        failure = cause.of_error(reason, reading=reading, tail=text)
        if failure.kind == "memory" and store.again_smaller(run_key):
            return
        store.finish(run_key, Outcome(State.FAILED, failure=failure))
    finally:
        store.artifacts.publish_log(run_key)


@contextmanager
def _beating(store: Store, run_key: str) -> Iterator[None]:
    """Signs of life from a thread, however long an epoch takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(PULSE):
            try:
                request = store.beat(run_key)
            except Exception as error:
                print(f"No sign of life could be written: {error}", file=sys.stderr)  # the next one may succeed
                continue
            if request == "cancel" and os.environ.get(OWN_PROCESS):
                os.kill(os.getpid(), signal.SIGTERM)  # nobody else may be left to end it

    thread = threading.Thread(target=beat, daemon=True, name=f"heartbeat of {run_key}")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
