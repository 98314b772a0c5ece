"""A process that answers for a page: ``python -m tlcore.export.answering``, a line of JSON in, a line of JSON out.

A page must not load what answers (ONNX Runtime, scikit-learn, at worst torch), so it asks this process, which keeps
the models it has opened. A question is

    {"run": key, "folder": of its exported model, "rows" | "texts" | "file" | "test": what is asked about, "near": 5,
     "language": of what it says}

``rows`` are a table's rows, as mappings; ``test`` is the position of a test case. The answer holds ``answers``, one
mapping per input as `Model.predict` tells them, ``notes``, and where one input was asked about, ``near``: the
labelled training examples most like it, as the model sees them. What cannot be answered is told in ``problems``.
"""

from __future__ import annotations

import json
import select
import sys
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from tlcore.errors import Unusable
from tlcore.export.model import Model, load
from tlcore.plan import drawn
from tlcore.situation import Examples, Split, split
from tlcore.store import Store
from tlcore.words import _, speaking

PATIENCE = 900  # seconds without a question, after which it ends
TINY = 1e-9


class Neighbours:
    """Which labelled training examples lie next to an input, in what a model judges by.

    The columns are brought to the spread they have among the labelled examples; the distance is the root of the mean
    squared difference over columns, so that 1 is about as far as two labelled examples are from each other.
    """

    def __init__(self, model: Model, hand: Split):
        self.model = model
        seen = [_dense(model.seen(part)) for part in hand.labelled if len(part)]
        self.rows = np.concatenate(seen)
        spread = self.rows.std(0)
        self.scale = np.where(spread > TINY, spread, np.inf)

    def of(self, one: Examples, count: int) -> list[dict[str, Any]]:
        """``[{"place": position among the labelled examples (training before validation), "distance": 0.4}, ...]``."""
        away = (self.rows - _dense(self.model.seen(one))) / self.scale
        varying = max(1, int(np.isfinite(self.scale).sum()))
        distance = np.sqrt((away**2).sum(1) / varying)
        nearest = np.argsort(distance, kind="stable")[:count]
        return [{"place": int(place), "distance": float(distance[place])} for place in nearest]


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one question; see the module."""
    with speaking(question.get("language", "en")):
        try:
            return _answer(question)
        except Unusable as error:
            return {"problems": error.problems}
        except Exception as error:  # one question that goes wrong is not to end the process for all others
            traceback.print_exc()
            return {
                "problems": [_("The model could not answer this ({error}).", error=f"{type(error).__name__}: {error}")]
            }


def _answer(question: Mapping[str, Any]) -> dict[str, Any]:
    folder = Path(question["folder"])
    model = _model(folder, (folder / "model.json").stat().st_mtime_ns)
    if "test" in question:
        inputs: Any = _hand(question["run"]).test.take(np.array([question["test"]])).inputs
    elif "rows" in question:
        inputs = pd.DataFrame(question["rows"])
    else:
        inputs = question["texts"] if "texts" in question else Path(question["file"])
    # What a page takes from the data of a run is mended already; a file is as somebody brings it.
    examples, notes, told = model.answered(inputs, mended="file" not in question)
    # A row's name is its place, or the file's name: whatever it is, JSON keeps it as a string.
    found: dict[str, Any] = {"answers": told.reset_index(names="input").astype({"input": str}).to_dict("records")}
    found["notes"] = notes
    if len(examples) == 1 and question.get("near"):
        found["near"] = _neighbours(model, question["run"]).of(examples, question["near"])
    return found


@lru_cache(maxsize=8)
def _model(folder: Path, _changed: int) -> Model:
    return load(folder, trusted=True)  # made here, from a run of this store


@lru_cache(maxsize=8)
def _hand(run: str) -> Split:
    spec = Store.open().spec(run)
    return split(drawn(spec.scenario, **spec.settings), spec.labels, spec.seed)


@lru_cache(maxsize=8)
def _neighbours(model: Model, run: str) -> Neighbours:
    return Neighbours(model, _hand(run))


def _dense(rows: Any) -> np.ndarray:
    return np.asarray(rows.todense() if sparse.issparse(rows) else rows, np.float32).reshape(rows.shape[0], -1)


def main() -> None:
    """Answer until nobody asks any more."""
    while select.select([sys.stdin], [], [], PATIENCE)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
