"""What `auto` knows before it sees a label: how skilled its candidates are over many simulated tasks.

``python -m benchmarks.learn_prior [--draws 12] [--write]``. Every embedded scenario is drawn anew ``--draws`` times
with its knobs turned by chance (shift of inputs and of the rule, label noise, size of the source, world), a label
budget, and in some draws a source that misleads: its labels shuffled, or turned round. Each candidate is
cross-validated on the labels, as `auto` does it, then fitted and asked about the test set, whose labels tell its true
skill. ``--write`` makes `tlcore/learn/prior.csv` of it, in which a task counts by how near its budget lies. What is
printed says how `auto` would have chosen, with a prior learnt on the *other* scenarios only.

A table takes about 4 seconds a draw on one core, pictures and texts 20; draws are kept in ``--cache``, so that a
broken-off run goes on.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from tlcore import catalog
from tlcore.learn import choosing
from tlcore.learn.data import Task, deal
from tlcore.learn.judge import Judge
from tlcore.learn.loop import Course, train
from tlcore.learn.shelf import Shelf
from tlcore.measure.skill import skill
from tlcore.phase import Phase, ready
from tlcore.plan import backbone_for, headline
from tlcore.situation import Examples, Situation, hold_out, split
from tlcore.spec import PRESETS
from tlcore.strategies import auto

BUDGETS, BUDGETS_OF_RARE = (30, 50, 100, 200), (300, 1000)
SIZES = (30, 60, 120, 250, 1000)  # labels, for each of which the table has rows
REACH = 0.7  # of a task in log labels
SHUFFLED, TURNED = 0.08, 0.07  # of the draws have such source labels
OTHER_RULE = 0.7  # a concept shift beyond this makes the source mislead
MISLEADING = 0.1  # how often a source is taken to mislead, before any label was seen
NOISE, RIDGE, SHRINKAGE = 2.0, 2e-2, 0.1
OWN = ("logistic_regression", "gradient_boosting", "random_forest")
POOLED = "pooled_boosting"
FEW = (
    "logistic_regression",
    "gradient_boosting",
    "source_boosting",
    POOLED,
    "source_regression",
    "embedded_regression",
)
EASIEST = 0.03  # skills are shares of the best candidate's, and of this at least


class Drawn(NamedTuple):
    """One task: what cross-validation showed and what is true."""

    scenario: str
    labels: int
    regression: bool
    misleading: bool
    names: list[str]
    gains: np.ndarray  # (labels, S): of the first S candidates, which were cross-validated
    skill: np.ndarray  # (K,), on the test set
    metric: np.ndarray  # (K,), on the test set: ROC-AUC of two classes, accuracy of more, R2 of numbers

    def share_of(self, candidate: str) -> float:
        """A candidate's true skill as a share of the best one's; NaN where it does not apply."""
        if candidate not in self.names:
            return np.nan
        return float(self.skill[self.names.index(candidate)] / max(self.skill.max(), EASIEST))

    @property
    def inputs(self) -> str:
        return "table" if catalog.scenarios()[self.scenario].modality == "table" else "other"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenarios", nargs="*", default=catalog.embedded(), help="default: every embedded one")
    parser.add_argument("--draws", type=int, default=12, help="of every scenario")
    parser.add_argument("--first", type=int, default=0, help="number of the first draw, to share the work")
    parser.add_argument("--cache", type=Path, default=Path(".transferlab/prior.pickle"))
    parser.add_argument("--write", action="store_true", help="write tlcore/learn/prior.csv")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    tasks = drawn(asked.cache, asked.scenarios, range(asked.first, asked.first + asked.draws))
    for kind in ("table", "other"):
        if some := [task for task in tasks if task.inputs == kind]:
            print(f"\n{kind}: {len(some)} tasks\n\n{report(some)}")
    if asked.write:
        table(tasks).to_csv(choosing.PRIOR, index=False, float_format="%.5g")


def drawn(cache: Path, scenarios: list[str], draws: range) -> list[Drawn]:
    kept: dict[tuple[str, int], Drawn] = pickle.loads(cache.read_bytes()) if cache.exists() else {}
    for draw in draws:
        for name in scenarios:
            if (name, draw) not in kept:
                began = time.monotonic()
                kept[name, draw] = one(name, draw)
                print(f"{name}, draw {draw}: {time.monotonic() - began:.0f} s", flush=True)
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(pickle.dumps(kept))
    return list(kept.values())


def one(name: str, draw: int) -> Drawn:
    """Draw a task by chance, let every candidate be judged by folds, and by the test set."""
    rng = np.random.default_rng([draw, catalog.embedded().index(name)])
    turned = knobs(name, rng)
    situation, spoilt = spoil(catalog.scenario(name, **turned).draw(), rng)
    least = 2 * len(situation.target_space.classes)
    rare = situation.kind != "regression" and len(situation.target_space.classes) == 2 and rarest(situation) < 0.1
    labels = max(least, int(rng.choice(BUDGETS_OF_RARE if rare else BUDGETS)))
    labels = min(labels, len(hold_out(situation)[0]))
    hand, backbone = split(situation, labels, draw), catalog.backbone(backbone_for("auto", situation))
    task, held = deal(hand, situation, backbone, PRESETS["quick"], draw, "cpu")
    judge = Judge(held, task, catalog.metrics(), headline(situation), "cpu")
    seen, predictors = tried(task, Course(judge, task.training, lambda epoch: None, draw))
    regression, kind = situation.kind == "regression", situation.kind
    truth = (held.test.truth - held.centre) / held.spread if regression else held.test.truth
    metric = catalog.metric({"regression": "r2", "binary": "roc_auc"}.get(kind, "accuracy"))
    told = [choosing.asked(predictor, held.test.x) for predictor in predictors.values()]
    return Drawn(
        name, labels, regression, spoilt or turned.get("concept_shift", 0.0) > OTHER_RULE, list(predictors), seen.gains,
        np.array([skill(answers, truth, regression).mean() for answers in told]),
        np.array([metric.measure(truth, answers[:, 0] if regression else answers) for answers in told]),
    )  # fmt: skip


def tried(task: Task, course: Course) -> tuple[choosing.Seen, dict[str, nn.Module]]:
    """What `auto` sees, and every candidate fitted on all labels, those too that it only trains once chosen."""
    chooser, kept = auto.Auto(), []

    def phases(task: Task) -> Iterator[Phase]:
        candidates = yield from chooser.candidates(task)
        kept.append(choosing.weighed(task, candidates, auto.blends(candidates), rounds=1))
        yield ready("seen", next(iter(kept[0].predictors.values())))

    with tempfile.TemporaryDirectory() as shelf:
        train(phases(task), course, Shelf(Path(shelf)))
        predictors = dict(kept[0].predictors)
        for name in chooser.untried(task):
            predictors[name] = train(chooser.made(name, task).phases(task), course, Shelf(Path(shelf)))
    return kept[0], predictors


def knobs(name: str, rng: np.random.Generator) -> dict[str, Any]:
    """The scenario's knobs, turned by chance; about half of them stay where they are."""
    known = {knob.name: knob for knob in fields(catalog.scenarios()[name]) if knob.metadata.get("help")}
    turned: dict[str, Any] = {}
    for knob, most in (("covariate_shift", 1.0), ("concept_shift", 0.5)):
        if knob in known and rng.random() < 0.5:
            turned[knob] = float(rng.uniform(0, most))
    if "concept_shift" in known and rng.random() < 0.1:
        turned["concept_shift"] = 1.0
    if "label_noise" in known:
        turned["label_noise"] = float(rng.choice([0, 0.1, 0.25], p=[0.6, 0.25, 0.15]))
    if "source_size" in known:
        limits = known["source_size"].metadata
        sizes = [700, 2500, 5000] if catalog.scenarios()[name].modality == "table" else [600, 1500]
        turned["source_size"] = int(np.clip(rng.choice(sizes), limits["low"], limits["high"]))
    if "world" in known:
        turned["world"] = int(rng.integers(0, 9_999))
    return turned


