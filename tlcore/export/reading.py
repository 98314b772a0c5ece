"""What somebody brings to a model: put into the shape it was trained on, or refused in a sentence."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image as Pictures

from tlcore.errors import Unusable
from tlcore.files import columns, fixes, lists, sounds
from tlcore.files.class_folders import Members
from tlcore.files.finding import Findings
from tlcore.files.images import picture
from tlcore.files.request import IMAGES, existing
from tlcore.files.tables import DELIMITERS, decoded, is_text, read_table
from tlcore.files.texts import read_texts
from tlcore.mel import RATE
from tlcore.situation import Examples
from tlcore.spaces import Audio, Image, Table, Text
from tlcore.words import _, counted

NO_SIGN = "\x1f"  # that divides nothing
MOST_STRANGE = 3  # values that are shown
MOST_MISSING = 3  # columns that are told one by one
DECIMAL_COMMA = r"[+-]?\d+,\d+"
FAR = 20.0  # standard deviations of training, from which on a network takes all numbers for the same


def read(
    inputs: Any, space: Table | Image | Text | Audio, *, mend: Mapping[str, str] | None = None, column: str = ""
) -> tuple[Examples, list[str]]:
    """Examples as the model reads them, and what is to be known of them, a sentence each.

    ``inputs`` is a file or folder by its path, a DataFrame (tables, or texts in ``column``), a list of texts, images
    ``(N, height, width, channels)`` of uint8, or sounds ``(N, samples)`` of int16. ``mend`` are the fixes under which
    a person's own tables were read (`tlcore.files.fixes`). Raises `Unusable`, one sentence per problem.
    """
    found = Findings()
    if isinstance(inputs, (str, Path)):
        inputs = _from_path(existing(inputs), space, column, found)
    match space:
        case Table():
            examples, notes = _table(inputs, space, mend or {})
        case Text():
            examples, notes = Examples(_texts(inputs, column)), []
        case Image():
            examples, notes = _shaped(inputs, "images", 4, np.uint8), []
            _check_images(examples, space)
        case _:
            examples, notes = _shaped(inputs, "sounds", 2, np.int16), []
    if not len(examples):
        raise Unusable(_("There is nothing to answer: it holds no rows."))
    return examples, [*(finding.sentence for finding in found), *notes]


def _from_path(path: Path, space: Table | Image | Text | Audio, column: str, found: Findings) -> Any:
    folder = path.is_dir() or path.suffix.lower() == ".zip"
    if isinstance(space, Table):
        return read_table(path, found)
    if isinstance(space, Text):
        if folder:
            return read_texts(path, found, labelled=False)
        if path.suffix.lower() == ".txt":
            return [_one_text(path)]
        return Examples(_texts(_one_column(path) if _is_one_column(path) else read_table(path, found), column))
    if isinstance(space, Image):
        if not folder:
            return Examples(_pictures({path.name: path.read_bytes()}, space, path), None, [path.name])
        members = Members.of(path, "image", labelled=False)
        images = {name: image for name, raw in members.each() if (image := _sized(raw, space)) is not None}
        empty = np.empty((0, space.height, space.width, space.channels), np.uint8)
        return members.examples(np.stack(list(images.values())) if images else empty, list(images), found)
    seconds = space.samples / RATE
    if folder:
        return sounds.read_sounds(path, seconds, found, labelled=False)
    sound = sounds.heard(path.read_bytes(), seconds)
    if sound is None:
        raise Unusable(
            _("{path} is no sound that can be read; bring a WAV file, or a folder or zip of them.", path=path)
        )
    return Examples(sound[None, : space.samples], None, [path.name])


def _one_text(path: Path) -> str:
    raw = path.read_bytes()
    text = decoded(raw)[0].strip() if is_text(raw) else ""
    if not text:
        raise Unusable(_("{path} holds no text.", path=path))
    return text


def _is_one_column(path: Path) -> bool:
    """Whether this is a table of a single column, whose lines nothing divides: which is no table, but texts."""
    if path.suffix.lower() not in (".csv", ".tsv", ".tab"):
        return False
    header = decoded(path.read_bytes())[0].partition("\n")[0]
    return bool(header.strip()) and not any(sign in header for sign in DELIMITERS)


def _one_column(path: Path) -> pd.DataFrame:
    rows = list(csv.reader(io.StringIO(decoded(path.read_bytes())[0]), delimiter=NO_SIGN))
    texts = [row[0] for row in rows[1:] if row]
    if not texts:
        raise Unusable(_("{path} has a header but no rows.", path=path))
    return pd.DataFrame({rows[0][0]: texts})


def _pictures(files: Mapping[str, bytes], space: Image, path: Path) -> np.ndarray:
    read = [_sized(raw, space) for raw in files.values()]
    if read[0] is None:
        endings = ", ".join(ending.lstrip(".") for ending in IMAGES[:4])
        raise Unusable(
            _("{path} is no image that can be read; bring a {endings} file, or a folder or zip of them.", path=path,
              endings=endings)
        )  # fmt: skip
    return np.stack([image for image in read if image is not None])


def _sized(raw: bytes | None, space: Image) -> np.ndarray | None:
    """One image in the size and with the channels that the model reads."""
    image = picture(raw, space.height, space.width)
    if image is None or space.channels == 3:
        return image
    return np.asarray(Pictures.fromarray(image).convert("L"))[:, :, None]


def _texts(inputs: Any, column: str) -> np.ndarray:
    """Texts ``(N,)`` of a list, or of a table's column: the one that is named, else "text", else the wordiest."""
    if isinstance(inputs, Examples):
        return np.asarray(inputs.inputs, dtype=object)
    if isinstance(inputs, str):
        inputs = [inputs]
    if isinstance(inputs, pd.DataFrame):
        if column and column not in inputs:
            listed = _listed(inputs.columns)
            raise Unusable(_("There is no column '{column}'; the columns are {names}.", column=column, names=listed))
        chosen = column or ("text" if "text" in inputs else _wordiest(inputs))
        inputs = columns.text(inputs[chosen])
        if inputs.isna().any():
            empty = int(inputs.isna().sum())
            raise Unusable(
                _("Column '{column}' has no text in {n} of {all} rows; leave them out.", column=chosen, n=empty,
                  all=len(inputs))
            )  # fmt: skip
    strange = next((value for value in inputs if not isinstance(value, str)), None)
    if strange is not None:
        raise Unusable(_("The model reads texts, but {value} is none.", value=repr(strange)))
    return np.array(list(inputs), dtype=object)


