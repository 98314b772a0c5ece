"""What a scenario hands over: examples from two places, before any network sees them.

NumPy and pandas only, so that pages, checks and gap measures read the very same examples
as the training side without loading torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.words import _

Kind = Literal["binary", "multiclass", "regression"]
Modality = Literal["table", "image", "text", "audio"]


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples from one place.

    ``inputs`` is a DataFrame with one row per example (tables: numeric columns, or columns of
    strings / categories; missing values allowed), an array ``(N, height, width, channels)`` of
    uint8 (images; 1 or 3 channels), an array ``(N,)`` of strings (texts), or an array ``(N, samples)``
    of int16 (sounds of one channel, 16,000 samples a second, short ones followed by zeros). ``labels`` has shape
    ``(N,)``: strings for classes, floats for regression; ``None`` where nobody labelled. ``names``
    says which example is which (file names).
    """

    inputs: pd.DataFrame | np.ndarray
    labels: np.ndarray | None = None
    names: list[str] | None = None

    def __post_init__(self) -> None:
        if self.labels is not None and len(self.labels) != len(self.inputs):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.labels)} labels.")

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def modality(self) -> Modality:
        if isinstance(self.inputs, pd.DataFrame):
            return "table"
        by_dimensions: dict[int, Modality] = {1: "text", 2: "audio", 4: "image"}
        return by_dimensions[self.inputs.ndim]

    def take(self, rows: np.ndarray) -> Examples:
        """The examples at these positions, in this order."""
        inputs = self.inputs.iloc[rows] if isinstance(self.inputs, pd.DataFrame) else self.inputs[rows]
        labels = None if self.labels is None else self.labels[rows]
        return Examples(inputs, labels, None if self.names is None else [self.names[row] for row in rows])

    def without_labels(self) -> Examples:
        return Examples(self.inputs, None, self.names)


