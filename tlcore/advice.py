"""What to try, in which order, and when not to transfer at all: from what is known before any training.

`facts` measures, `advise` reasons. The reasoning is the table `RULES`, which docs/advice.md repeats in words: a rule
that fits the facts adds its points to the strategies it names, and the sum ranks them. `REASONS_AGAINST` are the rules
for leaving transfer alone. Nothing here trains a network; of the target only the labels of the budget are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.measure.features import matrix
from tlcore.measure.gap import Tile, measure_gap
from tlcore.measure.skill import skill
from tlcore.plan import backbone_for, lacking
from tlcore.situation import Examples, Situation, hold_out, split, together
from tlcore.words import message

SURE = 1.64  # standard errors: one in twenty by chance, to one side
ROWS = 3_000  # of the source are looked at


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
    source_skill: float  # learnt on the source, asked about the target's labels; NaN where the classes differ
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
    def contradicted(self) -> bool:
        """Whether the source's rule says the opposite of what the target's labels say.

        A linear model is no judge of pixels and sounds: where it fails, a network may well see what both have.
        """
        return bool(self.modality in ("table", "text") and self.source_skill < -SURE * self.doubt)

    @property
    def silent(self) -> bool:
        """Whether the source's rule says nothing about the target, though there is something to say."""
        faint = self.source_skill < SURE * self.doubt and self.own_skill > 2 * max(self.source_skill, 0.02)
        return bool(self.modality in ("table", "text") and faint and not self.contradicted)


class Rule(NamedTuple):
    """When it holds, the strategies it is for, how much it counts, and why; the risk stands with each strategy."""

    when: Callable[[Facts], bool]
    strategies: tuple[str, ...]
    points: int
    why: str


class Against(NamedTuple):
    when: Callable[[Facts], bool]
    why: str


RULES = (
    Rule(
        lambda f: f.same_question and f.modality == "table",
        ("pooled_boosting", "pooled_regression", "score_regression"), 6,
        message("Few labels and the same question in both: let one model learn from the rows of both."),
    ),
    Rule(
        lambda f: f.same_question and f.modality != "table",
        ("linear_probe_fine_tune", "l2_sp", "fine_tune"), 6,
        message("Few labels and the same question in both: start from the source's network and go on with care."),
    ),
    Rule(
        lambda f: f.source > 0 and 0 < f.shared < 1,
        ("linear_probe_fine_tune", "l2_sp", "embedded_regression"), 5,
        message("Related but other answers: the same network, with a new last layer."),
    ),
    Rule(
        lambda f: f.source > 0 and f.shared == 0,
        ("feature_extraction", "embedded_regression", "linear_probe_fine_tune"), 4,
        message("The same inputs, other answers: keep the features, learn the answers anew."),
    ),
    Rule(
        lambda f: f.same_question and f.gap == "large" and f.modality != "table",
        ("deep_coral", "dann"), 3,
        message("The distributions lie clearly apart: learn features in which they do not."),
    ),
    Rule(
        lambda f: f.same_question and f.gap != "none" and f.modality == "table",
        ("source_boosting", "importance_weighting"), 1,
        message("The cases differ, the question does not: what the source knows holds for the cases both have."),
    ),
    Rule(
        lambda f: f.same_question and f.labels < 60 and f.source_skill > SURE * f.doubt,
        ("source_boosting", "source_regression"), 2,
        message("So few labels that the source's model, which fits them, is hard to better."),
    ),
    Rule(
        lambda f: f.places and f.same_question,
        ("many_places", "multi_task"), 3,
        message("Several places together: one model, with an answer of its own for each."),
    ),
    Rule(
        lambda f: f.source_classes >= 10 and f.per_class <= 5,
        ("protonet", "cosine_head", "nearest_mean"), 4,
        message("Hardly any label, but many related classes to practise on."),
    ),
    Rule(
        lambda f: f.small_model and f.source > 0,
        ("distillation",), 8,
        message("The model must be small and quick: a large one teaches it."),
    ),
    Rule(
        lambda f: f.same_question and f.source >= 20 * f.labels and f.silent,
        ("source_selection", "tradaboost"), 4,
        message("A large source of which little fits: take the rows that do."),
    ),
    Rule(
        lambda f: f.pretrained,
        ("pretrained_regression", "pretrained_fine_tune", "pretrained_probe"), 5,
        message("The network comes with weights from millions of examples: use its features."),
    ),
)  # fmt: skip

