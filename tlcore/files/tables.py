"""One table from one file: the delimiter and the encoding are found out, the header is cleaned."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from tlcore.errors import Unusable
from tlcore.files import cells
from tlcore.files.finding import Findings
from tlcore.files.request import TABLES, WORKBOOKS, existing, workbook
from tlcore.words import _, counted

DELIMITERS = ",;\t|"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how files in it begin
OLD = ("gb18030", "cp1252")
NESTED = (list, tuple, dict, set, np.ndarray)
MOST_BYTES = 2 << 30  # of a table, unpacked
MOST_COLUMNS = 5_000


def read_table(path: str | Path, found: Findings | None = None) -> pd.DataFrame:
    """The table in a CSV, TSV, Parquet or JSON Lines file; its index is the row number, 1 below the header.

    What was mended on the way (encoding, blanks in headers) is added to ``found``. Raises `Unusable`
    for a missing or empty file, one without rows, and anything that is no table.
    """
    path, found = existing(path), Findings() if found is None else found
    if path.suffix.lower() in WORKBOOKS:
        raise workbook(path)
    if path.is_dir() or path.suffix.lower() not in TABLES:
        raise Unusable(_("{path} is no table; bring a CSV, TSV, Parquet or JSON Lines file.", path=path))
    if path.stat().st_size == 0:
        raise Unusable(_("{path} is empty; a table needs a header line and rows.", path=path))
    if path.stat().st_size > MOST_BYTES:
        raise _too_large(path)
    read = _BY_ENDING.get(path.suffix.lower())
    frame, delimiter = (read(path), "") if read else _text(path, found)
    frame = _clean_header(frame, path, found)
    if len(frame):
        frame = cells.read(_flat(frame, path, found), path.name, found, decimal_commas=delimiter not in ("", ","))
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


def _flat(frame: pd.DataFrame, path: Path, found: Findings) -> pd.DataFrame:
    """The columns that hold one value a row, not lists or fields of their own."""
    nested = [
        column
        for column in frame.columns
        if frame[column].dtype == object and frame[column].map(lambda value: isinstance(value, NESTED)).any()
    ]
    if nested:
        found.note(
            counted(
                "Column {names} of {file} holds lists or fields within fields and is left out.",
                "Columns {names} of {file} hold lists or fields within fields and are left out.",
                len(nested),
                names=", ".join(f"'{name}'" for name in nested),
                file=path.name,
            ),
            where=path.name,
            remedy=_("Bring what they hold as columns of their own."),
        )
    if len(nested) == len(frame.columns):
        raise Unusable(_("{path} holds lists and fields within fields only, not a table.", path=path))
    return frame.drop(columns=nested)


def _too_large(path: Path) -> Unusable:
    return Unusable(
        _("{path} is larger than {most} GB, which is the limit for a table; bring a part of its rows.", path=path,
          most=MOST_BYTES >> 30)
    )  # fmt: skip


def _check_width(columns: int, path: Path) -> None:
    if columns > MOST_COLUMNS:
        raise Unusable(
            _("{path} has {n} columns; at most {most} can be read.", path=path, n=f"{columns:,}",
              most=f"{MOST_COLUMNS:,}")
        )  # fmt: skip


def _parquet(path: Path) -> pd.DataFrame:
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            about = file.metadata
            unpacked = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
    except (OSError, ValueError) as error:
        raise Unusable(_("{path} is no readable Parquet file.", path=path)) from error
    _check_width(about.num_columns, path)
    if max(unpacked, 8 * about.num_rows * about.num_columns) > MOST_BYTES:
        raise _too_large(path)
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise Unusable(_("{path} is no readable Parquet file.", path=path)) from error
    return frame.reset_index() if frame.index.name else frame.reset_index(drop=True)


def _json_lines(path: Path) -> pd.DataFrame:
    """One JSON object a line, its fields the columns; lines may lack some."""
    rows = []
    for number, line in enumerate(decoded(path.read_bytes())[0].split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, strict=False)  # control characters inside texts do no harm
        except (ValueError, RecursionError) as error:
            raise Unusable(
                _("{path} is no JSON Lines file: line {line} is no JSON.", path=path, line=number)
            ) from error
        if not isinstance(row, dict):
            raise Unusable(
                _("{path} is no table: line {line} is no JSON object with named fields.", path=path, line=number)
            )
        rows.append(row)
    _check_width(len({name for row in rows for name in row}), path)
    return pd.DataFrame(rows)


_BY_ENDING = {".parquet": _parquet, ".pq": _parquet, ".jsonl": _json_lines, ".ndjson": _json_lines}


def _text(path: Path, found: Findings) -> tuple[pd.DataFrame, str]:
    """The table in a text, and the sign that divides its columns."""
    text = _decoded(path, found)
    if not text.strip():
        raise Unusable(_("{path} is empty; a table needs a header line and rows.", path=path))
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(text)
    if delimiter is None:
        raise Unusable(
            _("{path} is no table: its lines are not divided by commas, semicolons, tabs or bars.", path=path)
        )
    blanks = f'{delimiter} "' in text
    try:
        header = next(csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=blanks))
    except csv.Error as error:
        raise Unusable(_("{path} is no table: a field of its header never ends.", path=path)) from error
    _check_width(len(header), path)
    _check_unique([name.strip() for name in header if name.strip()], path)  # pandas would number repeated names
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.StringIO(text), sep=delimiter, index_col=False, low_memory=False, skipinitialspace=blanks,
                keep_default_na=False, na_values=[""],  # "NA" may be a region: `cells` sees to what is missing
            ), delimiter  # fmt: skip
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
    """The text of a file, whatever it is written in. Raises `Unusable` for what is no text."""
    raw = path.read_bytes()
    if not is_text(raw):
        raise Unusable(_("{path} holds binary data, not the text of a table.", path=path))
    text, encoding = decoded(raw)
    if encoding in OLD:
        found.note(
            _("{file} is not written in UTF-8 and was read as {encoding}.", file=path.name, encoding=encoding),
            where=path.name,
            remedy=_("Save it as UTF-8 if letters look wrong."),
        )
    return text


def is_text(raw: bytes) -> bool:
    """Whether these bytes may be a text: UTF-16 says so itself, any other holds no zeros."""
    return raw[:2] in UTF_16 or b"\0" not in raw[:100_000]


def decoded(raw: bytes) -> tuple[str, str]:
    """A text and its encoding: UTF-8 or UTF-16 as they say themselves, else the likelier of two old ones."""
    encoding = "utf-16" if raw[:2] in UTF_16 else "utf-8-sig"
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError:
        # Chinese characters are pairs of high bytes; accented letters stand alone between plain ones.
        runs = re.findall(rb"[\x80-\xff]+", raw[:1_000_000])
        paired = sum(len(run) % 2 == 0 for run in runs) > 0.9 * len(runs)
        encoding = OLD[0] if paired else OLD[1]
    return raw.decode(encoding, errors="replace"), encoding


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
