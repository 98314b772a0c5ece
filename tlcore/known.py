"""What is known of a situation before any training: what `tlcore.advice` draws its advice from.

Nothing here trains a network; of the target only the labels of the budget are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.measure.features import matrix
from tlcore.measure.gap import Tile, measure_gap
from tlcore.measure.skill import skill
from tlcore.plan import backbone_for
from tlcore.situation import Examples, Situation, hold_out, split, together

SURE = 1.64  # standard errors: one in twenty by chance, to one side
ROWS = 3_000  # of the source, and of the target's labels, are looked at


@dataclass(frozen=True)
class Facts:
    """What is known before any training. Skills are those of a linear model (`tlcore.measure.skill`)."""

    modality: str
    kind: str
    labels: int  # of the target, that may be used
    per_class: float  # of these, for the rarest class; NaN for numbers
    minority: float  # share of the rarest class in the target; NaN for numbers
    source: int  # examples
    source_classes: int
    shared: float  # of the target's classes, how many the source has too
    gap: str  # "none", "small" or "large" beside its noise floor; "unknown" where it cannot be measured
    own_skill: float  # learnt on the target's labels, out of fold
    source_skill: float  # learnt on the source, asked about the target's labels; NaN where that is no question
    doubt: float  # standard error of the source's skill
    places: bool
    pretrained: bool  # the network comes with weights
    small_model: bool = False  # what is wanted must be small and quick
    apart: float = float("nan")  # proxy A-distance, 0 to 2, and what chance alone stays below
    by_chance: float = float("nan")

    @property
    def same_question(self) -> bool:
        return self.source > 0 and self.shared == 1.0

    @property
    def counting(self) -> float:
        """As how many labels of equally common classes they are worth: a rare class is learnt from its own cases."""
        return self.labels if np.isnan(self.per_class) else min(self.labels, 2 * self.per_class)

    @property
    def fitting(self) -> bool:
        """Whether the source's rule surely says something about the target."""
        return self.source_skill > SURE * self.doubt

    @property
    def contradicted(self) -> bool:
        """Whether the source's rule says the opposite of what the target's labels say.

        A linear model is no judge of pixels and sounds: where it fails, a network may well see what both have.
        """
        return bool(self.modality in ("table", "text") and self.source_skill < -SURE * self.doubt)

    @property
    def silent(self) -> bool:
        """Whether the source's rule surely says less than half of what the target's few labels tell themselves.

        That few labels leave it open says nothing against the source.
        """
        at_most = max(self.source_skill + SURE * self.doubt, 0.02)
        return bool(self.modality in ("table", "text") and 2 * at_most < self.own_skill and not self.contradicted)


@lru_cache(maxsize=4)  # the trials of a search all ask this about the same examples
def facts(
    situation: Situation, labels: int | None, backbone: str = "auto", small_model: bool = False, seed: int = 0
) -> Facts:
    """Measure what is known of this situation with so many target labels. Raises `Unusable` for a budget that does
    not fit."""
    pool, _test = hold_out(situation)
    hand = split(situation, labels, seed)
    known = together(*hand.labelled)
    classes = situation.target_space.classes
    counts = [int((np.asarray(known.labels, dtype=str) == name).sum()) for name in classes]
    everywhere = [int((np.asarray(pool.labels, dtype=str) == name).sum()) for name in classes]
    shared = [name in situation.source_space.classes for name in classes] if len(situation.source) else []
    own, source, doubt = _skills(situation, known, seed)
    tile = _gap(situation)
    return Facts(
        modality=situation.modality,
        kind=situation.kind,
        labels=len(known),
        per_class=float(min(counts)) if counts else float("nan"),
        minority=min(everywhere) / len(pool) if everywhere else float("nan"),
        source=len(situation.source),
        source_classes=len(situation.source_space.classes),
        shared=float(np.mean(shared)) if shared else float(len(situation.source) > 0),
        gap=tile.light if tile else "unknown",
        own_skill=own,
        source_skill=source,
        doubt=doubt,
        places=situation.places is not None,
        pretrained=catalog.backbones()[backbone_for(backbone, situation)].pretrained,
        small_model=small_model,
        apart=tile.value if tile else float("nan"),
        by_chance=tile.floor if tile else float("nan"),
    )


@lru_cache(maxsize=4)
def _gap(situation: Situation) -> Tile | None:
    """The proxy A-distance, the same for every label budget; None where it cannot be measured."""
    try:
        tiles = measure_gap(situation.source, hold_out(situation)[0]).measures
    except Unusable:
        return None
    return next(tile for tile in tiles if tile.measure == "a_distance")


def _skills(situation: Situation, known: Examples, seed: int) -> tuple[float, float, float]:
    """The skill of a linear model learnt on these labels, out of fold; of one learnt on the source; its doubt."""
    regression = situation.kind == "regression"
    few, known = _few(situation.source, seed), _few(known, seed)
    here, there = matrix(few, known, limit=ROWS) if len(few) else (np.empty((0, 0)), matrix(known, limit=ROWS)[0])
    truth = _coded(known, situation, regression)
    own = skill(_out_of_fold(there, truth, len(situation.target_space.classes), regression, seed), truth, regression)
    if not len(few) or situation.source_space != situation.target_space:
        return float(own.mean()), float("nan"), float("nan")
    named = _coded(few, situation, regression)
    if len(np.unique(named)) < 2:  # a class so rare that none of it is among these rows
        return float(own.mean()), float("nan"), float("nan")
    model = _linear(regression).fit(here, named)
    told = _told(model, there, len(situation.target_space.classes))
    if regression:  # another level and a wider scale are soon corrected; what counts is who is above whom
        centred = told - told.mean()
        slope = float(centred[:, 0] @ truth) / max(float((centred**2).sum()), 1e-12)
        told = truth.mean() + centred * (slope if 0 < slope < 1 else 1.0)
    gains = skill(told, truth, regression)
    return float(own.mean()), float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))


def _few(examples: Examples, seed: int) -> Examples:
    """At most `ROWS` of these, drawn by chance."""
    return examples.take(np.sort(np.random.default_rng(seed).permutation(len(examples))[:ROWS]))


def _out_of_fold(x: np.ndarray, y: np.ndarray, classes: int, regression: bool, seed: int) -> np.ndarray:
    from sklearn.model_selection import KFold, StratifiedKFold

    least = len(y) if regression else int(np.bincount(y)[np.unique(y)].min())
    kind = KFold if regression else StratifiedKFold
    told = np.zeros((len(y), classes or 1))
    for learn, ask in kind(int(np.clip(least, 2, 5)), shuffle=True, random_state=seed).split(x, y):
        told[ask] = _told(_linear(regression).fit(x[learn], y[learn]), x[ask], classes)
    return told


def _linear(regression: bool) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return Ridge(alpha=10.0) if regression else LogisticRegression(C=0.3, max_iter=2_000)


def _told(model: Any, x: np.ndarray, classes: int) -> np.ndarray:
    """Numbers ``(N, 1)``, or probabilities ``(N, classes)`` with those of classes it has not met near 0."""
    if not classes:
        return np.asarray(model.predict(x))[:, None]
    told = np.full((len(x), classes), 1e-9)
    told[:, model.classes_] = model.predict_proba(x)
    return told


def _coded(examples: Examples, situation: Situation, regression: bool) -> np.ndarray:
    labels = np.asarray(examples.labels)
    return labels.astype(float) if regression else situation.target_space.encode(labels)