@dataclass(frozen=True)
class LabelSpace:
    """What an answer looks like: class names in order (binary: the event last), or a number."""

    kind: Kind
    classes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """How many values a network puts out: one per class, or one."""
        return len(self.classes) or 1

    def encode(self, labels: np.ndarray) -> np.ndarray:
        """Class names to positions in ``classes`` (int64); numbers to float32."""
        if self.kind == "regression":
            return np.asarray(labels, dtype=np.float32)
        place = {name: position for position, name in enumerate(self.classes)}
        return np.array([place[str(label)] for label in labels], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Situation:
    """A rich source, a scarce target, and what is to be predicted.

    An empty ``source`` says that there is none: what is carried over lies in a network's published weights.
    ``target`` is the labelled target pool; `split` lets a run see only a few of its labels.
    Without ``test`` a stratified half of ``target`` is held out, the same half for every seed.
    """

    source: Examples
    target: Examples
    label: str
    modality: Modality
    test: Examples | None = None
    unlabelled: Examples | None = None
    positive: str | None = None  # the event, where there are two classes; default: the rarer one
    regression: bool = False
    places: str | None = None  # the column of a table that names each row's place: its region, its brand
    simulated: bool = False
    notes: tuple[str, ...] = ()  # what was skipped or mended while reading
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def source_space(self) -> LabelSpace:
        """The target's own space where the classes are the same: which one is rarer may differ between the two."""
        if not len(self.source):
            return self.target_space
        space = self._space("source", self.source)
        return self.target_space if set(space.classes) == set(self.target_space.classes) else space

    @cached_property
    def target_space(self) -> LabelSpace:
        parts = [self.target] if self.test is None else [self.target, self.test]
        return self._space("target", *parts)

    @property
    def kind(self) -> Kind:
        return self.target_space.kind

    def places_of(self, examples: Examples) -> np.ndarray | None:
        """The name of each example's place ``(N,)``, "" where it has none; None where places are not told apart."""
        if self.places is None or not isinstance(examples.inputs, pd.DataFrame):
            return None
        return examples.inputs[self.places].astype(object).fillna("").astype(str).to_numpy(dtype=object)

    def _space(self, where: str, *parts: Examples) -> LabelSpace:
        if self.regression:
            return LabelSpace("regression")
        labels = np.concatenate([np.asarray(part.labels, dtype=str) for part in parts])
        classes, counts = np.unique(labels, return_counts=True)
        if len(classes) < 2:
            raise Unusable(
                f"The label {self.label!r} has one class only in the {where} ({str(classes[0])!r}); "
                "at least two are needed."
            )
        if len(classes) > 2:
            return LabelSpace("multiclass", tuple(map(str, classes)))
        event = self.positive if self.positive in classes else self._event(classes, counts)
        return LabelSpace("binary", (*(str(c) for c in classes if c != event), str(event)))

    @staticmethod
    def _event(classes: np.ndarray, counts: np.ndarray) -> str:
        """Which of two classes is the event: the one that reads like one, else the rarer."""
        for name in classes:
            if str(name).strip().lower() in {"1", "yes", "true", "y", "1.0", "positive"}:
                return str(name)
        return str(classes[np.argmin(counts)])


@dataclass(frozen=True, eq=False)
class Split:
    """Who gets to see what, in one run.

    The label budget is all of ``labelled``: networks train on ``train`` and choose their epoch on
    ``valid``; learners that choose no epoch may use both. The labels of ``watched`` (drawn as
    curves, never chosen by) and ``test`` (used once, at the end) stay with the judge.
    """

    source_train: Examples
    source_valid: Examples
    train: Examples
    valid: Examples
    unlabelled: Examples
    watched: Examples | None
    test: Examples

    @property
    def labelled(self) -> tuple[Examples, Examples]:
        return self.train, self.valid


WATCHED = 500  # judged after every epoch; enough for a curve, cheap enough for a CPU
WATCHED_EVENTS, WATCHED_AT_MOST = 40, 5_000  # where a class is rare: with a handful of its cases a curve is mostly luck
VALID_SHARE = 0.25
KEPT_ASIDE = 0.1  # of the source's examples, to judge on


def split(situation: Situation, labels: int | None, seed: int) -> Split:
    """Deal the examples for one run: the same seed and budget give every strategy the same hand.

    ``labels`` is how many target labels may be used in all (``None``: every one outside the test
    set). The sample is stratified, with at least two of each class.

    Raises `Unusable` when the budget is below two per class or above what there is.
    """
    pool, test = hold_out(situation)
    rng = np.random.default_rng([seed, 1])
    budget = len(pool) if labels is None else labels
    least = 2 * len(situation.target_space.classes) or 4
    if not least <= budget <= len(pool):
        raise Unusable(
            _(
                "A budget of {n} target labels does not fit: the target has {most} labelled examples outside the test "
                "set, and at least {least} are needed. Choose between {least} and {most}.",
                n=budget,
                most=len(pool),
                least=least,
            )
        )
    chosen = _stratified(_strata(pool, situation), budget, rng, least=2)
    labelled, rest = pool.take(chosen), pool.take(np.setdiff1d(np.arange(len(pool)), chosen))
    held = _stratified(_strata(labelled, situation), max(1, round(VALID_SHARE * budget)), rng, least=1)
    train = labelled.take(np.setdiff1d(np.arange(budget), held))

    watched = rest.take(rng.permutation(len(rest))[: _to_watch(rest, situation)]) if len(rest) >= 50 else None
    unlabelled = rest if situation.unlabelled is None else together(rest, situation.unlabelled)
    if len(unlabelled) < len(labelled):
        unlabelled = labelled  # every label is in use: the labelled inputs still show where the target lies
    source_held = np.arange(0)
    if len(situation.source):
        aside = max(1, int(KEPT_ASIDE * len(situation.source)))
        source_held = _stratified(_strata(situation.source, situation), aside, np.random.default_rng([seed, 2]))
    return Split(
        source_train=situation.source.take(np.setdiff1d(np.arange(len(situation.source)), source_held)),
        source_valid=situation.source.take(source_held),
        train=train,
        valid=labelled.take(held),
        unlabelled=unlabelled.without_labels(),
        watched=watched,
        test=test,
    )


def _to_watch(rest: Examples, situation: Situation) -> int:
    """How many examples a curve needs: more where there are two classes and one of them is rare."""
    if situation.kind != "binary":
        return WATCHED
    share = float(np.mean(np.asarray(rest.labels, dtype=str) == situation.target_space.classes[1]))
    rarer = max(min(share, 1 - share), 1 / WATCHED_AT_MOST)
    return int(min(max(WATCHED, WATCHED_EVENTS / rarer), WATCHED_AT_MOST))


def hold_out(situation: Situation) -> tuple[Examples, Examples]:
    """The pool that labels may be taken from, and the test set: the same for every seed."""
    if situation.test is not None:
        return situation.target, situation.test
    rows = np.arange(len(situation.target))
    held = _stratified(_strata(situation.target, situation), len(rows) // 2, np.random.default_rng(0))
    return situation.target.take(np.setdiff1d(rows, held)), situation.target.take(held)


def together(*parts: Examples) -> Examples:
    """All these examples, one part after the other; with labels where every part has some."""
    inputs: list[Any] = [part.inputs for part in parts]
    known = [part.labels for part in parts if part.labels is not None]
    labels = np.concatenate(known) if len(known) == len(parts) else None
    if isinstance(inputs[0], pd.DataFrame):
        return Examples(pd.concat(inputs, ignore_index=True), labels)
    return Examples(np.concatenate(inputs), labels)


def _strata(examples: Examples, situation: Situation) -> np.ndarray:
    """What a draw keeps in proportion: the class, or the fifth of the range a number falls in."""
    labels = examples.labels
    assert labels is not None
    if situation.regression:
        return np.searchsorted(np.quantile(labels, [0.2, 0.4, 0.6, 0.8]), labels)
    return np.asarray(labels, dtype=str)


def _stratified(strata: np.ndarray, count: int, rng: np.random.Generator, least: int = 0) -> np.ndarray:
    """``count`` sorted positions, each stratum in proportion, none below ``least`` where it has that many."""
    names, where = np.unique(strata, return_inverse=True)
    sizes = np.bincount(where)
    exact = sizes * count / sizes.sum()
    quota = np.minimum(np.maximum(np.floor(exact).astype(int), least), sizes)
    while quota.sum() != count:
        step = 1 if quota.sum() < count else -1
        open_to = (quota < sizes) if step > 0 else (quota > min(least, count // len(names)))
        need = np.where(open_to, step * (exact - quota), -np.inf)
        quota[np.argmax(need)] += step
    chosen = [rng.permutation(np.flatnonzero(where == i))[:n] for i, n in enumerate(quota)]
    return np.sort(np.concatenate(chosen))
