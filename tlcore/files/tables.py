"""One table from one file: the delimiter and the encoding are found out, the header is cleaned."""

from __future__ import annotations

import csv
import io
import re
import warnings
from pathlib import Path

import pandas as pd

from tlcore.errors import Unusable
from tlcore.files.finding import Findings
from tlcore.files.request import TABLES, existing
from tlcore.words import _, counted

DELIMITERS = ",;\t|"


def read_table(path: str | Path, found: Findings | None = None) -> pd.DataFrame:
    """The table in a CSV, TSV or Parquet file; its index is the row number, 1 below the header.

    What was mended on the way (encoding, blanks in headers) is added to ``found``. Raises `Unusable`
    for a missing or empty file, one without rows, and anything that is no table.
    """
    path, found = existing(path), Findings() if found is None else found
    if path.is_dir() or path.suffix.lower() not in TABLES:
        raise Unusable(_("{path} is no table; bring a CSV, TSV or Parquet file.", path=path))
    if path.stat().st_size == 0:
        raise Unusable(_("{path} is empty; a table needs a header line and rows.", path=path))
    frame = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _text(path, found)
    frame = _clean_header(frame, path, found)
    if frame.empty:
        raise Unusable(_("{path} has a header but no rows.", path=path))
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def guess_label(frame: pd.DataFrame) -> str:
    """The column that reads most like what is to be predicted: by name, else the last with few values."""
    usual = r"label|target|class|y|outcome|churn(ed)?|fraud|is_fraud|default(ed)?|purchased?|converted|response"
    for column in reversed(list(frame.columns)):
        if re.fullmatch(usual, str(column).strip().lower()):
            return str(column)
    few = [column for column in frame.columns if 2 <= frame[column].nunique() <= 20]
    return str((few or list(frame.columns))[-1])


def _parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise Unusable(_("{path} is no readable Parquet file.", path=path)) from error
    return frame.reset_index() if frame.index.name else frame.reset_index(drop=True)


def _text(path: Path, found: Findings) -> pd.DataFrame:
    text = _decoded(path, found)
    if not text.strip():
        raise Unusable(_("{path} is empty; a table needs a header line and rows.", path=path))
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(text)
    if delimiter is None:
        raise Unusable(
            _("{path} is no table: its lines are not divided by commas, semicolons, tabs or bars.", path=path)
        )
    decimal = "," if delimiter != "," and re.search(rf"(^|{re.escape(delimiter)})-?\d+,\d+", text, re.M) else "."
    blanks = f'{delimiter} "' in text
    header = next(csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=blanks))
    _check_unique([name.strip() for name in header if name.strip()], path)  # pandas would number repeated names
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.StringIO(text), sep=delimiter, decimal=decimal, index_col=False, low_memory=False,
                skipinitialspace=blanks,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, ValueError) as error:
        ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if isinstance(error, pd.errors.ParserWarning):
            raise Unusable(
                _("{path} is no regular table: its rows hold more fields than its header.", path=path)
            ) from error
        if ragged is None:
            cause = str(error).strip().rstrip(".")
            raise Unusable(_("{path} cannot be read as a table: {cause}.", path=path, cause=cause)) from error
        fields, line, saw = ragged.groups()
        raise Unusable(
            _(
                "{path} is no regular table: line {line} holds {saw} fields where {fields} are expected.",
                path=path,
                line=line,
                saw=saw,
                fields=fields,
            )
        ) from error


def _decoded(path: Path, found: Findings) -> str:
    """The text of a file: UTF-8 or UTF-16 as they say themselves, else the likelier of two old encodings."""
    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in raw[:100_000]:
        raise Unusable(_("{path} holds binary data, not the text of a table.", path=path))
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        # Chinese characters are pairs of high bytes; accented letters stand alone between plain ones.
        runs = re.findall(rb"[\x80-\xff]+", raw[:1_000_000])
        paired = sum(len(run) % 2 == 0 for run in runs) > 0.9 * len(runs)
        encoding = "gb18030" if paired else "cp1252"
    found.note(
        _("{file} is not written in UTF-8 and was read as {encoding}.", file=path.name, encoding=encoding),
        where=path.name,
        remedy=_("Save it as UTF-8 if letters look wrong."),
    )
    return raw.decode(encoding, errors="replace")


def _delimiter(text: str) -> str | None:
    """The sign that divides the first lines into equally many fields; None where no sign does."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:30]
    best, most = None, 1
    for sign in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign)]
        usual = max(widths, key=widths.count)
        if widths[0] > 1 and usual > most and widths.count(usual) >= 0.5 * len(widths):
            best, most = sign, usual
    return best


def _clean_header(frame: pd.DataFrame, path: Path, found: Findings) -> pd.DataFrame:
    names = [str(column) for column in frame.columns]
    stripped = [name.strip() for name in names]
    blank = [name for name in names if name != name.strip()]
    if blank:
        shown = ", ".join(f"'{name}'" for name in blank)
        found.note(
            counted(
                "A blank around a column name was removed: {names}.",
                "Blanks around {n} column names were removed: {names}.",
                len(blank),
                names=shown,
            ),
            where=path.name,
        )
    _check_unique(stripped, path)
    return frame.set_axis(stripped, axis=1)


def _check_unique(names: list[str], path: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unusable(
            _("{path} has several columns called '{name}'; give each its own name.", path=path, name=twice[0])
        )
