"""What a model is put together from: networks, learners, and columns they hand each other.

A tree in `model.json`, each part one mapping:

    {"network": "network.onnx"}                                     class scores, or a number, of encoded rows
    {"learner": "learner.skops", "outputs": 2, "reads": COLUMNS}    an estimator of scikit-learn
    {"mean": [PART, ...]}                                           the mean of several parts' probabilities, or numbers

COLUMNS are ``{"columns": "design"}``, ``{"columns": "features", "network": "network.onnx"}``, or further ones at the
end of some: ``{"columns": COLUMNS, "more": 1.0}``, a number, or ``"more": PART``, what a part says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from scipy import sparse
from scipy.special import softmax

from tlcore.errors import Unusable
from tlcore.export.networks import Network, network
from tlcore.spaces import Audio, Image, Table, Text
from tlcore.words import _

TINY = 1e-12  # of a probability, before its logarithm is taken

# What a learner may be made of besides NumPy's and scikit-learn's own public estimators: nothing else is loaded.
TRUSTED = (
    "collections.defaultdict",
    "numpy.dtype",
    "sklearn._loss.link.HalfLogitLink", "sklearn._loss.link.IdentityLink", "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink", "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss", "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "tlcore.kinds.prepared.Dense", "tlcore.kinds.prepared.Prepared", "tlcore.kinds.prepared.Scale",
    "tlcore.kinds.prepared.Votes",
)  # fmt: skip


class Part(Protocol):
    """Answers encoded rows: class scores ``(N, classes)``, or standardised numbers ``(N, 1)``; float32."""

    def __call__(self, rows: np.ndarray) -> np.ndarray: ...

    def seen(self, rows: np.ndarray) -> Any:
        """What it judges by, ``(N, columns)``: a network's features, or a learner's columns."""


@dataclass(frozen=True)
class Asked:
    """A network's own answer."""

    network: Network

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return self.network(rows, "scores")

    def seen(self, rows: np.ndarray) -> np.ndarray:
        return self.network(rows, "features" if "features" in self.network.tells else "scores")


@dataclass(frozen=True)
class Learner:
    """An estimator of scikit-learn, and what it reads."""

    estimator: Any
    outputs: int
    reads: Callable[[np.ndarray], Any]

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        from tlcore.kinds.prepared import answers

        return answers(self.estimator, self.reads(rows), self.outputs)

    def seen(self, rows: np.ndarray) -> Any:
        return self.reads(rows)


@dataclass(frozen=True)
class Mean:
    """The mean answer of several parts."""

    parts: list[Part]

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        told = np.stack([part(rows) for part in self.parts])
        if told.shape[2] == 1:
            return told.mean(0)
        return np.log(softmax(told, axis=2).mean(0).clip(min=TINY))

    def seen(self, rows: np.ndarray) -> Any:
        return self.parts[0].seen(rows)


@dataclass(frozen=True)
class Beside:
    """Columns with further ones at their end."""

    columns: Callable[[np.ndarray], Any]
    more: Callable[[np.ndarray], np.ndarray]

    def __call__(self, rows: np.ndarray) -> Any:
        told, more = self.columns(rows), self.more(rows).astype(np.float32)
        return sparse.hstack([told, more], format="csr") if sparse.issparse(told) else np.concatenate([told, more], 1)


def made(tree: dict[str, Any], folder: Path, space: Table | Image | Text | Audio) -> Part:
    """The part that this tree describes, its files read from ``folder``."""
    open_network = cache(lambda name: network(folder / name))

    def part(node: dict[str, Any]) -> Part:
        if "mean" in node:
            return Mean([part(one) for one in node["mean"]])
        if "network" in node:
            return Asked(open_network(node["network"]))
        return Learner(learner(folder / node["learner"]), node["outputs"], columns(node["reads"]))

    def columns(node: dict[str, Any]) -> Callable[[np.ndarray], Any]:
        if "more" in node:
            return Beside(columns(node["columns"]), more(node["more"]))
        if node["columns"] == "features":
            opened = open_network(node["network"])
            return lambda rows: opened(rows, "features")
        return space.columns

    def more(node: Any) -> Callable[[np.ndarray], np.ndarray]:
        if not isinstance(node, dict):
            return lambda rows: np.full((len(rows), 1), node)
        from tlcore.kinds.prepared import scores

        told = part(node)
        return lambda rows: scores(told(rows))

    return part(tree)


def files(tree: Any) -> Iterator[str]:
    """The names of the files that a tree speaks of."""
    if isinstance(tree, dict):
        for name, node in tree.items():
            if name in ("network", "learner"):
                yield str(node)
            else:
                yield from files(node)
    elif isinstance(tree, list):
        for node in tree:
            yield from files(node)


def learner(file: Path) -> Any:
    """The estimator in a file of skops. Raises `Unusable`, naming it, where it holds a type that is not `TRUSTED`."""
    from skops.io import get_untrusted_types, load

    strange = [name for name in get_untrusted_types(file=file) if name not in TRUSTED]
    if strange:
        raise Unusable(
            _("{file} holds a {kind}, which no exported learner is made of; do not use it.", file=file, kind=strange[0])
        )
    return load(file, trusted=list(TRUSTED))
