"""What something was made from: which attempt at which run. A run that is asked for again keeps its name, not this."""

from __future__ import annotations

from hashlib import blake2s
from typing import Any

import pandas as pd

from tlcore.outcome import State


def fingerprint(run: Any) -> str:
    """This very attempt at a run (a row of the runs frame), with its end."""
    return f"{run.run} {run.state} {run.finished.timestamp() if pd.notna(run.finished) else 0:.3f}"


def of_all(runs: pd.DataFrame) -> str:
    """These attempts at these runs."""
    return blake2s("\n".join(map(fingerprint, runs.itertuples())).encode(), digest_size=8).hexdigest()


def with_result(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that have a score."""
    return runs[runs["state"].isin([State.DONE, State.STOPPED]) & runs["test_score"].notna()]


def basis(runs: pd.DataFrame, run: str, experiment: str | None) -> dict[str, Any]:
    """What an exported model is of: the attempt at its run, and the comparison its card tells, as far as it has got.

    ``runs`` are all those of the experiment.
    """
    mine = next(row for row in runs.itertuples() if row.run == run)
    return {"experiment": experiment, "attempt": fingerprint(mine), "comparison": of_all(with_result(runs))}
