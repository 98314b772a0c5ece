"""What to try, in which order, and when not to transfer at all: from what is known before any training.

`tlcore.known` measures, `advise` reasons. The reasoning is the table `RULES`, which docs/advice.md repeats in words: a
rule that fits the facts adds its points to the strategies it names, and the sum ranks them. `REASONS_AGAINST` are the
rules for leaving transfer alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.known import Facts, facts
from tlcore.plan import lacking
from tlcore.situation import Situation
from tlcore.words import message

__all__ = ["Advice", "Facts", "Recommendation", "advise", "facts", "given"]

FEW_CASES = 10  # of a class: with fewer, hardly anything about it can be estimated (Peduzzi et al., 1996)


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
        lambda f: f.same_question and f.modality == "table" and not f.fitting,
        ("auto",), 8,
        message("The labels do not tell yet whether the source fits: try both ways and let experience weigh in."),
    ),
    Rule(
        lambda f: f.same_question and f.modality == "table" and f.per_class < FEW_CASES and f.source_skill > f.doubt,
        ("source_boosting", "source_regression"), 9,
        message("So few cases of the rarest class that the source's model, which fits them, is hard to better."),
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
        lambda f: f.counting >= 2_000 and f.gap == "large",
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
    return Advice(facts, list(_own(facts, situation, backbone)) if against else told, against, list(_first(facts)))


def given(situation: Situation, budgets: Iterable[int | None], backbone: str) -> list[dict[str, Any]]:
    """The advice for each label budget in plain values, to be kept with an experiment: what was said beforehand.

    ``{"labels": 50, "transfer": True, "strategies": [...]}``, the strategies best first. None where the data allows
    no advice.
    """
    said = []
    for labels in budgets:
        try:
            told = advise(facts(situation, labels, backbone), situation, backbone)
        except Unusable:
            continue
        names = [one.strategy for one in told.strategies]
        said.append({"labels": labels, "transfer": told.transfer, "strategies": names})
    return said


def _own(facts: Facts, situation: Situation, backbone: str) -> Iterable[Recommendation]:
    """What leaves the source alone: `auto`, which tries it and drops it, then what never sees it."""
    offers = catalog.strategies()
    if facts.source and not lacking("auto", situation, backbone):
        yield Recommendation("auto", 0, [message("It tries several learners and leaves a source alone that misleads.")],
                             offers["auto"].avoid)  # fmt: skip
    names = ("gradient_boosting", "random_forest", "logistic_regression")
    for name in names if facts.labels >= 500 and facts.modality == "table" else reversed(names):
        if facts.modality == "table" or name == "logistic_regression":
            yield Recommendation(name, 0, [message("It learns from the target alone.")], offers[name].avoid)


def _first(facts: Facts) -> Iterable[str]:
    """What to see to before anything else."""
    if facts.minority < 0.01:
        yield message("The rare class is under 1 %: judge by average precision and compare remedies for rare classes.")
    if facts.per_class < 5:
        yield message("Fewer than five labels of the rarest class: a few more of these tell more than any method.")