def _wordiest(frame: pd.DataFrame) -> str:
    lengths = {str(name): columns.text(frame[name]).str.len().mean() for name in frame}
    return max(lengths, key=lambda name: -1.0 if np.isnan(lengths[name]) else lengths[name])


def _shaped(inputs: Any, things: str, dimensions: int, kind: type) -> Examples:
    if isinstance(inputs, Examples):
        return inputs
    array = np.asarray(inputs)
    if array.ndim != dimensions or array.dtype != kind:
        shape = "(N, height, width, channels)" if dimensions == 4 else "(N, samples)"
        raise Unusable(
            f"The model reads {things} as an array {shape} of {kind.__name__}, not of shape {array.shape} and "
            f"{array.dtype}."
        )
    return Examples(array)


def _check_images(examples: Examples, space: Image) -> None:
    wanted, found = (space.height, space.width, space.channels), np.asarray(examples.inputs).shape[1:]
    if found != wanted:
        raise Unusable(f"The model reads images of {wanted} (height, width, channels), not of {tuple(found)}.")


def _table(inputs: Any, space: Table, mend: Mapping[str, str]) -> tuple[Examples, list[str]]:
    """The columns of a table that the model reads, in its order and its types."""
    if isinstance(inputs, Examples):
        inputs = inputs.inputs
    if not isinstance(inputs, pd.DataFrame):
        kind = type(inputs).__name__
        raise Unusable(_("The model reads a table, not a {kind}; bring a DataFrame or a file.", kind=kind))
    frame = fixes.renamed(inputs, mend.get("rename", ""))
    wanted = [*space.numeric, *space.categories]
    if missing := [name for name in wanted if name not in frame]:
        raise Unusable(*_missing(missing, frame, wanted))
    kept, problems, notes = {}, [], []
    for name in space.numeric:
        values, problem = _numbers(name, frame[name])
        factor = dict(lists.entries("scale", mend.get("scale", ""))).get(name)
        kept[name] = values * float(factor) if factor else values
        problems += [problem] if problem else []
        place = space.numeric.index(name)
        far = kept[name][((kept[name] - space.mean[place]) / space.scale[place]).abs() > FAR]
        if len(far) and not problem:
            notes.append(
                counted("Column '{column}' has a number in one row that is far beyond training: {value}.",
                        "Column '{column}' has numbers in {n} rows that are far beyond training, such as {value}.",
                        len(far), column=name, value=f"{far.iloc[0]:g}")
            )  # fmt: skip
        gaps = int(values.isna().sum())
        if gaps and name not in space.holed and not problem:
            notes.append(
                counted("Column '{column}' has one gap, and had none in training; the usual value stands in.",
                        "Column '{column}' has {n} gaps, and had none in training; the usual value stands in.",
                        gaps, column=name)
            )  # fmt: skip
    for name, known in space.categories.items():
        kept[name], strange = _words(frame[name], known, name in lists.names("fold", mend.get("fold", "")))
        if len(strange):
            shown = ", ".join(repr(str(value)) for value in strange.unique()[:MOST_STRANGE])
            notes.append(
                counted("Column '{column}' has a value in one row that training never saw: {values}.",
                        "Column '{column}' has values in {n} rows that training never saw, such as {values}.",
                        len(strange), column=name, values=shown)
            )  # fmt: skip
    if problems:
        raise Unusable(*problems)
    return Examples(pd.DataFrame(kept, index=frame.index)[wanted]), notes


