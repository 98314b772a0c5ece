"""What is done once an experiment is over: where ``MLFLOW_TRACKING_URI`` is set, it is mirrored there.
A part of a sweep or a search is left out: there are dozens of them, and each can be mirrored by hand.

In a process of its own, so that a server that is slow or down holds up nobody; what it says is in ``mirror.log``.
"""

from __future__ import annotations

import os

from tlcore.launch.detached import spawn
from tlcore.spec import PART
from tlcore.store import Store

LOG = "mirror.log"
ADDRESS = "MLFLOW_TRACKING_URI"


def after(store: Store, run: str) -> None:
    """See to what this run was the last of. Returns at once."""
    if not os.environ.get(ADDRESS):
        return
    for experiment in store.over_with(run):
        if not store.experiment(experiment).experiment.name.startswith(PART):
            spawn(store, ["-m", "tlcore", "mirror", experiment], LOG)
