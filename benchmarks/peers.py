"""Ours beside the libraries a person would take instead: ``python -m benchmarks.peers --data DIR --write``.

The same split, seed by seed, the same inputs and the same labels for both: what a peer library gets is
the design matrix (or, where it trains networks, the tensors and first weights) of the very run ours
carries out, and every source row that ours may use. What maps or weighs rows has no learner of its own: it is given
a logistic regression, as its documentation shows, and a network of the size of ours. ``--write`` puts the table into
docs/peers.md. The peers are installed beside the product:

    pip install -r benchmarks/requirements-peers.txt

ADAPT needs TensorFlow and an older scikit-learn, so it lives in an environment of its own, named by ``--adapt PYTHON``:

    python -m venv adapt && adapt/bin/pip install "adapt==0.4.5" tensorflow-cpu "scikit-learn<1.8" cvxopt scikeras
"""

from __future__ import annotations

import argparse
import copy
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tlcore as tl
from benchmarks import machine, realdata, trial
from tlcore import catalog
from tlcore.learn.data import Held, Task, deal
from tlcore.learn.vision import torchvision  # noqa: F401  (the door for easyfsl and peft, which import it)
from tlcore.measure.statistics import t_interval
from tlcore.plan import backbone_for, drawn, headline
from tlcore.situation import Situation, split
from tlcore.spec import PRESETS, Training

PAGE = Path(__file__).parents[1] / "docs" / "peers.md"
START, END = "<!-- from here: python -m benchmarks.peers --write -->", "<!-- to here -->"
TRAINING = PRESETS["balanced"]
MARGIN = 0.01
MATCHED = 1500  # rows of each domain that a peer may match: what its plan or its kernel needs grows with the square


@dataclass(frozen=True)
class Hand:
    """What both sides hold: design matrices, class positions, and the test inputs, whose labels neither sees."""

    task: Task
    held: Held
    adapt: str = ""  # the Python that has ADAPT

    def design(self, x: torch.Tensor) -> np.ndarray:
        rows = self.task.space.design(x)
        return np.asarray(rows.todense() if hasattr(rows, "todense") else rows, dtype=np.float64)

    @property
    def source(self) -> tuple[np.ndarray, np.ndarray]:
        return self.design(self.task.source_all.x), self.task.source_all.y.numpy()

    @property
    def labelled(self) -> tuple[np.ndarray, np.ndarray]:
        return self.design(self.task.labelled.x), self.task.labelled.y.numpy()

    @property
    def unlabelled(self) -> np.ndarray:
        return self.design(self.task.unlabelled.x)

    @property
    def test(self) -> np.ndarray:
        return self.design(self.held.test.x)


Peer = Callable[[Hand], np.ndarray]  # probabilities (N, C) for the test inputs


@dataclass(frozen=True)
class Comparison:
    """One of our strategies beside one of a peer's methods."""

    peer: str
    method: str
    ours: str
    answers: Peer
    where: tuple[str, ...]
    knobs: dict[str, Any] = field(default_factory=dict)
    labels: int = 50


# what the peers do


def behind(learner: str, seed: int) -> Any:
    """What is fitted on rows a peer has mapped; the network has layers and early stopping like ours."""
    if learner == "logistic regression":
        return LogisticRegression(max_iter=2000)
    return MLPClassifier((64, 64, 64), early_stopping=True, random_state=seed)


def sklearn_target(hand: Hand) -> np.ndarray:
    """The ordinary recipe: scale the numbers, fit the few labels."""
    numbers = slice(0, len(hand.task.space.numeric))  # type: ignore[union-attr]
    scaler = ColumnTransformer([("numbers", StandardScaler(), numbers)], remainder="passthrough")
    return make_pipeline(scaler, behind("logistic regression", 0)).fit(*hand.labelled).predict_proba(hand.test)


def sklearn_pooled(hand: Hand) -> np.ndarray:
    """All rows in one pot."""
    (xs, ys), (xl, yl) = hand.source, hand.labelled
    pot = HistGradientBoostingClassifier(random_state=0).fit(np.r_[xs, xl], np.r_[ys, yl])
    return pot.predict_proba(hand.test)


