"""Small situations with a known answer, one per kind of task, drawn in milliseconds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.situation import Examples, Situation


def table(
    kind: str = "binary", shift: float = 1.0, n_source: int = 800, n_target: int = 400, seed: int = 0
) -> Situation:
    """Two customer groups whose answers follow one rule; the target lies ``shift`` away."""
    rng = np.random.default_rng(seed)

    def draw(n: int, move: float) -> Examples:
        numbers = rng.normal(size=(n, 4)) + move * np.array([1.0, -1.0, 0.5, 0.0])
        channel = rng.choice(["web", "branch", "phone"], n)
        value = numbers[:, 0] - numbers[:, 1] + 1.5 * (channel == "web") + 0.5 * numbers[:, 2] ** 2
        noisy = value - value.mean() + 0.3 * rng.normal(size=n)
        frame = pd.DataFrame(numbers, columns=["age", "income", "tenure", "visits"])
        frame["channel"] = channel
        frame.loc[rng.random(n) < 0.05, "tenure"] = np.nan
        return Examples(frame, _answers(kind, noisy))

    return Situation(
        source=draw(n_source, 0.0), target=draw(n_target, shift), test=draw(400, shift), label="answer",
        modality="table", regression=kind == "regression", simulated=True,
    )  # fmt: skip


def _answers(kind: str, value: np.ndarray) -> np.ndarray:
    if kind == "regression":
        return 10 * value + 50
    if kind == "binary":
        return np.where(value > 0.3, "yes", "no").astype(object)
    return np.array(["low", "middle", "high"], dtype=object)[np.digitize(value, [-0.8, 0.8])]


def other_classes(seed: int = 0) -> Situation:
    """The source is sorted into three classes, the target into two: a new head is needed."""
    source, target = table("multiclass", seed=seed), table("binary", seed=seed)
    return Situation(
        source=source.source, target=target.target, test=target.test, label="answer", modality="table", simulated=True
    )


def pictures(seed: int = 0, size: int = 12) -> Situation:
    """Bars that lie, stand or cross; the target is drawn inverted and brighter."""
    rng = np.random.default_rng(seed)

    def draw(n: int, target: bool) -> Examples:
        kinds = rng.integers(0, 3, n)
        canvas = rng.integers(0, 60, (n, size, size, 3))
        for picture, kind in zip(canvas, kinds, strict=True):
            row, column = rng.integers(2, size - 2, 2)
            if kind in (0, 2):
                picture[row - 1 : row + 1] += 160
            if kind in (1, 2):
                picture[:, column - 1 : column + 1] += 160
        canvas = canvas.clip(0, 255)
        names = np.array(["lying", "standing", "crossed"], dtype=object)
        return Examples((255 - canvas if target else canvas).astype(np.uint8), names[kinds])

    return Situation(
        source=draw(300, False), target=draw(200, True), test=draw(200, True), label="bar", modality="image",
        simulated=True,
    )  # fmt: skip


TOYS = {
    "table, two classes": table,
    "table, three classes": lambda: table("multiclass"),
    "table, a number": lambda: table("regression"),
    "table, other classes": other_classes,
    "images": pictures,
}
