"""Small situations with a known answer, one per kind of task, drawn in milliseconds."""

from __future__ import annotations

from dataclasses import replace

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


def many_places(seed: int = 0, n_source: int = 800, n_target: int = 400) -> Situation:
    """Five regions that differ in how age counts; of the target's three, one is in the source and one has few rows."""
    rng = np.random.default_rng(seed)
    slopes = {"north": 2.0, "south": 1.5, "east": 1.0, "west": -1.0, "isle": -2.0}

    def draw(n: int, regions: dict[str, float]) -> Examples:
        region = rng.choice(list(regions), n, p=list(regions.values()))
        numbers = rng.normal(size=(n, 3))
        value = np.array([slopes[name] for name in region]) * numbers[:, 0] + numbers[:, 1]
        frame = pd.DataFrame(numbers, columns=["age", "income", "tenure"]).assign(region=region)
        return Examples(frame, _answers("binary", value + 0.3 * rng.normal(size=n)))

    target = {"east": 0.4, "west": 0.5, "isle": 0.1}
    return Situation(
        source=draw(n_source, {"north": 0.4, "south": 0.3, "east": 0.3}), target=draw(n_target, target),
        test=draw(400, target), label="answer", modality="table", places="region", simulated=True,
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


PHRASES = {
    "close": ["close my {}", "end the {} please", "I want to cancel my {}", "no longer need this {}"],
    "bill": ["why was I charged for the {}", "the {} costs too much", "wrong amount on my {}", "refund the {} fee"],
    "access": ["cannot open my {}", "the {} is locked", "password for the {} fails", "no way into my {}"],
}
THINGS = {
    "bank": ["savings account", "credit card", "mortgage", "standing order", "overdraft"],
    "telecom": ["phone contract", "SIM card", "roaming plan", "mobile data", "landline"],
}


def messages(seed: int = 0) -> Situation:
    """What customers of a bank and of a telecom write, for three reasons: the same verbs about other things."""
    rng = np.random.default_rng(seed)
    greetings, closings = ["", "hello,", "Hi!", "good morning"], ["", "thanks", "asap", "please help me"]

    def draw(n: int, things: list[str]) -> Examples:
        reasons = rng.choice(list(PHRASES), n)
        texts = [
            f"{rng.choice(greetings)} {rng.choice(PHRASES[reason]).format(rng.choice(things))} {rng.choice(closings)}"
            for reason in reasons
        ]
        return Examples(np.array(texts, dtype=object), reasons.astype(object))

    return Situation(
        source=draw(300, THINGS["bank"]), target=draw(200, THINGS["telecom"]), test=draw(200, THINGS["telecom"]),
        label="reason", modality="text", simulated=True,
    )  # fmt: skip


def calls(seed: int = 0) -> Situation:
    """Low, high and rising whistles of a quarter of a second; the target is whistled softly in a humming room."""
    rng = np.random.default_rng(seed)
    time = np.arange(4000) / 16_000

    def draw(n: int, target: bool) -> Examples:
        kinds = rng.choice(["low", "high", "rising"], n)
        sounds = np.zeros((n, len(time)), np.int16)
        for sound, kind in zip(sounds, kinds, strict=True):
            first = rng.uniform(500, 700) if kind != "high" else rng.uniform(1600, 2000)
            rise = rng.uniform(4000, 6000) if kind == "rising" else 0.0  # hertz a second
            wave = np.sin(2 * np.pi * (first * time + rise * time**2 / 2) + rng.uniform(0, 6))
            loud = rng.uniform(0.1, 0.3) if target else rng.uniform(0.3, 0.8)
            room = 0.05 * rng.normal(size=len(time)) + 0.1 * np.sin(2 * np.pi * 100 * time) if target else 0.0
            end = rng.integers(3000, len(time) + 1)
            sound[:end] = (32_000 * (loud * wave + room)).clip(-32_768, 32_767)[:end]
        return Examples(sounds, kinds.astype(object))

    return Situation(
        source=draw(240, False), target=draw(160, True), test=draw(120, True), label="call", modality="audio",
        simulated=True,
    )  # fmt: skip


TOYS = {
    "table, two classes": table,
    "table, three classes": lambda: table("multiclass"),
    "table, a number": lambda: table("regression"),
    "table, other classes": other_classes,
    "table, many places": many_places,
    "images": pictures,
    "images, a network with weights": lambda: replace(
        pictures(), source=pictures(seed=5).target, facts={"backbone": "taught"}
    ),
    "texts": messages,
    "sounds": calls,
}


def same(one: Examples, other: Examples) -> bool:
    """Whether two sets of examples are equal to the last bit."""
    if isinstance(one.inputs, pd.DataFrame):
        return one.inputs.equals(other.inputs) and np.array_equal(one.labels, other.labels)
    return np.array_equal(one.inputs, other.inputs) and np.array_equal(one.labels, other.labels)
