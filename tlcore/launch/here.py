"""In this process, one run after the other: for tests, notebooks and benchmarks."""

from __future__ import annotations

from collections.abc import Callable

from tlcore.launch.truth import myself
from tlcore.outcome import Epoch
from tlcore.store import Store


def here(store: Store, experiment_id: str, on_epoch: Callable[[str, Epoch], None] | None = None) -> None:
    """Carry out the queued runs of an experiment before returning. ``on_epoch(run_key, epoch)`` after every epoch."""
    from tlcore.worker import work

    while (claimed := store.claim(myself(), "here", experiment=experiment_id)) is not None:
        work(store, claimed.run, claimed.device, on_epoch)
