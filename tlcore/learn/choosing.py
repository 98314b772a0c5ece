"""Which of several learners is to be trusted, told from a handful of labels: what ``auto`` is made of.

Picking the best of many by cross-validation on fifty labels mostly picks the luckiest. So what is seen there is
weighed against what is usual: for each learner the *prior* knows the mean of its skill over many tasks, and how the
skills of all of them vary together (`tlcore/learn/prior.csv`, made by ``benchmarks/learn_prior.py``). There are two
kinds of tasks, those whose source is of use and those it misleads, and each may be hard or easy: a Gaussian for each
kind, scaled by what the best candidate can reach. The labels say how likely either is, and within each pull the usual
skills towards those seen (empirical Bayes; Efron and Morris, 1975). Where labels are few the usual order stands, where
they are many, or very clear, what they say.

*Skill* is the share of what there is to know about the labels that answers tell (`tlcore.measure.skill`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from scipy.special import ndtr, softmax
from scipy.stats import multivariate_normal
from torch import Tensor, nn

from tlcore import catalog
from tlcore.catalog import Strategy
from tlcore.learn.data import Domain, Task
from tlcore.measure.skill import TINY, skill
from tlcore.outcome import Note
from tlcore.phase import Phase

PRIOR = Path(__file__).with_name("prior.csv")
MISLEADING, CERTAIN = "misleading", 0.8
LEVELS = tuple(np.geomspace(0.04, 0.9, 7))  # what the best candidate may reach: how hard a task is, nobody knows
FOLDS = 5
RUNNERS_UP = 3
# Simulated tasks have no network with weights of its own: it is taken to be as good as one that learnt the source.
LIKE, APART = {"pretrained_regression": "embedded_regression"}, 0.05


Make = Callable[[Task], Phase]  # a candidate: of a task, a fitted phase


class Seen(NamedTuple):
    """What cross-validation showed: per label and candidate, and the fitted candidates themselves."""

    names: list[str]
    gains: np.ndarray  # (N, K): each label's part in a candidate's skill; the mean over N is the skill
    predictors: dict[str, nn.Module]  # fitted on every label


class Kind(NamedTuple):
    """What the candidates' skills are like over tasks of one kind: means ``(K,)`` and covariance ``(K, K)``."""

    source: str  # "of use" or "misleading"
    share: float  # of the tasks are of this kind
    mean: np.ndarray
    covariance: np.ndarray

    def seen(self, places: Sequence[int], skills: np.ndarray, noise: np.ndarray) -> tuple[Kind, float]:
        """The same after the skills of some were seen with this noise, and the log-likelihood of seeing them."""
        together = self.covariance[np.ix_(places, places)] + noise
        pull = np.linalg.solve(together, self.covariance[places]).T
        fit = multivariate_normal.logpdf(skills, self.mean[places], together, allow_singular=True)
        mean = self.mean + pull @ (skills - self.mean[places])
        return Kind(self.source, self.share, mean, self.covariance - pull @ self.covariance[places]), float(fit)


@dataclass(frozen=True)
class Belief:
    """What is thought of the candidates' skills: a mixture of kinds of tasks, whose shares sum to 1."""

    names: list[str]
    kinds: tuple[Kind, ...]
    noise: float  # what the variance that labels show is multiplied by: folds are not independent, and learn from less

    @property
    def mean(self) -> np.ndarray:
        """The expected skill of each candidate, ``(K,)``."""
        return np.sum([kind.share * kind.mean for kind in self.kinds], axis=0)

    @property
    def misled(self) -> float:
        """The probability that the source misleads."""
        return float(sum(kind.share for kind in self.kinds if kind.source == MISLEADING))

    def updated(self, names: Sequence[str], gains: np.ndarray) -> Belief:
        """What to think after seeing ``gains (N, K)`` of these candidates; of others only what goes with that."""
        places = [self.names.index(name) for name in names]
        noise = self.noise * np.atleast_2d(np.cov(gains.T)) / len(gains)
        seen = [kind.seen(places, gains.mean(0), noise) for kind in self.kinds]
        shares = softmax([np.log(kind.share) + fit for kind, fit in seen])
        kinds = tuple(kind._replace(share=float(share)) for (kind, _), share in zip(seen, shares, strict=True))
        return Belief(self.names, kinds, self.noise)

    def better(self, one: str, other: str) -> float:
        """The probability that one is better than the other."""
        a, b = self.names.index(one), self.names.index(other)
        chance = 0.0
        for kind in self.kinds:
            spread = kind.covariance[a, a] + kind.covariance[b, b] - 2 * kind.covariance[a, b]
            chance += kind.share * float(ndtr((kind.mean[a] - kind.mean[b]) / np.sqrt(max(spread, 1e-12))))
        return chance

    def spread(self, name: str) -> float:
        """The standard deviation of what is thought of one candidate's skill."""
        place, mean = self.names.index(name), self.mean[self.names.index(name)]
        parts = (k.share * (k.covariance[place, place] + (k.mean[place] - mean) ** 2) for k in self.kinds)
        return float(np.sqrt(max(sum(parts), 0.0)))


