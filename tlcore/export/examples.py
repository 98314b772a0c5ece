"""What shows that a folder works: inputs and the answers they should get, ten lines that ask it, how long it takes."""

from __future__ import annotations

import io
import platform
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from PIL import Image as Pictures
from scipy.io import wavfile

from tlcore.export.networks import PROGRAM
from tlcore.export.parts import files
from tlcore.files import lists
from tlcore.mel import RATE
from tlcore.situation import Examples

if TYPE_CHECKING:
    from tlcore.export.model import Model

SHOWN = 5  # inputs in the example
ASKED, MOST_SECONDS, AT_ONCE = 30, 2.0, 256

SNIPPET = '''"""Asks the model beside this file; needs TransferLab, {needs} torch."""

from pathlib import Path

from tlcore.export import load

here = Path(__file__).parent
model = load(here{trusted})
answers = model.predict(here / "{example}")
print(answers.to_csv())
'''


def write(draft: Path, record: Mapping[str, Any], test: Examples) -> None:
    """``example.*`` with the first test inputs, ``example_answers.csv`` with what is answered, and ``snippet.py``."""
    from tlcore.export.model import Model

    file = _written(draft, test.take(np.arange(min(SHOWN, len(test)))), record.get("mend", {}))
    Model(draft, dict(record)).predict(file).to_csv(draft / "example_answers.csv", index=False)
    program = any(name.endswith(PROGRAM) for name in files(record["parts"]))
    told = {"trusted": ", trusted=True" if program else "", "needs": "and" if program else "not"}
    (draft / "snippet.py").write_text(SNIPPET.format(example=file.name, **told), "utf-8")


def pace(model: Model, test: Examples) -> dict[str, Any]:
    """How long an answer takes here: the median of one row in milliseconds, and rows a second of many at once."""
    one, many = test.take(np.arange(1)), test.take(np.arange(min(AT_ONCE, len(test))))
    model.told(one)  # the first answer also opens the files
    return {
        "one row, ms": 1000 * median(_timed(model, one)),
        "rows a second": len(many) / median(_timed(model, many)),
        "on": f"{platform.machine()} CPU",
    }


def _timed(model: Model, asked: Examples) -> list[float]:
    seconds: list[float] = []
    while len(seconds) < ASKED and sum(seconds) < MOST_SECONDS:
        began = time.perf_counter()
        model.told(asked)
        seconds.append(time.perf_counter() - began)
    return seconds


def _written(draft: Path, few: Examples, mend: Mapping[str, str]) -> Path:
    """The inputs as somebody would bring them: a table, or a zip of pictures or sounds."""
    if isinstance(few.inputs, pd.DataFrame):
        _as_they_lay(few.inputs, mend).to_csv(draft / "example.csv", index=False)
        return draft / "example.csv"
    if few.modality == "text":
        pd.DataFrame({"text": few.inputs}).to_csv(draft / "example.csv", index=False)
        return draft / "example.csv"
    with zipfile.ZipFile(draft / "example.zip", "w") as archive:
        for number, thing in enumerate(few.inputs, 1):
            written = io.BytesIO()
            if few.modality == "image":
                Pictures.fromarray(thing if thing.shape[2] == 3 else thing[:, :, 0]).save(written, "png")
            else:
                wavfile.write(written, RATE, thing)
            ending = "png" if few.modality == "image" else "wav"
            archive.writestr(f"{number}.{ending}", written.getvalue())
    return draft / "example.zip"


def _as_they_lay(frame: pd.DataFrame, mend: Mapping[str, str]) -> pd.DataFrame:
    """A table before it was mended."""
    factors = {name: float(factor) for name, factor in lists.entries("scale", mend.get("scale", ""))}
    frame = frame.assign(**{name: frame[name] / factor for name, factor in factors.items() if name in frame})
    return frame.rename(columns={new: old for old, new in lists.entries("rename", mend.get("rename", ""))})
