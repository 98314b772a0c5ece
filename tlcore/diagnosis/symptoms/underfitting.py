"""Training that ended too soon, or never got going."""

from __future__ import annotations

import pandas as pd

from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding
from tlcore.words import _

TITLE, PLACE = "Underfitting", 65

LATE = 0.8  # of the epochs have gone by when the lowest validation loss comes
SECOND_HALF = 0.2  # of the validation loss's whole fall came in the second half
FELL = 0.95  # a fall of 5 % counts as one
BY_HEART = 0.1  # of the first training loss: what falls below has learnt all there is in these labels
MOST = 0.5  # of a strategy's runs
CHANCE = {"roc_auc": 0.6, "r2": 0.05}  # a test score below is hardly better than knowing nothing


def look(seen: Evidence) -> Finding | None:
    """The learning rate comes down to 0 along a cosine, so a curve that flattens at the end proves nothing."""
    runs = seen.losses[seen.losses["strategy"].isin(seen.deciding)]
    still = _most(runs, _still_falling(runs))
    stuck = [name for name in _most(runs, _never_fell(seen, runs)) if _knows_nothing(seen, name)]
    if not still and not stuck:
        return None
    names = stuck or still
    told = runs[runs["strategy"] == names[0]].median(numeric_only=True)
    train = {"first": f"{told['train_first']:.3g}", "last": f"{told['train_last']:.3g}"}
    if stuck:
        sentence = _(
            "{strategy}: training hardly lowered the loss, from {first} to {last} in {epochs} epochs, and the answers "
            "are hardly better than chance.",
            strategy=seen.called(names[0]), epochs=f"{told['epochs']:.0f}", **train,
        )  # fmt: skip
    else:
        sentence = _(
            "{strategy}: the last of {epochs} epochs was the best, and in the second half the validation loss still "
            "fell from {middle} to {lowest} (training loss from {first} to {last}; medians over seeds).",
            strategy=seen.called(names[0]), epochs=f"{told['epochs']:.0f}", middle=f"{told['valid_middle']:.3g}",
            lowest=f"{told['valid_lowest']:.3g}", **train,
        )  # fmt: skip
    return Finding(
        "underfitting", _(TITLE), tuple(names), bool(stuck) and not seen.promising,
        seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.longer(seen),
            remedies.learning_rate(seen, names, 3.0),
            remedies.strategy(seen, "gradual_unfreezing", "discriminative_rates", "fine_tune"),
        ),
    )  # fmt: skip


def _still_falling(runs: pd.DataFrame) -> pd.Series:
    """The last epoch was kept, the lowest validation loss came late, and it was on its way down."""
    fall = runs["valid_first"] - runs["valid_lowest"]
    late = (runs["kept"] == runs["epochs"]) & (runs["lowest"] > LATE * runs["epochs"])
    moved = (runs["valid_lowest"] < FELL * runs["valid_first"]) & (runs["train_last"] > BY_HEART * runs["train_first"])
    return late & moved & (runs["valid_middle"] - runs["valid_lowest"] > SECOND_HALF * fall)


def _never_fell(seen: Evidence, runs: pd.DataFrame) -> pd.Series:
    """The training loss ended where it began, near that of knowing the shares of the classes alone."""
    return (runs["train_last"] > FELL * runs["train_first"]) & (runs["train_last"] > FELL * seen.ignorance)


def _most(runs: pd.DataFrame, holds: pd.Series) -> list[str]:
    shares = holds.groupby(runs["strategy"]).mean().sort_values(ascending=False, kind="stable")
    return list(shares[shares > MOST].index)


def _knows_nothing(seen: Evidence, name: str) -> bool:
    return any(seen.mean_test(name, metric) < most for metric, most in CHANCE.items())