class Choice(NamedTuple):
    """Who was chosen and why."""

    name: str
    belief: Belief
    notes: tuple[Note, ...]


def choose(task: Task, seen: Seen, untried: Sequence[str], blends: Mapping[str, Sequence[str]]) -> Choice:
    """The first of `ranked`, after cross-validation.

    ``untried`` take too long to be tried: how the others fare says what to expect of them.
    """
    belief = prior(task, [*seen.names, *untried]).updated(seen.names, seen.gains)
    order = ranked(belief, blends)
    alone = [name for name in order if not any(offer.transfers for offer in _members(name, blends))]
    mean = dict(zip(belief.names, belief.mean, strict=True))
    notes = [
        Note(
            "Chosen: {name}. It tells about {skill:.0%} of what there is to know, give or take {spread:.0%}.",
            {
                "name": _title(order[0], blends),
                "members": list(blends.get(order[0], (order[0],))),
                "skill": float(mean[order[0]]),
                "spread": belief.spread(order[0]),
            },
            grave=False,
        )
    ]
    if any(_reads_source(name, blends) for name in order):
        chance = {"chance": belief.misled}
        notes.append(Note("The source misleads here with probability {chance:.0%}.", chance, belief.misled > CERTAIN))
    if alone and order[0] not in alone:
        notes.append(
            Note(
                "The best without transfer would be {name}; the chosen one is better with probability {chance:.0%}.",
                {"name": _title(alone[0], blends), "chance": belief.better(order[0], alone[0])},
                grave=False,
            )
        )
    others = "; ".join(_title(name, blends) for name in order[1 : 1 + RUNNERS_UP])
    notes.append(Note("Runners-up: {names}.", {"names": others}, grave=False))
    return Choice(order[0], belief, tuple(notes))


def ranked(belief: Belief, blends: Mapping[str, Sequence[str]]) -> list[str]:
    """The candidates by expected skill.

    A source that most likely misleads is left alone, even where a way round it might be found: what does not read it
    then comes first, and of that the average of several, which is hardly ever bad.
    """
    order = [belief.names[place] for place in np.argsort(-belief.mean)]
    if belief.misled > CERTAIN:
        order.sort(key=lambda name: (_reads_source(name, blends), name not in blends))
    return order


def _reads_source(name: str, blends: Mapping[str, Sequence[str]]) -> bool:
    return any("source data" in offer.needs for offer in _members(name, blends))


def _title(name: str, blends: Mapping[str, Sequence[str]]) -> str:
    return " + ".join(offer.title for offer in _members(name, blends))


def _members(name: str, blends: Mapping[str, Sequence[str]]) -> list[type[Strategy]]:
    """The strategy of this name, or those whose answers are averaged."""
    return [catalog.strategies()[member] for member in blends.get(name, (name,))]


def applies(offer: type[Strategy], task: Task) -> bool:
    """Whether a task has what a fitted strategy needs."""
    has = {
        "source data": len(task.source.x) > 0,
        "same classes": len(task.source.x) > 0 and task.same_labels,
        "classes": task.target_labels.kind != "regression",
    }
    return all(has.get(need, False) for need in offer.needs)


