"""Which run or experiment an id on the command line means; its first letters are enough while they are unique."""

from __future__ import annotations

from tlcore.errors import Unusable
from tlcore.store import Store


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
