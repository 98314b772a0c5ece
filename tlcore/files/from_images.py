"""A situation from images: one folder per class, and no picture twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.files.finding import Findings
from tlcore.files.images import read_images
from tlcore.files.labels import labelled
from tlcore.files.request import Files
from tlcore.situation import Examples, Situation
from tlcore.words import _, counted

LABEL = "class"


def from_images(files: Files, found: Findings) -> Situation | None:
    if files.domain_column:
        found.stop(_("Images cannot be split by a column."), remedy=_("Bring a source and a target folder."))
        return None
    names, read = files.names, {}
    for role, path in files.paths.items():
        try:
            read[role] = read_images(path, files.size, found, labelled=role != "unlabelled")
        except Unusable as error:
            for problem in error.problems:
                found.stop(problem, where=names[role])
    if found.stops:
        return None
    read = _without_copies(read, names, found)
    inputs = {role: examples.inputs for role, examples in read.items()}
    labels = {role: pd.Series(examples.labels, dtype="str") for role, examples in read.items() if role != "unlabelled"}
    if any(column.empty for column in labels.values()):
        return None
    members = {role: examples.names for role, examples in read.items()}
    examples = labelled(inputs, labels, names, found, regression=False, positive=files.positive, members=members)
    if found.stops:
        return None
    return Situation(
        source=examples["source"],
        target=examples["target"],
        test=examples.get("test"),
        unlabelled=read.get("unlabelled"),
        label=LABEL,
        modality="image",
        positive=files.positive or None,
        notes=found.notes,
    )


def _without_copies(read: dict[str, Examples], names: dict[str, str], found: Findings) -> dict[str, Examples]:
    """Each picture once: a copy in the test set would be judged by what was learnt by heart."""
    seen: dict[bytes, str] = {}
    kept = dict(read)
    for role in ("test", "target", "source"):
        if role not in read:
            continue
        examples, rows, copies = read[role], [], []
        for row, picture in enumerate(np.asarray(examples.inputs)):
            name = f"{names[role]}: {(examples.names or [])[row]}"
            first = seen.setdefault(picture.tobytes(), name)
            if first is name:
                rows.append(row)
            else:
                copies.append(_("{copy} is {first}", copy=name, first=first))
        if not copies:
            continue
        kept[role] = examples.take(np.array(rows, dtype=int))
        say = found.warn if rows else found.stop
        say(
            counted(
                "One image in {file} is an exact copy of another one and is skipped.",
                "{n} images in {file} are exact copies of others and are skipped.",
                len(copies),
                file=names[role],
            ),
            where=names[role],
            remedy="" if rows else _("Bring images that are not in the other files."),
            rows=copies,
        )
    return kept