def folds(task: Task, rounds: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions in ``task.labelled`` to learn from and to be asked about, stratified; the same for every candidate."""
    from sklearn.model_selection import StratifiedKFold

    y = task.labelled.y.cpu().numpy()
    fifths = np.quantile(y, [0.2, 0.4, 0.6, 0.8])
    strata = np.searchsorted(fifths, y) if task.target_labels.kind == "regression" else y
    count = int(np.clip(np.bincount(strata)[np.unique(strata)].min(), 2, FOLDS))
    for turn in range(rounds):
        dealer = StratifiedKFold(count, shuffle=True, random_state=task.seed + turn)
        yield from dealer.split(strata, strata)


def part(task: Task, rows: np.ndarray) -> Task:
    """The same task with these labelled target examples only."""
    known, places = task.labelled, torch.from_numpy(rows).to(task.labelled.x.device)
    none = known.x[:0], known.y[:0]
    target = replace(task.target, x=known.x[places], y=known.y[places], weight=None, chance=None, genuine=None)
    return replace(task, target=target, valid=Domain(*none, task.valid.batch))


def weighed(task: Task, candidates: Mapping[str, Make], blends: Mapping[str, Sequence[str]], rounds: int) -> Seen:
    """Ask every candidate about labels it was not fitted on; one that uses no target label is fitted once.

    A blend is the mean of the answers of some candidates.
    """
    x, y = task.labelled.x, task.labelled.y.cpu().numpy()
    answers = {name: np.zeros((len(y), task.target_labels.outputs)) for name in candidates}
    fitted = {name: make(task) for name, make in candidates.items()}
    fixed = {name for name, phase in fitted.items() if phase.selector == "unused"}
    for name in fixed:
        answers[name] += asked(fitted[name].predictor, x)
    for learn, ask in folds(task, rounds):
        some, there = part(task, learn), torch.from_numpy(ask).to(x.device)
        for name in candidates.keys() - fixed:
            answers[name][ask] += asked(candidates[name](some).predictor, x[there]) / rounds
    predictors = {name: phase.predictor for name, phase in fitted.items()}
    for name, members in blends.items():
        answers[name] = np.mean([answers[member] for member in members], axis=0)
        predictors[name] = Blend([predictors[member] for member in members])
    regression = task.target_labels.kind == "regression"
    return Seen(list(answers), np.column_stack([skill(told, y, regression) for told in answers.values()]), predictors)


class Blend(nn.Module):
    """The mean answer of several predictors: of probabilities, or of numbers."""

    def __init__(self, members: Sequence[nn.Module]):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x: Tensor) -> Tensor:
        told = torch.stack([member(x) for member in self.members])
        return told.mean(0) if told.shape[-1] == 1 else told.softmax(-1).mean(0).clamp(min=TINY).log()


def prior(task: Task, names: Sequence[str]) -> Belief:
    """What is usual of these candidates for this kind of input and about so many labels."""
    table = pd.read_csv(PRIOR)
    table = table[table["inputs"] == ("table" if task.backbone.modality == "table" else "other")]
    sizes = table["labels"].unique()
    table = table[table["labels"] == sizes[np.abs(np.log(sizes / len(task.labelled.x))).argmin()]]
    known = [LIKE.get(name, name) for name in names]
    parts = []
    for source, some in table.groupby("source"):
        some = some.set_index("candidate").loc[known]
        covariance = some[known].to_numpy() + APART * np.diag([name in LIKE for name in names])
        parts.append((str(source), some["share"].iloc[0], some["mean"].to_numpy(), covariance))
    return Belief(list(names), mixed(parts), float(table["noise"].iloc[0]))


def mixed(parts: Iterable[tuple[str, float, np.ndarray, np.ndarray]]) -> tuple[Kind, ...]:
    """Kinds of tasks at every level of difficulty, from their means and covariances at level 1."""
    return tuple(
        Kind(source, share / len(LEVELS), level * mean, level**2 * covariance)
        for source, share, mean, covariance in parts
        for level in LEVELS
    )


def asked(predictor: nn.Module, x: Tensor) -> np.ndarray:
    """Its probabilities ``(N, classes)``, or numbers ``(N, 1)``."""
    with torch.inference_mode():
        told = predictor(x).double()
    return (told if told.shape[1] == 1 else told.softmax(1)).cpu().numpy()
