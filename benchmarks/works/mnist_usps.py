"""Digits of two post offices: MNIST to USPS and back, with shallow learners and with networks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from sklearn.decomposition import PCA
from sklearn.svm import SVC

import tlcore as tl
from benchmarks import realdata, trial
from benchmarks.works import Band, Line, line
from tlcore.situation import Situation, hold_out
from tlcore.spec import PRESETS, Training

TITLE = "MNIST to USPS and back"
ROWS, COMPONENTS, CANVAS = 3000, 50, 32
LABELS = 120  # of which a quarter chooses the epoch; the rest is not looked at
PROTOCOL = f"""*SVC*: after skada-bench, {ROWS:,} digits of each at random, both padded to {CANVAS} x {CANVAS}, of
which the first {COMPONENTS} whitened principal components are kept; scikit-learn's SVC as it is, with the product's own
weights or mapping before it. Accuracy on half of the target's digits; the other half gives inputs and no label.
Published are the figures of skada-bench; a single figure counts as met within five points.
*Network*: the same digits at 16 x 16, the product's strategies on its small residual network ("balanced" preset);
their phase on the target's labels is left out, so none is in any loss. No picture is varied while training, as in the
papers, but in the rows that say so: the product varies pictures unless told not to, which alone closes most of it.
Published are the figures of Tzeng et al., 2017 (ADDA), for LeNet on 2,000 and 1,800 digits, and the range of public
reproductions (s-chh/PyTorch-DANN, dudevil/DomainAdaptation, corenel/pytorch-adda). A new draw per seed."""
PLAIN, VARIED = replace(PRESETS["balanced"], augment=False), PRESETS["balanced"]
WAYS = (("MNIST", "USPS"), ("USPS", "MNIST"))
SHALLOW = {
    "source only": Band.around(0.657),
    "source rows weighed by their density ratio": Band.around(0.595),
    "linear optimal transport": Band.around(0.744),
    "all target labels": Band.around(0.958),
}
DEEP = {
    ("source only", "USPS"): Band(".752; .404 to .87", 0.404, 0.87),
    ("source only", "MNIST"): Band(".571; .494 to .623", 0.494, 0.623),
    ("DANN", "USPS"): Band(".771; .713 to .884", 0.713, 0.884),
    ("DANN", "MNIST"): Band(".730; .904 to .957", 0.730, 0.957),
}
STRATEGIES = {
    "source only": "fine_tune",
    "AdaBN": "adabn",
    "Deep CORAL": "deep_coral",
    "MMD (DAN)": "mmd",
    "joint MMD (JAN)": "joint_mmd",
    "DANN": "dann",
    "CDAN": "cdan",
    "DAAN": "dynamic_adaptation",
}
WHY_SHALLOW = (
    "the components are of these two sets, the published ones of SVHN too; MNIST's test digits, not its training"
)
WHY_DEEP = "another network, with batch normalisation and short cuts, and digits of 16 x 16"


def lines(asked: argparse.Namespace) -> Iterator[Line]:
    digits = {"MNIST": realdata.mnist(asked.data), "USPS": realdata.usps(asked.data)}
    padded = _padded({"MNIST": realdata.mnist(asked.data, side=28), "USPS": digits["USPS"]})
    for source, target in WAYS:
        way = f"{source} to {target}"
        draws = [realdata.sampled(padded[source], padded[target], ROWS, seed, "digit") for seed in range(asked.seeds)]
        yield from _shallow(way, draws, SHALLOW if target == "USPS" else {})
        draws = [realdata.sampled(digits[source], digits[target], ROWS, seed, "digit") for seed in range(asked.seeds)]
        yield from _networks(way, target, draws, asked.device)


def _padded(digits: dict[str, tl.Examples]) -> dict[str, tl.Examples]:
    """Every digit in the middle of the same canvas."""
    found = {}
    for name, examples in digits.items():
        assert isinstance(examples.inputs, np.ndarray)
        edge = (CANVAS - examples.inputs.shape[1]) // 2
        canvas = np.pad(examples.inputs, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
        found[name] = tl.Examples(canvas, examples.labels)
    return found


def _shallow(way: str, draws: list[Situation], published: dict[str, Band]) -> Iterator[Line]:
    """An SVC on components: of the source as it is, weighed, mapped; and of the target with its labels."""
    found: dict[str, list[float]] = {}
    for seed, draw in enumerate(draws):
        pool, test = hold_out(draw)
        (xs, ys), (xp, yp), (xt, yt) = (_plain(part) for part in (draw.source, pool, test))
        seen = PCA(COMPONENTS, whiten=True, random_state=seed).fit(np.concatenate([xs, xp]))
        xs, xp, xt = map(seen.transform, (xs, xp, xt))
        ratio = tl.weighting.density_ratio(xs, xp, "logistic regression", seed)
        fits = {
            "source only": SVC().fit(xs, ys),
            "source rows weighed by their density ratio": SVC().fit(xs, ys, tl.weighting.tempered(ratio, 1.0, 10.0)),
            "linear optimal transport": SVC().fit(tl.transport.linear(xs, xp), ys),
            "all target labels": SVC().fit(xp, yp),
        }
        for name, learner in fits.items():
            found.setdefault(name, []).append(float((learner.predict(xt) == yt).mean()))
    for name, values in found.items():
        ours = trial.Scores(values, "nothing to choose")
        yield line(f"{way}, SVC, {name}", published.get(name), ours.mean, ours.words, ours.selector, WHY_SHALLOW)


def _plain(part: tl.Examples) -> tuple[np.ndarray, np.ndarray]:
    assert isinstance(part.inputs, np.ndarray)
    assert part.labels is not None
    return part.inputs.reshape(len(part), -1) / 255.0, part.labels.astype(str)


def _networks(way: str, target: str, draws: list[Situation], device: str) -> Iterator[Line]:
    with trial.shelf() as shelf:

        def row(name: str, training: Training, more: str = "", labels: int | None = LABELS) -> Line:
            strategy = STRATEGIES.get(name, "scratch")
            # AdaBN's last phase learns from no label and is its result.
            before = "target" if strategy not in ("adabn", "scratch") else None
            ours = trial.scores(
                draws, strategy, shelf, "accuracy", labels=labels, before=before, training=training, device=device
            )
            band = None if more else DEEP.get((name, target))
            return line(f"{way}, network, {name}{more}", band, ours.mean, ours.words, ours.selector, WHY_DEEP)

        yield from (row(name, PLAIN) for name in STRATEGIES)
        yield from (row(name, VARIED, ", pictures varied") for name in ("source only", "DANN"))
        yield row("all target labels", VARIED, ", pictures varied", labels=None)