def spoil(situation: Situation, rng: np.random.Generator) -> tuple[Situation, bool]:
    """Sometimes the source's labels say nothing, or the opposite."""
    chance, labels = rng.random(), np.asarray(situation.source.labels)
    if chance < SHUFFLED:
        wrong = labels[rng.permutation(len(labels))]
    elif chance < SHUFFLED + TURNED:
        wrong = labels.max() + labels.min() - labels if situation.regression else other(labels, situation)
    else:
        return situation, False
    return replace(situation, source=Examples(situation.source.inputs, wrong)), True


def other(labels: np.ndarray, situation: Situation) -> np.ndarray:
    """Every label turned into the next class."""
    classes = list(situation.source_space.classes)
    following = {name: classes[(place + 1) % len(classes)] for place, name in enumerate(classes)}
    return np.array([following[str(label)] for label in labels], dtype=object)


def rarest(situation: Situation) -> float:
    return float(np.unique(np.asarray(situation.target.labels, dtype=str), return_counts=True)[1].min()) / len(
        situation.target
    )


def table(tasks: list[Drawn]) -> pd.DataFrame:
    """The prior as it is written down: one row per kind of input, number of labels, kind of source and candidate."""
    rows = []
    for inputs in ("table", "other"):
        some = [task for task in tasks if task.inputs == inputs]
        for labels in SIZES if some else ():
            names = together(some)
            for kind, share, mean, covariance in kinds(some, labels, names):
                for name, one_mean, row in zip(names, mean, covariance, strict=True):
                    rows.append(
                        {"inputs": inputs, "labels": labels, "source": kind,
                         "share": share, "noise": NOISE, "candidate": name, "mean": one_mean,
                         **dict(zip(names, row, strict=True))}
                    )  # fmt: skip
    return pd.DataFrame(rows)


