"""What the simulated scenarios share: drawing people by documented rules, so that the truth is known.

A simulated market is a table of inputs, the true probability of the event in every row, and what
then happened. Labels on offer for learning may be wrong and cells may be blank, as in real life;
the test set keeps what truly happened. The equations stand in docs/scenarios/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from tlcore import catalog
from tlcore.situation import Examples, Situation

# The measures that no prediction can beat, on average, when it states the true probability.
BEST_AT = ("roc_auc", "average_precision", "accuracy", "log_loss", "brier")

Parameters = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Market:
    """Cases of one place: inputs, the true probability of the event ``(N,)``, what happened (bool, ``(N,)``)."""

    inputs: pd.DataFrame
    probability: np.ndarray
    happened: np.ndarray

    def part(self, rows: slice) -> Market:
        return Market(self.inputs.iloc[rows].reset_index(drop=True), self.probability[rows], self.happened[rows])


class Simulated(catalog.Scenario):
    """A scenario of two markets: what every one of them does with what its own `markets` draws.

    Its knobs are covariate_shift, concept_shift, event_rate, source_rate, label_noise, missing and world, each
    declared where it has its words.
    """

    simulated: ClassVar[bool] = True
    label: ClassVar[str]  # the event
    may_miss: ClassVar[Sequence[str]]  # columns whose cells may be blank

    def markets(self) -> dict[str, Market]:
        """Cases, the chance that the event happens to each, and whether it did: before anything is blank or wrong."""
        raise NotImplementedError(f"{type(self).__name__} draws no markets yet.")

    def differs(self) -> frozenset[str]:
        knobs = self.knobs
        at_work = {
            "inputs": knobs["covariate_shift"] > 0,
            "rule": knobs["concept_shift"] > 0,
            "rates": knobs["event_rate"] != knobs["source_rate"],
        }
        return frozenset(name for name, there in at_work.items() if there)

    def draw(self) -> Situation:
        knobs = self.knobs
        return situation(
            self.markets(), label=self.label, label_noise=knobs["label_noise"], missing=knobs["missing"],
            may_miss=self.may_miss, seed=knobs["world"],
        )  # fmt: skip

    def truth(self) -> dict[str, np.ndarray]:
        """The true probability of the event for every row of "source", "target" and "test"."""
        return {name: drawn.probability for name, drawn in self.markets().items()}


def market(inputs: pd.DataFrame, score: np.ndarray, rate: float, rng: np.random.Generator) -> Market:
    """Let the event happen with log-odds ``score + b``, where ``b`` makes it happen to ``rate`` of all rows.

    Systematic sampling (Madow, 1949): every row keeps exactly its own probability, but the number of
    events in any stretch of rows is what it should be, so that rare events do not come and go by luck.
    """
    probability = sigmoid(score + intercept(score, rate))
    passed = np.floor(np.cumsum(probability) + rng.random())
    return Market(inputs, probability, np.diff(passed, prepend=0.0) > 0)


def situation(
    parts: Mapping[str, Market], *, label: str, label_noise: float, missing: float, may_miss: Sequence[str], seed: int
) -> Situation:
    """A source, a target pool and a test set as a learner meets them; ``facts`` holds what only the simulator knows.

    ``parts`` has "source", "target" and "test". Labels of source and target are wrong with
    ``label_noise``, cells of the ``may_miss`` columns are blank with ``missing`` (everywhere).
    """
    seen = {}
    for number, (name, drawn) in enumerate(parts.items()):
        rng = np.random.default_rng([seed, 100 + number])
        labels = drawn.happened if name == "test" else mislabelled(drawn.happened, label_noise, rng)
        seen[name] = Examples(blanked(drawn.inputs, may_miss, missing, rng), np.where(labels, "yes", "no"))
    rates = {name: float(drawn.happened.mean()) for name, drawn in parts.items()}
    return Situation(
        seen["source"],
        seen["target"],
        label=label,
        modality="table",
        test=seen["test"],
        positive="yes",
        simulated=True,
        facts={"best": best(parts["test"]), "rates": rates},
    )


def best(test: Market) -> dict[str, float]:
    """What the true probabilities score on the test set: as good as any model can hope to be.

    Read from complete inputs; where cells are missing, what can be reached lies below it.
    """
    truth = test.happened.astype(np.int64)
    prediction = np.column_stack([1 - test.probability, test.probability])
    return {name: float(catalog.metric(name).measure(truth, prediction)) for name in BEST_AT}


def between(here: Parameters, there: Parameters, share: float | np.ndarray) -> dict[str, Any]:
    """The parameters that lie ``share`` of the way from one place to the other; 0 gives ``here`` to the last bit."""
    return {
        name: {key: (1 - share) * value[key] + share * there[name][key] for key in value}
        if isinstance(value, Mapping)
        else (1 - share) * value + share * there[name]
        for name, value in here.items()
    }


def choose(rng: np.random.Generator, log_odds: Mapping[str, Any], n: int) -> np.ndarray:
    """One of the names for each of n rows, with odds ``exp(log_odds)``, which may differ from row to row."""
    scores = np.column_stack([np.broadcast_to(np.asarray(value, dtype=float), n) for value in log_odds.values()])
    gumbel = -np.log(rng.exponential(size=scores.shape))
    return np.array(list(log_odds), dtype=object)[np.argmax(scores + gumbel, axis=1)]


def blended(ours: np.ndarray, theirs: np.ndarray, share: float, correlation: float) -> np.ndarray:
    """Two rules of spread 1, ``share`` of the second; whatever the share, of spread 1: it turns the direction alone."""
    spread = np.sqrt((1 - share) ** 2 + share**2 + 2 * share * (1 - share) * correlation)
    return ((1 - share) * ours + share * theirs) / spread


def above(value: pd.Series | np.ndarray, limit: float, width: float) -> np.ndarray:
    """A soft condition: from 0 to 1 as ``value`` passes ``limit``, within about two widths on either side."""
    return sigmoid((np.asarray(value) - limit) / width)


def sigmoid(score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-score))


def intercept(score: np.ndarray, rate: float) -> float:
    """The ``b`` for which ``sigmoid(score + b)`` averages to ``rate``, by halving the interval it lies in."""
    margin = np.log(rate / (1 - rate))
    low, high = margin - score.max(), margin - score.min()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(score + middle).mean() < rate else (low, middle)
    return float((low + high) / 2)


def mislabelled(happened: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """``share`` of the events recorded as none, and as many non-events as events: the rate stays as it is."""
    events, others = np.flatnonzero(happened), np.flatnonzero(~happened)
    wrong = min(round(share * len(events)), len(others))
    recorded = happened.copy()
    recorded[rng.permutation(events)[:wrong]] = False
    recorded[rng.permutation(others)[:wrong]] = True
    return recorded


def blanked(inputs: pd.DataFrame, columns: Sequence[str], share: float, rng: np.random.Generator) -> pd.DataFrame:
    """The same table with ``share`` of the cells of these columns blank, whatever they held."""
    holes = {name: rng.random(len(inputs)) < share for name in columns}
    return inputs.assign(**{name: inputs[name].mask(hole) for name, hole in holes.items()})
