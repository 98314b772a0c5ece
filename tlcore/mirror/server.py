"""The tracking server: reached or not, in one sentence; and what is ours on it, found by our own tags."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from tlcore.errors import Unusable

ADDRESS = "MLFLOW_TRACKING_URI"
EXPERIMENT, RUN, STATE_OF = "transferlab.experiment", "transferlab.run", "transferlab.copy_of"
METRICS_AT_ONCE, PARAMS_AT_ONCE, TAGS_AT_ONCE = 1000, 100, 100  # of one call, by the API
LONGEST = {"param": 6000, "tag": 8000}  # characters of a value

# A server that is down is to be said in seconds, not after MLflow's two minutes of trying again; and a line for every
# run that is closed is told by us, once.
MANNERS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


class Server:
    """One MLflow server, or a folder or database that stands for one, by its address."""

    def __init__(self, address: str | None = None):
        """``address`` or what ``MLFLOW_TRACKING_URI`` says. Raises `Unusable` where neither names one."""
        self.address = address or os.environ.get(ADDRESS, "")
        if not self.address:
            raise Unusable(f"No MLflow server is named: say --to http://..., or let {ADDRESS} name one.")

    @cached_property
    def client(self) -> Any:
        for name, value in MANNERS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.address)

    @contextmanager
    def reached(self, done: str = "nothing was written there") -> Iterator[Any]:
        """The client. Raises `Unusable` where the server cannot be reached or refuses; ``done``: how far it got."""
        from mlflow.exceptions import MlflowException

        try:
            yield self.client
        except (MlflowException, OSError) as error:  # requests' errors are of the latter kind
            cause = " ".join(str(error).split())
            cause = "it does not answer" if "Max retries exceeded" in cause else cause[:200]
            raise Unusable(
                f"The MLflow server {self.address} cannot be used ({cause}); {done}. Mirror again when it can."
            ) from error

    def place(self, name: str) -> str:
        """The id of the MLflow experiment of this name, made where there is none yet."""
        found = self.client.get_experiment_by_name(name)
        if found is None:
            return str(self.client.create_experiment(name))
        if found.lifecycle_stage != "active":
            raise Unusable(
                f"The MLflow experiment {name!r} was deleted on {self.address}, and its name is still taken; restore "
                "it there, or delete it for good."
            )
        return str(found.experiment_id)

    def ours(self, place: str, experiment_id: str) -> dict[str, Any]:
        """The MLflow runs that stand for an experiment and its runs there, by our own key of each."""
        found: dict[str, Any] = {}
        token = None
        while True:
            page = self.client.search_runs(
                [place], f"tags.`{EXPERIMENT}` = '{experiment_id}'", max_results=1000, page_token=token
            )
            found |= {run.data.tags.get(RUN, experiment_id): run for run in page}
            token = page.token
            if not token:
                return found

    def log(
        self, run: str, *, params: Mapping[str, Any] | None = None, metrics: list[Any] | None = None,
        tags: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """As many calls as it takes."""
        from mlflow.entities import Param, RunTag

        told = [Param(name, str(value)[: LONGEST["param"]]) for name, value in (params or {}).items()]
        marked = [RunTag(name, str(value)[: LONGEST["tag"]]) for name, value in (tags or {}).items()]
        for some in _pieces(told, PARAMS_AT_ONCE):
            self.client.log_batch(run, params=some)
        for some in _pieces(metrics or [], METRICS_AT_ONCE):
            self.client.log_batch(run, metrics=some)
        for some in _pieces(marked, TAGS_AT_ONCE):
            self.client.log_batch(run, tags=some)


def _pieces(items: list[Any], most: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]
