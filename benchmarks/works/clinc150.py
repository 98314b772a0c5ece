"""Few-shot intents: what an encoder that has read much before knows, against counted words (Larson et al., 2019)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

import numpy as np

from benchmarks import realdata, trial
from benchmarks.works import Band, Line, line
from tlcore import catalog
from tlcore.situation import Examples, Situation

TITLE = "CLINC150, five and ten messages per intent"
PROTOCOL = """150 intents, the set's own test of 4,500 messages, those out of scope left out; accuracy. Published: none
with just these learners; .665 is scikit-learn's TF-IDF with logistic regression, five messages per intent. Ours: labels
drawn anew per seed from the 15,000 of the training part; all-MiniLM-L6-v2 as it was published, looked for where
`python -m tlcore backbones` looks. Source and target are of one kind: the question is what the encoder brings."""
REFERENCE = {5: 0.665}
METHODS = {
    "logistic_regression": "words counted, logistic regression",
    "pretrained_mean": "MiniLM, nearest class mean",
    "pretrained_regression": "MiniLM, logistic regression",
    "pretrained_probe": "MiniLM, linear probe",
}


def lines(asked: argparse.Namespace) -> Iterator[Line]:
    (path,) = realdata.found(asked.data, "clinc150/data_full.json")
    encoder = catalog.backbones()["minilm"]()
    if encoder.published.here() is None:  # type: ignore[attr-defined]
        raise realdata.Absent("the weights of all-MiniLM-L6-v2 are not on this machine (TRANSFERLAB_WEIGHTS)")
    situation = situation_of(json.loads(path.read_text(encoding="utf-8")))
    with trial.shelf() as shelf:
        for shots in (5, 10):
            for name, words in METHODS.items():
                labels = shots * len(situation.target_space.classes)
                ours = trial.scores(
                    [situation] * asked.seeds, name, shelf, "accuracy", labels=labels, backbone=encoder,
                    device=asked.device,
                )  # fmt: skip
                known = REFERENCE.get(shots) if name == "logistic_regression" else None
                band = Band.around(known) if known else None
                yield line(f"{shots} per intent: {words}", band, ours.mean, ours.words, ours.selector, "")


def situation_of(parts: dict[str, list[list[str]]]) -> Situation:
    """The training part as the pool; its validation part as a source that none of these strategies reads."""

    def examples(part: str) -> Examples:
        texts, intents = zip(*parts[part], strict=True)
        return Examples(np.array(texts, dtype=object), np.array(intents, dtype=object))

    return Situation(examples("val"), examples("train"), label="intent", modality="text", test=examples("test"))
