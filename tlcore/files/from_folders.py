"""A situation from class folders: images, sounds or texts, one folder per class, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.files import sounds
from tlcore.files.finding import Findings
from tlcore.files.images import read_images
from tlcore.files.labels import labelled
from tlcore.files.request import Files, things
from tlcore.files.texts import read_texts
from tlcore.situation import Examples, Modality, Situation
from tlcore.words import _, counted

LABEL = "class"


def from_folders(files: Files, kind: Modality, found: Findings) -> Situation | None:
    if files.domain_column:
        found.stop(_("Folders cannot be split by a column."), remedy=_("Bring a source and a target folder."))
        return None
    names, read = files.names, {}
    for role, path in files.paths.items():
        try:
            read[role] = _read(path, kind, files, found, labelled=role != "unlabelled")
        except Unusable as error:
            for problem in error.problems:
                found.stop(problem, where=names[role])
    if found.stops:
        return None
    if kind == "audio":
        read = sounds.alike(read)
    read.setdefault("source", read["target"].take(np.arange(0)))
    names.setdefault("source", names["target"])
    read = _without_copies(read, things(kind), names, found)
    inputs = {role: examples.inputs for role, examples in read.items()}
    labels = {role: pd.Series(examples.labels, dtype="str") for role, examples in read.items() if role != "unlabelled"}
    if any(labels[role].empty for role in files.paths if role in labels):
        return None
    members = {role: examples.names for role, examples in read.items()}
    examples = labelled(inputs, labels, names, found, regression=False, positive=files.positive, members=members)
    if found.stops:
        return None
    return Situation(
        source=examples["source"],
        target=examples["target"],
        test=examples.get("test"),
        unlabelled=read["unlabelled"] if len(read.get("unlabelled", ())) else None,
        label=LABEL,
        modality=kind,
        positive=files.positive or None,
        notes=found.notes,
    )


def _read(path: Path, kind: Modality, files: Files, found: Findings, *, labelled: bool) -> Examples:
    match kind:
        case "image":
            return read_images(path, files.size, found, labelled=labelled)
        case "audio":
            return sounds.read_sounds(path, files.seconds, found, labelled=labelled)
    return read_texts(path, found, labelled=labelled)


def _without_copies(
    read: dict[str, Examples], kinds: str, names: dict[str, str], found: Findings
) -> dict[str, Examples]:
    """Each example once: a copy in the test set would be judged by what was learnt by heart.

    An unlabelled one counts as well: what learns from inputs alone would have seen the test.
    """
    groups: dict[object, list[str]] = {}  # what is the same, by what it is
    classes: dict[object, set[str]] = {}
    kept = dict(read)
    for role in ("test", "target", "source", "unlabelled"):
        if role not in read:
            continue
        examples, rows, copies = read[role], [], {}
        for row, example in enumerate(np.asarray(examples.inputs)):
            mark = example if isinstance(example, str) else example.tobytes()
            group = groups.setdefault(mark, [])
            if not group:
                rows.append(row)
            else:
                copies[mark] = group
            group.append(f"{names[role]}: {(examples.names or [])[row]}")
            if examples.labels is not None:
                classes.setdefault(mark, set()).add(str(np.asarray(examples.labels)[row]))
        if not copies:
            continue
        kept[role] = examples.take(np.array(rows, dtype=int))
        needed = not rows and role != "unlabelled"
        say = found.stop if needed else found.warn
        say(
            counted(
                "One of the {things} in {file} is an exact copy of another one and is skipped.",
                "{n} of the {things} in {file} are exact copies and are skipped (groups of equals: {groups}).",
                len(examples) - len(rows),
                things=kinds,
                file=names[role],
                groups=len(copies),
            ),
            where=names[role],
            remedy="" if not needed else _("Bring {things} that are not in the other files.", things=kinds),
            rows=[" = ".join(group) for group in copies.values()],
        )
    _say_torn([groups[mark] for mark, several in classes.items() if len(several) > 1], kinds, found)
    return kept


def _say_torn(groups: list[list[str]], kinds: str, found: Findings) -> None:
    """Exact copies that lie in the folders of different classes."""
    if groups:
        found.warn(
            counted(
                "One group of exact copies among the {things} lies in folders of different classes.",
                "{n} groups of exact copies among the {things} lie in folders of different classes.",
                len(groups),
                things=kinds,
            ),
            remedy=_("All but one of the labels are wrong; mend the folders."),
            rows=[" = ".join(group) for group in groups],
        )