def skada_mapping(hand: Hand, adapter: str, learner: str) -> np.ndarray:
    """Map the source onto the target, then fit what has labels: the mapped source and the target's few."""
    import skada

    (xs, ys), (xl, yl) = hand.source, hand.labelled
    rng = np.random.default_rng(hand.task.seed)
    some = rng.permutation(len(xs))[:MATCHED]
    others = hand.unlabelled[rng.permutation(len(hand.unlabelled))[:MATCHED]]
    scaler = StandardScaler().fit(np.r_[xs, xl, others])
    x = scaler.transform(np.r_[xs[some], xl, others])
    y = np.r_[ys[some], np.full(len(xl) + len(others), -1)]
    domain = np.r_[np.ones(len(some), int), np.full(len(xl) + len(others), -2)]
    mapping = getattr(skada, adapter)()
    seen = mapping.fit_transform(x, y, sample_domain=domain)[: len(some) + len(xl)]
    fitted = behind(learner, hand.task.seed).fit(seen, np.r_[ys[some], yl])
    test = scaler.transform(hand.test)
    return fitted.predict_proba(mapping.transform(test, sample_domain=np.full(len(test), -2)))


def adapt_method(hand: Hand, method: str, learner: str = "logistic regression") -> np.ndarray:
    """ADAPT in its own environment: arrays there, probabilities back."""
    if not hand.adapt:
        raise realdata.Absent("ADAPT: name its environment's Python with --adapt")
    (xs, ys), (xl, yl) = hand.source, hand.labelled
    if method == "KMM":  # it solves a quadratic programme over all source rows
        some = np.random.default_rng(hand.task.seed).permutation(len(xs))[:MATCHED]
        xs, ys = xs[some], ys[some]
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "given.npz", Path(folder) / "told.npy"
        np.savez(given, xs=xs, ys=ys, xl=xl, yl=yl, xu=hand.unlabelled[:MATCHED], xt=hand.test)
        script = str(Path(__file__).with_name("peers_adapt.py"))
        asked = [hand.adapt, script, method, learner, str(hand.task.seed), str(given), str(told)]
        subprocess.run(asked, check=True, capture_output=True)
        return np.load(told)


def easyfsl_prototypes(hand: Hand) -> np.ndarray:
    """easyfsl's prototypical network, trained in episodes on the source, prototypes from the target's labels."""
    from easyfsl.methods import PrototypicalNetworks

    task, torch_random = hand.task, torch.Generator().manual_seed(hand.task.seed)
    network = PrototypicalNetworks(task.model().body)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=TRAINING.weight_decay)
    classes = [torch.nonzero(task.source.y == c)[:, 0] for c in range(task.source_labels.outputs)]
    steps = TRAINING.epochs * len(task.source)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    ways = min(5, len(classes))
    network.train()
    for _ in range(steps):
        chosen = torch.randperm(len(classes), generator=torch_random)[:ways]
        support, query = [], []
        for c in chosen:
            rows = classes[c][torch.randperm(len(classes[c]), generator=torch_random)[:10]]
            support.append(rows[:5])
            query.append(rows[5:])
        place = torch.arange(ways)
        network.process_support_set(task.source.x[torch.cat(support)], place.repeat_interleave(5))
        scores = network(task.source.x[torch.cat(query)])
        loss = torch.nn.functional.cross_entropy(scores, place.repeat_interleave(len(query[0])))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    network.eval()
    with torch.inference_mode():
        network.process_support_set(task.labelled.x, task.labelled.y)
        return torch.cat([network(part) for part in hand.held.test.x.split(1024)]).softmax(1).numpy()


def peft_lora(hand: Hand) -> np.ndarray:
    """A plain PyTorch loop around peft's low-rank layers, on a network trained on the source by another plain loop."""
    from peft import LoraConfig, get_peft_model

    task = hand.task
    model = _plainly(task.model(), task.source, 3e-3)
    layers = [
        name
        for name, module in model.named_modules()
        if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)) and not name.startswith("head")
    ]
    config = LoraConfig(r=8, lora_alpha=16, target_modules=layers, modules_to_save=["head"])
    adapted = _plainly(get_peft_model(copy.deepcopy(model), config), task.target, 1e-3)  # type: ignore[arg-type]
    with torch.inference_mode():
        return torch.cat([adapted(part) for part in hand.held.test.x.split(1024)]).softmax(1).numpy()


