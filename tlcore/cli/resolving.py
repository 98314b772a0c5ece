"""Which run or experiment an id on the command line means; its first letters are enough while they are unique."""

from __future__ import annotations

from tlcore.errors import Unusable
from tlcore.store import Store
from tlcore.store.examples import SHIPPED


def found(store: Store, name: str) -> tuple[str, str]:
    """("run" or "experiment", the whole id). Raises `Unusable` where none or several fit."""
    known = [("experiment", key) for key in store.experiments()["id"]] + [("run", key) for key in store.runs()["run"]]
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
    if name.startswith("example-") or (SHIPPED / name / "experiment.json").exists():
        shipped = store.adopt_examples(SHIPPED)
        name = next((key for key in shipped if key.startswith(f"example-{name}-")), name)
    kind, key = found(store, name)
    if kind == "run":
        raise Unusable(f"{key} is a run; name an experiment, as 'runs' lists them.")
    return key


def a_run(store: Store, name: str) -> str:
    """The whole id of a run, an example's included. Raises `Unusable` where it is none."""
    examples = store.experiments().query("example")["id"]
    shipped = [key for experiment in examples for key in store.runs(experiment)["run"] if key.startswith(name)]
    if len(shipped) == 1:
        return str(shipped[0])
    kind, key = found(store, name)
    if kind == "experiment":
        runs = store.runs(key)
        raise Unusable(f"{key} is an experiment; name one of its {len(runs)} runs, such as {runs['run'].iloc[0]}.")
    return key