REASONS_AGAINST = (
    Against(
        lambda f: f.contradicted,
        message("What the source says of the target's labelled cases is the opposite of their labels."),
    ),
    Against(
        lambda f: f.same_question and f.silent and f.gap == "large",
        message("The two have little in common: they lie far apart, and the source says nothing about the target."),
    ),
    Against(
        lambda f: f.labels >= 2_000 and f.gap == "large",
        message("There are plenty of target labels and a large gap: the target teaches itself better."),
    ),
    Against(
        lambda f: f.source == 0 and not f.pretrained,
        message("There is neither a source nor a network with weights: nothing can be carried over."),
    ),
)


class Recommendation(NamedTuple):
    strategy: str
    points: int
    why: list[str]
    risk: str


class Advice(NamedTuple):
    """The strategies to try, best first; reasons not to transfer, if any; and what to see to before anything else."""

    facts: Facts
    strategies: list[Recommendation]
    against: list[str]
    first: list[str]

    @property
    def transfer(self) -> bool:
        return not self.against


def advise(facts: Facts, situation: Situation, backbone: str = "auto") -> Advice:
    """Rank the strategies that apply here."""
    points: dict[str, int] = {}
    why: dict[str, list[str]] = {}
    for rule in RULES:
        if rule.when(facts):
            for place, name in enumerate(rule.strategies):
                if not lacking(name, situation, backbone):
                    points[name] = points.get(name, 0) + max(1, rule.points - place)
                    why.setdefault(name, []).append(rule.why)
    against = [reason.why for reason in REASONS_AGAINST if reason.when(facts)]
    ranked = sorted(points, key=lambda name: -points[name])
    told = [Recommendation(name, points[name], why[name], catalog.strategies()[name].avoid) for name in ranked]
    return Advice(facts, list(_own(facts)) if against else told, against, list(_first(facts)))


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
    tile = _gap(situation.source, pool)
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


def _own(facts: Facts) -> Iterable[Recommendation]:
    """What learns without transfer, best first for so many labels."""
    names = ("gradient_boosting", "random_forest", "logistic_regression")
    for name in names if facts.labels >= 500 and facts.modality == "table" else reversed(names):
        if facts.modality == "table" or name == "logistic_regression":
            offer = catalog.strategies()[name]
            yield Recommendation(name, 0, [message("It learns from the target alone.")], offer.avoid)


def _first(facts: Facts) -> Iterable[str]:
    """What to see to before anything else."""
    if facts.minority < 0.01:
        yield message("The rare class is under 1 %: judge by average precision and compare remedies for rare classes.")
    if facts.per_class < 5:
        yield message("Fewer than five labels of the rarest class: a few more of these tell more than any method.")


def _gap(source: Examples, target: Examples) -> Tile | None:
    """The proxy A-distance; None where it cannot be measured."""
    try:
        return next(tile for tile in measure_gap(source, target).measures if tile.measure == "a_distance")
    except Unusable:
        return None


def _skills(situation: Situation, known: Examples, seed: int) -> tuple[float, float, float]:
    """The skill of a linear model learnt on these labels, out of fold; of one learnt on the source; its doubt."""
    regression = situation.kind == "regression"
    source = situation.source
    few = source.take(np.sort(np.random.default_rng(seed).permutation(len(source))[:ROWS]))
    here, there = matrix(few, known, limit=ROWS) if len(few) else (np.empty((0, 0)), matrix(known)[0])
    truth = _coded(known, situation, regression)
    own = skill(_out_of_fold(there, truth, len(situation.target_space.classes), regression, seed), truth, regression)
    if not len(few) or situation.source_space != situation.target_space:
        return float(own.mean()), float("nan"), float("nan")
    model = _linear(regression).fit(here, _coded(few, situation, regression))
    told = _told(model, there, len(situation.target_space.classes))
    if regression:  # another level is soon corrected; what counts is who is above whom, and by how much
        told = told + truth.mean() - told.mean()
    gains = skill(told, truth, regression)
    return float(own.mean()), float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))


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