def _missing(names: list[str], frame: pd.DataFrame, wanted: list[str]) -> list[str]:
    if len(names) > MOST_MISSING:
        return [
            _("{n} columns that the model reads are missing, such as {missing}; the columns are {names}.",
              n=len(names), missing=_listed(names[:MOST_MISSING]), names=_listed(frame.columns))
        ]  # fmt: skip
    return [_lacking(name, frame, wanted) for name in names]


def _lacking(name: str, frame: pd.DataFrame, wanted: list[str]) -> str:
    near = columns.nearest(name, [str(other) for other in frame if other not in wanted])
    hint = " " + _("Did you mean '{near}'?", near=near) if near else ""
    listed = _listed(frame.columns)
    told = _(
        "There is no column '{column}', which the model reads; the columns are {names}.", column=name, names=listed
    )
    return told + hint


def _numbers(name: str, values: pd.Series) -> tuple[pd.Series, str]:
    """A column as float64, and what is wrong with it; dates are days since 1970, as in training."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float), ""
    if (moments := columns.days(values)) is not None:
        return moments, ""
    written = columns.known(columns.text(values))
    read = pd.to_numeric(written, errors="coerce").astype(float)
    strange = written[written.notna() & read.isna()]
    if not len(strange):
        return read, ""
    if strange.str.fullmatch(DECIMAL_COMMA).all():
        return read, _("Column '{column}' writes decimals with a comma, such as '{value}' in row {row}; write a point.",
                       column=name, value=strange.iloc[0], row=strange.index[0])  # fmt: skip
    return read, _(
        "Column '{column}' holds words in {n} of {all} rows, such as '{value}' in row {row}; the model was trained on "
        "numbers there.",
        column=name, n=len(strange), all=len(values), value=strange.iloc[0], row=strange.index[0],
    )  # fmt: skip


def _words(values: pd.Series, known: tuple[str, ...], folded: bool) -> tuple[pd.Series, pd.Series]:
    """A column in the spelling of training, and those of its values that training never saw."""
    written = values.astype(object).where(values.notna(), None).map(lambda value: None if value is None else str(value))
    stranger = written.notna() & ~written.isin(known)
    if stranger.any():  # 1.0 reads "1", blanks around a word do not count
        written = written.mask(stranger, columns.text(values))
        if folded:
            written = written.map(lambda value: fixes.spelling_of(value, known), na_action="ignore")
    stranger = written.notna() & ~written.isin(known)
    return written, written[stranger]


def _listed(names: Any) -> str:
    shown = ", ".join(repr(str(name)) for name in list(names)[:30])
    return shown if len(names) <= 30 else f"{shown}, ..."