def kinds(tasks: list[Drawn], labels: int, names: list[str]) -> Iterator[tuple[str, float, np.ndarray, np.ndarray]]:
    """Mean and covariance of the true skills of either kind of task; those of like budgets count most.

    A candidate that does not apply to a task is left out of it: each pair is judged by the tasks that have both. One
    that no such task had is taken to be like the mean of the others, and to vary by itself.
    """
    for misleading, name in ((False, "of use"), (True, choosing.MISLEADING)):
        some = [task for task in tasks if task.misleading == misleading]
        if not some:
            continue
        skills = np.array([[task.share_of(one) for one in names] for task in some])
        weight = np.array([np.exp(-((np.log(task.labels / labels) / REACH) ** 2) / 2) + 1e-3 for task in some])
        known = ~np.isnan(skills) * weight[:, None]
        met = known.sum(0) > 0
        mean = np.nansum(skills * known, axis=0) / np.where(met, known.sum(0), 1.0)
        mean = np.where(met, mean, mean[met].mean())
        away, both = np.nan_to_num(skills - mean), (known > 0).T.astype(float) @ known
        covariance = np.where(both > 0, away.T @ (away * weight[:, None]) / np.where(both > 0, both, 1.0), 0.0)
        covariance += np.diag(np.where(met, 0.0, np.diag(covariance)[met].mean()))
        covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance))
        values, axes = np.linalg.eigh(covariance)  # put together pair by pair, it may fall below 0
        covariance = axes @ np.diag(values.clip(min=0)) @ axes.T + RIDGE * np.eye(len(mean))
        yield name, MISLEADING if misleading else 1 - MISLEADING, mean, covariance


def together(tasks: list[Drawn]) -> list[str]:
    """All candidates of these tasks."""
    return list(dict.fromkeys(name for task in tasks for name in task.names))


def report(tasks: list[Drawn]) -> str:
    """How `auto` would have chosen on every scenario with what the others taught, beside simple rules."""
    picks: dict[str, list[float]] = {}
    for task in tasks:
        others = [one for one in tasks if one.scenario != task.scenario]
        seen = task.names[: task.gains.shape[1]]
        prior = choosing.Belief(task.names, choosing.mixed(kinds(others, task.labels, task.names)), NOISE)
        belief = prior.updated(seen, task.gains)
        own = [place for place, name in enumerate(task.names) if name in OWN]
        best = task.metric[own].max()
        few = [place for place, name in enumerate(seen) if name in FEW]
        found = {
            "auto": task.metric[task.names.index(choosing.ranked(belief, auto.BLENDS)[0])],
            f"always {task.names[-1] if task.inputs == 'other' else POOLED}": task.metric[
                -1 if task.inputs == "other" else task.names.index(POOLED)
            ],
            "cross-validated choice of a few": task.metric[few[int(np.argmax(task.gains.mean(0)[few]))]],
            "cross-validated choice of all": task.metric[int(np.argmax(task.gains.mean(0)))],
            "the best there is": task.metric.max(),
        }
        for name, score in found.items():
            picks.setdefault(name, []).append(100 * (score - best))
    misled = np.array([task.misleading for task in tasks])
    lines = ["| choice | mean | worst | below -1 | source of use: mean | worst | source misleads: mean | worst |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, scores in picks.items():
        gains = np.array(scores)
        parts = [f"{gains.mean():+.1f}", f"{gains.min():+.1f}", f"{(gains < -1).mean():.0%}"]
        for some in (gains[~misled], gains[misled]):
            parts += [f"{some.mean():+.1f}", f"{some.min():+.1f}"] if len(some) else ["", ""]
        lines.append(f"| {name} | " + " | ".join(parts) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
