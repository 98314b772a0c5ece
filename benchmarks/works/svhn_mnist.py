"""House numbers to hand-written digits: where adversarial adaptation was shown first, and where it can hurt."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from urllib.error import URLError

import numpy as np
from PIL import Image

from benchmarks import realdata, trial
from benchmarks.works import Band, Line, line
from tlcore.learn.vision import torchvision
from tlcore.situation import Examples, Situation

TITLE = "SVHN to MNIST"
PROTOCOL = """Published: accuracy with source labels only, and DANN without target labels (Ganin et al., 2016); one
reproduction fell from 81.6 to 67.9. Ours: 20,000 house numbers and 10,000 digits, 32 x 32 in colour, the product's
small residual network; 30 labelled target digits choose the epoch, none is in any loss. Fetched by torchvision on
first use; meant for a GPU (`--device cuda`)."""
PUBLISHED = {
    "source only": Band.around(0.549, (0.612, 0.816)),
    "DANN": Band.around(0.739, (0.616, 0.835)),
}
WHY = "another network, and a third of the house numbers"
STRATEGIES = {"source only": "fine_tune", "DANN": "dann"}


def lines(asked: argparse.Namespace) -> Iterator[Line]:
    draws = list(_draws(asked))
    with trial.shelf() as shelf:
        for name, strategy in STRATEGIES.items():
            ours = trial.scores(draws, strategy, shelf, "accuracy", labels=120, before="target", device=asked.device)
            yield line(name, PUBLISHED[name], ours.mean, ours.words, ours.selector, WHY)


def _draws(asked: argparse.Namespace) -> Iterator[Situation]:
    folder = asked.data / "torchvision"
    try:
        houses = torchvision.datasets.SVHN(folder, split="train", download=True)
        digits = torchvision.datasets.MNIST(folder, train=True, download=True)
    except (URLError, RuntimeError, OSError) as error:
        raise realdata.Absent(f"SVHN or MNIST cannot be fetched ({str(error).splitlines()[0]})") from error
    numbers = Examples(houses.data.transpose(0, 2, 3, 1), houses.labels.astype(str).astype(object))
    for seed in range(asked.seeds):
        rng = np.random.default_rng(seed)
        some = rng.permutation(len(digits))[:10_000]
        grey = [np.asarray(Image.fromarray(digits.data[row].numpy()).resize((32, 32))) for row in some]
        colour = np.repeat(np.stack(grey)[..., None], 3, axis=3)
        target = Examples(colour, digits.targets.numpy()[some].astype(str).astype(object))
        source = numbers.take(np.sort(rng.permutation(len(numbers))[:20_000]))
        yield Situation(source, target, label="digit", modality="image")