def _plainly(model: Any, domain: Any, lr: float) -> Any:
    """What most people would write: AdamW, cosine, the last epoch kept."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=lr, weight_decay=TRAINING.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, TRAINING.epochs * len(domain))
    model.train()
    for _ in range(TRAINING.epochs):
        for batch in domain:
            loss = tl.losses.task_loss(model(batch.x), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


TABLES, PICTURES = ("cold_start", "telco"), ("digits",)
MAPPINGS = {
    ("CORAL", "CORALAdapter"): "deep_coral",
    ("OT mapping", "OTMappingAdapter"): "optimal_transport",
    ("OT mapping, class-regularised", "ClassRegularizerOTMappingAdapter"): "optimal_transport",
    ("TCA", "TransferComponentAnalysisAdapter"): "mmd",
}
LEARNERS = ("logistic regression", "network")
COMPARISONS = [
    Comparison("scikit-learn", "logistic regression", "logistic_regression", sklearn_target, TABLES),
    Comparison("scikit-learn", "boosting on all rows", "pooled_boosting", sklearn_pooled, TABLES),
    *(
        Comparison(
            "skada", f"{method}, then a {learner}", ours,
            partial(skada_mapping, adapter=adapter, learner=learner), TABLES,
        )
        for (method, adapter), ours in MAPPINGS.items() for learner in LEARNERS
    ),
    Comparison("ADAPT", "TrAdaBoost", "tradaboost", partial(adapt_method, method="TrAdaBoost"), TABLES),
    *(
        Comparison(
            "ADAPT", f"KMM, then a {learner}", "kernel_mean_matching",
            partial(adapt_method, method="KMM", learner=learner), TABLES,
        )
        for learner in LEARNERS
    ),
    Comparison("easyfsl", "prototypical networks", "protonet", easyfsl_prototypes, PICTURES),
    Comparison("peft", "LoRA in a plain loop", "lora", peft_lora, (*TABLES, *PICTURES)),
]  # fmt: skip


# side by side


def situation(name: str, data: Path) -> Situation:
    return realdata.telco(data) if name == "telco" else drawn(name)


def rows(asked: argparse.Namespace) -> Iterator[list[str]]:
    """One row per comparison and data set; a peer that is not here says so instead of figures."""
    with trial.shelf() as shelf:
        for comparison in COMPARISONS:
            for where in comparison.where:
                if asked.only and asked.only not in (comparison.peer, comparison.ours, where):
                    continue
                name = f"{comparison.peer}: {comparison.method}"
                try:
                    pairs, metric = _pairs(comparison, situation(where, asked.data), shelf, asked)
                except (realdata.Absent, ImportError) as absent:
                    yield [name, where, "", comparison.ours, "", f"not run: {absent}", ""]
                    continue
                except subprocess.CalledProcessError as failed:
                    why = failed.stderr.decode().strip().splitlines()[-1]
                    yield [name, where, "", comparison.ours, "", f"failed: {why}", ""]
                    continue
                ours, theirs = trial.Scores([a for a, _ in pairs]), trial.Scores([b for _, b in pairs])
                mean, low, high = t_interval(np.array([a - b for a, b in pairs]))
                yield [
                    name, where, theirs.words, comparison.ours, ours.words,
                    f"{100 * mean:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})", f"{said(low, high)} ({metric})",
                ]  # fmt: skip


def said(low: float, high: float) -> str:
    """What the interval of the paired differences allows to say: absence of evidence is not "level"."""
    if low > 0:
        return "ahead"
    if high < 0:
        return "behind"
    return "level" if low >= -MARGIN else "no difference shown"


def _pairs(
    comparison: Comparison, situation: Situation, shelf: Any, asked: argparse.Namespace
) -> tuple[list[tuple[float, float]], str]:
    """(ours, theirs) for each seed, in the situation's own headline metric."""
    name = headline(situation)
    metric = catalog.metric(name)
    network = catalog.backbone(backbone_for("auto", situation))
    pairs = []
    for seed in range(asked.seeds):
        hand = split(situation, comparison.labels, seed)
        quiet = Training(**{**vars(TRAINING), "augment": False})
        task, held = deal(hand, situation, network, quiet, seed, "cpu")
        torch.manual_seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = comparison.answers(Hand(task, held, asked.adapt))
        theirs = float(metric.measure(held.test.truth, told.astype(np.float64)))
        result = trial.carried_out(
            situation,
            comparison.ours,
            shelf,
            labels=comparison.labels,
            seed=seed,
            training=TRAINING,
            **comparison.knobs,
        )
        pairs.append((result.outcome.test[name], theirs))
        print(f"{comparison.peer} {comparison.method}, seed {seed}: ours {pairs[-1][0]:.3f}, theirs {theirs:.3f}",
              file=sys.stderr, flush=True)  # fmt: skip
    return pairs, name


HEAD = ["peer: method", "data", "peer", "ours", "ours scores", "difference in points", "so"]


def table(lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in [HEAD, ["---"] * len(HEAD), *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    realdata.folder(parser)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--adapt", default="", metavar="PYTHON", help="the Python of the environment that has ADAPT")
    parser.add_argument("--only", default="", help="only this peer, strategy or data set")
    parser.add_argument("--write", action="store_true", help="put the table into docs/peers.md")
    asked = parser.parse_args()
    words = machine.words("torch", "scikit-learn")
    found = table(list(rows(asked)))
    print(words, found, sep="\n\n")
    if asked.write:
        trial.write(PAGE, START, END, f"Seen on {words}; {asked.seeds} seeds.\n\n{found}")


if __name__ == "__main__":
    main()
