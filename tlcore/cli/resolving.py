"""Which run, experiment or label budget is meant on the command line; the first letters of an id are enough while they
are unique."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tlcore.errors import Unusable
from tlcore.store import Store, StoredExperiment
from tlcore.store.examples import SHIPPED

if TYPE_CHECKING:
    import pandas as pd


def found(store: Store, name: str, further: Iterable[str] = ()) -> tuple[str, str]:
    """("run" or "experiment", the whole id). ``further``: runs that may be meant besides one's own.

    Raises `Unusable` where none or several fit.
    """
    known = [("experiment", key) for key in store.experiments()["id"]]
    known += [("run", key) for key in (*store.runs()["run"], *further)]
    fitting = list(dict.fromkeys(pair for pair in known if pair[1].startswith(name)))
    exact = [pair for pair in fitting if pair[1] == name]
    if exact or len(fitting) == 1:
        return (exact or fitting)[0]
    if fitting:
        two = " and ".join(key for _kind, key in fitting[:2])
        raise Unusable(f"{name!r} fits {len(fitting)} ids, such as {two}; write more of it.")
    raise Unusable(f"No run or experiment is called {name!r}; 'runs' lists them.")


def experiment(store: Store, name: str) -> str:
    """The whole id of an experiment; a scenario stands for its example. Raises `Unusable` where a run is meant."""
    known = store.experiments()["id"].astype(str).str.startswith(name).any()
    if not known and (name.startswith("example-") or (SHIPPED / name / "experiment.json").exists()):
        shipped = store.adopt_examples(SHIPPED)
        name = next((key for key in shipped if key.startswith(f"example-{name}-")), name)
    kind, key = found(store, name)
    if kind == "run":
        raise Unusable(f"{key} is a run; name an experiment, as 'runs' lists them.")
    return key


def a_run(store: Store, name: str) -> str:
    """The whole id of a run, an example's included. Raises `Unusable` where it is none."""
    examples = store.experiments().query("example")["id"]
    kind, key = found(store, name, [key for experiment in examples for key in store.runs(experiment)["run"]])
    if kind == "experiment":
        runs = store.runs(key)
        raise Unusable(f"{key} is an experiment; name one of its {len(runs)} runs, such as {runs['run'].iloc[0]}.")
    return key


def budget(words: str | None, runs: pd.DataFrame, experiment: StoredExperiment) -> int | None:
    """The label budget that ``--labels`` names among those of the finished ``runs`` ("all": None), else the usual one.

    Raises `Unusable` where there is no such budget, or nothing has finished.
    """
    from tlcore.measure.budgets import budgets_of, usual

    known = {"all" if count is None else str(count): count for count in budgets_of(runs)}
    if not known:
        raise Unusable(f"No run of {experiment.id} has finished yet.")
    if words is None:
        return usual(list(known.values()), experiment.experiment.scenario)
    if words not in known:
        raise Unusable(f"--labels is {words!r}; this experiment has {', '.join(known)}.")
    return known[words]
