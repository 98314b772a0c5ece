"""How training and validation loss went in the phase in which each run learnt the target: one row per run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

LEAST_EPOCHS = 3
COLUMNS = [
    "run", "strategy", "seed", "epochs", "kept", "lowest", "train_first", "train_lowest", "train_last", "valid_first",
    "valid_middle", "valid_lowest", "valid_last",
]  # fmt: skip


def losses(epochs: pd.DataFrame) -> pd.DataFrame:
    """Of the last phase of each run whose epochs were judged on validation labels of the target.

    - ``epochs``: how many were trained. ``kept``: the number of the epoch that was kept, 0 for none of them.
      ``lowest``: the number of the one with the lowest validation loss.
    - ``train_first, train_lowest, train_last``: the training loss of the task in the first, in that and in the last.
    - ``valid_first, valid_middle, valid_lowest, valid_last``: the validation loss after the first, after half of them,
      after that and after the last.

    Left out: runs with fewer than three such epochs, or without a loss term called "task".
    """
    rows = []
    if "term:task" in epochs:
        judged = epochs[epochs["valid"].notna() & epochs["loss"].notna()]
        for run, some in judged.groupby("run", sort=False):
            phase = some[some["phase_index"] == some["phase_index"].max()].sort_values("number")
            trained = phase[(phase["number"] > 0) & phase["term:task"].notna()]
            if len(trained) >= LEAST_EPOCHS:
                rows.append({"run": run, "strategy": some["strategy"].iloc[0], "seed": some["seed"].iloc[0]}
                            | _course(trained))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _course(trained: pd.DataFrame) -> dict[str, Any]:
    train, valid = trained["term:task"].to_numpy(), trained["loss"].to_numpy()
    lowest, kept = int(np.argmin(valid)), trained.loc[trained["kept"].astype(bool), "number"]
    return {
        "epochs": len(trained),
        "kept": int(kept.max()) if len(kept) else 0,
        "lowest": int(trained["number"].iloc[lowest]),
        "train_first": train[0],
        "train_lowest": train[lowest],
        "train_last": train[-1],
        "valid_first": valid[0],
        "valid_middle": valid[(len(valid) - 1) // 2],
        "valid_lowest": valid[lowest],
        "valid_last": valid[-1],
    }
