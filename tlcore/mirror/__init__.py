"""A finished experiment, copied to an MLflow tracking server, so that teams who live there find it (docs/mlflow.md).

    mirror(store, experiment_id, server)    one parent run for the experiment, one run below it for each run
    register(server, run, folder, ...)      an exported model, with its signature, under a name

The store stays the only truth: nothing is read back, and mirroring again brings what is missing or has changed since.
"""

from tlcore.mirror.models import register
from tlcore.mirror.runs import Mirrored, mirror
from tlcore.mirror.server import Server

__all__ = ["Mirrored", "Server", "mirror", "register"]
