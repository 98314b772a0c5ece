"""How training and validation loss went in the phase in which each run learnt the target: one row per run."""

from __future__ import annotations

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
    if "term:task" not in epochs:
        return pd.DataFrame(columns=COLUMNS)
    judged = epochs[epochs["valid"].notna() & epochs["loss"].notna()].reset_index(drop=True)
    last = judged["phase_index"] == judged.groupby("run")["phase_index"].transform("max")
    trained = judged[last & (judged["number"] > 0) & judged["term:task"].notna()].sort_values("number", kind="stable")
    trained = trained.assign(kept=trained["number"].where(trained["kept"].astype(bool), 0)).reset_index(drop=True)
    by_run = trained.groupby("run", sort=False)
    size, lowest = by_run.size(), trained.loc[by_run["loss"].idxmin()].set_index("run")
    middle = trained[by_run.cumcount() == (trained["run"].map(size) - 1) // 2].set_index("run")
    first, final = by_run.first(), by_run.last()
    found = judged.groupby("run", sort=False)[["strategy", "seed"]].first().assign(
        epochs=size, kept=by_run["kept"].max(), lowest=lowest["number"],
        train_first=first["term:task"], train_lowest=lowest["term:task"], train_last=final["term:task"],
        valid_first=first["loss"], valid_middle=middle["loss"], valid_lowest=lowest["loss"], valid_last=final["loss"],
    )  # fmt: skip
    found = found[found["epochs"] >= LEAST_EPOCHS].astype({"epochs": int, "kept": int, "lowest": int})
    return found.reset_index()[COLUMNS]
